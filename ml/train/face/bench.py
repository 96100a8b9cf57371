"""Clips with exact truth to measure the capture on, and what is measured on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face.gaze import from_looks, to_looks
from ...face.performance import INDEX, NAMES
from . import actors, film, heads

FPS = 30.0
STRONG = (
    "jawOpen",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFunnel",
    "mouthPucker",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
)
WEAK = (
    "browInnerUp",
    "browDownLeft",
    "browDownRight",
    "browOuterUpLeft",
    "browOuterUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "noseSneerLeft",
    "noseSneerRight",
    "cheekPuff",
)
PLANTED = ("browDown", "browOuterUp", "eyeSquint", "eyeWide", "noseSneer", "mouthSmile",
           "mouthUpperUp", "mouthFrown")  # fmt: skip
"""Expressions of which one side flashes."""

PEAK = 0.15
STILL = 0.01
_SEGMENTS, _SEGMENT_FRAMES = 5, 400
_FLASH_CLIPS, _FLASH_FRAMES, _FLASH_EVERY = 4, 300, 30
_MPFB_CLIP = 4
_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])


@dataclass
class Clip:
    """A film with its truth.

    Attributes
    ----------
    name, path : of the film
    values : (F, 52)
    poses : (F, 3) radians
    planted : of each flash (expression, first frame, frames)
    """

    name: str
    path: Path
    values: NDArray
    poses: NDArray
    planted: NDArray

    @property
    def kind(self) -> str:
        """What it is for: "recorded", "stretched" or "flashes"."""
        return self.name.split("_")[0]

    @property
    def gaze(self) -> NDArray:
        """(F, 2, 2) radians."""
        return from_looks(self.values)


def clips(folder: Path, face_folder: Path, only: list[str] | None = None) -> list[Clip]:
    """Return all clips, or those named; those that are not in `folder` yet are filmed."""
    folder.mkdir(parents=True, exist_ok=True)
    known = heads.load(face_folder)
    found = []
    for seed, (name, values, planted) in enumerate(_acts(face_folder)):
        if only and name not in only:
            continue
        path = folder / f"{name}.mp4"
        rng = np.random.default_rng(seed)
        poses = film.head_way(rng, len(values), FPS, 7.0)
        head = known["mpfb" if name.endswith(str(_MPFB_CLIP)) else "ict"]
        if head.name == "ict":
            values[:, INDEX["tongueOut"]] = 0.0
        if not path.is_file():
            part = path.with_name("part.mp4")
            film.shoot(part, head, values, poses, seed=seed, fps=FPS, size=400)
            part.rename(path)
        found.append(Clip(name, path, values, poses, planted))
    return found


def _acts(face_folder: Path):
    """Yield (name, values, planted) of every clip."""
    recorded = actors.recordings(face_folder, held_out=True)[0]
    none = np.zeros((0, 3), int)
    low, high = np.quantile(recorded, [0.05, 0.98], axis=0)
    wide = np.clip(0.7 * (recorded - low) / np.maximum(high - low, 0.02), 0, 1)
    wide[:, _LOOKS] = recorded[:, _LOOKS]
    for kind, source in (("recorded", recorded), ("stretched", wide)):
        for i in range(_SEGMENTS):
            part = source[i * _SEGMENT_FRAMES :][:_SEGMENT_FRAMES].copy()
            yield f"{kind}_{i}", part, none
    for i in range(_FLASH_CLIPS):
        yield f"flashes_{i}", *_flashes(np.random.default_rng(100 + i))


def _flashes(rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Return a face at rest that blinks, looks about, and flashes on one side at a time."""
    value = np.zeros((_FLASH_FRAMES, 52))
    looking = np.zeros((_FLASH_FRAMES, 2, 2))
    for start in range(0, _FLASH_FRAMES, 50):
        looking[start:] = rng.normal(0, [0.15, 0.07])
    value = to_looks(looking, value)
    planted = []
    for k, start in enumerate(range(25, _FLASH_FRAMES - 15, _FLASH_EVERY)):
        which = INDEX[
            PLANTED[(k * 3 + rng.integers(3)) % len(PLANTED)] + rng.choice(["Left", "Right"])
        ]
        planted.append(actors.add_flash(value, rng, which, start + int(rng.integers(5)), PEAK))
    for start in range(12, _FLASH_FRAMES - 8, 60):
        for side in ("Left", "Right"):
            value[start : start + 7, INDEX[f"eyeBlink{side}"]] = [0.35, 0.8, 1, 1, 0.8, 0.45, 0.15]
    return value, np.array(planted)


def correlation(found: NDArray, true: NDArray) -> tuple[float, float]:
    """Return the correlation, and the gain: the slope of what was found on what is true.

    NaN where the truth hardly moves: by a standard deviation of less than `STILL`.
    """
    if true.std() < STILL:
        return np.nan, np.nan
    if found.std() < 1e-9:
        return 0.0, 0.0
    return float(np.corrcoef(found, true)[0, 1]), float(np.polyfit(true, found, 1)[0])


def flashes(curve: NDArray, least: float = 0.05) -> list[tuple[int, int, float]]:
    """Return (onset, peak frame, height) of the short motions in a curve (F,).

    A flash stands out of the running median of 0.7 s by more than `least` and by four times the
    curve's own noise, and is above half its height for 2 to 10 frames.
    """
    reach = 10
    padded = np.pad(curve, reach, "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    rest = curve - np.median(windows, axis=1)
    noise = 1.4826 * np.median(np.abs(np.diff(curve))) / np.sqrt(2)
    floor = max(least, 4 * noise)
    events = []
    above = rest > floor
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        peak = low + int(rest[low:high].argmax())
        height = rest[peak]
        first, last = peak, peak
        while first > 0 and rest[first - 1] > 0.5 * height:
            first -= 1
        while last < len(rest) - 1 and rest[last + 1] > 0.5 * height:
            last += 1
        if 2 <= last - first + 1 <= 10:
            onset = peak
            while onset > 0 and rest[onset - 1] > 0.25 * height:
                onset -= 1
            events.append((onset, peak, float(height)))
    return events
