"""Measure lip sync on recordings with known phone times.

    build/env/py311/bin/python scripts/bench_lipsync.py [--json FILE]

Needs the shared data (UNDERSTUDY_SHARED names its folder). Prints, with the text and without it:
the error of phone boundaries, how often lips are closed on p, b and m, by the curves and on two
morphable heads, what is said of recordings and texts that do not go together, how smooth the
curves are, and the speed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import package

package.load()

from understudy.ml import progress  # noqa: E402
from understudy.ml.curves import evaluate  # noqa: E402
from understudy.ml.errors import UnderstudyError  # noqa: E402
from understudy.ml.face import audio, espeak, lipsync  # noqa: E402
from understudy.ml.face.fit import few_keys  # noqa: E402
from understudy.ml.face.performance import INDEX, NAMES  # noqa: E402
from understudy.ml.face.phonemes import BILABIALS, CLASSES, VOWELS, Phone  # noqa: E402

from lipsync_truth import Recording, recordings  # noqa: E402

SHARED = Path(os.environ.get("UNDERSTUDY_SHARED", package.ROOT.parent / "shared"))
FACE = SHARED / "data" / "face"
WITHIN_S = 0.04
TOLERANCE = 0.01  # of the keys, as the extension writes them
CLOSED_CM = 0.05  # of the gap in the neutral face, which is closed
PAIRS = ((13, 14), (82, 87), (312, 317))  # inner lips, above and below, in MediaPipe's numbers
SAYINGS = {
    "en-us": ("Bob packed my bag with bananas and maple jam.", "Please come back before supper."),
    "fr": ("Ma mère a bien mangé du pain blanc.", "Je ne peux pas partir avant le matin."),
    "es": ("Mi padre compró un bonito barco blanco.", "No me acuerdo de la última noche."),
    "cmn": ("我的妈妈每天买面包。", "朋友们明天不回北京。"),
    "ja": ("ぼくのなまえはパブロです。", "あめのまえにまどをしめました。"),
    "de": ("Meine Mutter backt am Abend warmes Brot.", "Im Sommer bleiben wir lieber am Meer."),
    "ru": ("Моя мама купила новую белую рубашку.", "Мы были дома до полуночи."),
}
VOICES = ("", "f3", "m5")
WRONG = "The quick brown fox jumps over the lazy dog and runs into the forest."


def run(recording: Recording, text: str, fps: float = 60.0, **given: object) -> lipsync.Spoken:
    """Do lip sync on one recording."""
    samples, rate = audio.read_wav(recording.path)
    language = given.pop("language", recording.language)
    steps = lipsync.hear(
        samples, rate, text=text, language=language, fps=fps, name=recording.name, **given
    )
    return progress.run(steps)


def split(phones: list[Phone]) -> list[tuple[int, float, float]]:
    """Return (class, start, end) of all parts of all phones that are heard."""
    found = []
    for p in phones:
        if not p.silent:
            bounds = np.linspace(p.start, p.end, len(p.classes) + 1)
            found += list(zip(p.classes, bounds[:-1], bounds[1:], strict=True))
    return found


def matched(truth: list[Phone], found: list[Phone]) -> list[tuple[Phone, Phone]]:
    """Pair the phones of two transcriptions, which may differ, by least edits."""
    a, b = ([p for p in phones if not p.silent] for phones in (truth, found))
    cost = np.zeros((len(a) + 1, len(b) + 1))
    cost[:, 0], cost[0] = 0.7 * np.arange(len(a) + 1), 0.7 * np.arange(len(b) + 1)
    for i, p in enumerate(a):
        for j, q in enumerate(b):
            steps = cost[i, j] + _unlike(p, q), cost[i, j + 1] + 0.7, cost[i + 1, j] + 0.7
            cost[i + 1, j + 1] = min(steps)
    i, j, pairs = len(a), len(b), []
    while i and j:
        if np.isclose(cost[i, j], cost[i - 1, j - 1] + _unlike(a[i - 1], b[j - 1])):
            i, j = i - 1, j - 1
            if _unlike(a[i], b[j]) < 1:
                pairs.append((a[i], b[j]))
        elif np.isclose(cost[i, j], cost[i - 1, j] + 0.7):
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _unlike(p: Phone, q: Phone) -> float:
    if set(p.classes) & set(q.classes):
        return 0.0
    return 0.6 if p.over(VOWELS) == q.over(VOWELS) else 1.3


def boundary_errors(truth: list[Phone], found: list[Phone]) -> NDArray:
    """Return seconds by which the beginnings of matched phones differ."""
    return np.array([abs(p.start - q.start) for p, q in matched(truth, found)])


class Head:
    """A morphable head, to see what the curves do to lips."""

    def __init__(self, kind: str) -> None:
        pack = np.load(FACE / f"{kind}_face_pack.npz")
        if kind == "ict":
            order = [list(pack["arkit_names"]).index(n) for n in NAMES]
            table = pack["arkit_to_ict"][order]
        else:
            known = list(pack["expr_names"])
            table = np.stack([np.arange(len(known)) == known.index(n) for n in NAMES]).astype(float)
        shapes = np.einsum("ak,kvc->avc", table, pack["expr"].astype(np.float32), optimize=True)
        tri, bary = pack["mp_tri"], pack["mp_bary"]
        marks = [i for pair in PAIRS for i in pair]
        self.rest = (pack["neutral"][tri[marks]] * bary[marks][:, :, None]).sum(1)
        self.moves = np.einsum("amkc,mk->amc", shapes[:, tri[marks]], bary[marks])

    def gap(self, coefficients: NDArray) -> NDArray:
        """Return (F,) centimetres by which the inner lips part more than in the neutral face."""
        moved = np.tensordot(coefficients, self.moves, axes=(1, 0))
        apart = moved[:, 0::2, 1] - moved[:, 1::2, 1]
        return apart.mean(axis=1)


def closures(truth: list[Phone], spoken: lipsync.Spoken, head: Head) -> dict[str, NDArray]:
    """Return, for each p, b and m of the truth, whether lips are closed near it and during it."""
    values, times = spoken.performance.coefficients, spoken.performance.times
    gap = head.gap(values)
    shut = gap < CLOSED_CM
    met = np.isclose(values[:, INDEX["mouthClose"]], values[:, INDEX["jawOpen"]], atol=0.004)
    found = {"curves": [], "near": [], "during": [], "middle": []}
    for kind, start, end in split(truth):
        if kind not in BILABIALS:
            continue
        near = (times >= start - WITHIN_S) & (times <= end + WITHIN_S)
        middle = np.abs(times - (start + end) / 2) <= WITHIN_S
        during = (times >= start) & (times <= end)
        found["curves"].append((met & near).any())
        found["near"].append((shut & near).any())
        found["during"].append((shut & during).any())
        found["middle"].append((shut & middle).any())
    return {k: np.array(v, bool) for k, v in found.items()}


def opened(truth: list[Phone], spoken: lipsync.Spoken, head: Head) -> NDArray:
    """Return, for each stressed or long open vowel, whether the lips part: closing all is easy."""
    times, gap = spoken.performance.times, head.gap(spoken.performance.coefficients)
    wide = {CLASSES.index(c) for c in "aɑɔɛʌ"}
    found = [
        gap[(times >= start - WITHIN_S) & (times <= end + WITHIN_S)].max() > 3 * CLOSED_CM
        for kind, start, end in split(truth)
        if kind in wide and end - start > 0.06
    ]
    return np.array(found, bool)


def keyed(recording: Recording, text: str) -> lipsync.Spoken:
    """Return what the curves are at 24 frames a second once they are few keys, as written."""
    spoken = run(recording, text, fps=24.0)
    values = spoken.performance.coefficients
    frames = np.arange(len(values), dtype=float)
    written = np.zeros_like(values)
    for column, track in enumerate(values.T):
        keys = few_keys(frames, track, TOLERANCE)
        at, reach = keys["co"].astype(float), keys["handle_right"].astype(float)
        run_x = np.where(reach[:, 0] > at[:, 0], reach[:, 0] - at[:, 0], 1.0)
        slopes = (reach[:, 1] - at[:, 1]) / run_x
        written[:, column] = evaluate(at[:, 0], at[:, 1:], slopes[:, None], frames)[:, 0]
    spoken.performance.coefficients = written
    return spoken


def stillness(spoken: lipsync.Spoken) -> float:
    """Return the longest time for which nothing about the mouth moves while there is speech."""
    values, times = spoken.performance.coefficients, spoken.performance.times
    said = [p for p in spoken.alignment.phones if not p.silent]
    inside = (times > said[0].start) & (times < said[-1].end)
    for p in spoken.alignment.phones:
        if p.silent and p.end - p.start > 0.15:
            inside &= (times < p.start) | (times > p.end)
    still = (np.abs(np.diff(values, axis=0)).max(axis=1) < 1e-4) & inside[1:]
    longest = run_length = 0
    for frozen in still:
        run_length = run_length + 1 if frozen else 0
        longest = max(longest, run_length)
    return longest / spoken.performance.fps


def synthetic() -> list[Recording]:
    """Return lines spoken by espeak-ng here, in seven languages; not independent of training."""
    found, folder = [], package.ROOT / "build" / "bench_lipsync"
    folder.mkdir(parents=True, exist_ok=True)
    for language, lines in SAYINGS.items():
        for i, line in enumerate(lines):
            voice = VOICES[(i + len(found)) % len(VOICES)]
            spoken = espeak.speak(line, language, variant=voice, sound=True)
            path = folder / f"{language}_{i}.wav"
            _write_wav(path, spoken.samples, spoken.rate)
            name = f"espeak {language} {i}"
            found.append(Recording(name, path, line, language, spoken.phones, False))
    return found


def _write_wav(path: Path, samples: NDArray, rate: int) -> None:
    import wave

    noisy = samples + np.random.default_rng(3).normal(0, 0.003, len(samples))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((noisy.clip(-1, 1) * 32767).astype("<i2").tobytes())


def table(title: str, lines: list[Recording], heads: dict[str, Head], with_text: bool) -> dict:
    """Print one table and return its figures."""
    sys.stdout.write(f"\n{title}\n")
    sys.stdout.write(
        f"{'recording':22s} {'fits':>5s} {'pairs':>7s} {'median':>7s} {'mean':>7s} "
        f"{'<20ms':>6s} {'p/b/m closed: curves, ict, mpfb, middle, keys':>48s} {'open':>6s}\n"
    )
    errors, shut, wide = [], {}, []
    for recording in lines:
        spoken = run(recording, recording.text if with_text else "")
        off = boundary_errors(recording.phones, spoken.alignment.phones)
        errors.append(off)
        cells = []
        for name, head in heads.items():
            closed = closures(recording.phones, spoken, head)
            if name == "ict":
                cells.append(closed["curves"])
                shut.setdefault("curves", []).append(closed["curves"])
                shut.setdefault("middle", []).append(closed["middle"])
            cells.append(closed["near"])
            shut.setdefault(name, []).append(closed["near"])
        cells.append(shut["middle"][-1])
        written = keyed(recording, recording.text if with_text else "")
        cells.append(closures(recording.phones, written, heads["ict"])["near"])
        shut.setdefault("keys", []).append(cells[-1])
        wide.append(opened(recording.phones, spoken, heads["ict"]))
        heard = sum(not p.silent for p in recording.phones)
        text = "  ".join(f"{c.sum()}/{len(c)}" for c in cells)
        sys.stdout.write(
            f"{recording.name:22s} {spoken.alignment.match:5.2f} {len(off):3d}/{heard:<3d} "
            f"{1000 * np.median(off):5.0f}ms {1000 * off.mean():5.0f}ms {(off < 0.02).mean():6.0%} "
            f"{text:>48s} {wide[-1].sum():3d}/{len(wide[-1])}\n"
        )
    off = np.concatenate(errors)
    found = {k: float(np.concatenate(v).mean()) for k, v in shut.items()}
    count = sum(len(c) for c in shut["curves"])
    found |= {"median_ms": 1000 * float(np.median(off)), "mean_ms": 1000 * float(off.mean())}
    found |= {"boundaries": len(off), "bilabials": count}
    found["open"] = float(np.concatenate(wide).mean())
    shares = ", ".join(f"{k} {found[k]:.0%}" for k in shut)
    sys.stdout.write(
        f"all: median {found['median_ms']:.0f} ms over {len(off)} boundaries; {count} p/b/m "
        f"closed: {shares}; open vowels open {found['open']:.0%}\n"
    )
    return found


def odd_inputs(lines: list[Recording]) -> dict:
    """Print what is said of recordings and texts that do not go together."""
    rng, rate = np.random.default_rng(1), 16000
    seconds = np.arange(5 * rate) / rate
    chord = sum(np.sin(2 * np.pi * f * seconds) for f in (220, 277, 330, 440)) / 8
    chord *= 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 2 * seconds))
    sounds = {
        "silence": np.zeros(3 * rate),
        "hiss": rng.normal(0, 0.1, 3 * rate),
        "music": chord,
    }
    sys.stdout.write("\nWhat does not go together\n")
    found = {}
    for name, sound in sounds.items():
        found[name] = _said(lambda s=sound, n=name: progress.run(lipsync.hear(s, rate, name=n)))
    for recording in [r for r in lines if r.real or r.name == "flite en_01"]:
        found[f"wrong text, {recording.name}"] = _said(lambda r=recording: run(r, WRONG))
        found[f"right text, {recording.name}"] = _said(lambda r=recording: run(r, r.text))
        wrong = "Mañana por la mañana iremos juntos al mercado viejo."
        found[f"Spanish text, {recording.name}"] = _said(
            lambda r=recording, t=wrong: run(r, t, language="es")
        )
    for name, text in found.items():
        sys.stdout.write(f"{name:32s} {text}\n")
    return found


def _said(action: object) -> str:
    try:
        spoken = action()
    except UnderstudyError as exc:
        return f"refused: {exc}"
    found = spoken.alignment
    told = f"fits {found.match:.2f}, speech {found.speech:.2f}"
    return told + "".join(f"; {note}" for note in spoken.notes)


def speed(recording: Recording) -> tuple[float, float]:
    """Return seconds of sound done in a second, and in one of processor time; all included."""
    samples, rate = audio.read_wav(recording.path)
    text = " ".join([recording.text] * 8)
    steps = lipsync.hear(np.tile(samples, 8), rate, text=text, language=recording.language)
    begun, worked = time.perf_counter(), time.process_time()
    progress.run(steps)
    seconds = 8 * len(samples) / rate
    return seconds / (time.perf_counter() - begun), seconds / (time.process_time() - worked)


def main() -> int:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    args = parser.parse_args()
    if not FACE.is_dir():
        sys.exit(f"{FACE} is not there: set UNDERSTUDY_SHARED to the folder of the shared data")
    lines, heads = recordings(FACE / "wav"), {k: Head(k) for k in ("ict", "mpfb")}
    figures = {
        "text": table("With the text", lines, heads, True),
        "text_real": table("With the text, people only", [r for r in lines if r.real], heads, True),
        "sound": table("From the sound alone", lines, heads, False),
        "languages": table("espeak-ng's own voice, as in training", synthetic(), heads, True),
    }
    figures["odd"] = odd_inputs(lines)
    figures["still_s"] = max(stillness(run(r, r.text)) for r in lines)
    figures["times_real_time"] = speed(lines[0])
    sys.stdout.write(f"\nlongest stillness while speaking {1000 * figures['still_s']:.0f} ms\n")
    wall, worked = figures["times_real_time"]
    sys.stdout.write(f"speed {wall:.0f} times real time; by processor time {worked:.0f}\n")
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
