"""Build a MakeHuman body with clothes, bones and weights, from the CC0 files in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

import package

package.load()
from understudy.ml.train.lifter import makehuman  # noqa: E402

_THIGHS = ("LeftUpLeg", "thigh_l")


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
    vertices, faces, groups = makehuman.shape(folder, look.male, look.legs, look.girth)
    rig = _armature(makehuman.skeleton(folder, vertices, groups, bones), look.size)
    weights = makehuman.weights_of(folder, len(vertices), bones)
    hidden = np.zeros(len(vertices), bool)
    for name in look.clothes:
        cover = makehuman.clothes(folder / "assets" / f"{name}.mhclo", vertices, weights)
        hidden |= cover["hidden"]
        colours = {"short": look.hair, "eyebr": look.hair, "shoes": (0.75, 0.75, 0.72)}
        _mesh(name, cover["vertices"], cover["faces"], cover["weights"], rig,
              colours.get(name[:5], look.top), look.size,
              look.trousers if "suit" in name else None)  # fmt: skip
    last = makehuman.SKIN_VERTICES
    skin = [f for f in faces if max(f) < last and not hidden[list(f)].all()]
    _mesh("skin", vertices[:last], skin, weights[:last], rig, look.skin, look.size)
    return Body(rig, {
        name: (bone, makehuman.z_up(makehuman.point(vertices, name)) * look.size)
        for name, (bone, _) in makehuman.POINTS.items()
    })  # fmt: skip


def _armature(bones: dict[str, tuple], size: float) -> bpy.types.Object:
    data = bpy.data.armatures.new("body")
    rig = bpy.data.objects.new("body", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (head, tail, roll, _) in bones.items():
        new = data.edit_bones.new(name)
        new.head, new.tail = (Vector(makehuman.z_up(end) * size) for end in (head, tail))
        new.roll = roll
    for name, (*_, parent) in bones.items():
        if parent:
            data.edit_bones[name].parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


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
    data.from_pydata((makehuman.z_up(vertices) * size).tolist(), [], faces)
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
