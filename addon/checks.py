"""What stops a Take from being written, each in a plain sentence; nothing here changes anything."""

from __future__ import annotations

import re
from collections.abc import Iterable

import bpy
import numpy as np
from bpy.types import ID, Object

from ..ml.errors import RigError, UnderstudyError
from ..ml.take import Channel, Take
from .actions import bag_of, curves_of

_POSE_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(\w+)$')
_ITEM = re.compile(r'(.*)\["((?:[^"\\]|\\.)*)"\]$', re.DOTALL)
_ROTATIONS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def check_owner(owner: ID) -> None:
    """Refuse a data-block that cannot be animated here.

    An armature without a pose is refused for another reason too: changing its action or slot
    crashes Blender 4.4 to 5.2.
    """
    if owner.library is not None:
        raise RigError(
            f"{owner.name} is linked from another file: make a library override of it first "
            "(Object > Library Override > Make)"
        )
    override = owner.override_library
    if override is not None and override.is_system_override:
        raise RigError(
            f"The library override of {owner.name} is not editable: make it so in the Outliner "
            "(Library Override > Make > Selected & Content)"
        )
    if not isinstance(owner, Object):
        return
    if not owner.users_scene:
        raise RigError(f"{owner.name} is in no scene: add it to a collection of the scene first")
    if owner.type == "ARMATURE" and owner.pose is None:
        # The pose of an armature that was just made appears with the first evaluation.
        bpy.context.view_layer.update()
        if owner.pose is None:
            raise RigError(
                f"{owner.name} has no pose yet: show it in the current scene and view layer first"
            )


def check_action(owner: ID) -> None:
    """Refuse an action that cannot be written, or would not be seen if it were."""
    data = owner.animation_data
    if data is None:
        return
    if data.use_tweak_mode:
        raise UnderstudyError(
            f"{owner.name} is in NLA tweak mode: leave it first (Tab in the NLA editor)"
        )
    action = data.action
    if action is not None and not action.is_editable:
        raise UnderstudyError(
            f"Action {action.name} is linked: first make it local, or give {owner.name} another"
        )
    if data.use_nla and len(data.nla_tracks):
        if any(track.is_solo for track in data.nla_tracks):
            raise UnderstudyError(
                f"An NLA track of {owner.name} plays solo, so keys on its action would not be "
                "seen: clear the star in the NLA editor first"
            )
        if data.action_blend_type != "REPLACE" or data.action_influence < 1.0:
            raise UnderstudyError(
                f"The NLA blends the action of {owner.name} with its tracks, so keys would not "
                "give the pose they hold: set its blending to Replace and its influence to 1 first"
            )


def check_bones(owner: Object, names: Iterable[str]) -> None:
    """Refuse bones whose rotation cannot be keyed, before long work is begun for them."""
    curves = curves_of(owner)
    for name in names:
        posed = owner.pose.bones.get(name)
        if posed is None or all(posed.lock_rotation):
            continue  # `BoneMap.check` tells of the first; nothing is written on the second
        prop = _ROTATIONS.get(posed.rotation_mode, "rotation_euler")
        path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].{prop}'
        for index in range(len(getattr(posed, prop))):
            if prop == "rotation_euler" and posed.lock_rotation[index]:
                continue
            _check_driver(owner, path, index)
            if (path, index) in curves:
                _check_curve(owner, path, index, curves[path, index])


def check_take(owner: ID, take: Take) -> None:
    """Refuse a Take that cannot be written whole, before anything is written."""
    check_owner(owner)
    check_action(owner)
    groups = bag_of(owner).groups if bag_of(owner) is not None else {}
    curves = curves_of(owner)
    for channel in take.channels:
        _check_channel(owner, channel)
        curve = curves.get((channel.data_path, channel.index))
        if curve is not None:
            _check_curve(owner, channel.data_path, channel.index, curve)
        elif channel.group in groups and groups[channel.group].lock:
            raise UnderstudyError(
                f"Channel group {channel.group} of {owner.name} is locked: unlock it first"
            )
    for path, value in take.properties.items():
        _check_property(owner, path, value, take.span)


def _check_channel(owner: ID, channel: Channel) -> None:
    numbers = [channel.keys[name] for name in ("co", "handle_left", "handle_right")]
    if not all(np.isfinite(n).all() for n in numbers):
        raise ValueError(f"{channel.data_path}[{channel.index}] holds numbers that are not finite")
    bone = _POSE_BONE.match(channel.data_path)
    if bone:
        name = bpy.utils.unescape_identifier(bone[1])
        pose = getattr(owner, "pose", None)
        posed = pose.bones.get(name) if pose is not None else None
        if posed is None:
            raise RigError(f"{owner.name} has no bone {name}: it was renamed or removed; run again")
        _check_mode(posed, f"Bone {name}", bone[2])
    elif isinstance(owner, Object):
        _check_mode(owner, owner.name, channel.data_path)
    try:
        value = owner.path_resolve(channel.data_path)
    except ValueError as exc:
        raise RigError(f"{owner.name} has no property {channel.data_path}") from exc
    size = len(value) if hasattr(value, "__len__") and not isinstance(value, str) else 1
    if channel.index >= size:
        raise RigError(f"{channel.data_path} of {owner.name} has no element {channel.index}")
    _check_driver(owner, channel.data_path, channel.index)


def _check_driver(owner: ID, path: str, index: int) -> None:
    data = owner.animation_data
    if data is not None and data.drivers.find(path, index=index):
        raise UnderstudyError(
            f"{path}[{index}] of {owner.name} has a driver, which keys cannot move: remove the "
            "driver, or take the bone out of the bone map"
        )


def _check_mode(posed: object, what: str, name: str) -> None:
    if not name.startswith("rotation_") or name == "rotation_mode":
        return
    wanted = _ROTATIONS.get(posed.rotation_mode, "rotation_euler")
    if name != wanted:
        raise RigError(
            f"{what} rotates as {posed.rotation_mode}, but the keys are for {name}: its rotation "
            "mode was changed; run again"
        )


def _check_curve(owner: ID, path: str, index: int, curve: bpy.types.FCurve) -> None:
    what = f"The curve {path}[{index}] of {owner.name}"
    group = curve.group
    if curve.lock or (group is not None and group.lock):
        raise UnderstudyError(f"{what} is locked: unlock it in the Graph Editor first")
    if curve.mute or (group is not None and group.mute):
        raise UnderstudyError(f"{what} is muted: unmute it in the Graph Editor first")
    if len(curve.sampled_points):
        raise UnderstudyError(
            f"{what} is baked to samples: turn it into keys first (Graph Editor > Key > Samples "
            "to Keys)"
        )


def split_property(owner: ID, path: str) -> tuple[object, str, bool]:
    """Return (holder, name, whether it is a custom property) of an RNA path to one number."""
    item = _ITEM.match(path)
    if item:
        holder = owner.path_resolve(item[1]) if item[1] else owner
        return holder, bpy.utils.unescape_identifier(item[2]), True
    before, _, name = path.rpartition(".")
    return (owner.path_resolve(before) if before else owner), name, False


def _check_property(owner: ID, path: str, value: float, span: tuple[float, float]) -> None:
    """A switch that is driven or keyed would not stay where it is put."""
    try:
        owner.path_resolve(path)
    except ValueError as exc:
        raise RigError(f"{owner.name} has no property {path}: run again") from exc
    data = owner.animation_data
    if data is not None and data.drivers.find(path):
        raise UnderstudyError(
            f"{path} of {owner.name} has a driver, so the rig cannot be switched: remove the driver"
        )
    curve = curves_of(owner).get((path, 0))
    if curve is None:
        return
    frames = np.arange(np.floor(span[0]), np.ceil(span[1]) + 1)
    if any(abs(curve.evaluate(frame) - value) > 1e-3 for frame in frames):
        raise UnderstudyError(
            f"{path} of {owner.name} is animated, and is not {value:g} throughout frames "
            f"{span[0]:g} to {span[1]:g}, so the keys would not be seen: change those keys first"
        )
