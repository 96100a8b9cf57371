"""Windows to learn from: performances on random bodies, seen by random cameras and the detector.

A share of the windows comes from rendered clips that the real detector has seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ... import rotations as rt
from ...blocking import fit, lifting, plant
from ...blocking.body import ROLES
from ...blocking.tracker import Landmarks
from . import acting, bodies, mocap
from .noise import Detector, Example, clean_marks, depth_error

_INTO_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Scene axes (x right, y away, z up) to camera axes (x right, y down, z away)."""
_HEAD_AND_HANDS = [ROLES.index(r) for r in ("head", "hand.L", "hand.R")]
_ERROR = (0.6, 1.25)
_SEEN_SPEEDS = (0.75, 1.3)
_BUILD_M = 0.012  # how far clothes and build move where a landmark is seen
_SMOOTH_S = 0.03
_CHANGED = 0.5
_LEAN_RAD = 0.12
_WEIGHT = {"kaykit_cc0": 0.5, "reactidle_mit": 0.12, "misc_permissive": 0.6}


@dataclass
class Window:
    """What the network gets, and what it should say; T frames at `lifting.RATE`, view axes.

    Attributes
    ----------
    inputs : (T, INPUTS)
    detected : (T, 17, 3) metres
    joints : (T, 17, 3) metres
    rotation : (T, roles, 6)
    contact : (T, 4) 0 or 1
    up : (T, 3)
    velocity : (T, 3) of the hips, metres a second
    """

    inputs: NDArray
    detected: NDArray
    joints: NDArray
    rotation: NDArray
    contact: NDArray
    up: NDArray
    velocity: NDArray


@dataclass
class Known:
    """A rendered clip: what was detected and what was true, ready to be cut into windows."""

    example: Example
    still: NDArray
    rotation: NDArray
    contact: NDArray
    up: NDArray
    velocity: NDArray


@dataclass
class Truth:
    """What is true of a filmed clip.

    Attributes
    ----------
    camera : (F, 17, 3) metres, `lifting.JOINTS` in camera axes: x right, y down, z away
    into : (F, 4) turns from scene axes to camera axes
    rot : (F, roles, 4) turns from the T-pose, scene axes
    contact : (F, 4) bool
    hips : (F, 3) metres, scene axes
    """

    camera: NDArray
    into: NDArray
    rot: NDArray
    contact: NDArray
    hips: NDArray


def compare(seen: Landmarks, true: Truth, focal_px: float, fps: float) -> Known:
    """Lay what was detected beside what is true, in view axes.

    `focal_px` is what the lens is taken for, which may not be what it is.
    """
    time = np.arange(len(true.camera)) / fps
    at = fit.resample(seen, np.minimum(time, seen.time[-1]), _SMOOTH_S, focal_px)
    middle = 0.5 * np.array(seen.size)
    rays = (at.image - middle) / focal_px
    still = (at.still[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1) - middle) / focal_px
    view = lifting.look(rays, at.world, at.visibility, still, fps)
    hips = true.camera[:, list(lifting.HIPS)].mean(axis=1)
    into = rt.multiply(view.turn, true.into)
    columns = rt.to_matrix(rt.multiply(into[:, None], true.rot))
    six = np.concatenate([columns[..., 0], columns[..., 1]], axis=-1)
    marks = list(lifting.LANDMARKS)
    ahead = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2)
    ahead = rt.rotate(view.turn[:, None], ahead[:, marks])
    cells = view.inputs[:, : 6 * len(marks)].reshape(len(hips), len(marks), 6)
    example = Example(
        joints=rt.rotate(view.turn[:, None], true.camera - hips[:, None]),
        turned=six[:, _HEAD_AND_HANDS],
        far=np.linalg.norm(hips, axis=-1),
        flat=ahead[..., :2] / ahead[..., 2:],
        body=cells[..., 2:5],
        visibility=at.visibility[:, marks],
    )
    return Known(
        example=example, still=still, rotation=six, contact=true.contact.astype(float),
        up=rt.rotate(into, [0.0, 0.0, 1.0]),
        velocity=rt.rotate(into, np.gradient(true.hips, axis=0) * fps),
    )  # fmt: skip


class Source:
    """Draws windows."""

    def __init__(
        self, performances: list[mocap.Performance], detector: Detector, known: list[Known],
        frames: int, real: float, varied: float = 0.0,
    ) -> None:  # fmt: skip
        self.frames, self.real, self.varied = frames, real, varied
        self.detector, self.known = detector, known
        self.performances = [p for p in performances if len(p.rot) >= 12]
        weight = [len(p.rot) * _WEIGHT.get(p.subject, 1.0) for p in self.performances]
        self.share = np.cumsum(weight) / np.sum(weight)

    def draw(self, rng: np.random.Generator) -> Window:
        """Draw one window, mirrored half of the time."""
        if self.known and rng.random() < self.real:
            window = self._seen(rng)
        else:
            window = self._made_up(rng)
        if rng.random() < self.varied:
            window = leaning(window, rng.normal(0.0, _LEAN_RAD))
            window = backwards(window) if rng.random() < 0.5 else window
        return mirrored(window) if rng.random() < 0.5 else window

    def _made_up(self, rng: np.random.Generator) -> Window:
        p = self.performances[int(np.searchsorted(self.share, rng.random()))]
        rot, root = stretch_of(p, self.frames, rng)
        rot = acting.change(rot, rng) if rng.random() < _CHANGED else acting.turn_feet(rot, rng)
        offsets = bodies.proportions(rng)
        leg = bodies.leg_length(offsets)
        _, joints = bodies.stand(rot, root, offsets)
        feet = bodies.foot_points(joints)
        contact = bodies.contacts(feet, joints[:, 0], leg, lifting.RATE)
        contact = bodies.on_toes(contact, feet)
        rot = plant.settle_feet(rot, contact, lifting.RATE)
        _, joints = bodies.stand(rot, root, offsets)
        names = [bodies.solver.JOINT_NAMES.index(n) for n in lifting.JOINTS]
        return self._film(rot, joints[:, names], contact, p.travels, rng)

    def _film(
        self, rot: NDArray, joints: NDArray, contact: NDArray, travels: bool,
        rng: np.random.Generator,
    ) -> Window:  # fmt: skip
        """See joints (T, 17, 3), scene axes, with a random camera."""
        frames = len(joints)
        hips = joints[:, list(lifting.HIPS)].mean(axis=1)
        into, at = before_camera(joints, rng, 0.2)
        centre = at[:, list(lifting.HIPS)].mean(axis=1)
        centre[:, 2] = np.maximum(centre[:, 2], 1.0)
        ray = centre[:, :2] / centre[:, 2:]
        turn = lifting.view_turn(ray)
        turned = rt.multiply(turn[:, None], rt.multiply(into, rot))
        seen = rt.rotate(turn[:, None], at - centre[:, None])
        away = np.linalg.norm(centre, axis=-1)
        six = rt.to_matrix(turned)[..., :2]
        six = np.concatenate([six[..., 0], six[..., 1]], axis=-1)
        strength = rng.uniform(0.7, 1.3)
        flat, body, visible = self.detector.see(seen, six[:, _HEAD_AND_HANDS], away, rng, strength)
        still = ray + np.cumsum(rng.normal(0.0, 1e-3, (frames, 2)), axis=0)
        view = lifting.lay_out(flat, body, visible, still, lifting.RATE, turn)
        travelled = np.gradient(rt.rotate(into, hips), axis=0) * lifting.RATE
        if not travels:
            travelled[:] = np.nan
        return Window(
            view.inputs, view.detected, seen, six, contact,
            rt.rotate(rt.multiply(turn, into), [0.0, 0.0, 1.0]), rt.rotate(turn, travelled),
        )  # fmt: skip

    def _seen(self, rng: np.random.Generator) -> Window:
        """Cut a window, at another speed and of somebody built a little otherwise."""
        k = self.known[int(rng.integers(len(self.known)))]
        e, length = k.example, len(k.still)
        frames = self.frames
        speed = float(np.exp(rng.uniform(*np.log(_SEEN_SPEEDS))))
        speed = min(speed, (length - 1.0) / (frames - 1.0))
        at = rng.uniform(0.0, length - 1.0 - (frames - 1) * speed) + np.arange(frames) * speed
        low = np.minimum(at.astype(int), length - 2)

        def read(values: NDArray) -> NDArray:
            part = (at - low).reshape(-1, *[1] * (values.ndim - 1))
            return values[low] + part * (values[low + 1] - values[low])

        shift = rng.normal(0.0, _BUILD_M, (1, *e.body.shape[1:]))
        # On other people it errs more or less so; and no two windows of a clip are the same.
        clean, far = clean_marks(e.joints, e.far), e.far[:, None, None]
        more = rng.uniform(*_ERROR, 2)
        flat = clean[..., :2] / far + more[0] * (e.flat - clean[..., :2] / far)
        body = clean[..., 2:] + more[1] * (e.body - clean[..., 2:])
        flat = read(flat) + shift[..., :2] / e.far.mean()
        turn = np.tile(rt.IDENTITY, (frames, 1))
        body = (read(body) + shift) * [1.0, 1.0, depth_error(rng)]
        view = lifting.lay_out(flat, body, read(e.visibility), read(k.still), lifting.RATE, turn)
        return Window(
            view.inputs, view.detected, read(e.joints), read(k.rotation),
            (read(k.contact) > 0.5).astype(float), read(k.up), speed * read(k.velocity),
        )  # fmt: skip


def before_camera(
    joints: NDArray, rng: np.random.Generator, travelling: float
) -> tuple[NDArray, NDArray]:
    """Stand a random camera before somebody.

    Parameters
    ----------
    joints : (T, 17, 3) metres, scene axes
    rng : Generator
    travelling : float, 0 to 1, how often the camera travels along

    Returns
    -------
    into : (4,) the turn from scene to camera axes
    at : (T, 17, 3) metres, the joints in camera axes
    """
    hips = joints[:, list(lifting.HIPS)].mean(axis=1)
    about = rt.from_rotvec([0.0, 0.0, rng.uniform(-np.pi, np.pi)])
    pitch = np.clip(rng.normal(0.1, 0.16), -0.35, 0.7)
    roll = rng.normal(0.0, 0.12 if rng.random() < 0.3 else 0.03)
    tilt = rt.multiply(rt.from_rotvec([0.0, 0.0, roll]), rt.from_rotvec([pitch, 0.0, 0.0]))
    into = rt.multiply(tilt, rt.multiply(rt.from_matrix(_INTO_CAMERA), about))
    middle = hips.mean(axis=0)
    far = float(np.exp(rng.uniform(np.log(1.9), np.log(8.0))))
    far = max(far, 1.2 * float(np.ptp(hips[:, :2], axis=0).max()))
    aside = rng.normal(0.0, [0.12, 0.06]) * far
    drift = np.zeros((len(joints), 3))
    if rng.random() < travelling:
        drift = gaussian_filter1d(hips - middle, 12.0, axis=0, mode="nearest")
        drift = drift * rng.uniform(0.3, 1.0)
    return into, rt.rotate(into, joints - (middle + drift)[:, None]) + [*aside, far]


def stretch_of(p: mocap.Performance, frames: int, rng: np.random.Generator) -> tuple:
    """Return rotations (T, roles, 4) and root (T, 3) of a stretch, at another speed."""
    speed = float(np.exp(rng.uniform(np.log(0.75), np.log(1.35)))) * p.fps / lifting.RATE
    need = int(np.ceil(frames * speed)) + 2
    for _ in range(8):
        start = int(rng.integers(max(1, len(p.rot) - need + 1)))
        if p.valid[start : start + need].all():
            break
    at = np.minimum(start + np.arange(frames) * speed, len(p.rot) - 1.001)
    low, part = at.astype(int), (at % 1.0)[:, None, None]
    a, b = p.rot[low].astype(float), p.rot[np.minimum(low + 1, len(p.rot) - 1)].astype(float)
    b = np.where((a * b).sum(-1, keepdims=True) < 0, -b, b)
    rot = rt.normalize((1 - part) * a + part * b)
    root = p.root[low] * (1 - part[:, 0]) + p.root[np.minimum(low + 1, len(p.rot) - 1)] * part[:, 0]
    return rot, root


def mirrored(w: Window) -> Window:
    """Return a window with left and right exchanged."""
    inputs, detected = lifting.mirror_seen(w.inputs, w.detected)
    none = np.zeros((len(w.joints), 17))
    bend = none[:, : len(lifting.HINGES)]
    said = (w.joints, none, w.rotation, w.contact, w.up, w.velocity, bend, bend)
    joints, _, *others = lifting.mirror_said(said)
    return Window(inputs, detected, joints, *others[:-2])


def backwards(w: Window) -> Window:
    """Return a window played backwards."""
    inputs = w.inputs[::-1].copy()
    inputs[:, 6 * len(lifting.LANDMARKS) :] *= -1.0  # how the hips move
    others = (w.detected, w.joints, w.rotation, w.contact, w.up, -w.velocity)
    return Window(inputs, *(values[::-1] for values in others))


def leaning(w: Window, angle: float) -> Window:
    """Return a window seen by a camera that leans by so many radians more."""
    lean = rt.to_matrix(rt.from_rotvec([0.0, 0.0, angle])).T
    marks = len(lifting.LANDMARKS)
    cells = w.inputs[:, : 6 * marks].reshape(len(w.inputs), marks, 6)
    move = w.inputs[:, 6 * marks :] @ lean
    parts = cells[..., :2] @ lean[:2, :2], cells[..., 2:5] @ lean, cells[..., 5:]
    inputs = np.concatenate([np.concatenate(parts, axis=2).reshape(len(move), -1), move], axis=1)
    six = w.rotation.reshape(*w.rotation.shape[:-1], 2, 3) @ lean
    return Window(
        inputs.astype(np.float32), w.detected @ lean, w.joints @ lean,
        six.reshape(w.rotation.shape), w.contact, w.up @ lean, w.velocity @ lean,
    )  # fmt: skip


def save_known(path: Path, known: list[Known]) -> None:
    """Write rendered examples as an .npz."""
    arrays = {}
    for k, item in enumerate(known):
        for name, value in (*vars(item.example).items(), *vars(item).items()):
            if isinstance(value, np.ndarray):
                arrays[f"{k}.{name}"] = value.astype(np.float32)
    np.savez_compressed(path, count=len(known), **arrays)


def read_known(path: Path) -> list[Known]:
    """Read what `save_known` wrote."""
    with np.load(path) as raw:
        out = []
        for k in range(int(raw["count"])):

            def take(*names: str, k: int = k) -> dict:
                return {n: raw[f"{k}.{n}"].astype(float) for n in names}

            example = Example(**take("joints", "turned", "far", "flat", "body", "visibility"))
            out.append(Known(example, **take("still", "rotation", "contact", "up", "velocity")))
    return out
