"""The morphable heads that training pictures are made of: people, expressions, paint marks.

Two heads are known: ICT-FaceKit's (MIT) and MakeHuman's (CC0) with its ARKit shapes (MIT). Both
are brought to one frame: centimetres, x to the person's left, y up, z out of the face, the origin
between the eyes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...face.performance import NAMES

_BUMPS, _BUMP_CM = 6, 0.12
SKIN, MOUTH, TEETH, EYEBALL, LASHES, LACRIMAL = range(6)

_BROWS = {
    "right": ((107, 55), (66, 65), (105, 52), (63, 53), (70, 46)),
    "left": ((336, 285), (296, 295), (334, 282), (293, 283), (300, 276)),
}
"""(upper, lower) mesh points along each brow, from the nose outwards."""

_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
_ICT_MATERIALS = {
    SKIN: ("face", "head_neck", "eye_socket_L", "eye_socket_R"),
    MOUTH: ("mouth_socket", "gums_tongue"),
    TEETH: ("teeth",),
    EYEBALL: ("eyeball_L", "eyeball_R"),
    LASHES: ("eyelashes_L", "eyelashes_R"),
    LACRIMAL: ("lacrimal_L", "lacrimal_R"),
}
_MPFB_MATERIALS = {
    SKIN: ("body",),
    MOUTH: ("helper-tongue",),
    TEETH: ("helper-upper-teeth", "helper-lower-teeth"),
    EYEBALL: ("helper-l-eye", "helper-r-eye"),
    LASHES: ("helper-l-eyelashes-1", "helper-r-eyelashes-1"),
}


@dataclass
class Head:
    """One morphable head.

    Attributes
    ----------
    name : "ict" or "mpfb"
    neutral : (V, 3) float32, cm
    people : (P, V, 3) float32, what makes a person
    expressions : (52, V, 3) float32, in the order of `performance.NAMES`
    triangles : (T, 3) int32
    material : (V,) of the constants above
    brow : (V, 2), how far along a brow (0 at the nose, 1 outside) and above its middle (in half
        widths of the brow); far away elsewhere
    lip : (V,) cm inside the lips' outline, negative outside
    eyes : two arrays of vertices, of the left eyeball and the right
    mesh_triangle, mesh_weight : (468, 3), where MediaPipe's mesh points lie on this head
    """

    name: str
    neutral: NDArray
    people: NDArray
    expressions: NDArray
    triangles: NDArray
    material: NDArray
    eyes: tuple[NDArray, NDArray]
    mesh_triangle: NDArray
    mesh_weight: NDArray
    brow: NDArray = None
    lip: NDArray = None

    def __post_init__(self) -> None:
        marks = self.mesh_points(self.neutral)
        self.brow = _brow_marks(self.neutral, marks)
        self.lip = _lip_marks(self.neutral, marks)

    def person(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return (V, 3), the neutral face of somebody at random, the origin between the eyes."""
        if self.name == "ict":
            weights = rng.normal(0.0, 1.0, len(self.people))
        else:
            weights = rng.dirichlet(np.full(len(self.people), 0.4))
        flat = self.people.reshape(len(self.people), -1)
        face = self.neutral + (weights.astype(np.float32) @ flat).reshape(-1, 3)
        middle = np.mean([face[e].mean(axis=0) for e in self.eyes], axis=0)
        return face - middle.astype(np.float32)

    def stranger(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return (V, 3), somebody unlike those of `person`, for training: wider, lopsided.

        Others are wider apart than the heads' own people, and no face is the same on both sides.
        So the shapes weigh more, or few of them much, and soft bumps are laid over the whole.
        """
        if self.name == "ict":
            spread = np.exp(rng.normal(0.0, 0.2))
            weights = rng.normal(0, spread, len(self.people))
            weights *= rng.chisquare(8, len(weights)) / 8
        else:
            weights = rng.dirichlet(np.full(len(self.people), rng.choice([0.15, 0.4, 1.0])))
            weights *= rng.uniform(0.9, 1.25)
        flat = self.people.reshape(len(self.people), -1)
        face = self.neutral + (weights.astype(np.float32) @ flat).reshape(-1, 3)
        for _ in range(_BUMPS):
            middle = rng.uniform([-8, -11, 0], [8, 6, 8])
            near = np.square(face - middle.astype(np.float32)).sum(axis=1)
            near = np.exp(-near / (2 * rng.uniform(2.0, 5.0) ** 2))
            face += near[:, None] * rng.normal(0, _BUMP_CM, 3).astype(np.float32)
        middle = np.mean([face[e].mean(axis=0) for e in self.eyes], axis=0)
        return (face - middle).astype(np.float32)

    def without(self, hidden: NDArray) -> Head:
        """Return the head without some of its triangles, (T,) bool, and what only they need."""
        triangles = self.triangles[~hidden]
        kept = np.zeros(len(self.neutral), bool)
        kept[triangles] = kept[self.mesh_triangle] = True
        # Half an eyeball has another middle, about which it would turn: they stay whole.
        kept[np.concatenate(self.eyes)] = True
        new = np.cumsum(kept) - 1
        return Head(
            name=self.name,
            neutral=self.neutral[kept],
            people=np.ascontiguousarray(self.people[:, kept]),
            expressions=np.ascontiguousarray(self.expressions[:, kept]),
            triangles=new[triangles].astype(np.int32),
            material=self.material[kept],
            eyes=tuple(new[e] for e in self.eyes),
            mesh_triangle=new[self.mesh_triangle],
            mesh_weight=self.mesh_weight,
        )

    def pose(self, person: NDArray, coefficients: NDArray, gaze: NDArray) -> NDArray[np.float32]:
        """Return (V, 3): a person's face in an expression.

        Parameters
        ----------
        person : (V, 3) from `person`
        coefficients : (52,) 0 to 1
        gaze : (2, 2) radians, (left eye, right eye) x (yaw to the person's left, pitch up)
        """
        flat = self.expressions.reshape(len(NAMES), -1)
        face = person + (coefficients.astype(np.float32) @ flat).reshape(-1, 3)
        for eye, (yaw, pitch) in zip(self.eyes, gaze, strict=True):
            middle = person[eye].mean(axis=0)
            face[eye] = (person[eye] - middle) @ turn(yaw, -pitch, 0.0).T + middle
        return face

    def mesh_points(self, face: NDArray) -> NDArray[np.float32]:
        """Return (468, 3), where the mesh points of a face (V, 3) are."""
        return np.einsum("jk,jkc->jc", self.mesh_weight, face[self.mesh_triangle])


def turn(yaw: float, down: float, roll: float) -> NDArray[np.float32]:
    """Return (3, 3): yaw to the person's left about y, of a face lowered by `down`, rolled."""
    (cy, sy), (cx, sx), (cz, sz) = ((np.cos(a), np.sin(a)) for a in (yaw, down, roll))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return (about_y @ about_x @ about_z).astype(np.float32)


def load(folder: Path) -> dict[str, Head]:
    """Read both heads from the data folder's `face` part."""
    return {"ict": _load_ict(folder), "mpfb": _load_mpfb(folder)}


def _load_ict(folder: Path) -> Head:
    pack = np.load(folder / "ict_face_pack.npz")
    parts = json.loads(str(pack["meta"]))["parts"]
    material = np.full(len(pack["neutral"]), -1)
    for kind, names in _ICT_MATERIALS.items():
        for name in names:
            material[slice(*parts[name])] = kind
    flat = pack["expr"].reshape(len(pack["expr"]), -1).astype(np.float32)
    order = [list(pack["arkit_names"]).index(n) for n in NAMES]
    expressions = (pack["arkit_to_ict"][order] @ flat).reshape(len(NAMES), -1, 3)
    return _trimmed(
        "ict",
        pack["neutral"],
        pack["ident"].astype(np.float32),
        expressions,
        pack["tris"],
        material,
        [np.arange(*parts[f"eyeball_{side}"]) for side in "LR"],
        (pack["mp_tri"][:468], pack["mp_bary"][:468]),
    )


def _load_mpfb(folder: Path) -> Head:
    pack = np.load(folder / "mpfb_face_pack.npz")
    groups = pack["vert_group"].astype(str)
    material = np.full(len(groups), -1)
    for kind, names in _MPFB_MATERIALS.items():
        material[np.isin(groups, names)] = kind
    index = [list(pack["expr_names"].astype(str)).index(n) for n in NAMES]
    return _trimmed(
        "mpfb",
        pack["neutral"],
        pack["ident"].astype(np.float32),
        pack["expr"][index].astype(np.float32),
        pack["tris"],
        material,
        [np.flatnonzero(groups == f"helper-{side}-eye") for side in "lr"],
        (pack["mp_tri"], pack["mp_bary"]),
    )


def _trimmed(name, neutral, people, expressions, triangles, material, eyes, mesh) -> Head:
    """Drop the vertices of no material, and move the origin between the eyes."""
    kept = material >= 0
    new = np.cumsum(kept) - 1
    triangles = triangles[kept[triangles].all(axis=1)]
    middle = np.mean([neutral[e].mean(axis=0) for e in eyes], axis=0)
    return Head(
        name=name,
        neutral=(neutral - middle)[kept].astype(np.float32),
        people=np.ascontiguousarray(people[:, kept]),
        expressions=np.ascontiguousarray(expressions[:, kept]),
        triangles=new[triangles].astype(np.int32),
        material=material[kept].astype(np.float32),
        eyes=tuple(new[e] for e in eyes),
        mesh_triangle=new[mesh[0]],
        mesh_weight=mesh[1],
    )


def _brow_marks(face: NDArray, marks: NDArray) -> NDArray[np.float32]:
    """Return (V, 2): along the nearer brow, and above its middle in half widths."""
    out = np.full((len(face), 2), 9.0, np.float32)
    for pairs in _BROWS.values():
        upper, lower = (marks[[p[i] for p in pairs], :2] for i in (0, 1))
        middle, half = (upper + lower) / 2, np.abs(upper - lower)[:, 1] / 2
        order = np.argsort(middle[:, 0])
        x, y, width = middle[order, 0], middle[order, 1], half[order]
        above = (face[:, 1] - np.interp(face[:, 0], x, y)) / np.interp(face[:, 0], x, width)
        along = (face[:, 0] - middle[0, 0]) / (middle[-1, 0] - middle[0, 0])
        near = (np.abs(above) < 3) & (along > -0.4) & (along < 1.4) & (face[:, 2] > 0)
        out[near] = np.stack([along, above], axis=1)[near]
    return out


def _lip_marks(face: NDArray, marks: NDArray) -> NDArray[np.float32]:
    """Return (V,) cm inside the lips' outline as seen from the front."""
    import cv2

    outline = marks[list(_LIPS), :2].astype(np.float32)
    front = face[:, 2] > marks[list(_LIPS), 2].min() - 1.0
    inside = np.array(
        [cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y, _ in face]
    )
    return np.where(front, inside, -9.0).astype(np.float32)
