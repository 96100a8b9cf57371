"""Which clips the ground truth consists of: who moves, on which body, seen by which camera.

Clips for measuring show CMU subjects that nothing is trained on (`mocap.MEASURED`). Clips for
training show others: the detector's noise is measured on them, and constants are set on them.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import package

package.load()

from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking.body import ROLES, Motion  # noqa: E402
from understudy.ml.blocking.solver import JOINT_NAMES  # noqa: E402
from understudy.ml.train.lifter import bodies, mocap  # noqa: E402

FPS = 30.0
_TELLING_M = 0.13  # mean distance of the joints from one authored pose to the next


@dataclass(frozen=True)
class Clip:
    """One clip of the ground truth.

    Attributes
    ----------
    name : str, begins with its kind of motion
    source : name of a performance
    start, count : frames of it
    look : key of `truth_looks.LOOKS`, or "random"
    camera : "front", "side", "quarter", "high", "random", or "any" (farther, aside, low, high)
    move : "", "pan", "dolly" (alongside), "push" (in), "orbit", "hand" (somebody walks along with
        it in the hand) or "zoom"
    keys : number of authored key poses, 0 for motion as it was captured
    style : of authored keys, "ease" (slow in and out of every pose) or "through"
    use : "measure", "tune" or "noise"
    lens : millimetres on a sensor 36 wide
    """

    name: str
    source: str
    start: int
    count: int
    look: str = "man"
    camera: str = "front"
    move: str = ""
    keys: int = 0
    style: str = ""
    use: str = "measure"
    lens: float = 30.0

    @property
    def seed(self) -> int:
        """Return the clip's own random seed."""
        return zlib.crc32(self.name.encode())


MEASURE = (
    Clip("walk_a", "CMU_02_01", 0, 83, "man", "side"),
    Clip("walk_b", "CMU_02_02", 0, 72, "woman", "quarter"),
    Clip("walk_c", "CMU_05_01", 20, 90, "man", "front"),
    Clip("run_a", "CMU_02_03", 0, 41, "man", "quarter"),
    Clip("run_b", "CMU_09_11", 0, 39, "woman", "side"),
    Clip("jump_a", "CMU_02_04", 20, 90, "woman", "front"),
    Clip("jump_b", "CMU_13_39", 0, 85, "man", "quarter"),
    Clip("dance_a", "CMU_05_02", 120, 90, "woman", "quarter"),
    Clip("dance_b", "CMU_05_10", 98, 90, "man", "front"),
    Clip("dance_c", "CMU_05_12", 240, 90, "woman", "side"),
    Clip("punch_a", "CMU_02_05", 300, 90, "man", "quarter"),
    Clip("punch_b", "CMU_13_18", 430, 90, "woman", "front"),
    Clip("sit_a", "CMU_13_01", 20, 100, "woman", "side"),
    Clip("sit_b", "CMU_13_01", 270, 100, "man", "quarter"),
    Clip("pick_a", "CMU_02_06", 80, 100, "man", "quarter"),
    Clip("pick_b", "CMU_13_31", 420, 90, "woman", "side"),
    Clip("walk_pan", "CMU_09_12", 20, 90, "man", "quarter", "pan"),
    Clip("walk_dolly", "CMU_02_01", 0, 83, "woman", "side", "dolly"),
    Clip("dance_pan", "CMU_05_07", 40, 90, "man", "front", "pan"),
    Clip("walk_orbit", "CMU_02_02", 0, 72, "man", "quarter", "orbit", lens=26.0),
    Clip("walk_hand", "CMU_09_12", 20, 90, "woman", "front", "hand", lens=35.0),
    *(
        Clip(f"blocking_{k}", source, start, 96, ("man", "woman")[k % 2],
             ("front", "quarter", "side")[k % 3], "", keys, ("ease", "through")[k % 2])
        for k, (source, start, keys) in enumerate((
            ("CMU_02_07", 60, 8), ("CMU_05_02", 30, 8), ("CMU_13_18", 100, 10),
            ("CMU_13_26", 120, 7), ("CMU_02_06", 60, 6), ("CMU_13_30", 60, 9),
            ("CMU_05_18", 120, 9), ("CMU_13_14", 60, 7),
        ))
    ),
)  # fmt: skip

TUNE = (
    Clip("tune_walk", "CMU_07_03", 0, 90, "boy", "quarter", use="tune"),
    Clip("tune_salsa", "CMU_60_05", 60, 90, "man", "front", use="tune"),
    Clip("tune_sit", "CMU_14_31", 200, 100, "woman", "side", use="tune"),
    Clip("tune_kick", "CMU_10_01", 60, 90, "woman", "quarter", use="tune"),
    Clip("tune_pan", "CMU_08_04", 0, 90, "man", "side", "pan", use="tune"),
    Clip("tune_dolly", "CMU_08_04", 0, 90, "woman", "side", "dolly", use="tune"),
    Clip("tune_push", "CMU_14_31", 200, 90, "man", "front", "push", use="tune"),
    Clip("tune_orbit", "CMU_60_05", 60, 90, "woman", "quarter", "orbit", use="tune"),
    Clip("tune_hand", "CMU_07_03", 0, 90, "man", "quarter", "hand", use="tune", lens=26.0),
    Clip("tune_zoom", "CMU_10_01", 60, 90, "man", "front", "zoom", use="tune"),
    Clip("tune_long", "CMU_08_04", 0, 90, "boy", "quarter", "pan", use="tune", lens=50.0),
    Clip("tune_keys_a", "CMU_94_04", 60, 96, "woman", "front", "", 8, "ease", "tune"),
    Clip("tune_keys_b", "CMU_14_12", 60, 96, "man", "quarter", "", 8, "through", "tune"),
    *(
        Clip(f"tune_keys_{name}", source, start, 96, look, camera, "", keys, style, "tune")
        for name, source, start, look, camera, keys, style in (
            ("c", "CMU_60_09", 100, "woman", "side", 9, "ease"),
            ("d", "CMU_06_11", 60, "boy", "front", 7, "through"),
            ("e", "CMU_135_04", 60, "girl", "quarter", 10, "through"),
            ("f", "CMU_14_29", 60, "man", "side", 6, "ease"),
            ("g", "CMU_12_02", 20, "woman", "quarter", 8, "through"),
            ("h", "CMU_94_06", 100, "boy", "side", 9, "ease"),
        )
    ),
    *(
        Clip(f"tune_feet_{k}", source, start, count, look, camera, move, use="tune")
        for k, (source, start, count, look, camera, move) in enumerate(
            (
                ("CMU_07_11", 0, 70, "woman", "side", ""),
                ("CMU_08_09", 0, 70, "man", "quarter", ""),
                ("CMU_07_08", 0, 80, "girl", "front", ""),
                ("CMU_06_09", 0, 70, "boy", "quarter", ""),
                ("CMU_60_12", 200, 80, "man", "side", ""),
                ("CMU_94_15", 100, 80, "woman", "quarter", ""),
                ("CMU_135_09", 60, 80, "boy", "front", ""),
                ("CMU_14_18", 60, 80, "man", "side", ""),
                ("CMU_61_05", 120, 80, "girl", "front", ""),
                ("CMU_12_03", 30, 80, "woman", "side", ""),
                ("CMU_10_06", 0, 80, "man", "quarter", ""),
                ("CMU_85_12", 60, 80, "boy", "side", ""),
                ("CMU_08_06", 0, 70, "woman", "front", "pan"),
                ("CMU_06_14", 20, 80, "man", "side", "pan"),
            )
        )
    ),
)

_NOISE_SOURCES = (
    "CMU_03_02", "CMU_03_01", "CMU_06_11", "CMU_06_14", "CMU_07_05", "CMU_08_11", "CMU_10_03",
    "CMU_12_02", "CMU_14_07", "CMU_14_12", "CMU_14_29", "CMU_14_27", "CMU_60_03", "CMU_60_12",
    "CMU_94_07", "CMU_135_04", "CMU_135_09", "CMU_14_18", "CMU_10_05", "CMU_85_04", "CMU_91_50",
    "CMU_135_05",
)  # fmt: skip
# None of these shows in a clip for tuning or measuring.
_MORE_NOISE_SOURCES = (
    "CMU_06_01", "CMU_60_01", "CMU_14_04", "CMU_135_03", "CMU_07_01", "CMU_94_08", "CMU_10_02",
    "CMU_06_03", "CMU_61_02", "CMU_14_05", "CMU_135_06", "CMU_08_02", "CMU_85_03", "CMU_91_48",
)  # fmt: skip
_LOOKS = ("man", "woman", "boy", "girl", "elder", "tall", "slight", "stout")
NOISE = (
    *(
        Clip(f"noise_{k:02d}", source, -1, 60, _LOOKS[k % 4], "random", use="noise")
        for k, source in enumerate(_NOISE_SOURCES)
    ),
    *(
        Clip(f"noise_{k:02d}", source, -1, 75, _LOOKS[k % 8], "random", use="noise")
        for k, source in enumerate(_MORE_NOISE_SOURCES, start=len(_NOISE_SOURCES))
    ),
)
# Anybody, anywhere; a clip's own seed says which stretch of its source it shows.
_ANYBODY_SOURCES = (
    "CMU_60_02", "CMU_14_08", "CMU_94_13", "CMU_135_01", "CMU_14_32", "CMU_85_14", "CMU_91_49",
    "CMU_61_10", "CMU_14_17", "CMU_06_12", "CMU_135_07", "CMU_07_09", "CMU_14_28", "CMU_94_14",
    "CMU_10_04", "CMU_61_13", "CMU_91_53", "CMU_14_30", "CMU_135_10", "CMU_12_01", "CMU_14_36",
    "CMU_60_15", "CMU_85_03", "CMU_08_07", "CMU_14_19", "CMU_94_07", "CMU_06_15", "CMU_135_08",
    "CMU_91_54", "CMU_61_14", "CMU_14_37", "CMU_03_01", "CMU_11_01", "CMU_60_11", "CMU_135_02",
    "CMU_06_10",
)  # fmt: skip
NOISE += tuple(
    Clip(f"noise_any_{k:02d}", source, -1, 60, "random", "any", use="noise")
    for k, source in enumerate((*_ANYBODY_SOURCES, *_ANYBODY_SOURCES, *_ANYBODY_SOURCES[:12]))
)
CLIPS = (*MEASURE, *TUNE, *NOISE)


def perform(clip: Clip, source: mocap.Performance) -> tuple[Motion, NDArray]:
    """Return a clip's motion and its authored key frames (K,), 0-based, none for captured ones."""
    rng = np.random.default_rng(clip.seed)
    start = clip.start
    if start < 0:
        start = int(rng.integers(0, max(1, len(source.rot) - clip.count)))
    rows = slice(start, start + clip.count)
    rot, path = rt.normalize(source.rot[rows]), source.root[rows].astype(float)
    keys = np.zeros(0, int)
    if clip.keys:
        rot, path, keys = _author(clip, source, rng)
    offsets = bodies.proportions()
    leg = bodies.leg_length(offsets)
    root, joints = bodies.stand(rot, path, offsets)
    centre = np.array([*root[:, :2].mean(axis=0), 0.0])
    contact = bodies.contacts(bodies.foot_points(joints), root, leg, source.fps)
    if clip.keys:
        contact[:] = False  # an animator's blocking plants nothing between its poses
    frames = len(rot)
    return Motion(
        time=np.arange(frames) / source.fps,
        rot=np.stack([rt.continuous(rot[:, r]) for r in range(len(ROLES))], axis=1),
        root=root - centre,
        leg_length=leg,
        contact=contact,
        confidence=np.ones(frames),
        joints=joints - centre,
        joint_names=JOINT_NAMES,
    ), keys


def _author(clip: Clip, source: mocap.Performance, rng: np.random.Generator) -> tuple:
    """Pose a few moments of a performance at uneven frames and ease between them."""
    gaps = rng.uniform(0.6, 1.4, clip.keys - 1)
    keys = np.round(np.concatenate([[0.0], np.cumsum(gaps)]) * (clip.count - 1) / gaps.sum())
    keys = keys.astype(int)
    at = _telling_poses(source, clip.start, clip.keys)
    poses = np.concatenate(
        [
            np.stack([rt.continuous(source.rot[at, r]) for r in range(len(ROLES))], axis=1).reshape(
                len(at), -1
            ),
            source.root[at],
        ],
        axis=1,
    ).astype(float)
    values = _spline(keys, poses, clip.count, clip.style)
    rot = values[:, :-3].reshape(clip.count, len(ROLES), 4)
    return rt.normalize(rot), values[:, -3:], keys


def _telling_poses(source: mocap.Performance, start: int, count: int) -> NDArray:
    """Return frames of a performance that follow each other, each a pose of its own."""
    offsets = bodies.proportions()
    _, joints = bodies.stand(source.rot, source.root, offsets)
    joints = joints - joints[:, :1] * [1.0, 1.0, 0.0]
    at = [start]
    for frame in range(start + 1, len(joints)):
        far = np.linalg.norm(joints[frame] - joints[at[-1]], axis=-1).mean()
        if far > _TELLING_M and source.valid[frame] and len(at) < count:
            at.append(frame)
    if len(at) < count:
        raise ValueError(f"{source.name} holds only {len(at)} telling poses from {start}")
    return np.array(at)


def _spline(keys: NDArray, poses: NDArray, count: int, style: str) -> NDArray:
    """Return (count, C) of a cubic through poses (K, C), flat at every one or at turning ones."""
    slope = np.zeros_like(poses)
    if style == "through":
        steps = np.diff(poses, axis=0) / np.diff(keys)[:, None]
        same = steps[1:] * steps[:-1] > 0
        mean = (poses[2:] - poses[:-2]) / (keys[2:] - keys[:-2])[:, None]
        slope[1:-1] = np.where(same, mean, 0.0)
    frames = np.arange(count)
    k = np.clip(np.searchsorted(keys, frames, side="right") - 1, 0, len(keys) - 2)
    span = (keys[k + 1] - keys[k])[:, None].astype(float)
    t = (frames - keys[k])[:, None] / span
    a, b, c = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, t**3 - t**2
    return a * poses[k] + (1 - a) * poses[k + 1] + span * (b * slope[k] + c * slope[k + 1])
