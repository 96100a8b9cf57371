"""Read the motion packs as performances of the canonical body.

Each skeleton of a pack is taken for a rig: its bones are mapped as an artist's would be, its rest
pose is brought to the T-pose as an artist's would be, and what is left is the body's own turning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import rotations as rt
from ...blocking.body import PARENT, ROLES
from ...blocking.bonemap import BoneMap, auto_map
from ...blocking.retarget import alignments, body_frame
from ...errors import RigError
from ...rig import Rig
from ..inbetween.data import folder
from . import straight

PACKS = ("cmu_bvh", "cmu_fbx", "kaykit_cc0", "reactidle_mit", "misc_permissive")
MEASURED = ("02", "05", "09", "13")
"""CMU subjects that only the benchmark sees: never trained on, never used to set a number."""
_NOT_UPRIGHT = ("climb", "swing, hang")
_Z_UP = rt.from_rotvec([np.pi / 2, 0.0, 0.0])


@dataclass
class Performance:
    """Somebody's motion on the canonical body.

    Attributes
    ----------
    name : str
    subject : str, of a CMU clip its number, else the pack's name
    fps : float
    rot : (F, roles, 4) global turns from the T-pose, scene axes, float32
    root : (F, 3) middle of the hips in leg lengths, the floor at z = 0
    valid : (F,) bool
    travels : bool
        Whether the root's path can be believed.
    """

    name: str
    subject: str
    fps: float
    rot: NDArray
    root: NDArray
    valid: NDArray
    travels: bool


def load(packs: Iterable[str] = PACKS, where: Path | None = None) -> list[Performance]:
    """Read packs by name ("cmu_bvh"); clips on skeletons that are no persons are left out.

    What CMU's subjects perform is straightened, see `straight`.
    """
    where = where or folder()
    if where is None:
        raise FileNotFoundError("No motion data: set UNDERSTUDY_DATA to the data folder")
    found = []
    for name in packs:
        pack = _read(where / f"{name}_30fps.npz", name)
        for subject in {p.subject for p in pack if p.subject.isdigit()}:
            straight.straighten([p for p in pack if p.subject == subject])
        found += pack
    return found


def split(performances: list[Performance]) -> tuple[list[Performance], list[Performance]]:
    """Return (for training, for measuring)."""
    train = [p for p in performances if p.subject not in MEASURED and not _same(p.name)]
    return train, [p for p in performances if p.subject in MEASURED]


def _same(name: str) -> bool:
    """Tell a clip that may be another conversion of a measured subject's."""
    return name == "AD_cmu1_jumping_jacks"


def _read(path: Path, pack: str) -> list[Performance]:
    with np.load(path, allow_pickle=False) as raw:
        d = {k: raw[k] for k in raw.files}
    meta = json.loads(str(d["meta_json"]))
    skeletons = [_skeleton(d, k) for k in range(len(meta["skeletons"]))]
    out = []
    for c, about in enumerate(meta["clips"]):
        if skeletons[about["skel"]] is None or any(w in about["label"] for w in _NOT_UPRIGHT):
            continue
        rig, bones, order = skeletons[about["skel"]]
        frames = about["frames"]
        first, last = d["frame_start"][c : c + 2]
        local = d["rot"][slice(*d["rot_start"][c : c + 2])].reshape(frames, -1, 4).astype(float)
        moving = d["loc_joint"][slice(*d["loc_joint_start"][c : c + 2])]
        shift = d["loc"][slice(*d["loc_start"][c : c + 2])].reshape(frames, len(moving), 3)
        located = {int(j): shift[:, i].astype(float) for i, j in enumerate(moving)}
        turned, heads = _globals(d, about["skel"], rt.normalize(local), d["root_pos"][first:last],
                                 located)  # fmt: skip
        rot, root = _canonical(rig, bones, turned[:, order], heads[:, order])
        cmu = about["name"].startswith("CMU_")
        out.append(
            Performance(
                name=about["name"],
                subject=about["name"].split("_")[1] if cmu else pack,
                fps=float(meta["fps"]),
                rot=rot.astype(np.float32),
                root=root.astype(np.float32),
                valid=d["valid"][first:last].astype(bool),
                travels=cmu or pack == "misc_permissive",
            )
        )
    return out


def _globals(d: dict, k: int, local: NDArray, root: NDArray, located: dict) -> tuple:
    """Return the joints' turns from rest (F, J, 4) and places (F, J, 3), z up."""
    parents, offsets = d[f"sk{k}_parents"].astype(int), d[f"sk{k}_rest_offsets"].astype(float)
    rest, turned = _rest_turns(d, k), np.zeros(local.shape)
    heads = np.zeros((*local.shape[:2], 3))
    for j, p in enumerate(parents):
        offset = located.get(j, offsets[j])
        turned[:, j] = local[:, j] if p < 0 else rt.multiply(turned[:, p], local[:, j])
        heads[:, j] = root if p < 0 else heads[:, p] + rt.rotate(turned[:, p], offset)
    turned = rt.multiply(turned, rt.conjugate(rest))
    turned = rt.multiply(rt.multiply(_Z_UP, turned), rt.conjugate(_Z_UP))
    return turned, rt.rotate(_Z_UP, heads)


def _rest_turns(d: dict, k: int) -> NDArray:
    """Return the joints' orientations at rest (J, 4), y up."""
    local = rt.normalize(d[f"sk{k}_rest_rot"].astype(float))
    rest = local.copy()
    for j, p in enumerate(d[f"sk{k}_parents"].astype(int)):
        if p >= 0:
            rest[j] = rt.multiply(rest[p], local[j])
    return rest


def _skeleton(d: dict, k: int) -> tuple[Rig, BoneMap, NDArray] | None:
    """Return a skeleton as a rig with its bone map and the order of its joints, or None."""
    names = [str(n) for n in d[f"sk{k}_joint_names"]]
    parents, offsets = d[f"sk{k}_parents"].astype(int), d[f"sk{k}_rest_offsets"].astype(float)
    rest, heads = _rest_turns(d, k), np.zeros((len(names), 3))
    for j, p in enumerate(parents):
        if p >= 0:
            heads[j] = heads[p] + rt.rotate(rest[p], offsets[j])
    tips = heads.copy()
    if f"sk{k}_end_joint" in d:
        for j, offset in zip(d[f"sk{k}_end_joint"], d[f"sk{k}_end_offset"], strict=True):
            tips[j] = heads[j] + rt.rotate(rest[j], offset.astype(float))
    heads, tips = rt.rotate(_Z_UP, heads), rt.rotate(_Z_UP, tips)
    count = len(names)
    matrices, lengths = np.tile(np.eye(4), (count, 1, 1)), np.full(count, 0.05)
    for j in range(count):
        children = np.flatnonzero(parents == j)
        tip = heads[children].mean(axis=0) if len(children) else tips[j]
        if np.linalg.norm(tip - heads[j]) > 1e-4:
            lengths[j] = np.linalg.norm(tip - heads[j])
            along = (tip - heads[j]) / lengths[j]
            matrices[j, :3, :3] = rt.to_matrix(rt.between([0.0, 1.0, 0.0], along))
        matrices[j, :3, 3] = heads[j]
    order = np.arange(count)
    rig = Rig(
        names=names,
        parents=parents.astype(np.int32),
        follows=np.ones(count, bool),
        rest=matrices,
        length=lengths,
        rotation_mode=["QUATERNION"] * count,
        rotation_locked=np.zeros((count, 3), bool),
        location_locked=np.zeros((count, 3), bool),
        can_move=np.ones(count, bool),
        deform=np.ones(count, bool),
    )
    try:
        return rig, auto_map(rig), order
    except RigError:
        return None


def _canonical(rig: Rig, bones: BoneMap, turned: NDArray, heads: NDArray) -> tuple:
    """Return the body's turns (F, roles, 4) and root (F, 3) in leg lengths, scene axes."""
    frame = body_frame(rig, bones)
    aligned = alignments(rig, bones, frame)
    into, back = frame.turn, rt.conjugate(frame.turn)
    rot: dict[str, NDArray] = {}
    for role in ROLES:
        bone = bones.roles.get(role)
        if bone is None:
            rot[role] = rot[PARENT[role]]
            continue
        q = rt.multiply(turned[:, rig.index(bone)], rt.conjugate(aligned[role]))
        rot[role] = rt.multiply(rt.multiply(back, q), into)
    if "spine" not in bones.roles:
        rot["spine"] = rt.slerp(rot["hips"], rot["chest"], 0.5)
    hips = heads[:, [rig.index(bones.roles[f"thigh.{s}"]) for s in "LR"]].mean(axis=1)
    root = rt.rotate(back, hips) / frame.leg
    return np.stack([rt.continuous(rot[r]) for r in ROLES], axis=1), root
