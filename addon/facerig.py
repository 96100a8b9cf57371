"""Reading a character's face: its meshes, what may move on them, the head and the eyes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import bpy
import numpy as np
from bpy.types import Key, Object
from mathutils import Vector

from ..ml.errors import RigError
from ..ml.face.facemap import KEY, LOCATION, SCALE, TURN, Control
from ..ml.face.facerig import FaceRig, Turner, key_path

_SEPARATOR = r"[\s._\-:|]*"
_EYE = re.compile(
    rf"^(?:.*[:|]|c_|CC_Base_|J_Adj_)?(?:(?P<a>l|left|r|right){_SEPARATOR}(?:face)?eye(?:ball)?"
    rf"|eye(?:ball)?{_SEPARATOR}(?P<b>l|left|r|right))$",
    re.IGNORECASE,
)
_TRACKS = {"DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK"}
_RIGIFY_EYES, _RIGIFY_EYE = "eyes", "master_eye.L"
_MOST_TURN = np.radians(90.0)
_UPRIGHT = 0.7
_OF_AN_EYE = 0.5  # weight from which a vertex belongs to an eye bone
_STIRS = 0.2  # share of a key's largest motion that counts as moving an eyeball


@dataclass
class Face:
    """What was found of a character.

    Attributes
    ----------
    object : Object
        What the person chose; the face map is kept on it.
    meshes : list of Object
        Meshes with shape keys, the chosen one or the largest first.
    armature : Object or None
    notes : list of str
        What was left out, and why.
    """

    object: Object
    meshes: list[Object]
    armature: Object | None
    notes: list[str] = field(default_factory=list)


def find_face(obj: Object) -> Face:
    """Find the meshes with shape keys and the armature that belong to an object.

    Raises
    ------
    RigError
        The object is no face, or cannot be animated, with the reason.
    """
    if obj.type not in ("MESH", "ARMATURE"):
        raise RigError(f"{obj.name} is neither a mesh nor an armature: choose the character's face")
    armature = obj if obj.type == "ARMATURE" else _armature_of(obj)
    meshes = [obj] if obj.type == "MESH" and _keys(obj) else []
    meshes += sorted(
        (o for o in _relatives(obj, armature) if o is not obj and _keys(o)),
        key=lambda o: -len(o.data.vertices),
    )
    if not meshes and armature is None:
        raise RigError(
            f"{obj.name} has no shape keys, and no armature moves it: give it shape keys, or bind "
            "it to an armature with face bones first"
        )
    face = Face(obj, meshes, armature)
    for mesh in meshes:
        _check_mesh(mesh)
    if armature is not None and armature.library is not None:
        face.armature = None
        face.notes.append(
            f"{armature.name} is linked from another file, so its bones stay still: make a library "
            "override of it (Object > Library Override > Make)"
        )
    return face


def _keys(obj: Object) -> bool:
    keys = obj.data.shape_keys
    return keys is not None and len(keys.key_blocks) > 1


def _check_mesh(mesh: Object) -> None:
    keys = mesh.data.shape_keys
    if keys.library is not None or (mesh.library is not None and mesh.override_library is None):
        raise RigError(
            f"The shape keys of {mesh.name} are linked from another file: make a library override "
            "of the character first (Object > Library Override > Make)"
        )
    if not keys.use_relative:
        raise RigError(
            f"The shape keys of {mesh.name} are absolute: switch them to relative first "
            "(Properties > Data > Shape Keys > Relative)"
        )


def _armature_of(mesh: Object) -> Object | None:
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object is not None:
            return modifier.object
    parent = mesh.parent
    while parent is not None:
        if parent.type == "ARMATURE":
            return parent
        parent = parent.parent
    return None


def _relatives(obj: Object, armature: Object | None) -> list[Object]:
    """Return the meshes that hang on the same armature, or on the same parent."""
    scene = bpy.context.scene.objects
    meshes = [o for o in scene if o.type == "MESH"]
    if armature is not None:
        return [o for o in meshes if _armature_of(o) is armature]
    if obj.parent is None:
        return []
    return [o for o in meshes if o.parent is obj.parent]


def related_meshes(face: Face) -> list[Object]:
    """Return all meshes of the character, with and without shape keys."""
    found = [*face.meshes]
    if face.object.type == "MESH":
        found.append(face.object)
    armature = face.armature or (face.object if face.object.type == "ARMATURE" else None)
    found += _relatives(face.object, armature)
    return list(dict.fromkeys(found))


def shape_controls(face: Face) -> tuple[list[Control], list[tuple[float, float]]]:
    """Return the shape keys that may be keyed, and their ranges; `face.notes` name the others."""
    controls, ranges = [], []
    driven, muted = [], []
    for mesh in face.meshes:
        keys: Key = mesh.data.shape_keys
        drivers = keys.animation_data.drivers if keys.animation_data else None
        for block in keys.key_blocks:
            if block == keys.reference_key:
                continue
            if drivers and drivers.find(key_path(block.name)):
                driven.append(block.name)
                continue
            if block.mute:
                muted.append(block.name)
            controls.append(Control(mesh.name, KEY, block.name))
            ranges.append((block.slider_min, block.slider_max))
    if driven:
        face.notes.append(f"Driven shape keys were left to their drivers: {_listed(driven)}")
    if muted:
        face.notes.append(f"Muted shape keys do not show until unmuted: {_listed(muted)}")
    return controls, ranges


def bone_controls_there(face: Face) -> list[Control]:
    """Return every channel of every bone of the character's armature."""
    if face.armature is None:
        return []
    return [
        Control(face.armature.name, kind, bone.name, axis)
        for bone in face.armature.pose.bones
        for kind in (LOCATION, TURN, SCALE)
        for axis in range(3)
    ]


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def read_rig(face: Face, bones: list[Control] = (), travel: str = "free") -> FaceRig:
    """Read what the stage must know: controls with their ranges, the head and the eyes.

    Parameters
    ----------
    bones : bone controls of the face map; which of an armature's hundreds are the face's is not
        known otherwise
    travel : whether the head moves as well, one of `facehead.TRAVELS`
    """
    from .facehead import find_head

    controls, ranges = shape_controls(face)
    rest = [0.0] * len(controls)
    modes = {}
    for control in bones:
        owner = bpy.data.objects.get(control.owner)
        posed = owner.pose.bones.get(control.name) if owner and owner.type == "ARMATURE" else None
        if control.kind == KEY or posed is None:
            continue
        controls.append(control)
        ranges.append(_bone_range(control, posed))
        rest.append(1.0 if control.kind == SCALE else 0.0)
        modes[f"{control.owner}/{control.name}"] = posed.rotation_mode
    low, high = np.array(ranges).reshape(-1, 2).T
    rig = FaceRig(controls, np.array(rest), low, high, modes)
    find_eyes(face, rig)
    rig.head = find_head(face, travel)
    return rig


def _bone_range(control: Control, posed: bpy.types.PoseBone) -> tuple[float, float]:
    if control.kind == TURN:
        return -_MOST_TURN, _MOST_TURN
    if control.kind == SCALE:
        return 0.05, 4.0
    reach = 4.0 * max(posed.length, 1e-3)
    return (0.0, 0.0) if posed.lock_location[control.axis] else (-reach, reach)


def axes_of(obj: Object) -> np.ndarray:
    """Return (3, 3) columns: the face's left, up and forward in the world.

    A character looks along its object's -Y with Z up; what was imported with Y up looks along Z.
    """
    turn = obj.matrix_world.to_quaternion().to_matrix()
    up, forward = Vector((0, 0, 1)), Vector((0, -1, 0))
    if (turn @ Vector((0, 0, 1))).z > _UPRIGHT:
        up, forward = turn @ Vector((0, 0, 1)), turn @ Vector((0, -1, 0))
    elif (turn @ Vector((0, 1, 0))).z > _UPRIGHT:
        up, forward = turn @ Vector((0, 1, 0)), turn @ Vector((0, 0, 1))
    return np.array([up.cross(forward), up, forward]).T


def bone_turner(face: Face, bone: str, reach: float = 0.0) -> Turner:
    """Return how a bone is turned, or moved: its own axes are those of its rest pose."""
    armature = face.armature
    rest = armature.matrix_world.to_quaternion().to_matrix()
    rest = rest @ armature.data.bones[bone].matrix_local.to_3x3()
    frame = np.array(rest.inverted()) @ axes_of(armature)
    if reach:
        # Locations are counted in the armature's own units.
        reach /= armature.matrix_world.to_scale().z or 1.0
    mode = armature.pose.bones[bone].rotation_mode
    rest_value = [0.0, 0.0, 0.0] if reach else [1.0, 0.0, 0.0, 0.0]
    return Turner(armature.name, bone, mode, frame.tolist(), rest_value, reach)


def object_turner(obj: Object, axes: np.ndarray, reach: float = 0.0) -> Turner:
    # What it is parented to may be turned; what it is turned itself counts as its rest.
    parent = obj.matrix_world @ obj.matrix_basis.inverted_safe()
    frame = np.array(parent.to_quaternion().to_matrix().inverted()) @ axes
    if reach:
        reach /= parent.to_scale().z or 1.0
        return Turner(obj.name, "", obj.rotation_mode, frame.tolist(), list(obj.location), reach)
    rest = obj.matrix_basis.to_quaternion()
    return Turner(obj.name, "", obj.rotation_mode, frame.tolist(), list(rest))


def find_eyes(face: Face, rig: FaceRig) -> None:
    """Find what moves the eyes: what they are made to look at, else bones, else objects."""
    pose = face.armature.pose.bones if face.armature is not None else {}
    if _RIGIFY_EYES in pose and _RIGIFY_EYE in pose:
        gap = pose[_RIGIFY_EYES].bone.head_local - pose[_RIGIFY_EYE].bone.head_local
        scale = face.armature.matrix_world.to_scale().z
        rig.both_eyes = bone_turner(face, _RIGIFY_EYES, gap.length * scale)
        return
    found = _eyes(face)
    targets = [_target(face, item[0], item[1]) if item else None for item in found]
    if targets[0] is not None and targets[0] == targets[1]:
        rig.both_eyes = targets[0]
        return
    rig.eyes = [t or (item[2] if item else None) for t, item in zip(targets, found, strict=True)]


def eye_gap(face: Face) -> float:
    """Return the distance between the eyes, world units; 0 where they are not known."""
    places = [item[1] for item in _eyes(face) if item is not None]
    return (places[0] - places[1]).length if len(places) == 2 else 0.0


def _eyes(face: Face) -> list[tuple[object, Vector, Turner] | None]:
    """Return bone or object, place and turner of the left and the right eye, where found."""
    pose = face.armature.pose.bones if face.armature is not None else {}
    found: list[tuple[object, Vector, Turner] | None] = [None, None]
    for bone in pose:
        side = _side(bone.name)
        if side is not None and found[side] is None:
            place = face.armature.matrix_world @ bone.bone.head_local
            found[side] = bone, place, bone_turner(face, bone.name)
    for obj in _eye_objects(face):
        side = _side(obj.name)
        if found[side] is None:
            place = obj.matrix_world.translation
            found[side] = obj, place, object_turner(obj, axes_of(face.object))
    return found


def keys_turn_eyes(face: Face, rig: FaceRig, used: list[Control]) -> bool:
    """Tell whether shape keys turn the eyeballs that eye bones turn as well.

    Parameters
    ----------
    used : the shape keys that are keyed for where the eyes look
    """
    bones = {turner.bone for turner in rig.eyes if turner is not None and turner.bone}
    for mesh in face.meshes:
        names = {c.name for c in used if c.owner == mesh.name and c.kind == KEY}
        groups = {mesh.vertex_groups[b].index for b in bones if b in mesh.vertex_groups}
        if not names or not groups:
            continue
        eyes = np.array(
            [any(g.group in groups and g.weight > _OF_AN_EYE for g in v.groups)
             for v in mesh.data.vertices]
        )  # fmt: skip
        for block in (mesh.data.shape_keys.key_blocks[name] for name in names):
            away = np.linalg.norm(offsets(block), axis=1)
            if eyes.any() and away[eyes].max() > _STIRS * max(away.max(), 1e-6):
                return True
    return False


def offsets(block: bpy.types.ShapeKey) -> np.ndarray:
    """Return (V, 3) float32: how a shape key at 1 moves its mesh, in the mesh's own axes."""
    own, rest = (np.empty(3 * len(block.data), np.float32) for _ in range(2))
    # Where there are `points`, they are read ten times as quickly.
    where = "points" if "points" in block.bl_rna.properties else "data"
    getattr(block, where).foreach_get("co", own)
    getattr(block.relative_key, where).foreach_get("co", rest)
    return (own - rest).reshape(-1, 3)


def _side(name: str) -> int | None:
    match = _EYE.match(name)
    if match is None:
        return None
    return 0 if (match["a"] or match["b"]).lower().startswith("l") else 1


def _eye_objects(face: Face) -> list[Object]:
    own = {face.object, *face.meshes, face.armature}
    return [
        o
        for o in bpy.context.scene.objects
        if _side(o.name) is not None and o.parent in own and o.library is None
    ]


def _target(face: Face, eye: object, place: Vector) -> Turner | None:
    """Return what a constraint makes an eye look at."""
    for constraint in eye.constraints:
        target = getattr(constraint, "target", None)
        if constraint.type not in _TRACKS or constraint.mute or target is None:
            continue
        bone = getattr(constraint, "subtarget", "")
        if bone and target is face.armature:
            at = target.matrix_world @ target.data.bones[bone].head_local
            return bone_turner(face, bone, (at - place).length)
        if not bone and target.library is None:
            reach = (target.matrix_world.translation - place).length
            return object_turner(target, axes_of(face.object), reach)
    return None
