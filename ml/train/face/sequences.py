"""Film whole performances of many people and let the tracker watch them, as it does a user's clip.

What the per-frame solver gets wrong hangs together from frame to frame, by the person, the light
and the way the head is turned; so the network that looks along time learns from what was truly
seen, not from noise that was made up.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ... import progress, video
from ...face import tracker
from ...face.performance import INDEX
from ...face.pose import Basis
from ...runtime import Settings
from . import film, heads
from .actors import Actor, recordings
from .performances import Director
from .render import Renderer

log = logging.getLogger(__name__)

FPS = 30.0
FRAMES = (110, 220)
SIZES = (208, 224, 256)
_MPFB_SHARE = 0.2


def generate(folder: Path, out: Path, seed: int, minutes: float, basis: Basis) -> None:
    """Write sequence_<seed>_<number>.npz until the time is over; what is there is kept.

    Parameters
    ----------
    folder : the data folder's `face` part
    """
    out.mkdir(parents=True, exist_ok=True)
    known = heads.load(folder)
    director = Director(Actor(recordings(folder)))
    renderers: dict[tuple[str, int], Renderer] = {}
    settings = Settings(device="cpu", threads=1)
    number = len(list(out.glob(f"sequence_{seed}_*.npz")))
    started, frames = time.monotonic(), 0
    while time.monotonic() - started < minutes * 60:
        rng = np.random.default_rng([seed, number])
        kind = "mpfb" if rng.random() < _MPFB_SHARE else "ict"
        size = int(rng.choice(SIZES))
        renderer = renderers.setdefault((kind, size), Renderer(known[kind], size))
        values = director.performance(rng, int(rng.integers(*FRAMES)))
        if kind == "ict":
            values[:, INDEX["tongueOut"]] = 0.0
        made = _filmed(renderer, values, rng, basis, settings)
        if made is not None:
            part = out / f"part_{seed}.npz"
            np.savez(part, **made, coefficients=values.astype(np.float32), mpfb=kind == "mpfb")
            part.rename(out / f"sequence_{seed}_{number:04d}.npz")
            frames += len(values)
        number += 1
        log.info("%d clips, %.1f frames/s", number, frames / (time.monotonic() - started))


def _filmed(
    renderer: Renderer,
    values: NDArray,
    rng: np.random.Generator,
    basis: Basis,
    settings: Settings,
) -> dict[str, NDArray] | None:
    """Return what the tracker sees of a filmed performance; None where it loses the face."""
    poses = film.head_way(rng, len(values), FPS, rng.uniform(1.0, 14.0))
    poses = poses + np.radians(rng.normal(0, [8.0, 4.0, 3.0]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        writer = cv2.VideoWriter(
            str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, (renderer.size, renderer.size)
        )
        for picture in film.pictures(renderer, values, poses, rng, wall=False):
            writer.write(picture)
        writer.release()
        with video.open_video(str(path)) as clip:
            seen = progress.run(tracker.track(clip, basis, settings=settings))
    if not seen.found.all() or len(seen.time) != len(values):
        return None
    return {
        "points": seen.points,
        "iris": seen.iris,
        "eyes": seen.patches.eyes,
        "lower": seen.patches.lower,
        "presence": seen.presence,
        "time": seen.time,
        "poses": poses.astype(np.float32),
    }
