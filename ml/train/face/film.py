"""Film a rendered head: clips with exact ground truth, of people that were never trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face.gaze import from_looks
from .actors import placed
from .heads import Head
from .render import Renderer, random_look

HELD_OUT_SEED = 9_000_000
"""People and looks to measure on are drawn from seeds from here on; training's lie below."""


def head_way(rng: np.random.Generator, count: int, fps: float, spread_deg: float) -> NDArray:
    """Return (count, 3) yaw, down and roll, radians, of a head that moves as people's do."""
    seconds = np.arange(count) / fps
    way = np.zeros((count, 3))
    for axis, share in enumerate((1.0, 0.6, 0.4)):
        for hertz in (0.11, 0.23, 0.47, 0.9):
            size = spread_deg * share * rng.uniform(0.3, 1.0) * (0.11 / hertz) ** 0.5
            way[:, axis] += size * np.sin(2 * np.pi * (hertz * seconds + rng.random()))
    return np.radians(way - way[0] * 0.5)


def shoot(
    path: Path,
    head: Head,
    values: NDArray,
    poses: NDArray,
    *,
    seed: int,
    fps: float = 30.0,
    size: int = 480,
    wall: bool = False,
) -> None:
    """Render a clip of one person and write it as a video.

    Parameters
    ----------
    path : .mp4
    values : (F, 52)
    poses : (F, 3) yaw, down and roll of the head, radians
    seed : of the person, the paint and the light
    wall : whether a gray wall stands behind, not a random pattern
    """
    import cv2

    rng = np.random.default_rng(HELD_OUT_SEED + seed)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (size, size))
    if not writer.isOpened():
        raise OSError(f"{path} cannot be written")
    for picture in pictures(Renderer(head, size), values, poses, rng, wall=wall):
        writer.write(picture)
    writer.release()


def pictures(
    renderer: Renderer, values: NDArray, poses: NDArray, rng: np.random.Generator, wall: bool
) -> Iterator[NDArray[np.uint8]]:
    """Yield (S, S, 3) uint8 BGR, frame after frame of one person before one camera.

    Parameters
    ----------
    values, poses, wall : see `shoot`
    rng : draws the person, the paint, the light and the camera
    """
    size = renderer.size
    person, look = renderer.head.person(rng), random_look(rng, size)
    look.grain = min(look.grain, 3.0)
    if wall:
        shade = np.linspace(150, 95, size)[:, None, None]
        look.background = np.broadcast_to(shade * [1.0, 0.97, 0.93], (size, size, 3))
    focal, width = rng.uniform(1.0, 2.5), rng.uniform(24.0, 30.0)
    place = np.array([rng.normal(0, 1), 3.0 + rng.normal(0, 0.7), -focal * width])
    for value, pose in zip(values, poses, strict=True):
        face = renderer.head.pose(person, value, from_looks(value))
        yield renderer.draw(face, placed(pose, focal, place), look, rng)
