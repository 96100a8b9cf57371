"""Build a MakeHuman body with clothes, bones and weights, from the CC0 files in the data folder."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

_SKIN_VERTICES = 13380
_DECIMETRE = 0.1
_THIGHS = ("LeftUpLeg", "thigh_l")
# Places on the skin: the back of the heel, the tip of the big toe, the tip of the nose.
POINTS = {
    "LeftHeel": ("LeftFoot", 12442),
    "LeftToe": ("LeftFoot", 11551),
    "RightHeel": ("RightFoot", None),
    "RightToe": ("RightFoot", None),
    "Nose": ("Head", 297),
}


@dataclass(frozen=True)
class Look:
    """What a body is made of.

    How male (0 to 1), which clothes and hair, in which colours; how tall, how long the legs and how
    broad the body, each as a share of what is usual.
    """

    male: float
    clothes: tuple[str, ...]
    top: tuple[float, float, float]
    trousers: tuple[float, float, float]
    skin: tuple[float, float, float]
    hair: tuple[float, float, float]
    size: float = 1.0
    legs: float = 1.0
    girth: float = 1.0


@dataclass
class Body:
    """A body in the scene.

    Attributes
    ----------
    rig : armature object
    points : dict of name to (bone, (3,) place at rest in armature space, metres)
    """

    rig: bpy.types.Object
    points: dict[str, tuple[str, NDArray]]


def build(folder: Path, look: Look, bones: str = "cmu_mb") -> Body:
    """Make the body at the origin, feet on the floor, facing -Y, on one of the folder's rigs."""
    vertices, faces = _read_obj(folder / "3dobjs" / "base.obj")
    for gender, share in (("male", look.male), ("female", 1.0 - look.male)):
        for name in (f"caucasian-{gender}-young",
                     f"universal-{gender}-young-averagemuscle-averageweight"):  # fmt: skip
            vertices += share * _target(folder, name, len(vertices))
    groups = json.loads((folder / "mesh_metadata" / "basemesh_vertex_groups.json").read_text())
    lift = _cube(vertices, groups, "joint-ground")[1]
    vertices = vertices - [0.0, lift, 0.0]
    crotch = _cube(vertices, groups, "joint-l-upper-leg")[1]
    vertices[:, 1] += (look.legs - 1.0) * np.minimum(vertices[:, 1], crotch)
    vertices *= [look.girth, 1.0, look.girth]
    rig = _armature(folder, vertices, groups, look.size, bones)
    weights = _weights(folder, len(vertices), bones)
    hidden = np.zeros(len(vertices), bool)
    for name in look.clothes:
        cover = _clothes(folder / "assets" / f"{name}.mhclo", vertices, weights)
        hidden |= cover["hidden"]
        colours = {"short": look.hair, "eyebr": look.hair, "shoes": (0.75, 0.75, 0.72)}
        _mesh(name, cover["vertices"], cover["faces"], cover["weights"], rig,
              colours.get(name[:5], look.top), look.size,
              look.trousers if "suit" in name else None)  # fmt: skip
    skin = [f for f in faces if max(f) < _SKIN_VERTICES and not hidden[list(f)].all()]
    _mesh("skin", vertices[:_SKIN_VERTICES], skin, weights[:_SKIN_VERTICES], rig, look.skin,
          look.size)  # fmt: skip
    points = {}
    for name, (bone, vertex) in POINTS.items():
        place = vertices[POINTS[name.replace("Right", "Left")][1] if vertex is None else vertex]
        flip = [-1.0, 1.0, 1.0] if vertex is None else [1.0, 1.0, 1.0]
        points[name] = (bone, _z_up(place * flip) * look.size)
    return Body(rig, points)


def _z_up(v: NDArray) -> NDArray:
    """Turn MakeHuman's decimetres, y up, into metres, z up."""
    v = np.asarray(v, float) * _DECIMETRE
    return np.stack([v[..., 0], -v[..., 2], v[..., 1]], axis=-1)


def _read_obj(path: Path) -> tuple[NDArray, list[tuple[int, ...]]]:
    vertices, faces = [], []
    for line in path.read_text().splitlines():
        if line.startswith("v "):
            vertices.append([float(x) for x in line.split()[1:4]])
        elif line.startswith("f "):
            faces.append(tuple(int(x.split("/")[0]) - 1 for x in line.split()[1:]))
    return np.array(vertices), faces


def _target(folder: Path, name: str, count: int) -> NDArray:
    shift = np.zeros((count, 3))
    path = folder / "targets" / "macrodetails" / f"{name}.target.gz"
    with gzip.open(path, "rt") as lines:
        for line in lines:
            parts = line.split()
            if len(parts) == 4 and not line.startswith("#"):
                shift[int(parts[0])] = [float(x) for x in parts[1:]]
    return shift


def _cube(vertices: NDArray, groups: dict, name: str) -> NDArray:
    first, last = groups[name][0]
    return vertices[first : last + 1].mean(axis=0)


def _armature(
    folder: Path, vertices: NDArray, groups: dict, size: float, bones: str
) -> bpy.types.Object:
    data = bpy.data.armatures.new("body")
    rig = bpy.data.objects.new("body", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    about = json.loads((folder / "rigs" / "standard" / f"rig.{bones}.json").read_text())
    about = about.get("bones", about)

    def place(end: dict) -> Vector:
        if end["strategy"] == "MEAN":
            where = vertices[end["vertex_indices"]].mean(axis=0)
        else:
            where = _cube(vertices, groups, end["cube_name"])
        return Vector(_z_up(where) * size)

    bpy.ops.object.mode_set(mode="EDIT")
    for name, bone in about.items():
        new = data.edit_bones.new(name)
        new.head, new.tail, new.roll = place(bone["head"]), place(bone["tail"]), bone["roll"]
    for name, bone in about.items():
        if bone["parent"]:
            data.edit_bones[name].parent = data.edit_bones[bone["parent"]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def _weights(folder: Path, count: int, bones: str) -> list[dict[str, float]]:
    """Return each vertex' bones and weights."""
    out: list[dict[str, float]] = [{} for _ in range(count)]
    path = folder / "rigs" / "standard" / f"weights.{bones}.json"
    for bone, pairs in json.loads(path.read_text())["weights"].items():
        for vertex, weight in pairs:
            out[int(vertex)][bone] = float(weight)
    return out


def _clothes(path: Path, body: NDArray, weights: list[dict]) -> dict:
    """Fit a piece of clothing to the body; see MakeHuman's description of .mhclo files."""
    scale, rows, hidden, part = {}, [], np.zeros(len(body), bool), ""
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] in ("x_scale", "y_scale", "z_scale"):
            a, b, length = int(words[1]), int(words[2]), float(words[3])
            axis = "xyz".index(words[0][0])
            scale[axis] = abs(body[a, axis] - body[b, axis]) / length
        elif words[0] in ("verts", "delete_verts"):
            part = words[0]
        elif part == "verts" and words[0].isdigit():
            rows.append([float(w) for w in words])
        elif part == "delete_verts":
            _mark(hidden, words)
    size = np.array([scale.get(k, 1.0) for k in range(3)])
    vertices, own = [], []
    for row in rows:
        corners = [int(c) for c in row[:3]] if len(row) == 9 else [int(row[0])]
        shares = row[3:6] if len(row) == 9 else [1.0]
        shift = np.array(row[6:9]) * size if len(row) == 9 else np.zeros(3)
        vertices.append(np.array(shares) @ body[corners] + shift)
        mixed: dict[str, float] = {}
        for corner, share in zip(corners, shares, strict=True):
            for bone, weight in weights[corner].items():
                mixed[bone] = mixed.get(bone, 0.0) + max(share, 0.0) * weight
        own.append(mixed)
    _, faces = _read_obj(path.with_suffix(".obj"))
    return {"vertices": np.array(vertices), "faces": faces, "weights": own, "hidden": hidden}


def _mark(hidden: NDArray, words: list[str]) -> None:
    """Mark vertices listed as "3 7 - 9"."""
    k = 0
    while k < len(words):
        if k + 2 < len(words) and words[k + 1] == "-":
            hidden[int(words[k]) : int(words[k + 2]) + 1] = True
            k += 3
        else:
            hidden[int(words[k])] = True
            k += 1


def _mesh(
    name: str,
    vertices: NDArray,
    faces: list[tuple[int, ...]],
    weights: list[dict],
    rig: bpy.types.Object,
    colour: tuple[float, float, float],
    size: float,
    lower: tuple[float, float, float] | None = None,
) -> bpy.types.Object:
    """Make a skinned mesh in one colour, in another below the hips if asked."""
    data = bpy.data.meshes.new(name)
    data.from_pydata((_z_up(vertices) * size).tolist(), [], faces)
    data.polygons.foreach_set("use_smooth", np.ones(len(data.polygons), bool))
    item = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(item)
    by_bone: dict[str, dict[float, list[int]]] = {}
    for vertex, own in enumerate(weights):
        for bone, weight in own.items():
            by_bone.setdefault(bone, {}).setdefault(round(weight, 3), []).append(vertex)
    for bone, levels in by_bone.items():
        group = item.vertex_groups.new(name=bone)
        for weight, members in levels.items():
            group.add(members, weight, "REPLACE")
    modifier = item.modifiers.new("body", "ARMATURE")
    modifier.object = rig
    for tint in (colour, lower or colour):
        material = bpy.data.materials.new(name)
        material.diffuse_color = (*tint, 1.0)
        data.materials.append(material)
    if lower is not None:
        hips = next(b for b in rig.data.bones if b.name in _THIGHS).head_local.z + 0.06
        below = [int(p.center.z < hips and abs(p.center.x) < 0.3) for p in data.polygons]
        data.polygons.foreach_set("material_index", below)
    item.parent = rig
    return item
