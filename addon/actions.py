"""Reading actions, 4.2 to 5.2: nothing here changes anything.

From 4.4 an action holds slots, and a slot's curves lie in a channel bag; from 5.0 the old
`Action.fcurves` is gone. A "bag" below is whatever holds `fcurves` and `groups`: the channel
bag, or before 4.4 the action itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
from bpy.types import ID, Action, FCurve
from numpy.typing import NDArray

from ..ml.keys import FULL

# hasattr(bpy.types.Action, "slots") is False in every version.
HAS_SLOTS = "slots" in bpy.types.Action.bl_rna.properties


def action_of(owner: ID) -> Action | None:
    """Return the action that animates a data-block, if any."""
    return owner.animation_data.action if owner.animation_data else None


def slot_of(owner: ID) -> int:
    """Return the number of the owner's slot, stable under renaming; 0 where there is none."""
    data = owner.animation_data
    if not HAS_SLOTS or data is None or data.action_slot is None:
        return 0
    return data.action_slot.handle


def bags_of(action: Action) -> Iterator[tuple[int, object]]:
    """Yield (slot number, bag) of every slot that has curves."""
    if not HAS_SLOTS:
        yield 0, action
        return
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield bag.slot_handle, bag


def bag_of(owner: ID) -> object | None:
    """Return what holds the owner's `fcurves` and `groups`, or None."""
    action = action_of(owner)
    if action is None:
        return None
    return dict(bags_of(action)).get(slot_of(owner))


def curves_of(owner: ID) -> dict[tuple[str, int], FCurve]:
    """Return the owner's curves by (data path, index)."""
    bag = bag_of(owner)
    return {} if bag is None else {(c.data_path, c.array_index): c for c in bag.fcurves}


_FIELDS = [(name, FULL[name].shape[0] if FULL[name].shape else 1, FULL[name].base)
           for name in FULL.names]  # fmt: skip
"""Name of each field of a key, its numbers, and their kind; read for every curve."""


def read_keys(fcurve: FCurve) -> NDArray:
    """Return the (N,) keys of a curve, every field of `FULL`."""
    points = fcurve.keyframe_points
    keys = np.zeros(len(points), FULL)
    for name, size, kind in _FIELDS if len(keys) else ():
        flat = np.empty(len(keys) * size, kind)
        points.foreach_get(name, flat)
        keys[name] = flat.reshape(-1, size) if size > 1 else flat
    return keys
