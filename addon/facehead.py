"""The head of a character: the bone or the object that turns with an actor's, and travels."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import bpy
import numpy as np
from bpy.types import Bone, Object, Scene
from mathutils import Matrix, Vector

from ..ml.face.facerig import FaceRig, Turner
from . import bonemaps
from .about import LEDGER
from .actions import action_of
from .facerig import Face, axes_of, bone_turner, eye_gap, object_turner, offsets

TRAVELS = ("free", "always", "never")
"""Those of the property in `faceprops`."""

_REST = "understudy_face_rest"
"""Custom property of an object that turns with a face: its matrix before it was keyed."""

_HEAD = re.compile(r"^(?:.*[:|]|DEF-|c_|CC_Base_|J_Bip_C_|Bip\d*[ _])?head(?:\.x)?$", re.IGNORECASE)
_BODY = re.compile(r"neck|spine|chest|torso|body|hips|pelvis", re.IGNORECASE)
_GAP_M = 0.063  # between an adult's pupils
_GAPS = (0.02, 50.0)  # over that, what is no pair of eyes of a head
_STIRS = 0.1  # share of a key's largest motion that counts as moved
_OF_A_HEAD = 0.25  # share of a head's height that its shape keys move, at least


def find_head(face: Face, travel: str = "free") -> Turner | None:
    """Return the head bone, by the bone map or by its name, or a head that is an object.

    Parameters
    ----------
    travel : one of `TRAVELS`
    """
    if face.armature is None:
        return None if face.object.type == "ARMATURE" else _head_object(face, travel)
    kept = bonemaps.stored(face.armature)
    names = [kept.roles["head"]] if kept is not None and "head" in kept.roles else []
    names += [b.name for b in face.armature.data.bones if _HEAD.match(b.name)]
    # Of several, the control: helpers carry longer names.
    names = [n for n in names if n in face.armature.data.bones]
    name = min(names, key=len, default=None)
    if name is None:
        face.notes.append(f"{face.armature.name} has no head bone: the head stays as it is")
        return None
    turner = bone_turner(face, name)
    if _may_move(face, name, travel):
        turner.unit = _metre(face) / (face.armature.matrix_world.to_scale().z or 1.0)
    return turner


def _may_move(face: Face, name: str, travel: str) -> bool:
    bone, posed = face.armature.data.bones[name], face.armature.pose.bones[name]
    hangs = any(_BODY.search(parent.name) for parent in bone.parent_recursive)
    if travel == "never" or (travel == "free" and hangs):
        return False
    fast = _is_fast(bone, posed)
    if travel == "always" and fast:
        face.notes.append(
            f"The head bone {name} cannot move ({fast}): it turns and does not travel"
        )
    return not fast


def _is_fast(bone: Bone, posed: bpy.types.PoseBone) -> str:
    """Return why a bone cannot be moved, or ""."""
    if bone.use_connect:
        return "it is connected to its parent"
    return "its location is locked" if any(posed.lock_location) else ""


def _metre(face: Face) -> float:
    """Return the length of a metre on this character, world units: a giant's head goes further."""
    gap = eye_gap(face)
    metre = 1.0 / (bpy.context.scene.unit_settings.scale_length or 1.0)
    size = gap / (_GAP_M * metre) if gap else 1.0
    return metre * size if _GAPS[0] < size < _GAPS[1] else metre


def _head_object(face: Face, travel: str) -> Turner | None:
    """Return the object that is the whole head, if one is: a body does not turn with its face."""
    mesh = face.meshes[0]
    axes = axes_of(mesh)
    # Not its bounding box, which grows with the expression that it shows at the moment.
    whole = _rest_points(mesh) @ axes
    moved = whole[_stirred(mesh)]
    if not len(moved) or np.ptp(moved[:, 1]) < _OF_A_HEAD * np.ptp(whole[:, 1]) - 1e-6:
        face.notes.append(
            f"{mesh.name} is more than a head, and has no head bone: the head stays as it is"
        )
        return None
    top = _top(mesh, float(np.ptp(whole[:, 1])), axes)
    if top.library is not None or any(top.lock_rotation) or top.constraints:
        return None
    loose = _left_behind(top, whole, axes)
    if loose:
        face.notes.append(
            f"{', '.join(loose)} would be left behind by a head that turns: parent what belongs to "
            f"it to {top.name} first. The head stays as it is"
        )
        return None
    turner = object_turner(top, axes_of(mesh))
    # It turns about where the neck meets the skull: below the face, amid the head.
    neck = np.array([whole[:, 0].mean(), moved[:, 1].min(), whole[:, 2].mean()]) @ axes.T
    parent = top.matrix_world @ top.matrix_basis.inverted_safe()
    turner.pivot = list(parent.inverted_safe() @ Vector(neck) - top.location)
    turner.place = list(top.location)
    if travel != "never" and not any(top.lock_location):
        turner.unit = _metre(face) / (parent.to_scale().z or 1.0)
    return turner


def _top(mesh: Object, height: float, axes: np.ndarray) -> Object:
    """Return the highest parent that holds nothing but this head: its eyes and teeth, its hair."""
    top = mesh
    while top.parent is not None:
        held = [o for o in top.parent.children_recursive if o.type == "MESH"]
        points = np.concatenate([_points(o.bound_box, o) for o in held]) @ axes
        if np.ptp(points[:, 1]) > 1.8 * height:
            break
        top = top.parent
    return top


def _left_behind(top: Object, whole: np.ndarray, axes: np.ndarray) -> list[str]:
    """Return the meshes that stand amid the head, such as eyes, and do not go with it."""
    own = {top, *top.children_recursive}
    low, high = whole.min(axis=0), whole.max(axis=0)
    found = []
    for obj in bpy.context.view_layer.objects:
        # What a script has just removed is None here until the view layer is updated.
        if obj is None or obj.type != "MESH" or obj in own or not obj.visible_get():
            continue
        middle = (_points(obj.bound_box, obj) @ axes).mean(axis=0)
        if ((middle > low) & (middle < high)).all():
            found.append(obj.name)
    return found[:4]


def _points(corners: object, obj: Object) -> np.ndarray:
    """Return (N, 3) points of the world."""
    return np.array([obj.matrix_world @ Vector(corner) for corner in corners])


def _rest_points(mesh: Object) -> np.ndarray:
    """Return (V, 3) points of the world: the mesh without any shape key."""
    rest = mesh.data.shape_keys.reference_key.data
    flat = np.empty(3 * len(rest), np.float32)
    rest.foreach_get("co", flat)
    matrix = np.array(mesh.matrix_world)
    return flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def _stirred(mesh: Object) -> np.ndarray:
    """Return (V,) bool: vertices that some shape key moves."""
    keys = mesh.data.shape_keys
    stirred = np.zeros(len(keys.reference_key.data), bool)
    for block in keys.key_blocks[1:]:
        moved = offsets(block)
        away = np.einsum("vc,vc->v", moved, moved)  # squared: there are many keys
        stirred |= away > max(_STIRS**2 * away.max(initial=0.0), 1e-12)
    return stirred


@contextlib.contextmanager
def at_rest(scene: Scene) -> Iterator[None]:
    """Let the objects that an earlier run keyed stand as before it, or it would add up."""
    kept = [o for o in scene.objects if _REST in o and LEDGER in (action_of(o) or {})]
    with contextlib.ExitStack() as stack:
        for obj in kept:
            stack.callback(setattr, obj, "matrix_basis", obj.matrix_basis.copy())
            obj.matrix_basis = Matrix(np.reshape(obj[_REST], (4, 4)).tolist())
        if kept:
            bpy.context.view_layer.update()
        yield
    if kept:
        bpy.context.view_layer.update()


def rests_of(rig: FaceRig) -> dict[str, list[float]]:
    """Return the matrix of each object that turns as head or eye, by its name, as it stands."""
    turners = [rig.head, rig.both_eyes, *rig.eyes]
    names = {t.owner for t in turners if t is not None and not t.bone}
    return {n: [v for row in bpy.data.objects[n].matrix_basis for v in row] for n in names}


def keep_rest(owner: object, rests: dict[str, list[float]]) -> None:
    """Remember how an object stood before it was keyed."""
    if isinstance(owner, Object) and owner.name in rests:
        owner[_REST] = rests[owner.name]
