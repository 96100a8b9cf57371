"""Synthetic speech with exact phone times: espeak-ng in many languages, flite in English.

Words come from the CMU dictionary; languages that are not written in Latin letters get random
syllables of their own script. The voice slt of flite is left out: a recording of its speaker is
among those that are measured.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face import audio, espeak
from ...face.acoustic import HOP
from ...face.phonemes import Phone, classes_of_arpabet

LATIN = {
    **{"en-us": 8, "en-gb": 4, "en-gb-scotland": 1, "fr-fr": 3, "es": 3, "es-419": 1, "de": 3},
    **{"it": 2, "pt-br": 2, "nl": 1, "pl": 1, "sv": 1, "tr": 1, "fi": 1, "hu": 1, "id": 1},
}
OTHER = {"cmn": 3, "ja": 3, "ko": 1, "ru": 2, "hi": 1}
VARIANTS = (
    *("", "", "", "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"),
    *("Andy", "Annie", "Denis", "Gene", "Lee", "Michael", "Mike", "anika", "klatt2", "klatt4"),
    *("linda", "steph", "victor", "zac", "belinda", "edward"),
)
FLITE = ("awb", "rms", "rms", "kal16", "awb", "kal")
HELD_OUT_VOICES = ("slt",)


@dataclass
class Line:
    """A spoken line at `audio.RATE`, and its phones."""

    samples: NDArray
    phones: list[Phone]
    voice: str


def read_words(dictionary: Path) -> list[str]:
    """Return the plain words of the CMU dictionary."""
    words = (line.split(" ")[0] for line in dictionary.read_text("utf-8").splitlines())
    return [w for w in words if w.isalpha() and w.isascii() and 1 < len(w) < 12]


def sentence(rng: np.random.Generator, words: list[str]) -> str:
    """Return random words with a comma here and there."""
    chosen = rng.choice(words, rng.integers(4, 11))
    return " ".join(w + ("," if rng.random() < 0.12 else "") for w in chosen) + "."


def foreign(rng: np.random.Generator, language: str) -> str:
    """Return random syllables in a language's own script."""
    count = int(rng.integers(8, 20))
    if language == "cmn":  # the first level of GB 2312: the common characters
        codes = rng.integers([0xB0, 0xA1], [0xD7, 0xFA], (count, 2)).astype(np.uint8)
        return codes.tobytes().decode("gb2312") + "。"
    spans = {"ja": (0x3042, 0x3093), "ko": (0xAC00, 0xD7A3)}
    if language in spans:
        signs = [chr(c) for c in rng.integers(*spans[language], count)]
    elif language == "hi":
        pairs = rng.integers([0x915, 0x93E], [0x939, 0x94C], (count, 2))
        signs = [chr(a) + chr(b) for a, b in pairs]
    else:
        soft = rng.choice(list("бвгдзклмнпрстфхчшж"), count)
        signs = [a + b for a, b in zip(soft, rng.choice(list("аеиоуыя"), count), strict=True)]
    breaks = rng.random(count) < 0.35
    return "".join(s + (" " if b else "") for s, b in zip(signs, breaks, strict=True)) + "."


def say_espeak(rng: np.random.Generator, words: list[str]) -> Line:
    """Return a line in a random language and voice of espeak-ng."""
    weights = {**LATIN, **OTHER}
    share = np.array(list(weights.values()), float)
    language = str(rng.choice(list(weights), p=share / share.sum()))
    text = sentence(rng, words) if language in LATIN else foreign(rng, language)
    variant = str(rng.choice(VARIANTS))
    spoken = espeak.speak(
        text,
        language,
        variant=variant,
        words_a_minute=int(rng.integers(120, 270)),
        pitch=int(rng.integers(15, 85)),
        spread=int(rng.integers(20, 90)),
        sound=True,
    )
    samples = audio.prepare(spoken.samples, spoken.rate)
    return Line(samples, spoken.phones, f"espeak-ng {language}+{variant}")


def say_flite(rng: np.random.Generator, words: list[str], voice: str = "") -> Line:
    """Return an English line in a random voice of flite."""
    voice = voice or str(rng.choice(FLITE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        command = [shutil.which("flite"), "-voice", voice, "-t", sentence(rng, words), "-psdur"]
        command += ["--setf", f"duration_stretch={rng.uniform(0.7, 1.35):.2f}"]
        command += ["--setf", f"int_f0_target_mean={rng.uniform(75, 230):.0f}", "-o", str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        samples, rate = audio.read_wav(path)
    phones, start = [], 0.0
    for part in said.split():
        name, _, end = part.rpartition(":")
        phones.append(Phone(name, classes_of_arpabet(name), start, float(end)))
        start = float(end)
    return Line(audio.prepare(samples, rate), phones, f"flite {voice}")


def labels(phones: list[Phone], frames: int) -> tuple[NDArray, NDArray]:
    """Return (frames,) class numbers and (frames,) edges, 1 where a phone begins."""
    kinds, edges = np.zeros(frames, np.int8), np.zeros(frames, np.float32)
    times = np.arange(frames) * HOP / audio.RATE
    for phone in phones:
        # A diphthong or an affricate is half the one and half the other.
        bounds = np.linspace(phone.start, phone.end, len(phone.classes) + 1)
        for kind, a, b in zip(phone.classes, bounds[:-1], bounds[1:], strict=True):
            kinds[(times >= a) & (times < b)] = kind
        if phone.start > 0:
            away = (times - phone.start) / (1.2 * HOP / audio.RATE)
            edges = np.maximum(edges, np.exp(-0.5 * away**2))
    return kinds, edges.astype(np.float32)
