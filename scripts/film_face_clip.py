"""Film the face clips that ship for the demo and the tests: a rendered head.

    build/env/train/bin/python scripts/film_face_clip.py tests/data/face_clip.mp4
    build/env/train/bin/python scripts/film_face_clip.py tests/data/face_turn.mp4 --turn

Writes 4.7 seconds of acting, and beside it, with --truth, the exact coefficients as an .npz
performance; or, with --turn, two seconds in which the head turns to its profile and back. Needs the
environment "train" and the data folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from understudy.ml.face import gaze, performance  # noqa: E402
from understudy.ml.face.performance import INDEX, Performance  # noqa: E402
from understudy.ml.train.face import data, film, heads  # noqa: E402

FPS, FRAMES, SEED = 30.0, 140, 11

# Expression (both sides where it has two), start, full from, full to, end in seconds, size.
ACTS = (
    *(("eyeBlink", s, s + 0.1, s + 0.13, s + 0.3, 1.0) for s in (0.55, 1.75, 3.3)),
    ("browInnerUp", 0.75, 1.0, 1.35, 1.6, 0.8),
    ("browOuterUp", 0.75, 1.0, 1.35, 1.6, 0.7),
    ("eyeWide", 0.8, 1.0, 1.3, 1.5, 0.5),
    ("jawOpen", 0.85, 1.05, 1.25, 1.5, 0.35),
    ("noseSneerLeft", 1.5, 1.57, 1.6, 1.7, 0.3),
    ("mouthSmileLeft", 1.8, 2.1, 2.6, 2.9, 0.85),
    ("mouthSmileRight", 1.85, 2.15, 2.55, 2.9, 0.75),
    ("cheekSquint", 1.9, 2.1, 2.6, 2.9, 0.5),
    ("eyeSquint", 1.9, 2.15, 2.6, 2.85, 0.3),
    ("mouthUpperUp", 1.9, 2.1, 2.6, 2.9, 0.3),
    ("mouthFunnel", 2.9, 3.1, 3.2, 3.35, 0.7),
    ("jawOpen", 2.9, 3.1, 3.2, 3.35, 0.25),
    ("mouthPucker", 3.2, 3.35, 3.5, 3.65, 0.7),
    ("browDown", 3.6, 3.8, 4.15, 4.4, 0.8),
    ("noseSneer", 3.65, 3.85, 4.1, 4.35, 0.55),
    ("mouthFrown", 3.6, 3.85, 4.15, 4.4, 0.5),
)
# Yaw to the actor's left and pitch up of both eyes, radians.
LOOKS = (
    (0, 1.1, 1.16, 1.6, 1.66, 0.3),
    (0, 2.6, 2.66, 3.1, 3.16, -0.3),
    (1, 3.7, 3.76, 4.2, 4.3, -0.15),
)
# Yaw, down and roll of the head in degrees, at seconds.
HEAD = np.array(
    [
        [0.0, 0, 0, 0],
        [1.0, 3, -4, -1],
        [1.6, 10, -1, -1],
        [2.3, 4, 1, 4],
        [3.0, -8, -2, 5],
        [3.8, -3, 4, 2],
        [4.7, 0, 0, 0],
    ]
)


def act(times: NDArray) -> NDArray[np.float64]:
    """Return (F, 52) of the whole clip."""

    def rise_and_fall(start, full, until, end, size):
        x = np.interp(times, [start, full, until, end], [0, 1, 1, 0])
        return size * (3 * x**2 - 2 * x**3)

    value = np.zeros((len(times), 52))
    for name, *when in ACTS:
        for each in [name] if name in INDEX else [f"{name}Left", f"{name}Right"]:
            value[:, INDEX[each]] += rise_and_fall(*when)
    looking = np.zeros((len(times), 2, 2))
    for axis, *when in LOOKS:
        looking[:, :, axis] += rise_and_fall(*when)[:, None]
    return np.clip(gaze.to_looks(looking, value), 0, 1)


def turning(frames: int = 60, most_deg: float = 88.0) -> NDArray[np.float64]:
    """Return (frames, 3) radians of a head that turns to its profile, stays, and turns back."""
    share = np.interp(np.arange(frames), [8, 24, 36, 52], [0.0, 1.0, 1.0, 0.0])
    yaw = np.radians(most_deg) * share**2 * (3 - 2 * share)
    return np.stack([yaw, np.zeros(frames), np.zeros(frames)], axis=1)


def main() -> int:
    """Film the clip."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--truth", type=Path, help="write the exact performance here")
    parser.add_argument("--turn", action="store_true", help="turn to the profile and back instead")
    args = parser.parse_args()
    head = heads.load(data.face_folder())["ict"]
    if args.turn:
        poses = turning()
        still = np.zeros((len(poses), 52))
        film.shoot(args.out, head, still, poses, seed=SEED, fps=FPS, size=256, wall=True)
        return 0
    times = np.arange(FRAMES) / FPS
    value = act(times)
    ease = np.hanning(17)
    way = np.stack([np.interp(times, HEAD[:, 0], column) for column in HEAD[:, 1:].T], axis=1)
    way = np.pad(way, ((8, 8), (0, 0)), "edge")
    poses = np.stack([np.convolve(w, ease / ease.sum(), "valid") for w in way.T], axis=1)
    film.shoot(args.out, head, value, np.radians(poses), seed=SEED, fps=FPS, wall=True)
    if args.truth:
        performance.write(args.truth, Performance(times, value, gaze=gaze.from_looks(value)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
