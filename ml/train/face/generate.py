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

from ...face import patches
from ...face.detector import region_of
from ...face.gaze import from_looks
from ...face.mesh import IrisNetwork, MeshNetwork
from ...face.performance import INDEX, NAMES
from ...face.pose import Basis, align
from ...runtime import Settings
from . import heads
from .actors import Actor, placed, random_camera, random_pose, recordings
from .footage import Footage
from .glasses import Glasses
from .render import Renderer, random_look, varied

_LOOKS = np.array([n.startswith("eyeLook") for n in NAMES])

log = logging.getLogger(__name__)

SIZE = 224
SIZES = (160, 208, 240)
RESTS = 2
STILLS = 7  # frames of a calm take
_EXPRESSIONS = 11  # frames of a take beside those
_MPFB_SHARE = 0.2
_GLASSES_SHARE = 0.08
_STRANGERS_SHARE = 0.6
_SMALL_SHARE = 0.35  # of the takes in which all motions are small
_STEADY_SHARE = 0.5  # of the takes in which the head hardly turns
_LOOKS_TO_SETTLE = 3
"""In a clip the network looks where it found the face in the frame before. From the true place it
takes as many looks until its points are as near to those it would settle on (a deviation of .01 to
.02 cm; .03 after one look, .02 after two)."""

_TAKES_A_FILE = 40
_TRIED = 80


class Studio:
    """Renders takes and looks at them."""

    def __init__(self, folder: Path, seed: int, basis: Basis) -> None:
        self.rng, self.basis = np.random.default_rng(seed), basis
        self.actor = Actor(recordings(folder))
        self.heads = {
            name: head.without(~self._ever_seen(head)) for name, head in heads.load(folder).items()
        }
        self.renderers: dict[tuple[str, int], Renderer] = {}
        settings = Settings(device="cpu", threads=1)
        self.mesh, self.iris = MeshNetwork(settings), IrisNetwork(settings)

    def take(self) -> dict[str, NDArray]:
        """Return one take: what was done, seen and found, frame by frame."""
        rng = self.rng
        head, size = self._head(), int(rng.choice(SIZES))
        stranger = rng.random() < _STRANGERS_SHARE
        person = head.stranger(rng) if stranger else head.person(rng)
        look = random_look(rng, size)
        footage = Footage.random(rng)
        if stranger:
            look = varied(look, rng)
        glasses = Glasses.random(rng) if rng.random() < _GLASSES_SHARE else None
        values, poses = self._acted(head), self._poses()
        focal, place = random_camera(rng)
        seen = []
        for value, pose in zip(values, poses, strict=True):
            face = head.pose(person, value, from_looks(value))
            camera = placed(pose, focal, place)
            image = self._renderer(head, size).draw(face, camera, look, rng)
            if glasses is not None:
                image = glasses.put_on(image, person, head, camera)
            seen.append(self._look(footage(image, rng), head, face, camera))
        return self._laid_out(seen) | {
            "coefficients": values.astype(np.float32),
            "pose": poses.astype(np.float32),
            "mpfb": np.full(len(values), head.name == "mpfb"),
        }

    def still(self) -> dict[str, NDArray]:
        """Return one take of a calm face that differs a little from frame to frame."""
        rng = self.rng
        head = self._head()
        person, look = head.person(rng), random_look(rng, SIZE)
        start = self.actor.rest(rng) if rng.random() < 0.6 else self.actor.expression(rng)
        pose, (focal, place) = random_pose(rng, 0.7), random_camera(rng)
        values, seen = [], []
        for k in range(STILLS):
            value = self.actor.nearby(start, rng) if k else start
            turned = pose + rng.normal(0, np.radians(0.8), 3)
            face = head.pose(person, value, from_looks(value))
            camera = placed(turned, focal, place + rng.normal(0, 0.15, 3))
            image = self._renderer(head, SIZE).draw(face, camera, look, rng)
            values.append(value)
            seen.append(self._look(image, head, face, camera))
        return self._laid_out(seen) | {"coefficients": np.array(values, np.float32)}

    def _ever_seen(self, head: heads.Head) -> NDArray[np.bool_]:
        """Return (T,), triangles that some pose and expression shows, and those next to them."""
        rng, renderer = np.random.default_rng(0), Renderer(head, SIZE)
        seen = np.zeros(len(head.triangles), bool)
        for _ in range(_TRIED):
            value = self.actor.expression(rng)
            face = head.pose(head.stranger(rng), value, from_looks(value))
            seen[renderer.shown(face, placed(random_pose(rng), *random_camera(rng)))] = True
        near = np.zeros(len(head.neutral), bool)
        near[head.triangles[seen]] = True
        return near[head.triangles].any(axis=1)

    def _head(self) -> heads.Head:
        return self.heads["mpfb" if self.rng.random() < _MPFB_SHARE else "ict"]

    def _renderer(self, head: heads.Head, size: int) -> Renderer:
        if (head.name, size) not in self.renderers:
            self.renderers[head.name, size] = Renderer(head, size)
        return self.renderers[head.name, size]

    def _acted(self, head: heads.Head) -> NDArray:
        """Return (F, 52), first at rest; in some takes nothing moves much."""
        rng = self.rng
        moved = np.array([self.actor.expression(rng) for _ in range(_EXPRESSIONS)])
        if rng.random() < _SMALL_SHARE:
            moved = np.where(_LOOKS, moved, moved * rng.uniform(0.15, 0.5))
        values = np.concatenate([[self.actor.rest(rng) for _ in range(RESTS)], moved])
        if head.name == "ict":
            values[:, INDEX["tongueOut"]] = 0.0
        return values

    def _poses(self) -> NDArray:
        """Return (F, 3); the rests look about ahead, or all are turned alike, or nearly."""
        rng, count = self.rng, RESTS + _EXPRESSIONS
        if rng.random() < _STEADY_SHARE:
            spread = np.radians(rng.uniform(0.5, 6.0))
            return random_pose(rng, 0.6) + rng.normal(0, spread, (count, 3)) * [1.0, 0.6, 0.4]
        return np.array([random_pose(rng, 0.4 if k < RESTS else 1.0) for k in range(count)])

    def _look(self, image, head, face, camera):
        """Return presence, mesh, irises and patches, found as in the middle of a clip."""
        import cv2

        flat = camera.pixels(camera.place(head.mesh_points(face)), len(image))
        box = np.concatenate([flat.min(axis=0), flat.max(axis=0)])
        region = region_of(box, flat[33], flat[263])
        for _ in range(_LOOKS_TO_SETTLE):
            mesh = self.mesh(image, region)
            region = mesh.region()
        pose = align(mesh.points[None], self.basis.template, self.basis.weight)
        eyes, lower = patches.cut(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), pose)
        return mesh.presence, mesh.points, self.iris(image, mesh.points), eyes, lower

    def _laid_out(self, seen: list[tuple]) -> dict[str, NDArray]:
        presence, points, iris, eyes, lower = (np.array(part) for part in zip(*seen, strict=True))
        return {
            "presence": presence.astype(np.float32),
            "points": points.astype(np.float32),
            "iris": iris.astype(np.float32),
            "eyes": eyes,
            "lower": lower,
        }


def generate_stills(folder: Path, out: Path, seed: int, minutes: float, basis: Basis) -> None:
    """Write files of calm takes, stills_<seed>_<number>.npz, until the time is over."""
    out.mkdir(parents=True, exist_ok=True)
    studio = Studio(folder, 5_000_000 + seed, basis)
    started, number = time.monotonic(), 0
    while time.monotonic() - started < minutes * 60:
        takes = [studio.still() for _ in range(_TAKES_A_FILE)]
        together = {k: np.stack([t[k] for t in takes]) for k in takes[0]}
        np.savez(out / f"stills_{seed}_{number:04d}.npz", **together)
        number += 1
        log.info("%d files of %d frames", number, _TAKES_A_FILE * STILLS)


def generate(folder: Path, out: Path, seed: int, minutes: float, basis: Basis) -> None:
    """Write files of takes until the time is over; what is there already is kept.

    Parameters
    ----------
    folder : the data folder's `face` part
    out : takes_<seed>_<number>.npz go here
    """
    out.mkdir(parents=True, exist_ok=True)
    number = len(list(out.glob(f"takes_{seed}_*.npz")))
    studio = Studio(folder, seed * 10_000 + number, basis)
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
