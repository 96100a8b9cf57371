"""Read the motion packs into canonical form, and say which of them are held out.

A pack is an .npz of clips on skeletons: local quaternions with the rest rotation in them, root
positions, y up, metres. Here they become what `ml.inbetween.features` speaks of: turns away from
rest in armature axes, z up, lengths in heights.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rot
from ...inbetween import features

ROOT = Path(__file__).resolve().parents[3]

PACKS = {
    "cmu_bvh": 0.70,
    "quaternius_cc0": 0.14,
    "reactidle_mit": 0.03,
    "mesh2motion_cc0": 0.05,
    "kaykit_cc0": 0.04,
    "misc_permissive": 0.04,
}
"""Packs that are trained on, and how often a batch is drawn from each."""

HELD_OUT_SUBJECTS = ("05", "13")
HELD_OUT_SKELETONS = (
    "animals_pack/Horse",
    "dinosaurs_pack/Trex",
    "easy_enemies_pack/Spider",
    "fish_pack/Shark",
    "cyberpunk_pack/Character",
    "cyberpunk_pack/Enemy_2Legs",
    "mech_pack/George",
    "platformer_game_pack/Crab",
)
TUNING_SUBJECTS = ("02", "06", "07")
TUNING_SKELETONS = (
    "animals_pack/Bull",
    "cyberpunk_pack/Enemy_Large",
    "dinosaurs_pack/Stegosaurus",
    "easy_enemies_pack/Rat",
    "mech_pack/Mike",
    "platformer_game_pack/Bee",
)
"""Held aside from training to look at and to choose constants by, so that what is held out need
not be looked at before it is measured."""
LEFT_OUT = ("CMU_135_01", "CMU_135_02", "AD_cmu1_jumping_jacks")
"""Not trained on: the first two are measured on another skeleton, the third may be subject 13."""

_Z_UP = rot.from_rotvec([np.pi / 2, 0.0, 0.0])
_STAND_SPEED, _STAND_HEIGHT = 0.15, 0.12  # heights a second, heights


@dataclass
class Sequence:
    """One clip in canonical form.

    Attributes
    ----------
    name, pack : str
    group : str
        Clips of one group share a skeleton.
    parents : (B,) int
    heads : (B, 3) heights
    turn : (F, B, 4) float32
    shift : (F, B, 3) float32, heights
    moves : (B,) bool
        Bones whose location changes.
    contact : (F, B) bool
        Whether the bone's end (its children's heads, or its own) stands near the floor.
    valid : (F,) bool
    fps : float
    held_out, tuning : bool
    """

    name: str
    pack: str
    group: str
    parents: NDArray
    heads: NDArray
    turn: NDArray
    shift: NDArray
    moves: NDArray
    contact: NDArray
    valid: NDArray
    fps: float
    held_out: bool
    tuning: bool


def folder() -> Path | None:
    """Return the folder of motion packs, or None where there is none."""
    given = os.environ.get("UNDERSTUDY_DATA")
    base = Path(given) if given else ROOT.parent / "shared" / "data"
    path = base / "motion"
    return path if path.is_dir() else None


def load(names: Iterable[str], where: Path | None = None) -> list[Sequence]:
    """Read packs by name ("cmu_bvh")."""
    where = where or folder()
    if where is None:
        raise FileNotFoundError("No motion data: set UNDERSTUDY_DATA to the data folder")
    return [s for name in names for s in _read(where / f"{name}_30fps.npz", name)]


def digest(names: Iterable[str], where: Path | None = None) -> str:
    """Return one sha256 over the packs, to be stored with the weights."""
    where = where or folder()
    total = hashlib.sha256()
    for name in sorted(names):
        total.update((where / f"{name}_30fps.npz").read_bytes())
    return total.hexdigest()


def split(
    sequences: list[Sequence],
) -> tuple[list[Sequence], list[Sequence], list[Sequence]]:
    """Return (training, tuning, held out)."""
    training = [s for s in sequences if not (s.held_out or s.tuning)]
    tuning = [s for s in sequences if s.tuning]
    return training, tuning, [s for s in sequences if s.held_out]


def by_group(sequences: list[Sequence]) -> dict[str, list[Sequence]]:
    """Return the sequences of each skeleton."""
    groups = defaultdict(list)
    for s in sequences:
        groups[s.group].append(s)
    return dict(groups)


def _read(path: Path, pack: str) -> list[Sequence]:
    with np.load(path, allow_pickle=False) as raw:
        d = {k: raw[k] for k in raw.files}
    meta = json.loads(str(d["meta_json"]))
    out = []
    for c, about in enumerate(meta["clips"]):
        if pack != "cmu_fbx" and about["name"] in LEFT_OUT:
            continue
        k = about["skel"]
        skeleton = meta["skeletons"][k]["name"]
        first, last = d["frame_start"][c : c + 2]
        rows = slice(*d["rot_start"][c : c + 2])
        moving = d["loc_joint"][slice(*d["loc_joint_start"][c : c + 2])]
        frames = about["frames"]
        location = d["loc"][slice(*d["loc_start"][c : c + 2])].reshape(frames, len(moving), 3)
        root = d["root_pos"][first:last]
        if pack == "kaykit_cc0":  # its root path is known to be wrong
            root, moving = np.broadcast_to(d[f"sk{k}_rest_offsets"][0], root.shape), moving[:0]
        sequence = _sequence(
            d[f"sk{k}_parents"].astype(int),
            d[f"sk{k}_rest_offsets"].astype(float),
            d[f"sk{k}_rest_rot"].astype(float),
            d["rot"][rows].reshape(frames, -1, 4).astype(float),
            root.astype(float),
            {int(j): location[:, i].astype(float) for i, j in enumerate(moving)},
        )
        held = pack == "cmu_fbx" or skeleton in HELD_OUT_SKELETONS
        tuning = skeleton in TUNING_SKELETONS
        if pack == "cmu_bvh":
            subject = about["name"].split("_")[1]
            held, tuning = subject in HELD_OUT_SUBJECTS, subject in TUNING_SUBJECTS
        valid = d["valid"][first:last].astype(bool)
        group = f"{pack}/{skeleton}"
        fps = float(meta["fps"])
        out.append(Sequence(about["name"], pack, group, *sequence, valid, fps, held, tuning))
    return out


def _sequence(
    parents: NDArray,
    offsets: NDArray,
    rest_local: NDArray,
    local: NDArray,
    root: NDArray,
    location: dict[int, NDArray],
) -> tuple[NDArray, ...]:
    """Return parents, heads, turn, shift, moves, contact; see `Sequence`."""
    bones = len(parents)
    rest, heads = np.tile(rot.IDENTITY, (bones, 1)), np.zeros((bones, 3))
    rest_local, local = rot.normalize(rest_local), rot.normalize(local)
    for b, p in enumerate(parents):
        rest[b] = rot.multiply(rest[p], rest_local[b]) if p >= 0 else rest_local[b]
        heads[b] = heads[p] + rot.rotate(rest[p], offsets[b]) if p >= 0 else offsets[b]
    basis = rot.multiply(rot.conjugate(rest_local), local)
    turn = rot.multiply(rot.multiply(rest, basis), rot.conjugate(rest))
    shift = np.zeros((*local.shape[:2], 3))
    shift[:, 0] = root - offsets[0]
    for b, values in location.items():
        p = parents[b]
        delta = values - offsets[b]
        shift[:, b] = rot.rotate(rest[p], delta) if p >= 0 else delta
    turn = rot.multiply(rot.multiply(_Z_UP, turn), rot.conjugate(_Z_UP))
    heads, shift = rot.rotate(_Z_UP, heads), rot.rotate(_Z_UP, shift)
    height = features.height_of(heads)
    heads, shift = heads / height, shift / height
    moves = np.ptp(shift, axis=0).max(axis=-1) > 1e-4
    contact = _contact(features.build(parents, heads), turn, shift, 30.0)
    return parents, heads, turn.astype(np.float32), shift.astype(np.float32), moves, contact


def _contact(skeleton: features.Skeleton, turn: NDArray, shift: NDArray, fps: float) -> NDArray:
    """Return (F, B) bool, whether each bone's end stands near the floor."""
    _, p = features.globals_of(skeleton, turn, shift)
    ends = p.copy()
    for b in range(p.shape[1]):
        children = np.flatnonzero(skeleton.parents == b)
        if len(children):
            ends[:, b] = p[:, children].mean(axis=1)
    if len(ends) < 2:
        return np.zeros(ends.shape[:2], bool)
    speed = np.linalg.norm(np.gradient(ends, axis=0), axis=-1) * fps
    floor = np.percentile(p[..., 2].min(axis=1), 2)
    return (speed < _STAND_SPEED) & (ends[..., 2] < floor + _STAND_HEIGHT)
