"""People to film: MakeHuman's body in random builds and clothes, moved by a performance.

No Blender: bones are turned as the performance's segments are, and the skin follows its weights.
"""

from __future__ import annotations

import colorsys
import functools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ... import rotations as rt
from ...blocking.body import ROLES
from . import makehuman

BONES = "cmu_mb"
_SUITS = ("male_casualsuit01", "male_casualsuit02", "female_casualsuit01")
_LIMBS = {"Shoulder": "shoulder", "Arm": "upper_arm", "ForeArm": "forearm", "Hand": "hand",
          "FingerBase": "hand", "HandFinger1": "hand", "UpLeg": "thigh", "Leg": "shin",
          "Foot": "foot", "ToeBase": "toe"}  # fmt: skip
# Bone to the two segments that it turns between, and the share of the second.
_TURNED = {
    "Hips": ("hips", "hips", 0.0), "LHipJoint": ("hips", "hips", 0.0),
    "RHipJoint": ("hips", "hips", 0.0), "LowerBack": ("hips", "spine", 0.67),
    "Spine": ("spine", "chest", 0.33), "Spine1": ("chest", "chest", 0.0),
    "Neck": ("neck", "neck", 0.0), "Neck1": ("neck", "head", 0.5), "Head": ("head", "head", 0.0),
    "LThumb": ("hand.L", "hand.L", 0.0), "RThumb": ("hand.R", "hand.R", 0.0),
    **{
        f"{side}{bone}": (f"{role}.{side[0]}", f"{role}.{side[0]}", 0.0)
        for side in ("Left", "Right") for bone, role in _LIMBS.items()
    },
}  # fmt: skip
_JOINT_BONES = tuple(
    f"{side}{part}" for side in ("Left", "Right")
    for part in ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot")
)  # fmt: skip
_POINTS = ("LeftHeel", "LeftToe", "RightHeel", "RightToe", "Nose")
# How parts of the body vary in length and breadth: standard deviations of their logarithms.
_LENGTHS = {"Arm": 0.07, "ForeArm": 0.07, "Hand": 0.06, "UpLeg": 0.06, "Leg": 0.06, "Foot": 0.06,
            "LowerBack": 0.07, "Shoulder": 0.08, "Neck": 0.1, "Head": 0.06,
            "HipJoint": 0.1}  # fmt: skip
_BREADTH_SD = 0.12


@dataclass
class Person:
    """Somebody in T-pose axes, feet on the floor, facing -y.

    Attributes
    ----------
    vertices : (V, 3) metres at rest, an A-pose
    triangles : (N, 3) int
    colours : (V, 3) linear-ish, 0 to 1
    cloth : (V,) how far it is cloth, 0 to 1
    weights : (V, B) sparse
    heads : (B, 3) metres, the bones' heads at rest
    parents : (B,) int
    aligned : (B, 4) turns from rest to the T-pose
    points : (5, 3) metres at rest: heels and toes, nose
    """

    vertices: NDArray
    triangles: NDArray
    colours: NDArray
    cloth: NDArray
    weights: sparse.csr_matrix
    heads: NDArray
    parents: NDArray
    aligned: NDArray
    points: NDArray

    @property
    def leg(self) -> float:
        """Return hip joint to sole, metres."""
        turns = self.turns(np.tile(rt.IDENTITY, (1, len(ROLES), 1)))
        return float(-self.joints(turns, self.bones(turns))[..., 2].min())

    def turns(self, rot: NDArray) -> NDArray:
        """Return the bones' turns (F, B, 4) from rest for segments turned by (F, roles, 4)."""
        out = []
        for k, name in enumerate(_skeleton_names()):
            a, b, share = _TURNED[name]
            turn = rot[:, ROLES.index(a)]
            if share:
                turn = rt.slerp(turn, rot[:, ROLES.index(b)], np.full(len(rot), share))
            out.append(rt.multiply(turn, self.aligned[k]))
        return np.stack(out, axis=1)

    def bones(self, turns: NDArray) -> NDArray:
        """Return where the bones' heads are (F, B, 3), the middle of the hip joints at 0."""
        places = np.zeros((*turns.shape[:2], 3))
        for k, parent in enumerate(self.parents):
            if parent >= 0:
                offset = self.heads[k] - self.heads[parent]
                places[:, k] = places[:, parent] + rt.rotate(turns[:, parent], offset)
        names = _skeleton_names()
        hips = [names.index("LeftUpLeg"), names.index("RightUpLeg")]
        return places - places[:, hips].mean(axis=1, keepdims=True)

    def joints(self, turns: NDArray, places: NDArray) -> NDArray:
        """Return `lifting.JOINTS` (F, 17, 3) of posed bones."""
        names = _skeleton_names()
        out = [places[:, names.index(bone)] for bone in _JOINT_BONES]
        for name, at in zip(_POINTS, self.points, strict=True):
            k = names.index(makehuman.POINTS[name][0])
            out.append(places[:, k] + rt.rotate(turns[:, k], at - self.heads[k]))
        return np.stack(out, axis=1)

    def skin(self, turns: NDArray, places: NDArray) -> NDArray:
        """Return the vertices (V, 3) of one frame's bones, turns (B, 4) and places (B, 3)."""
        matrices = rt.to_matrix(turns)
        shift = places - np.einsum("bij,bj->bi", matrices, self.heads)
        rows = np.concatenate([matrices, shift[:, :, None]], axis=2).reshape(len(turns), 12)
        mixed = (self.weights @ rows.astype(np.float32)).reshape(-1, 3, 4)
        return np.einsum("vij,vj->vi", mixed[..., :3], self.vertices) + mixed[..., 3]


def anybody(folder: Path, rng: np.random.Generator) -> Person:
    """Return somebody drawn at random, from MakeHuman's files in `folder`."""
    vertices, faces, groups = makehuman.shape(
        folder, float(rng.random()), girth=float(np.exp(rng.normal(0.03, 0.08)))
    )
    weights = makehuman.weights_of(folder, len(vertices), BONES)
    parts, hidden = _dress(folder, vertices, faces, groups, weights, rng)
    bones = makehuman.skeleton(folder, vertices, groups, BONES)
    names = _skeleton_names()
    parents = np.array([names.index(bones[n][3]) if bones[n][3] else -1 for n in names])
    heads = makehuman.z_up(np.array([bones[n][0] for n in names]))
    tails = makehuman.z_up(np.array([bones[n][1] for n in names]))
    kept = [f for f in faces if max(f) < makehuman.SKIN_VERTICES and not hidden[list(f)].all()]
    skin = np.array([0.85, 0.6, 0.47]) * rng.uniform(0.2, 1.05) * rng.uniform(0.95, 1.05, 3)
    count = makehuman.SKIN_VERTICES
    painted, cloth = _paint(vertices[:count], weights[:count], skin, rng)
    parts.append((vertices[:count], kept, weights[:count], painted, cloth))
    starts = np.cumsum([0, *(len(p[0]) for p in parts[:-1])])
    usual = Person(
        vertices=makehuman.z_up(np.concatenate([p[0] for p in parts])),
        triangles=np.concatenate(
            [_triangles(p[1]) + s for p, s in zip(parts, starts, strict=True)]
        ),
        colours=np.concatenate([p[3] for p in parts]).astype(np.float32),
        cloth=np.concatenate([p[4] for p in parts]).astype(np.float32),
        weights=_matrix([w for p in parts for w in p[2]], names),
        heads=heads, parents=parents, aligned=_aligned(heads, names),
        points=np.array([makehuman.z_up(makehuman.point(vertices, n)) for n in _POINTS]),
    )  # fmt: skip
    return _rebuilt(usual, tails, rng)


def _rebuilt(person: Person, tails: NDArray, rng: np.random.Generator) -> Person:
    """Return a person of another size, with limbs of other lengths and breadths."""
    names = _skeleton_names()
    stretch, heads = _build(person.heads, tails, person.parents, rng)
    shift = heads - np.einsum("bij,bj->bi", stretch, person.heads)
    rows = np.concatenate([stretch, shift[..., None]], axis=2).reshape(len(names), 12)
    mixed = (person.weights @ rows).reshape(-1, 3, 4)
    vertices = np.einsum("vij,vj->vi", mixed[..., :3], person.vertices) + mixed[..., 3]
    holders = [names.index(makehuman.POINTS[n][0]) for n in _POINTS]
    points = np.einsum("bij,bj->bi", stretch[holders], person.points) + shift[holders]
    return replace(
        person, vertices=vertices.astype(np.float32), weights=person.weights.astype(np.float32),
        heads=heads, aligned=_aligned(heads, names), points=points,
    )  # fmt: skip


@functools.cache
def _skeleton_names() -> tuple[str, ...]:
    """Return the bones' names, parents before children."""
    spine = ("Hips", "LowerBack", "Spine", "Spine1", "Neck", "Neck1", "Head")
    limbs = []
    for side in ("Left", "Right"):
        limbs += [f"{side[0]}HipJoint", *(f"{side}{part}" for part in _LIMBS), f"{side[0]}Thumb"]
    return (*spine, *limbs)


def _aligned(heads: NDArray, names: tuple[str, ...]) -> NDArray:
    """Return the turns (B, 4) from rest to the T-pose, as `retarget.alignments` makes them."""
    out = np.tile(rt.IDENTITY, (len(names), 1))
    at = dict(zip(names, heads, strict=True))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        for chain, goal in (
            (("Arm", "ForeArm", "Hand", "FingerBase"), [sign, 0.0, 0.0]),
            (("UpLeg", "Leg", "Foot"), [0.0, 0.0, -1.0]),
        ):
            turn = rt.IDENTITY
            for part, end in zip(chain[:-1], chain[1:], strict=True):
                line = rt.normalize(at[f"{side}{end}"] - at[f"{side}{part}"])
                turn = rt.multiply(rt.between(rt.rotate(turn, line), goal), turn)
                out[names.index(f"{side}{part}")] = turn
        for finger in (f"{side}FingerBase", f"{side}HandFinger1", f"{side[0]}Thumb"):
            out[names.index(finger)] = out[names.index(f"{side}Hand")]
        level = (at[f"{side}ToeBase"] - at[f"{side}Foot"]) * [1.0, 1.0, 0.0]
        for part in ("Foot", "ToeBase"):
            out[names.index(f"{side}{part}")] = rt.between(rt.normalize(level), [0.0, -1.0, 0.0])
    return out


def _build(heads: NDArray, tails: NDArray, parents: NDArray, rng: np.random.Generator) -> tuple:
    """Return how each bone's surroundings stretch (B, 3, 3), and where its head comes to be."""
    names, size = _skeleton_names(), float(np.exp(rng.normal(0.0, 0.08)))
    length = {part: float(np.exp(rng.normal(0.0, sd))) for part, sd in _LENGTHS.items()}
    breadth = {k: float(np.exp(rng.normal(0.0, _BREADTH_SD))) for k in ("arm", "leg", "trunk")}
    stretch, at = np.zeros((len(names), 3, 3)), heads * size
    for k, name in enumerate(names):
        along = rt.normalize(tails[k] - heads[k])
        part = name.removeprefix("Left").removeprefix("Right")
        part = "HipJoint" if part.endswith("HipJoint") else part
        place = "leg" if part in ("UpLeg", "Leg") else "arm" if part in ("Arm", "ForeArm") else ""
        broad = breadth[place or "trunk"] if place or "Spine" in part or "Back" in part else 1.0
        if part == "Head":
            broad = length["Head"]
        line = np.outer(along, along)
        stretch[k] = size * (length.get(part, 1.0) * line + broad * (np.eye(3) - line))
        if parents[k] >= 0:
            at[k] = at[parents[k]] + stretch[parents[k]] @ (heads[k] - heads[parents[k]])
    return stretch, at


def _dress(folder: Path, vertices: NDArray, faces: list, groups: dict, weights: list,
           rng: np.random.Generator) -> tuple[list, NDArray]:  # fmt: skip
    """Return parts (vertices, faces, weights, colours, cloth) to wear, and what skin they hide."""
    hair, shoes = _colour(rng, 0.02, 0.6), _colour(rng, 0.03, 0.9)
    top, legs = _colour(rng, 0.02, 0.95), _colour(rng, 0.02, 0.85)
    parts, hidden = [], np.zeros(len(vertices), bool)
    worn = [(str(rng.choice(("short01", "short02"))), hair)] if rng.random() < 0.75 else []
    if rng.random() < 0.7:
        worn.append(("shoes01", shoes))
    if rng.random() < 0.6:
        worn.append((str(rng.choice(_SUITS)), None))
    waist = makehuman.cube(vertices, groups, "joint-l-upper-leg")[1] + rng.uniform(0.2, 1.2)
    for name, colour in worn:
        cover = makehuman.clothes(folder / "assets" / f"{name}.mhclo", vertices, weights)
        hidden |= cover["hidden"]
        at = cover["vertices"]
        if colour is None:
            # Sleeves hang lower than the waist.
            lower = (at[:, 1] < waist) & (np.abs(at[:, 0]) < 3.0)
            colour = np.where(lower[:, None], legs, top)
        tint = np.broadcast_to(colour, at.shape)
        cloth = np.full(len(at), 0.0 if name.startswith("short") else 1.0)
        parts.append((at, cover["faces"], cover["weights"], tint, cloth))
    for name, often, colour in (("helper-skirt", 0.15, legs), ("helper-hair", 0.2, hair)):
        if rng.random() < often:
            (first, last), *_ = groups[name]
            own = [tuple(v - first for v in f) for f in faces if first <= min(f) <= max(f) <= last]
            some = slice(first, last + 1)
            tint = np.broadcast_to(colour, vertices[some].shape)
            cloth = np.full(last + 1 - first, float(name == "helper-skirt"))
            parts.append((vertices[some], own, weights[some], tint, cloth))
    return parts, hidden


def _paint(vertices: NDArray, weights: list, skin: NDArray, rng: np.random.Generator) -> tuple:
    """Return the skin's colours (V, 3), with tight clothes painted on, and what is cloth (V,)."""
    side, high = np.abs(vertices[:, 0]), vertices[:, 1]
    tint, cloth = np.tile(skin, (len(vertices), 1)), np.zeros(len(vertices))
    main = np.array([max(w, key=w.get, default="Head") for w in weights])
    trunk = np.isin(main, ("Hips", "LHipJoint", "RHipJoint", "LowerBack", "Spine", "Spine1",
                           "LeftShoulder", "RightShoulder"))  # fmt: skip
    arm = np.char.find(main, "Arm") >= 0
    leg = np.isin(main, ("LeftUpLeg", "RightUpLeg", "LeftLeg", "RightLeg"))
    shoulder = side[arm].min()
    reach = side[arm].max() - shoulder
    sleeve, hem = rng.choice((0.0, 0.3, 1.1)) * rng.uniform(0.8, 1.2), rng.uniform(0.0, 1.0)
    ankle, crotch = high[leg].min(), high[leg].max()
    waist = crotch + rng.uniform(-0.5, 0.8)
    top = (trunk & (high >= waist)) | (arm & (side - shoulder < sleeve * reach))
    below = (trunk & (high < waist)) | (leg & (high - ankle > hem**1.5 * 0.8 * (crotch - ankle)))
    for where, colour in ((top, _colour(rng, 0.02, 0.95)), (below, _colour(rng, 0.02, 0.85))):
        tint[where], cloth[where] = colour, 1.0
    return tint, cloth


def _colour(rng: np.random.Generator, dark: float, bright: float) -> NDArray:
    """Return a colour (3,), dull ones more often than bright ones."""
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.random() ** 2, rng.uniform(dark, bright)))


def _matrix(weights: list[dict[str, float]], names: tuple[str, ...]) -> sparse.csr_matrix:
    """Return bone weights as a sparse matrix (V, B) whose rows sum to 1."""
    at = {name: k for k, name in enumerate(names)}
    rows = [v for v, own in enumerate(weights) for _ in own]
    columns = [at[bone] for own in weights for bone in own]
    values = np.array([share for own in weights for share in own.values()])
    out = sparse.csr_matrix((values, (rows, columns)), (len(weights), len(names)))
    total = np.maximum(np.asarray(out.sum(axis=1)).ravel(), 1e-9)
    return sparse.diags(1.0 / total) @ out


def _triangles(faces: list[tuple[int, ...]]) -> NDArray:
    """Return (N, 3) triangles of faces with three or four corners."""
    return np.array([(f[0], f[k], f[k + 1]) for f in faces for k in range(1, len(f) - 1)], np.int32)
