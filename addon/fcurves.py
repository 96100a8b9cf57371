"""The one writer of animation: a Take goes onto a data-block whole, or not at all.

Works on actions from 4.2 (curves on the action) to 5.2 (curves in a slot's channel bag). An
artist's key is never moved, removed or retyped; a rerun replaces only what the ledger knows as
generated and unchanged.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np
from bpy.types import ID, FCurve
from numpy.typing import NDArray

from ..ml.errors import UnderstudyError
from ..ml.keys import FULL, SELECTED, align_quaternions, align_turns, full, merge
from ..ml.take import Channel, Take
from .about import LEDGER
from .actions import HAS_SLOTS, action_of, bag_of, curves_of, read_keys, slot_of
from .checks import check_action, check_owner, check_take, split_property
from .ledger import Ledger, cleared_by, replaced_by

__all__ = [
    "clear_take",
    "curves_of",
    "ensure_bag",
    "ensure_fcurve",
    "put_back",
    "read_keys",
    "show_take",
    "write_keys",
    "write_take",
    "write_takes",
]


_ADDED = {"easing": 0, **dict.fromkeys(SELECTED, True)}
"""Fields of a key that was just added, in every version. The others depend on preferences."""


def ensure_bag(owner: ID, name: str = "Understudy") -> object:
    """Return what holds `fcurves` and `groups` for `owner`, made if need be."""
    check_owner(owner)
    data = owner.animation_data or owner.animation_data_create()
    if data.action is None:
        data.action = bpy.data.actions.new(name)
    action = data.action
    if not action.is_editable:
        raise UnderstudyError(f"Action {action.name} is linked: make it local first")
    if not HAS_SLOTS:
        return action
    if data.action_slot is None:
        data.action_slot = action.slots.new(owner.id_type, owner.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(data.action_slot, ensure=True)


def ensure_fcurve(owner: ID, path: str, index: int = 0, group: str = "") -> FCurve:
    """Return the curve of `owner.path[index]`; a new one joins `group`."""
    bag = ensure_bag(owner)
    return bag.fcurves.find(path, index=index) or _new_curve(bag, path, index, group)


def _new_curve(bag: object, path: str, index: int, group: str) -> FCurve:
    # The keyword that names the group differs between versions: set it afterwards.
    curve = bag.fcurves.new(path, index=index)
    if group:
        curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def write_keys(
    fcurve: FCurve, keys: NDArray, span: tuple[float, float], ours: NDArray | None = None
) -> None:
    """Lay `keys` over those of a curve as `ml.keys.merge` does, in bulk."""
    _set_keys(fcurve, merge(read_keys(fcurve), keys, span, ours))


def _set_keys(fcurve: FCurve, keys: NDArray) -> None:
    """Make a curve hold exactly these (N,) keys of `FULL`, sorted by frame."""
    points = fcurve.keyframe_points
    points.clear()
    points.add(len(keys))
    for name in FULL.names:
        # Most keys have what Blender gives an added key, and each field takes its time.
        if name not in _ADDED or not (keys[name] == _ADDED[name]).all():
            # foreach_set wants flat, contiguous arrays
            points.foreach_set(name, np.ascontiguousarray(keys[name]).ravel())
    fcurve.update()  # computes automatic handles


@dataclass
class Written:
    """What `write_take` did.

    Attributes
    ----------
    curves, keys : int
        Curves touched, and generated keys that now lie on them.
    replaced : int
        Keys of an earlier run that were taken away.
    yielded : int
        Keys left out because an artist's key stands within half a frame.
    run : int
        The run's id in the ledger.
    """

    curves: int = 0
    keys: int = 0
    replaced: int = 0
    yielded: int = 0
    run: int = 0


def write_take(owner: ID, take: Take) -> Written:
    """Write every channel and property of a Take in one step, and record it in the ledger.

    Raises
    ------
    UnderstudyError
        Something forbids it; nothing was changed.
    """
    return write_takes([(owner, take)])[0]


def write_takes(takes: Iterable[tuple[ID, Take]]) -> list[Written]:
    """Write the Takes of several data-blocks, such as a face's shape keys and its bones.

    Raises
    ------
    UnderstudyError
        Something forbids one of them; none was changed.
    """
    takes = list(takes)
    for owner, take in takes:
        check_take(owner, take)
    written = []
    with contextlib.ExitStack() as undo:
        for owner, take in takes:
            written.append(_write(owner, take, _remember(owner, take, undo)))
        undo.pop_all()
    for owner, _ in takes:
        owner.update_tag()
    return written


def show_take(owner: ID, take: Take, kept: dict[tuple[str, int], NDArray]) -> None:
    """Lay a Take's keys over the `kept` ones for a look: the ledger does not learn of them.

    Only curves that are there and named in `kept` change. Whoever shows calls `put_back` before
    anything is written for good.
    """
    curves = curves_of(owner)
    new = {(c.data_path, c.index): c.keys for c in take.channels}
    nothing = np.zeros(0, FULL)
    for key, keys in kept.items():
        fresh, curve = new.get(key, nothing), curves.get(key)
        if curve is None or (not len(fresh) and len(curve.keyframe_points) == len(keys)):
            continue
        _set_keys(curve, merge(keys, fresh, take.span) if len(fresh) else keys)
    owner.update_tag()


def put_back(owner: ID, before: dict[tuple[str, int], NDArray]) -> None:
    """Give curves that are there the keys they had `before` a show, as `read_keys` read them."""
    for key, curve in curves_of(owner).items():
        if key in before and not np.array_equal(read_keys(curve), before[key]):
            _set_keys(curve, before[key])
    owner.update_tag()


def _write(owner: ID, take: Take, before: dict[tuple[str, int], NDArray]) -> Written:
    bag = ensure_bag(owner, f"{owner.name} {take.provenance.stage}")
    action, slot = action_of(owner), slot_of(owner)
    ledger = Ledger.load(action)
    stages = replaced_by(take.provenance.stage)
    written = Written(run=ledger.begin(take))
    curves = curves_of(owner)
    ours = {}
    for key, curve in curves.items():
        keys = before[key] if key in before else read_keys(curve)
        mask = ledger.ours((slot, *key), keys, stages)
        frame = keys["co"][:, 0]
        ours[key] = keys, mask & (frame >= take.span[0]) & (frame <= take.span[1])
    free = {key for key, curve in curves.items() if not curve.lock}
    leftovers = ledger.channels(slot, cleared_by(take.provenance.stage)) & free
    channels = _with_leftovers(take, leftovers)
    _align_with_artist(channels, ours)
    for channel in channels:
        key = channel.data_path, channel.index
        old, stale = ours.get(key, (np.zeros(0, FULL), np.zeros(0, bool)))
        if not len(channel.keys) and not stale.any():
            continue
        curve = curves.get(key) or _new_curve(bag, *key, channel.group)
        _set_keys(curve, merge(old, channel.keys, take.span, stale))
        fresh = _written_by_us(read_keys(curve), old[~stale])
        ledger.stamp((slot, *key), old, ~stale, fresh, take.span, written.run, stages)
        written.curves += 1
        written.keys += len(fresh)
        written.replaced += int(stale.sum())
        written.yielded += len(channel.keys) - len(fresh)
        if not len(curve.keyframe_points) and not len(curve.modifiers):
            bag.fcurves.remove(curve)  # wholly ours: an empty curve would only hold the value
    for path, value in take.properties.items():
        _set_property(owner, path, value)
    ledger.save(action)
    return written


def _with_leftovers(take: Take, ours: set[tuple[str, int]]) -> list[Channel]:
    """Add, empty, the channels that an earlier run wrote and this one does not."""
    mine = {(c.data_path, c.index) for c in take.channels}
    nothing = np.zeros(0, FULL)
    return [
        *(Channel(c.data_path, c.index, c.group, full(c.keys)) for c in take.channels),
        *(Channel(path, index, "", nothing) for path, index in sorted(ours - mine)),
    ]


def _written_by_us(now: NDArray, kept: NDArray) -> NDArray:
    """Return the keys of a curve that are not among the `kept` ones, told apart by frame."""
    return now[~np.isin(now["co"][:, 0], kept["co"][:, 0])]


def _align_with_artist(channels: list[Channel], old: dict) -> None:
    """Suit new rotations to the artist's keys beside them, which cannot change.

    A quaternion and its negative, and Euler angles whole turns apart, are the same rotation.
    """
    by_key = {(c.data_path, c.index): c.keys for c in channels}
    theirs = {key: keys[~stale] for key, (keys, stale) in old.items()}
    for path in {c.data_path for c in channels if c.data_path.endswith("rotation_quaternion")}:
        names = [(path, i) for i in range(4)]
        if all(name in by_key and name in theirs for name in names):
            align_quaternions([by_key[n] for n in names], [theirs[n] for n in names])
    for key, keys in by_key.items():
        if key[0].endswith("rotation_euler") and key in theirs:
            align_turns(keys, theirs[key])


def _set_property(owner: ID, path: str, value: float) -> None:
    holder, name, custom = split_property(owner, path)
    current = holder[name] if custom else getattr(holder, name)
    value = type(current)(round(value) if isinstance(current, bool | int) else value)
    if custom:
        holder[name] = value
    else:
        setattr(holder, name, value)


def _remember(owner: ID, take: Take, undo: contextlib.ExitStack) -> dict[tuple[str, int], NDArray]:
    """Put onto `undo` all that brings the owner back to how it is now; return its keys."""
    for path in take.properties:
        undo.callback(_set_property, owner, path, owner.path_resolve(path))
    had_data, action = owner.animation_data is not None, action_of(owner)
    if action is None:
        undo.callback(_drop_action, owner, had_data)
        return {}
    slot = owner.animation_data.action_slot if HAS_SLOTS else None
    curves = {
        key: (read_keys(c), c.group.name if c.group else "") for key, c in curves_of(owner).items()
    }
    groups = set(bag_of(owner).groups.keys()) if bag_of(owner) is not None else set()
    blob = action.get(LEDGER)
    undo.callback(_restore_action, owner, slot, curves, groups, blob)
    return {key: keys for key, (keys, _group) in curves.items()}


def _drop_action(owner: ID, had_data: bool) -> None:
    action = action_of(owner)
    if action is not None:
        owner.animation_data.action = None
        bpy.data.actions.remove(action)
    if not had_data:
        owner.animation_data_clear()


def _restore_action(owner: ID, slot: object, curves: dict, groups: set, blob: str | None) -> None:
    action, bag = action_of(owner), bag_of(owner)
    for key, curve in curves_of(owner).items():
        if key not in curves:
            bag.fcurves.remove(curve)
    for (path, index), (keys, group) in curves.items():
        _set_keys(bag.fcurves.find(path, index=index) or _new_curve(bag, path, index, group), keys)
    for group in list(bag.groups) if bag is not None else []:
        if group.name not in groups:
            bag.groups.remove(group)
    if HAS_SLOTS and slot is None and owner.animation_data.action_slot is not None:
        action.slots.remove(owner.animation_data.action_slot)
    if blob is None:
        action.pop(LEDGER, None)
    else:
        action[LEDGER] = blob


def clear_take(owner: ID, stages: Iterable[str] | None = None) -> int:
    """Remove the generated keys that nobody has changed, and return how many they were.

    Parameters
    ----------
    stages : names, optional
        Only those of these stages. Default: all.
    """
    check_owner(owner)
    check_action(owner)
    action, bag, slot = action_of(owner), bag_of(owner), slot_of(owner)
    if bag is None:
        return 0
    ledger = Ledger.load(action)
    wanted = {r["stage"] for r in ledger.runs.values()} if stages is None else set(stages)
    everywhere, removed = (-np.inf, np.inf), 0
    for key, curve in curves_of(owner).items():
        keys = read_keys(curve)
        stale = ledger.ours((slot, *key), keys, wanted)
        if not stale.any() or curve.lock:
            continue
        removed += int(stale.sum())
        nothing = np.zeros(0, FULL)
        ledger.stamp((slot, *key), keys, ~stale, nothing, everywhere, 0, wanted)
        if stale.all() and not len(curve.modifiers):
            bag.fcurves.remove(curve)
        else:
            write_keys(curve, nothing, everywhere, stale)
    ledger.save(action)
    return removed
