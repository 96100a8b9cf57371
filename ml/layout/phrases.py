"""Phrases of relations and of places within a place, found in words."""

from __future__ import annotations

from . import lexicon as lx

LONGEST = 7
"""Words in the longest phrase."""
BOTH, ENDS = ("either", "each", "both"), ("side", "sides", "end", "ends")
_SIDED = ("table", "tables", "door", "doors", "board", "boards")
ARTICLES = {"the", "a", "an", "it", "them", "its", "their", "my", "his", "her", "this", "that",
            ",", "one", "each", "every", "both", "all", "our", "your", "some"}  # fmt: skip


def _table(phrases: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {tuple(p.split()): name for p, name in phrases.items()}


RELATIONS, SPOTS = _table(lx.RELATIONS), _table(lx.SPOTS)


def match(table: dict, tokens: list[str], at: int) -> tuple[int, str] | None:
    """Return (tokens used, name) of the longest phrase that begins at a token."""
    if at >= len(tokens):
        return None
    if tokens[at] == "round" and tokens[at + 1 : at + 2] and tokens[at + 1] not in ARTICLES:
        return None  # a round bar
    for n in range(min(LONGEST, len(tokens) - at), 0, -1):
        if (
            tokens[at + n - 1] == "side"
            and tokens[at + n : at + n + 1]
            and tokens[at + n] in _SIDED
        ):
            continue  # on each side table
        name = table.get(tuple(tokens[at : at + n]))
        if name is not None:
            return n, name
    return None


def on_both(tokens: list[str]) -> bool:
    """Tell whether words are "on either side" or alike."""
    if tokens[3:] and tokens[3] in _SIDED:
        return False
    return len(tokens) >= 3 and tokens[0] in ("on", "at", "to") and (
        tokens[1] in BOTH and tokens[2] in ENDS)  # fmt: skip
