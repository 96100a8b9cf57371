"""Takes: whole versions of an object's animation, kept side by side to be compared.

A take is an action of its own, with a fake user, that says on which object it belongs. Choosing
one only changes which action the object plays, so the artist's own is always there as it was.
"""

from __future__ import annotations

import bpy
from bpy.types import ID, Action

from ..ml.errors import UnderstudyError
from .about import LEDGER, STAGE, TAKE
from .actions import HAS_SLOTS, action_of
from .checks import check_action, check_owner


def takes_of(owner: ID) -> list[Action]:
    """Return the takes that belong to an object or its shape keys, by name."""
    found = [a for a in bpy.data.actions if a.get(TAKE) == owner.name]
    return sorted(found, key=lambda action: action.name)


def keep(owner: ID) -> Action:
    """Keep what is there now as a take, and return it.

    The object goes on playing its action; the take is a copy that later runs do not touch.

    Raises
    ------
    UnderstudyError
        Nothing is animated, or what is animated may not be changed here.
    """
    check(owner)
    action = action_of(owner)
    if action is None:
        raise UnderstudyError(f"{owner.name} has no action: there is nothing to keep")
    if TAKE not in action:
        # Its own action becomes a take as well, or choosing another would let it go.
        _mark(action, owner)
    copy = action.copy()
    copy.name = f"{_plain(action.name)} take {len(takes_of(owner))}"
    _mark(copy, owner)
    copy[STAGE] = stage_of(action)
    return copy


def show(owner: ID, action: Action) -> None:
    """Let the object play a take.

    Raises
    ------
    UnderstudyError
        What is animated may not be changed here, or the action is no take of it.
    """
    check(owner)
    if action.get(TAKE) != owner.name:
        raise UnderstudyError(f"{action.name} is no take of {owner.name}: choose one from its list")
    current = action_of(owner)
    if current is action:
        return
    if current is not None and TAKE not in current:
        _mark(current, owner)
    slot = owner.animation_data.action_slot if HAS_SLOTS and owner.animation_data else None
    wanted = slot.identifier if slot is not None else None
    data = owner.animation_data or owner.animation_data_create()
    data.action = action
    if HAS_SLOTS and data.action_slot is None:
        fitting = [s for s in action.slots if s.target_id_type in (owner.id_type, "UNSPECIFIED")]
        same = [s for s in fitting if s.identifier == wanted]
        if same or fitting:
            data.action_slot = (same or fitting)[0]
    owner.update_tag()


def accept(owner: ID) -> int:
    """Keep only the take that is shown, as the object's action; return how many others went."""
    check(owner)
    chosen = action_of(owner)
    if chosen is None or TAKE not in chosen:
        raise UnderstudyError(f"{owner.name} shows no take: choose one first")
    others = [take for take in takes_of(owner) if take is not chosen]
    for take in others:
        discard(owner, take)
    _unmark(chosen)
    return len(others)


def discard(owner: ID, action: Action) -> None:
    """Remove a take that is not shown.

    Raises
    ------
    UnderstudyError
        It is shown, or something else uses it.
    """
    if action_of(owner) is action:
        raise UnderstudyError(f"{action.name} is shown now: choose another take first")
    if action.users > int(action.use_fake_user):
        _unmark(action)  # another object or an NLA strip plays it: it is only no take any more
        return
    bpy.data.actions.remove(action)


def to_nla(owner: ID) -> int:
    """Lay every take on a muted NLA track of its own, and return how many there are."""
    check(owner)
    data, takes = owner.animation_data, takes_of(owner)
    if data is None or not takes:
        raise UnderstudyError(f"{owner.name} has no takes: keep one first")
    laid = {strip.action for track in data.nla_tracks for strip in track.strips}
    fresh = [take for take in takes if take not in laid]
    for take in fresh:
        track = data.nla_tracks.new()
        track.name, track.mute = take.name, True
        track.strips.new(take.name, int(take.frame_range[0]), take)
    return len(fresh)


def stage_of(action: Action) -> str:
    """Return the stage that wrote on an action last; "" where none did."""
    from .ledger import Ledger

    runs = Ledger.load(action).runs if LEDGER in action else {}
    return runs[max(runs, key=int)]["stage"] if runs else ""


def check(owner: ID) -> None:
    """Refuse an owner whose takes cannot be changed here."""
    check_owner(owner)
    check_action(owner)


def _mark(action: Action, owner: ID) -> None:
    action[TAKE] = owner.name
    action.use_fake_user = True


def _unmark(action: Action) -> None:
    action.pop(TAKE, None)
    action.pop(STAGE, None)
    action.use_fake_user = False


def _plain(name: str) -> str:
    """Return an action's name without the number that an earlier take was given."""
    return name.rpartition(" take ")[0] or name
