"""What words say is not there: "no chairs, tables or rugs"."""

from __future__ import annotations

from collections.abc import Callable

from . import lexicon as lx
from .grammar import BEFORE_NOUN, describes, number


class Negation:
    """Whether the words so far say that what comes is not there.

    Parameters
    ----------
    find : finds the thing that is named at a token, None where none is
    """

    def __init__(self, find: Callable[[list[str], int], object | None]) -> None:
        self.on = self.named = False
        self.find = find

    def step(self, tokens: list[str], i: int) -> None:
        """Read one more token."""
        token = tokens[i]
        if token in lx.NOT:
            self.on, self.named = True, False
        elif token in (";", "but", "with", "only", "just", "instead", "plus"):
            self.on = False
        elif token == ",":
            self.on = self.on and self._listed(tokens[i + 1 : i + 11])
        elif token == "and" and not self._goes_on(tokens, i + 1):
            self.on = False
        elif self.named and token in lx.RELATIONS:
            self.on = False

    def _goes_on(self, tokens: list[str], k: int) -> bool:
        """Tell whether an "and" adds a bare noun: "no chairs and old tables"."""
        while k < len(tokens) and (describes(tokens[k]) or tokens[k] in lx.NOT | {"any"}):
            k += 1
        bare = k < len(tokens) and number(tokens[k]) is None and tokens[k] not in BEFORE_NOUN
        return bare and self.find(tokens, k) is not None

    @staticmethod
    def _listed(tokens: list[str]) -> bool:
        """Tell whether a list goes on to an "or": "no chairs, tables or rugs"."""
        for token in tokens:
            if token in ("or", "nor"):
                return True
            if token in (";", "with", "but", "and", "the") or token in lx.NOT or (
                    number(token) is not None):  # fmt: skip
                return False
        return False
