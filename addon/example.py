"""A small scene to try the tools on: a figure that crouches, leaps and lands, and a head.

It comes as a scene of its own, so that nothing of the artist's is touched.
"""

from __future__ import annotations

import math

import bpy
import numpy as np
from bpy.types import Context, Object, Scene

from ..ml.take import KEYFRAME, make_keys
from . import examplehead
from .fcurves import ensure_fcurve, write_keys

SCENE = "Understudy Example"
_RIG = "Example Rig"
_HEAD = "Example Head"
_HEAD_AT, _HEAD_SIZE = (1.25, 0.3, 1.35), 0.4
_SKIN = (0.16, 0.34, 0.52, 1.0)
_FLOOR = (0.35, 0.35, 0.36, 1.0)

# Bone: parent, head, tail (metres, facing -y), half width and half depth of its body part.
_BONES = {
    "hips": (None, (0, 0, 0.95), (0, 0, 1.08), (0.15, 0.1)),
    "spine": ("hips", (0, 0, 1.08), (0, 0, 1.26), (0.13, 0.09)),
    "chest": ("spine", (0, 0, 1.26), (0, 0, 1.48), (0.17, 0.11)),
    "neck": ("chest", (0, 0, 1.48), (0, 0, 1.58), (0.05, 0.05)),
    "head": ("neck", (0, 0, 1.58), (0, 0, 1.82), (0.09, 0.11)),
    "upper_arm.L": ("chest", (0.2, 0, 1.44), (0.25, 0, 1.15), (0.045, 0.045)),
    "forearm.L": ("upper_arm.L", (0.25, 0, 1.15), (0.27, -0.02, 0.9), (0.038, 0.038)),
    "hand.L": ("forearm.L", (0.27, -0.02, 0.9), (0.28, -0.04, 0.74), (0.035, 0.05)),
    "thigh.L": ("hips", (0.1, 0, 0.95), (0.1, -0.01, 0.52), (0.075, 0.075)),
    "shin.L": ("thigh.L", (0.1, -0.01, 0.52), (0.1, 0.01, 0.1), (0.055, 0.055)),
    "foot.L": ("shin.L", (0.1, 0.01, 0.1), (0.1, -0.13, 0.04), (0.045, 0.04)),
    "toe.L": ("foot.L", (0.1, -0.13, 0.04), (0.1, -0.21, 0.03), (0.045, 0.025)),
}

# Frame: hips (sideways, forward, up) in metres; bends forward in degrees, left and right alike.
_POSES = {
    1: ((0, 0, 0), {"upper_arm": -4, "forearm": 8}),
    14: (
        (0, -0.21, -0.345),
        {"spine": 22, "chest": 14, "neck": -16, "thigh": 72, "shin": -100, "foot": 28}
        | {"upper_arm": -48, "forearm": 20},
    ),
    22: (
        (0, 0.35, 0.42),
        {"spine": -6, "chest": -6, "thigh": -6, "shin": -8, "foot": -42, "upper_arm": 150}
        | {"forearm": 12},
    ),
    30: (
        (0, 0.49, -0.305),
        {"spine": 18, "chest": 10, "neck": -12, "thigh": 68, "shin": -92, "foot": 24}
        | {"upper_arm": 45, "forearm": 30},
    ),
    44: ((0, 0.72, 0), {"upper_arm": -4, "forearm": 8}),
}


def build(context: Context) -> Object:
    """Make the example's scene, show it, and return its rig, active, with five poses keyed."""
    scene = bpy.data.scenes.new(SCENE)
    scene.frame_start, scene.frame_end = min(_POSES), max(_POSES)
    scene.render.fps = 24
    if context.window is not None:
        context.window.scene = scene
    rig = _rig(scene)
    _floor(scene)
    head = examplehead.add(scene, _HEAD)
    head.location, head.scale = _HEAD_AT, [_HEAD_SIZE] * 3
    with context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
        scene.view_layers[0].update()
        scene.view_layers[0].objects.active = rig
        rig.select_set(True, view_layer=scene.view_layers[0])
        _key_poses(rig)
        scene.frame_set(min(_POSES))
    return rig


def _mirrored() -> dict[str, tuple]:
    """Return the bones of both sides."""
    bones = {}
    for name, (parent, head, tail, half) in _BONES.items():
        bones[name] = parent, head, tail, half
        if name.endswith(".L"):
            other = parent.replace(".L", ".R")
            flip = [(-x, y, z) for x, y, z in (head, tail)]
            bones[name.replace(".L", ".R")] = other, *flip, half
    return bones


def _rig(scene: Scene) -> Object:
    armature = bpy.data.armatures.new(_RIG)
    rig = bpy.data.objects.new(_RIG, armature)
    scene.collection.objects.link(rig)
    view_layer = scene.view_layers[0]
    view_layer.objects.active = rig
    bones = _mirrored()
    with bpy.context.temp_override(
        scene=scene, view_layer=view_layer, object=rig, active_object=rig, selected_objects=[rig]
    ):
        bpy.ops.object.mode_set(mode="EDIT")
        for name, (parent, head, tail, _half) in bones.items():
            bone = armature.edit_bones.new(name)
            bone.head, bone.tail, bone.roll = head, tail, 0.0
            bone.parent = armature.edit_bones.get(parent) if parent else None
            # Positive turns bend forward everywhere, and lift the toes.
            bone.align_roll((0, 0, 1) if name.startswith(("foot", "toe")) else (0, -1, 0))
        bpy.ops.object.mode_set(mode="OBJECT")
    armature.display_type = "STICK"
    rig.show_in_front = True
    _body(scene, rig, bones)
    return rig


def _body(scene: Scene, rig: Object, bones: dict[str, tuple]) -> None:
    """Skin the rig with one rounded block a bone, each wholly its bone's."""
    vertices, faces, owners = [], [], []
    for name, (_parent, head, tail, half) in bones.items():
        corners, quads = _block(np.array(head, float), np.array(tail, float), half)
        faces += [[i + len(vertices) for i in quad] for quad in quads]
        vertices += corners.tolist()
        owners += [name] * len(corners)
    mesh = bpy.data.meshes.new("Example Body")
    mesh.from_pydata(vertices, [], faces)
    mesh.materials.append(_material("Example Skin", _SKIN))
    body = bpy.data.objects.new("Example Body", mesh)
    scene.collection.objects.link(body)
    body.parent = rig
    for name in bones:
        group = body.vertex_groups.new(name=name)
        group.add([i for i, owner in enumerate(owners) if owner == name], 1.0, "REPLACE")
    body.modifiers.new("Armature", "ARMATURE").object = rig
    bevel = body.modifiers.new("Bevel", "BEVEL")
    bevel.width, bevel.segments = 0.02, 2


def _block(head: np.ndarray, tail: np.ndarray, half: tuple) -> tuple[np.ndarray, list[list[int]]]:
    """Return the 8 corners and 6 faces of a block from head to tail."""
    along = (tail - head) / np.linalg.norm(tail - head)
    side = np.array([1.0, 0.0, 0.0])
    across = np.cross(along, side)
    side = np.cross(across, along)
    ring = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    ends = head, tail
    corners = [e + a * half[0] * side + b * half[1] * across for e in ends for a, b in ring]
    sides = [[i, (i + 1) % 4, 4 + (i + 1) % 4, 4 + i] for i in range(4)]
    return np.array(corners), [[3, 2, 1, 0], [4, 5, 6, 7], *sides]


def _floor(scene: Scene) -> None:
    mesh = bpy.data.meshes.new("Example Floor")
    mesh.from_pydata([(-2, -3, 0), (2, -3, 0), (2, 2, 0), (-2, 2, 0)], [], [[0, 1, 2, 3]])
    mesh.materials.append(_material("Example Floor", _FLOOR))
    scene.collection.objects.link(bpy.data.objects.new("Example Floor", mesh))


def _material(name: str, colour: tuple) -> bpy.types.Material:
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.diffuse_color = colour
    return material


def _key_poses(rig: Object) -> None:
    """Key the poses as an animator would: every bone on the same frames, by hand for the ledger."""
    frames = sorted(_POSES)
    for bone in rig.pose.bones:
        bone.rotation_mode = "XYZ"
        plain = bone.name.rpartition(".")[0] or bone.name
        bends = [math.radians(_POSES[frame][1].get(plain, 0.0)) for frame in frames]
        for index in range(3):
            values = bends if index == 0 else [0.0] * len(frames)
            _key(rig, f'pose.bones["{bone.name}"].rotation_euler', index, bone.name, frames, values)
    # The hips' own axes: x is sideways, y along the bone and so up, z forward.
    moves = np.array([_POSES[frame][0] for frame in frames], float)[:, [0, 2, 1]]
    for index in range(3):
        _key(rig, 'pose.bones["hips"].location', index, "hips", frames, moves[:, index])


def _key(
    rig: Object, path: str, index: int, group: str, frames: list[int], values: list[float]
) -> None:
    curve = ensure_fcurve(rig, path, index, group)
    keys = make_keys(frames, values, key_type=KEYFRAME)
    write_keys(curve, keys, (frames[0], frames[-1]))
