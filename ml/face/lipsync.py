"""Lip sync, from a recording and its text, or from the recording alone, to a Performance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, Steps, scaled
from ..runtime import Settings as Machine
from . import acoustic, audio, espeak
from .align import Alignment, align, decode
from .performance import NAMES, REGIONS, Performance
from .phonemes import Phone
from .stage import part_of
from .stage import perform as perform_on
from .visemes import Style, curves

SPOKEN = ("mouth", "jaw")
"""The regions of the face that speech moves."""

_POOR_TEXT, _WRONG_TEXT = 0.55, 0.4
_NO_SPEECH, _LITTLE_SPEECH = 0.12, 0.4
_HASTE = 3.0  # nobody speaks so many times faster than the synthesiser
_TAIL_S = 0.35
_LAID_ON = 0.9  # share of the time after which curves are fitted
BASE = "base."
"""What the names of a dubbed performance's arrays begin with."""


class LipSyncError(audio.AudioError):
    """A recording and its text cannot be brought together."""


@dataclass
class Spoken:
    """What was made of one line.

    Attributes
    ----------
    performance : mouth, jaw and tongue move; times begin with the recording
    alignment : the phones, with times and confidence
    network : sha256 of the acoustic network
    provider : what it ran on
    """

    performance: Performance
    alignment: Alignment
    network: str = ""
    provider: str = ""
    notes: list[str] = field(default_factory=list)


def hear(
    samples: NDArray,
    rate: int,
    *,
    text: str = "",
    language: str = "en-us",
    style: Style | None = None,
    fps: float = 60.0,
    name: str = "The sound",
    machine: Machine | None = None,
) -> Steps[Spoken]:
    """Make a mouth say a recorded line.

    Parameters
    ----------
    samples : (N,) -1 to 1, one channel, at `rate`
    text : what is said, in its own script; empty to go by the sound alone
    language : espeak-ng's code
    fps : samples a second of the curves; the scene's own rate, so that closed lips meet frames
    name : of the recording, for the person

    Raises
    ------
    UnderstudyError
        There is no speech, the text is not what is said, or a part is missing.
    """
    yield Progress(0.02, "Reading the sound")
    samples = audio.prepare(samples, rate, name)
    line = _phones_of(text, language, len(samples) / audio.RATE, name) if text.strip() else None
    yield Progress(0.1, "Listening")
    hearing = acoustic.Hearing(machine)
    log_phones, edges = hearing(samples)
    decibels = audio.loudness(samples, len(log_phones), acoustic.HOP)
    yield Progress(0.5, "Finding each sound")
    found = (
        align(log_phones, edges, line.phones, decibels)
        if line is not None
        else decode(log_phones, edges, decibels)
    )
    notes = [*(line.notes if line is not None else []), *_judge(found, line is not None, name)]
    yield Progress(0.8, "Shaping the mouth")
    performance = perform(found, decibels, len(samples) / audio.RATE, style or Style(), fps)
    performance = performance.replace(source=name, notes=notes)
    session = hearing.session
    return Spoken(performance, found, session.sha256, session.provider, notes)


def _phones_of(text: str, language: str, seconds: float, name: str) -> espeak.Spoken:
    """Return the text as espeak-ng says it; refuse what cannot be what is said."""
    if not any(letter.isalnum() for letter in text):
        raise LipSyncError(
            f"The text for {name} has no words: write what is said, or leave the text out"
        )
    line = espeak.speak(text, language)
    needed = sum(phone.end - phone.start for phone in line.phones if not phone.silent)
    if needed > _HASTE * seconds:
        raise LipSyncError(
            f"The text takes about {needed:.0f} s to say, and {name} is {seconds:.1f} s long: give "
            "each line its own recording and its own text"
        )
    return line


def _judge(found: Alignment, with_text: bool, name: str) -> list[str]:
    """Return what the person should know; raise where nothing of use can come of it."""
    if found.speech < _NO_SPEECH or all(p.silent for p in found.phones):
        raise LipSyncError(
            f"No speech is heard in {name}: choose a recording of a voice, without loud music"
        )
    if with_text and found.match < _WRONG_TEXT:
        raise LipSyncError(
            f"The text is not what is said in {name} (it fits by {found.match:.0%}): check the "
            "text and the language, or leave the text out"
        )
    notes = []
    if with_text and found.match < _POOR_TEXT:
        notes.append(
            f"The text fits the recording by only {found.match:.0%}: check the text and the "
            "language"
        )
    if found.speech < _LITTLE_SPEECH:
        notes.append(
            f"Only {found.speech:.0%} of the loud part of {name} sounds like speech: music or "
            "noise may move the lips"
        )
    return notes


def perform(
    found: Alignment, decibels: NDArray, seconds: float, style: Style, fps: float
) -> Performance:
    """Return the curves of an alignment, from the recording's beginning to its end.

    Parameters
    ----------
    decibels : (F,) loudness of each 10 ms
    """
    count = max(int(np.ceil((seconds + _TAIL_S) * fps)) + 1, 2)
    times = np.arange(count) / fps
    loud = np.array([_level(p, decibels) for p in found.phones])
    coefficients = curves(found.phones, times, style, loud)
    sure = np.ones(len(times))
    for phone, value in zip(found.phones, found.confidence, strict=True):
        sure[(times >= phone.start) & (times < phone.end)] = 1.0 if phone.silent else value
    confidence = np.repeat(sure[:, None], len(REGIONS), axis=1)
    return Performance(times, coefficients, confidence=confidence)


def _level(phone: Phone, decibels: NDArray) -> float:
    a = int(phone.start / acoustic.FRAME_S)
    part = decibels[a : max(int(phone.end / acoustic.FRAME_S), a + 1)]
    return float(part.mean()) if len(part) else -60.0


def merge(base: Performance, speech: Performance, start_s: float = 0.0) -> Performance:
    """Return `base` with its mouth, jaw and tongue replaced while `speech` is heard.

    The upper face, the head and the eyes stay as they were performed: dubbing.

    Parameters
    ----------
    start_s : what is added to the speech's times to give the base's
    """
    ends = speech.times[[0, -1]] + start_s
    # At least the finer of both rates, so that neither loses what is short, and with the
    # speech's own times among them: its closed lips lie on the scene's frames.
    step = 1.0 / (speech.fps * max(int(np.ceil(base.fps / speech.fps - 1e-3)), 1))
    before = int(np.ceil((ends[0] - base.times[0]) / step - 1e-6)) if ends[0] > base.times[0] else 0
    first, last = ends[0] - before * step, max(base.times[-1], ends[1])
    times = first + np.arange(int(np.ceil((last - first) / step - 1e-6)) + 1) * step
    moved = _resample(base, times)
    inside = np.clip(np.minimum(times - ends[0], ends[1] - times) / 0.1 + 1, 0, 1)[:, None]
    columns = [i for i, n in enumerate(NAMES) if any(n in REGIONS[r] for r in SPOKEN)]
    said = _columns(speech.times + start_s, speech.coefficients, times)
    blended = moved.coefficients.copy()
    blended[:, columns] += inside * (said - blended)[:, columns]
    rows = [i for i, region in enumerate(REGIONS) if region in SPOKEN]
    sure = moved.confidence.copy()
    heard = _columns(speech.times + start_s, speech.confidence, times)
    sure[:, rows] += inside * (heard - sure)[:, rows]
    notes = [*base.notes, *speech.notes]
    return moved.replace(coefficients=blended, confidence=sure, notes=notes)


def _columns(at: NDArray, values: NDArray, times: NDArray) -> NDArray:
    flat = values.reshape(len(at), -1)
    rows = np.stack([np.interp(times, at, column) for column in flat.T], axis=1)
    return rows.reshape(len(times), *values.shape[1:])


def _resample(base: Performance, times: NDArray) -> Performance:
    names = ("coefficients", "head_rotation", "head_position", "gaze", "confidence")
    found = {name: _columns(base.times, getattr(base, name), times) for name in names}
    turn = found["head_rotation"]
    found["head_rotation"] = turn / np.linalg.norm(turn, axis=1, keepdims=True)
    return base.replace(times=times, **found)


def join(parts: list[tuple[float, Performance]], fps: float) -> Performance:
    """Return one performance of several lines, each beginning at its own time in seconds.

    Where two overlap the later one is heard; between them the mouth is at rest.
    """
    parts = sorted(parts, key=lambda item: item[0])
    start = parts[0][0]
    end = max(at + p.times[-1] for at, p in parts)
    times = start + np.arange(int(np.ceil((end - start) * fps)) + 2) / fps
    coefficients = np.zeros((len(times), len(NAMES)))
    confidence = np.ones((len(times), len(REGIONS)))
    for at, part in parts:
        inside = (times >= at - 1e-9) & (times <= at + part.times[-1] + 1e-9)
        coefficients[inside] = _columns(part.times + at, part.coefficients, times[inside])
        confidence[inside] = _columns(part.times + at, part.confidence, times[inside])
    notes = list(dict.fromkeys(note for _, part in parts for note in part.notes))
    source = ", ".join(dict.fromkeys(part.source for _, part in parts))
    return Performance(times, coefficients, confidence=confidence, source=source, notes=notes)


def lipsync(params: dict, arrays: dict[str, NDArray]) -> Steps[tuple[dict, dict[str, NDArray]]]:
    """Do lip sync of one or several lines as a task of `ml.tasks`, down to the rig's curves.

    Parameters
    ----------
    params : dict
        "lines", a list of {"path", "name", "text", "language", "start_s"}; "fps", "jaw", "lips",
        "precision"; "base": the meta of the performance that is dubbed, or None, and
        "base_start_s", when it begins; what `runtime.Settings` reads; and what
        `ml.face.stage.perform` needs besides a performance.
    arrays : dict
        "samples_0", "rate_0", …: the sound of a line that is no wave file; those of the base,
        named with `BASE`.

    Returns
    -------
    meta, arrays
        What `ml.face.stage.perform` returns, and in meta "lines", what was found of each.
    """
    style = Style(*(float(params.get(k, 1.0)) for k in ("jaw", "lips", "precision")))
    machine, parts, told = Machine.from_params(params), [], []
    share = _LAID_ON / len(params["lines"])
    for i, line in enumerate(params["lines"]):
        if f"samples_{i}" in arrays:
            samples, rate = arrays[f"samples_{i}"], int(arrays[f"rate_{i}"])
        else:
            samples, rate = audio.read_wav(Path(line["path"]))
        steps = hear(
            samples,
            rate,
            text=line["text"],
            language=line["language"],
            style=style,
            fps=params["fps"],
            name=line["name"],
            machine=machine,
        )
        spoken = yield from scaled(steps, i * share, (i + 1) * share)
        parts.append((line["start_s"], spoken.performance))
        told.append(_told(line, spoken))
    performance = join(parts, params["fps"])
    if params.get("base"):
        base = Performance.unpack(params["base"], part_of(arrays, BASE))
        performance = merge(base, performance, base.times[0] - params["base_start_s"])
    meta, out = performance.pack()
    provenance = params["provenance"]
    models = {**provenance["models"], acoustic.NETWORK: spoken.network}
    laid = {"performance": meta, "provenance": provenance | {"models": models}}
    steps = perform_on(params | laid, out)
    meta, out = yield from scaled(steps, _LAID_ON, 1.0)
    return meta | {"lines": told, "provider": spoken.provider}, out


def _told(line: dict, spoken: Spoken) -> dict:
    """Return what a report says of one line; times are the scene's, in seconds."""
    found, at = spoken.alignment, line["start_s"]
    phones = [
        [p.label or "sil", round(at + p.start, 3), round(at + p.end, 3), round(float(c), 3)]
        for p, c in zip(found.phones, found.confidence, strict=True)
    ]
    return {
        "sound": line["name"],
        "text": line["text"],
        "language": line["language"],
        "start_s": line["start_s"],
        "seconds": round(float(spoken.performance.times[-1]) - _TAIL_S, 3),
        "match": round(found.match, 3),
        "speech": round(found.speech, 3),
        "phones": phones,
    }
