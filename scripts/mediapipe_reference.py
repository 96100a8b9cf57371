"""Run mediapipe's own pose solution on a clip, to compare with ours.

    python scripts/mediapipe_reference.py CLIP OUT.npz     write its landmarks
    python scripts/mediapipe_reference.py CLIP --serve     time one run for each line on stdin
    python scripts/mediapipe_reference.py CLIP OUT.npz --face     its face mesh instead

Run it with the Python of the export environment. OUT.npz holds image (F, 33, 3) in pixels,
world (F, 33, 3) in metres and visibility (F, 33), NaN where nobody was found, and size; with --face
only image (F, 468, 3) and size.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import cv2
import mediapipe as mp
import numpy as np


def results(clip: str) -> Iterator[tuple[np.ndarray, object]]:
    """Yield (frame, mediapipe's result) for each frame."""
    capture = cv2.VideoCapture(clip)
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    with mp.solutions.pose.Pose(
        static_image_mode=False, model_complexity=1, smooth_landmarks=True
    ) as pose:
        while True:
            ok, frame = capture.read()
            if not ok:
                return
            yield frame, pose.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))


def write_landmarks(clip: str, target: str) -> None:
    """Write the landmarks of every frame."""
    image, world, visibility, size = [], [], [], (0, 0)
    for frame, result in results(clip):
        height, width = frame.shape[:2]
        size = (width, height)
        if result.pose_landmarks is None:
            image.append(np.full((33, 3), np.nan))
            world.append(np.full((33, 3), np.nan))
            visibility.append(np.full(33, np.nan))
            continue
        marks = result.pose_landmarks.landmark
        image.append([(m.x * width, m.y * height, m.z * width) for m in marks])
        visibility.append([m.visibility for m in marks])
        world.append([(m.x, m.y, m.z) for m in result.pose_world_landmarks.landmark])
    np.savez_compressed(target, image=image, world=world, visibility=visibility, size=size)


def write_face(clip: str, target: str) -> None:
    """Write the face mesh of every frame."""
    capture = cv2.VideoCapture(clip)
    image, size = [], (0, 0)
    with mp.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1) as mesh:
        while True:
            ok, frame = capture.read()
            if not ok:
                break
            height, width = frame.shape[:2]
            size = (width, height)
            found = mesh.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)).multi_face_landmarks
            marks = found[0].landmark if found else ()
            points = [(m.x * width, m.y * height, m.z * width) for m in marks]
            image.append(points or np.full((468, 3), np.nan))
    np.savez_compressed(target, image=image, size=size)


def serve(clip: str) -> None:
    """For each line on standard input run the whole clip and answer with frames and seconds."""
    for _line in sys.stdin:
        start = time.perf_counter()
        frames = sum(1 for _ in results(clip))
        print(frames, time.perf_counter() - start, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip")
    parser.add_argument("target", nargs="?", help="the .npz file to write")
    parser.add_argument("--serve", action="store_true", help="time runs instead")
    parser.add_argument("--face", action="store_true", help="the face mesh, not the pose")
    args = parser.parse_args(argv)
    if args.serve == bool(args.target):
        parser.error("give either a target file or --serve")
    if args.serve:
        serve(args.clip)
    elif args.face:
        write_face(args.clip, args.target)
    else:
        write_landmarks(args.clip, args.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
