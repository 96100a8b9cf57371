"""Finding a person in a bone tree whose names say nothing."""

from __future__ import annotations

from ..rig import Rig


def ancestors(rig: Rig, i: int) -> list[int]:
    """Return a bone and all that it follows, nearest first."""
    line = []
    while i >= 0:
        line.append(i)
        i = int(rig.parents[i])
    return line


def joining(rig: Rig, a: int, b: int) -> int:
    """Return the nearest bone that both follow, or -1."""
    others = set(ancestors(rig, b))
    return next((i for i in ancestors(rig, a) if i in others), -1)


def neck_and_head(rig: Rig, arms: int) -> tuple[list[int], int]:
    """Return the neck bones and the head (-1) above the bone that joins the arms."""
    return [], -1


def find_body(rig: Rig) -> dict | None:
    """Map a rig by its tree and rest pose, or None where no person is found."""
    return None
