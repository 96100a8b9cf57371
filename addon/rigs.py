"""Reading an armature into arrays, with what really moves its controls.

Controls of a production rig hang under helper bones with constraints and drivers, so their
parent by name says little. Each mapped control is tried: on a copy of the rig in a scene of its
own, it is moved and turned a little, and what follows it is written down. The artist's scene is
not evaluated, and stays as it is.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator

import bpy
import numpy as np
from mathutils import Matrix, Quaternion
from numpy.typing import NDArray

from ..ml import rotations as rt
from ..ml.blocking.bonemap import auto_map
from ..ml.blocking.bonetree import ancestors
from ..ml.errors import RigError
from ..ml.rig import ROTATION_MODES, Rig

_TEST_TURN = Quaternion((0.6, 0.48, 0.64), 0.3)
_TEST_MOVE = 0.05
_FULL_RAD = 0.01
"""Two turns closer than this are the same."""
_UNEVEN = 1.05
_PREFIXES = ("MCH-", "ORG-", "DEF-")
_SWITCH_NAMES = ("IK_FK", "IK/FK")
_SWITCH = re.compile("ik.?fk|fk.?ik", re.IGNORECASE)


def read_rig(obj: bpy.types.Object | None, bones: Iterable[str] | None = None) -> Rig:
    """Read an armature object's rest pose and what moves its controls.

    Parameters
    ----------
    obj : armature object
        In a scene; its pose and animation are not changed.
    bones : names, optional
        The controls that will be driven (`BoneMap.names`). By default those that `auto_map`
        finds. On a rig with constraints their parents are found by trying; other bones keep
        their parent in the armature.

    Raises
    ------
    RigError
        The object cannot be animated, with the reason.
    """
    check_rig(obj)
    rig = _rest(obj)
    if rig.kind == "rigify":
        rig.properties = _rigify_switches(obj)
        rig.ik = _rigify_limbs(obj)
    if not _is_constrained(obj):
        return rig
    if bones is None:
        try:
            bones = auto_map(rig).names()
        except RigError:
            # Unmapped yet: the person maps it by hand, and it is read again with that map.
            return rig
    bones = [*bones, *(b[k] for b in rig.ik.values() for k in ("end", "pole"))]
    names = [n for n in dict.fromkeys(bones) if n in set(rig.names)]
    with _copy(obj) as trial:
        if rig.kind != "rigify":
            rig.properties = _switches_by_trying(trial, rig, names)
        return _tried(trial, rig, names)


def check_rig(obj: bpy.types.Object | None) -> None:
    """Raise RigError, in a sentence, where an object cannot take animation of its bones."""
    if obj is None or obj.type != "ARMATURE":
        what = "Nothing" if obj is None else f"“{obj.name}”, a {obj.type.lower()},"
        raise RigError(f"{what} is chosen as the rig. Choose an armature.")
    name = obj.name
    if obj.library is not None:
        raise RigError(
            f"“{name}” is linked from another file and cannot be animated here. "
            "Make a library override of it first (Object > Library Override > Make)."
        )
    override = obj.override_library
    if override is not None and override.is_system_override:
        raise RigError(
            f"“{name}” is an override that is not editable. Make its override editable first "
            "(Object > Library Override > Make)."
        )
    if not len(obj.data.bones):
        raise RigError(f"“{name}” has no bones.")
    if not obj.users_scene or obj.pose is None:
        raise RigError(f"“{name}” is in no scene, so it has no pose. Link it to a scene first.")
    if obj.mode == "EDIT":
        raise RigError(f"“{name}” is in Edit Mode. Leave Edit Mode first.")
    place = np.array(obj.matrix_world)
    if not np.isfinite(place).all():
        raise RigError(
            f"“{name}” has a location, rotation or scale that is no number. "
            "Clear its transform first (Object > Clear)."
        )
    scale = np.linalg.norm(place[:3, :3], axis=0)
    if scale.min() < 1e-6:
        raise RigError(f"“{name}” is scaled to nothing. Give the object a scale above zero.")
    if obj.matrix_world.is_negative:
        raise RigError(
            f"“{name}” has a negative scale, which mirrors every motion. "
            "Apply the object's scale first (Object > Apply > Scale)."
        )
    if scale.max() > _UNEVEN * scale.min():
        raise RigError(
            f"“{name}” is scaled more along one axis than along another, which bends every "
            "motion. Apply the object's scale first (Object > Apply > Scale)."
        )


def _rest(obj: bpy.types.Object) -> Rig:
    """Read the bones as they stand in the armature, parents before children."""
    bones = list(obj.data.bones)
    order = sorted(bones, key=lambda b: len(b.parent_recursive))
    index = {b.name: i for i, b in enumerate(order)}
    poses = [obj.pose.bones[b.name] for b in order]
    modes = [p.rotation_mode for p in poses]
    scale = obj.matrix_world.to_scale()[2]
    unit = next(iter(obj.users_scene)).unit_settings.scale_length or 1.0
    return Rig(
        names=[b.name for b in order],
        parents=np.array([index[b.parent.name] if b.parent else -1 for b in order], np.int32),
        follows=np.array([b.use_inherit_rotation for b in order], bool),
        rest=np.array([b.matrix_local for b in order], float),
        length=np.array([b.length for b in order], float),
        rotation_mode=[m if m in ROTATION_MODES else "QUATERNION" for m in modes],
        rotation_locked=np.array([p.lock_rotation for p in poses], bool),
        location_locked=np.array([p.lock_location for p in poses], bool),
        can_move=np.array(
            [not (b.use_connect and b.parent) and b.use_local_location for b in order], bool
        ),
        deform=np.array([b.use_deform for b in order], bool),
        scale=float(scale * unit),
        kind="rigify" if _is_rigify(obj) else "plain",
    )


def _is_rigify(obj: bpy.types.Object) -> bool:
    """Tell a generated Rigify rig: its mark is lost when data is made single, its bones not."""
    names = [b.name for b in obj.data.bones]
    layered = all(any(n.startswith(p) for n in names) for p in _PREFIXES)
    return layered and ("rig_id" in obj.data or any(n.startswith("thigh_fk") for n in names))


def _is_constrained(obj: bpy.types.Object) -> bool:
    """Tell whether anything but parents moves the bones."""
    if any(p.constraints for p in obj.pose.bones):
        return True
    data = obj.animation_data
    return data is not None and any("pose.bones" in d.data_path for d in data.drivers)


def _path(bone: str, prop: str) -> str:
    escape = bpy.utils.escape_identifier
    return f'pose.bones["{escape(bone)}"]["{escape(prop)}"]'


def _rigify_switches(obj: bpy.types.Object) -> dict[str, float]:
    """Return the switches of a Rigify rig and the values under which its FK controls rule."""
    wanted = {}
    for bone in obj.pose.bones:
        for prop in bone.keys():
            value = bone[prop]
            if not isinstance(value, (int, float)):
                continue
            if prop in _SWITCH_NAMES:
                wanted[_path(bone.name, prop)] = 1.0
            elif prop in ("neck_follow", "head_follow"):
                # In between, neck and head would follow the chest by a share, which no one
                # parent can stand for.
                wanted[_path(bone.name, prop)] = 1.0
            elif prop == "FK_limb_follow" and value not in (0.0, 1.0):
                wanted[_path(bone.name, prop)] = 0.0
    return wanted


def _rigify_limbs(obj: bpy.types.Object) -> dict[str, dict]:
    """Return the IK controls of a Rigify rig's limbs; see `Rig.ik`."""
    found = {}
    for part, upper, end in (("arm", "upper_arm", "hand"), ("leg", "thigh", "foot")):
        for side in "LR":
            names = {"end": f"{end}_ik.{side}", "pole": f"{upper}_ik_target.{side}"}
            keeper = obj.pose.bones.get(f"{upper}_parent.{side}")
            if keeper is None or any(n not in obj.pose.bones for n in names.values()):
                continue
            switches = [p for p in _SWITCH_NAMES if p in keeper.keys()]
            if not switches or "pole_vector" not in keeper.keys():
                continue
            found[f"{part}.{side}"] = {
                **names,
                "switch": _path(keeper.name, switches[0]),
                "value": 0.0,
                "properties": {_path(keeper.name, "pole_vector"): 1.0},
                "axes": _parents_axes(obj, names.values()),
            }
    return found


def _parents_axes(obj: bpy.types.Object, names: Iterable[str]) -> dict[str, str]:
    """Return the parents of those bones whose location is in the parent's axes, not their own."""
    bones = [obj.data.bones[n] for n in names]
    return {b.name: b.parent.name if b.parent else "" for b in bones if not b.use_local_location}


def _switches_by_trying(trial: bpy.types.Object, rig: Rig, names: list[str]) -> dict[str, float]:
    """Return IK/FK switches of any rig, each at the end where more bones go with the controls.

    Riggers name these properties alike, but disagree on which end is FK.
    """
    deform = [n for n, d in zip(rig.names, rig.deform, strict=True) if d and n not in names]
    wanted = {}
    for bone in trial.pose.bones:
        for prop in bone.keys():
            value = bone[prop]
            if not _SWITCH.search(prop) or not isinstance(value, (int, float)):
                continue
            limits = bone.id_properties_ui(prop).as_dict()
            ends = [limits.get("min", 0.0), limits.get("max", 1.0)]
            if not deform or max(map(abs, ends)) > 100.0:
                continue
            followers = []
            for end in ends:
                bone[prop] = type(value)(end)
                followers.append(_followers(trial, names, deform))
            bone[prop] = value
            if followers[0] != followers[1]:
                wanted[_path(bone.name, prop)] = float(ends[int(np.argmax(followers))])
    return wanted


def _followers(trial: bpy.types.Object, names: list[str], deform: list[str]) -> int:
    """Count the deforming bones that turn when the limbs' controls are turned."""
    before = _look(trial, deform)
    # Not the hips: everything rides on them, whatever the switch says.
    riding = [
        n for n in names if {p.name for p in trial.pose.bones[n].parent_recursive} & set(names)
    ]
    for name in riding:
        trial.pose.bones[name].matrix_basis = _TEST_TURN.to_matrix().to_4x4()
    after = _look(trial, deform)
    for name in riding:
        trial.pose.bones[name].matrix_basis = Matrix()
    goes = _rotations(after[:, :3, :3] @ np.linalg.inv(before[:, :3, :3]))
    return int((rt.angle_between(goes, rt.IDENTITY) > 2.0 * _FULL_RAD).sum())


def _look(trial: bpy.types.Object, names: list[str]) -> NDArray:
    """Evaluate the trial rig and return the named bones' matrices (N, 4, 4), armature space."""
    layer = trial.users_scene[0].view_layers[0]
    trial.update_tag()
    layer.update()
    seen = trial.evaluated_get(layer.depsgraph).pose.bones
    return np.array([seen[n].matrix for n in names])


@contextlib.contextmanager
def _copy(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """Lend a copy of the rig in a scene of its own, at rest and without its animation.

    Constraints and drivers that point at the rig point at the copy. The meshes that it deforms
    are not in the scene, so an evaluation costs milliseconds whatever the character.
    """
    scene = bpy.data.scenes.new(".understudy")
    trial = None
    try:
        trial = obj.copy()
        scene.collection.objects.link(trial)
        trial.matrix_world = obj.matrix_world
        trial.hide_viewport = False  # hidden objects are not evaluated
        scene.view_layers[0].update()
        data = trial.animation_data
        if data is not None:
            data.use_nla = False
            data.action = None
        for bone in trial.pose.bones:
            bone.matrix_basis = Matrix()
        yield trial
    finally:
        if trial is not None:
            bpy.data.objects.remove(trial)
        bpy.data.scenes.remove(scene)


def _tried(trial: bpy.types.Object, rig: Rig, names: list[str]) -> Rig:
    """Return the rig with the parents of the named controls as trying them shows."""
    for path, value in rig.properties.items():
        set_property(trial, path, value)
    turned, carried, short = _responses(trial, names)
    held = [n for n, angle in zip(names, short, strict=True) if angle > _FULL_RAD]
    ik = _ik_over(trial, held) if held else {}
    if ik:
        for path, value in ik.items():
            set_property(trial, path, value)
        rig.properties.update(ik)
        turned, carried, short = _responses(trial, names)
    # A limit may hold a control back; one that does not follow at all is ruled by another.
    dead = [n for n, angle in zip(names, short, strict=True) if angle > 0.9 * _TEST_TURN.angle]
    if dead:
        raise RigError(_ruled(trial, dead))
    index = [rig.index(n) for n in names]
    parents, follows = rig.parents.copy(), rig.follows.copy()
    goes_with = turned | carried
    np.fill_diagonal(goes_with, False)
    for k, i in enumerate(index):
        above = np.flatnonzero(goes_with[:, k] & ~goes_with[k])
        if len(above):
            # The nearest of those that move this control is itself moved by the others.
            nearest = above[np.argmax(goes_with[np.ix_(above, above)].sum(axis=0))]
            parents[i], follows[i] = index[nearest], turned[nearest, k]
        else:
            parents[i], follows[i] = _free_parent(rig, i, set(index)), False
    return _sorted(rig, parents, follows)


def _free_parent(rig: Rig, i: int, tried: set[int]) -> int:
    """Return a bone's parent in the armature, unless that hangs on a control that was tried."""
    above = ancestors(rig, i)[1:]
    return -1 if not above or tried & set(above) else above[0]


def set_property(obj: bpy.types.Object, path: str, value: float) -> None:
    """Set one of `Rig.properties` on an object, as the kind of number it is."""
    if path.endswith("]"):
        owner, _, prop = path.rpartition("[")
        bone, key = obj.path_resolve(owner), bpy.utils.unescape_identifier(prop[1:-2])
        bone[key] = type(bone[key])(value)
    else:
        owner, _, prop = path.rpartition(".")
        setattr(obj.path_resolve(owner), prop, value)


def _ik_over(obj: bpy.types.Object, names: list[str]) -> dict[str, float]:
    """Return the influences that let go of bones which inverse kinematics rules."""
    data = obj.animation_data
    driven = {d.data_path for d in data.drivers} if data is not None else set()
    found = {}
    for bone in obj.pose.bones:
        line = [bone, *bone.parent_recursive]
        for constraint in bone.constraints:
            if constraint.type != "IK" or constraint.mute:
                continue
            chain = line[0 if constraint.use_tail else 1 :]
            chain = chain[: constraint.chain_count or None]
            escape = bpy.utils.escape_identifier
            path = f'pose.bones["{escape(bone.name)}"].constraints["{escape(constraint.name)}"]'
            path += ".influence"
            if path not in driven and any(b.name in names for b in chain):
                found[path] = 0.0
    return found


def _ruled(obj: bpy.types.Object, names: list[str]) -> str:
    """Return the sentence for controls that something else rules."""
    by = [c.name for n in names for c in obj.pose.bones[n].constraints if not c.mute]
    cause = f"the constraint “{by[0]}”" if by else "a driver or a constraint"
    listed = ", ".join(f"“{n}”" for n in names[:4])
    return (
        f"{listed} cannot be posed: {cause} rules the bone. Choose the control that moves it "
        "in the bone map, or mute the constraint."
    )


def _responses(trial: bpy.types.Object, names: list[str]) -> tuple[NDArray, NDArray, NDArray]:
    """Turn and move each control, both at once, and see what goes with it.

    Returns
    -------
    turned, carried : (N, N) bool
        [a, b]: b turns wholly with a; b's place is carried along as if fixed to a.
    short : (N,) radians
        How far the control stays from where it is turned to: something else has a say.
    """
    rest = _look(trial, names)
    back, heads = np.linalg.inv(rest[:, :3, :3]), rest[:, :3, 3]
    spin, told = np.array(_TEST_TURN.to_matrix()), np.array(_TEST_TURN)
    size = float(np.ptp(heads, axis=0).max()) or 1.0
    move = np.array([0.6, 0.48, 0.64]) * _TEST_MOVE * size
    near = 0.05 * _TEST_MOVE * size
    turned = np.zeros((len(names), len(names)), bool)
    carried, short = turned.copy(), np.zeros(len(names))
    for k, name in enumerate(names):
        axes = rest[k, :3, :3]
        basis = Matrix(axes.T @ spin @ axes).to_4x4()
        basis.translation = axes.T @ move
        trial.pose.bones[name].matrix_basis = basis
        now = _look(trial, names)
        trial.pose.bones[name].matrix_basis = Matrix()
        goes = _rotations(now[:, :3, :3] @ back)
        short[k] = rt.angle_between(goes[k], told)
        # Beside how far it really went: a limit may hold the control back.
        went = rt.angle_between(goes[k], rt.IDENTITY) > 2.0 * _FULL_RAD
        turned[k] = (rt.angle_between(goes, goes[k]) < _FULL_RAD) & went
        shift = now[:, :3, 3] - heads
        fixed = shift[k] + rt.rotate(goes[k], heads - heads[k]) - (heads - heads[k])
        far = np.linalg.norm(fixed, axis=-1) > 10.0 * near
        carried[k] = (np.linalg.norm(shift - fixed, axis=-1) < near) & far
    return turned, carried, short


def _rotations(matrices: NDArray) -> NDArray:
    """Return (N, 4) quaternions of (N, 3, 3) matrices, whatever stretch is in them."""
    u, _, v = np.linalg.svd(matrices)
    return rt.from_matrix(u @ v)


def _sorted(rig: Rig, parents: NDArray, follows: NDArray) -> Rig:
    """Return the rig with new parents, its bones put in order parents before children."""
    depth = np.zeros(len(parents), int)
    for i in range(len(parents)):
        j = int(parents[i])
        while j >= 0 and depth[i] <= len(parents):
            depth[i] += 1
            j = int(parents[j])
    order = np.argsort(depth, kind="stable")
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    new = parents[order]
    meta, arrays = rig.pack()
    arrays = {k: v[order] for k, v in arrays.items()}
    arrays["parents"] = np.where(new >= 0, place[new], -1).astype(np.int32)
    arrays["follows"] = follows[order]
    meta["names"] = [rig.names[i] for i in order]
    meta["rotation_mode"] = [rig.rotation_mode[i] for i in order]
    return Rig.unpack(meta, arrays)
