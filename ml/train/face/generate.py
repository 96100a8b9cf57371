"""Make training pictures: render takes of people, and let the mesh networks look at them.

A take is one person, painted, lit and filmed in one way. Its first frames are at rest, so that
the network learns expressions against a person's own neutral face.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...blocking.crop import Region
from ...face import patches
from ...face.detector import region_of
from ...face.gaze import from_looks
from ...face.mesh import IrisNetwork, MeshNetwork
from ...face.performance import INDEX
from ...face.pose import Basis, align
from ...runtime import Settings
from . import heads
from .actors import Actor, placed, random_camera, random_pose, recordings
from .render import Renderer, random_look

log = logging.getLogger(__name__)

SIZE = 224
RESTS = 2
STILLS = 7  # frames of a calm take
MIXED, ROW = 16, 32
"""Frames of a take of unrelated expressions, and of one of samples in a row."""

_ROW_SHARE = 0.15  # of the takes
_MPFB_SHARE = 0.2
_TAKES_A_FILE = 20
_JPEG = 92


class Studio:
    """Renders takes and looks at them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.heads = heads.load(folder)
        self.renderers = {name: Renderer(head, SIZE) for name, head in self.heads.items()}
        self.actor = Actor(recordings(folder))
        settings = Settings(device="cpu", threads=1)
        self.mesh, self.iris = MeshNetwork(settings), IrisNetwork(settings)

    def take(self) -> dict[str, NDArray]:
        """Return one take: what was done, seen and found, frame by frame."""
        import cv2

        rng = self.rng
        name = "mpfb" if rng.random() < _MPFB_SHARE else "ict"
        row = rng.random() < _ROW_SHARE
        head, renderer = self.heads[name], self.renderers[name]
        person, look = head.person(rng), random_look(rng, SIZE)
        values = np.concatenate(
            [
                [self.actor.rest(rng) for _ in range(RESTS)],
                self.actor.clip(rng, ROW)
                if row
                else [self.actor.expression(rng) for _ in range(MIXED)],
            ]
        )
        if name == "ict":
            values[:, INDEX["tongueOut"]] = 0.0
        poses = self._poses(len(values), row)
        focal, place = random_camera(rng)
        frames: dict[str, list] = {"jpeg": [], "points": [], "iris": [], "presence": []}
        for value, pose in zip(values, poses, strict=True):
            face = head.pose(person, value, from_looks(value))
            camera = placed(pose, focal, place)
            image = renderer.draw(face, camera, look, rng)
            mesh, iris = self._look(image, head, face, camera)
            frames["jpeg"].append(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG])[1])
            frames["points"].append(mesh.points)
            frames["presence"].append(mesh.presence)
            frames["iris"].append(iris)
        sizes = [len(j) for j in frames["jpeg"]]
        return {
            "jpeg": np.concatenate([j.ravel() for j in frames["jpeg"]]),
            "jpeg_size": np.array(sizes),
            "points": np.array(frames["points"], np.float32),
            "iris": np.array(frames["iris"], np.float32),
            "presence": np.array(frames["presence"], np.float32),
            "coefficients": values.astype(np.float32),
            "pose": poses.astype(np.float32),
            "row": np.full(len(values), row),
            "mpfb": np.full(len(values), name == "mpfb"),
        }

    def still(self, basis: Basis) -> dict[str, NDArray]:
        """Return one take of a calm face that differs a little from frame to frame."""
        import cv2

        rng = self.rng
        name = "mpfb" if rng.random() < _MPFB_SHARE else "ict"
        head, renderer = self.heads[name], self.renderers[name]
        person, look = head.person(rng), random_look(rng, SIZE)
        start = self.actor.rest(rng) if rng.random() < 0.6 else self.actor.expression(rng)
        pose, (focal, place) = random_pose(rng, 0.7), random_camera(rng)
        values, seen = [], []
        for k in range(STILLS):
            value = self.actor.nearby(start, rng) if k else start
            turned = pose + rng.normal(0, np.radians(0.8), 3)
            face = head.pose(person, value, from_looks(value))
            camera = placed(turned, focal, place + rng.normal(0, 0.15, 3))
            image = renderer.draw(face, camera, look, rng)
            mesh, iris = self._look(image, head, face, camera)
            found = align(mesh.points[None], basis.template, basis.weight)
            eyes, lower = patches.cut(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), found)
            values.append(value)
            seen.append((mesh.points, iris, eyes, lower))
        points, iris, eyes, lower = (np.array(part) for part in zip(*seen, strict=True))
        return {
            "points": points.astype(np.float32),
            "iris": iris.astype(np.float32),
            "eyes": eyes,
            "lower": lower,
            "coefficients": np.array(values, np.float32),
        }

    def _poses(self, count: int, row: bool) -> NDArray:
        """Return (count, 3); the rests look about ahead, a row moves smoothly."""
        rng = self.rng
        poses = np.array([random_pose(rng) for _ in range(count)])
        if row:
            drift = np.cumsum(rng.normal(0, np.radians(0.25), (count, 3)), axis=0)
            drift = np.cumsum(drift, axis=0) * 0.05 + drift
            poses = random_pose(rng, 0.7) + drift
        poses[:RESTS] = [random_pose(rng, 0.4) for _ in range(RESTS)]
        return poses

    def _look(self, image, head, face, camera):
        """Return the mesh and the irises, found as in the middle of a clip: near the last place."""
        rng = self.rng
        flat = camera.pixels(camera.place(head.mesh_points(face)), SIZE)
        box = np.concatenate([flat.min(axis=0), flat.max(axis=0)])
        first = region_of(box, flat[33], flat[263])
        shift = rng.normal(0, 0.02 * first.side, 2)
        region = Region(
            first.x + shift[0],
            first.y + shift[1],
            first.side * np.exp(rng.normal(0, 0.03)),
            first.angle + rng.normal(0, 0.03),
        )
        mesh = self.mesh(image, self.mesh(image, region).region())
        return mesh, self.iris(image, mesh.points)


def generate_stills(folder: Path, out: Path, seed: int, minutes: float, basis: Basis) -> None:
    """Write files of calm takes, stills_<seed>_<number>.npz, until the time is over."""
    out.mkdir(parents=True, exist_ok=True)
    studio = Studio(folder, 5_000_000 + seed)
    started, number = time.monotonic(), 0
    while time.monotonic() - started < minutes * 60:
        takes = [studio.still(basis) for _ in range(_TAKES_A_FILE)]
        together = {k: np.stack([t[k] for t in takes]) for k in takes[0]}
        np.savez(out / f"stills_{seed}_{number:04d}.npz", **together)
        number += 1
        log.info("%d files of %d frames", number, _TAKES_A_FILE * STILLS)


def generate(folder: Path, out: Path, seed: int, minutes: float) -> None:
    """Write files of takes until the time is over; what is there already is kept.

    Parameters
    ----------
    folder : the data folder's `face` part
    out : takes_<seed>_<number>.npz go here
    """
    out.mkdir(parents=True, exist_ok=True)
    number = len(list(out.glob(f"takes_{seed}_*.npz")))
    studio = Studio(folder, seed * 10_000 + number)
    started, made = time.monotonic(), 0
    while time.monotonic() - started < minutes * 60:
        takes = [studio.take() for _ in range(_TAKES_A_FILE)]
        made += sum(len(t["presence"]) for t in takes)
        together = {k: np.concatenate([t[k] for t in takes]) for k in takes[0]}
        lengths = [len(t["presence"]) for t in takes]
        together["take"] = np.repeat(np.arange(len(takes)), lengths)
        part = out / f"part_{seed}.npz"
        np.savez(part, **together)
        part.rename(out / f"takes_{seed}_{number:04d}.npz")
        number += 1
        log.info("%d files, %.1f pictures/s", number, made / (time.monotonic() - started))
