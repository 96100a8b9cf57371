"""Measure the capture on a photograph whose skin is moved as expressions would move it.

    build/env/train/bin/python scripts/bench_face_skin.py PORTRAIT.jpg [--out CLIP.mp4]

Everything else is measured on rendered heads. Here the skin is real: a camera drifts over a
portrait, grain and a flicker of light included, while the picture is warped as the morphable head's
points move in one expression after another. What a warp cannot show (wrinkles, teeth, a lid over an
eye) is missing, so only brows, nose, cheeks and corners of the mouth can be judged. Needs the
environment "train" and the data folder; one face, seen from the front.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import package

package.load()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.interpolate import LinearNDInterpolator  # noqa: E402
from understudy.ml import progress, runtime  # noqa: E402
from understudy.ml.face import pipeline  # noqa: E402
from understudy.ml.face.detector import Detector  # noqa: E402
from understudy.ml.face.mesh import MeshNetwork  # noqa: E402
from understudy.ml.face.performance import INDEX, NAMES, Performance  # noqa: E402
from understudy.ml.face.pose import Basis, align  # noqa: E402
from understudy.ml.train.face import data, heads  # noqa: E402
from understudy.ml.train.face.fitting import mirror_names  # noqa: E402

MOVED = ("browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight",
         "noseSneerLeft", "noseSneerRight", "cheekPuff", "mouthSmileLeft", "mouthSmileRight",
         "mouthFrownLeft", "mouthFrownRight", "mouthPucker")  # fmt: skip
SIZE, FPS, PEAK = 420, 30.0, 0.6
LEAD, EACH, LONG = 14, 14, 10  # frames before the first, from one to the next, of each
_WIDE = 2.2  # side of the picture over the detected face's square


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


def acted() -> NDArray[np.float64]:
    """Return (F, 52), one expression after another."""
    value = np.zeros((LEAD + len(MOVED) * EACH + LEAD, len(NAMES)))
    bump = PEAK * np.sin(np.pi * (np.arange(LONG) + 1) / (LONG + 1))
    for k, name in enumerate(MOVED):
        value[LEAD + k * EACH :][:LONG, INDEX[name]] = bump
    return value


def drift(portrait: NDArray, count: int, rng: np.random.Generator) -> list[NDArray]:
    """Return pictures of a camera that is held by hand before a portrait."""
    faces = Detector(runtime.Settings(device="cpu"))(portrait)
    if not len(faces):
        raise SystemExit("No face is found in the portrait")
    region = faces.regions()[0]
    pictures = []
    for second in np.arange(count) / FPS:
        wave = np.sin(2 * np.pi * second * np.array([0.4, 0.3, 0.5, 0.35, 0.7]) + [0, 1, 0, 1.6, 0])
        side = region.side * _WIDE * (1 + 0.05 * wave[0])
        x, y = np.array([region.x, region.y]) + 0.04 * region.side * wave[2:4]
        matrix = cv2.getRotationMatrix2D((x, y), 4 * wave[1], SIZE / side)
        matrix[:, 2] += SIZE / 2 - np.array([x, y])
        seen = cv2.warpAffine(
            portrait, matrix, (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        seen = seen * (1 + 0.05 * wave[4]) + rng.normal(0, 2.5, seen.shape)
        pictures.append(np.clip(seen, 0, 255).astype(np.uint8))
    return pictures


def warp(picture: NDArray, here: NDArray, there: NDArray) -> NDArray[np.uint8]:
    """Move what lies at the points `here` (N, 2) to `there`; the picture's edge stays."""
    edge = SIZE - 1.0
    frame = np.array([[x, y] for x in (0, edge / 2, edge) for y in (0, edge / 2, edge)])
    frame = frame[(frame != edge / 2).any(axis=1)]
    back = np.vstack([here - there, np.zeros_like(frame)])
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    move = LinearNDInterpolator(np.vstack([there, frame]), back, fill_value=0.0)(x, y)
    move = move.astype(np.float32)
    return cv2.remap(picture, x + move[..., 0], y + move[..., 1], cv2.INTER_CUBIC)


def filmed(portrait: NDArray, true: NDArray) -> list[NDArray]:
    """Return the portrait's pictures, its skin moved by the expressions `true` (F, 52)."""
    settings = runtime.Settings(device="cpu")
    basis, mesh, detector = Basis.load(settings), MeshNetwork(settings), Detector(settings)
    head = heads.load(data.face_folder())["ict"]
    motion = np.stack([head.mesh_points(shape) for shape in head.expressions])
    pictures = drift(portrait, len(true), np.random.default_rng(0))
    for i in np.flatnonzero(true.any(axis=1)):
        rough = mesh(pictures[i], detector(pictures[i]).regions()[0])
        points = mesh(pictures[i], rough.region()).points[None]
        pose = align(points, basis.template, basis.weight)
        face = pose.to_head(points)[0]
        moved = pose.to_picture(face + np.tensordot(true[i], motion, 1))[0]
        pictures[i] = warp(pictures[i], points[0, :, :2], moved[:, :2])
    return pictures


def captured(pictures: list[NDArray], path: Path) -> Performance:
    """Write the pictures as a video, and return what is captured of it."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, (SIZE, SIZE))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    steps = pipeline.capture({"video": str(path), "device": "cpu"}, {})
    return Performance.unpack(*progress.run(steps))


def main() -> int:
    """Film, capture, and print what was seen of each expression."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("portrait", type=Path)
    parser.add_argument("--out", type=Path, help="keep the clip here")
    args = parser.parse_args()
    portrait = cv2.imread(str(args.portrait))
    if portrait is None:
        raise SystemExit(f"{args.portrait} is no picture")
    true = acted()
    with tempfile.TemporaryDirectory() as folder:
        made = captured(filmed(portrait, true), args.out or Path(folder) / "skin.mp4")
    curves, others = made.coefficients, mirror_names()
    still = ~true.any(axis=1)
    say("expression: seen of what was done; the other side; where nothing is done, its deviation")
    for name in MOVED:
        i = INDEX[name]
        on = true[:, i] > PEAK / 2
        above = curves[on].mean(axis=0) - np.median(curves, axis=0)
        other = f"{above[others[i]]:5.2f}" if others[i] != i else "     "
        noise = curves[still, i].std()
        say(f"{name:18s} {above[i]:5.2f} of {true[on, i].mean():.2f}   {other}   {noise:.3f}")
    say(f"all 52 where nothing is done: deviation {curves[still].std(axis=0).mean():.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
