"""Draw docs/pictures/face_capture.jpg: the face clip that ships, as acted and as captured.

    build/env/train/bin/python scripts/face_picture.py [--out docs/pictures/face_capture.jpg]

Needs the environment "train"; run it again when a network of the face stage has changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import package

package.load()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from understudy.ml import progress  # noqa: E402
from understudy.ml.face.performance import INDEX, Performance  # noqa: E402
from understudy.ml.face.pipeline import capture  # noqa: E402

from film_face_clip import act  # noqa: E402

CLIP = package.ROOT / "tests" / "data" / "face_clip.mp4"
SHOWN = (
    *("eyeBlinkLeft", "browOuterUpRight", "browDownLeft", "jawOpen"),
    *("mouthSmileLeft", "mouthFunnel", "noseSneerLeft", "eyeSquintLeft"),
)
WIDTH, ROW, TILES = 1120, 62, 8
ACTED, CAPTURED, INK, PAPER = (60, 160, 60), (40, 60, 200), (40, 40, 40), (250, 250, 250)  # BGR


def tiles() -> NDArray[np.uint8]:
    """Return one row of pictures, evenly spread over the clip."""
    video, side = cv2.VideoCapture(str(CLIP)), WIDTH // TILES
    frames = []
    while (read := video.read())[0]:
        frames.append(cv2.resize(read[1], (side, side), interpolation=cv2.INTER_AREA))
    at = ((np.arange(TILES) + 0.5) * len(frames) / TILES).astype(int)
    return np.concatenate([frames[i] for i in at], axis=1)


def curves(name: str, times: NDArray, acted: NDArray, captured: NDArray) -> NDArray[np.uint8]:
    """Return one row: both curves of an expression, 0 to 1 from its foot to its top."""
    row = np.full((ROW, WIDTH, 3), PAPER, np.uint8)
    x = times / times[-1] * (WIDTH - 1)
    for values, colour in ((acted, ACTED), (captured, CAPTURED)):
        line = np.stack([x, ROW - 6 - (ROW - 12) * values], axis=1).round().astype(np.int32)
        cv2.polylines(row, [line], False, colour, 3, cv2.LINE_AA)
    cv2.putText(row, name, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.55, INK, 1, cv2.LINE_AA)
    row[-1] = (200, 200, 200)
    return row


def main() -> int:
    """Capture the clip and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    folder = package.ROOT / "docs" / "pictures"
    parser.add_argument("--out", type=Path, default=folder / "face_capture.jpg")
    args = parser.parse_args()
    seen = Performance.unpack(*progress.run(capture({"video": str(CLIP), "device": "cpu"}, {})))
    acted = act(seen.times)
    rows = [
        curves(n, seen.times, acted[:, INDEX[n]], seen.coefficients[:, INDEX[n]]) for n in SHOWN
    ]
    cv2.imwrite(str(args.out), np.concatenate([tiles(), *rows]), [cv2.IMWRITE_JPEG_QUALITY, 88])
    return 0


if __name__ == "__main__":
    sys.exit(main())
