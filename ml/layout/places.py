"""Which card a few words mean: by similarity of meaning and by the words themselves."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .cards import Card, cards, styles
from .lexicon import HOURS, NOT, STOP, WEATHER

_NOT_PLACES = STOP | NOT | set(WEATHER) | set(HOURS)
_CHIEF = 0.6
"""How much more the word counts that says what a place is."""


def _chief(head: str) -> str:
    """Return the stem of the word that says what a place is: the last before "of", "in", "for"."""
    first = re.split(r"\b(?:of|for|in|at|on|by|from|after|before|during|under|near|who|that)\b|,",
                     head.strip())  # fmt: skip
    words = [w for w in re.findall(r"[a-z0-9'\-]+", next((f for f in first if f.strip()), ""))
             if w not in _NOT_PLACES]  # fmt: skip
    return stem(words[-1]) if words else ""


class Encoder(Protocol):
    """What turns texts into unit vectors of meaning."""

    def __call__(self, texts: list[str]) -> NDArray:
        """Return (N, D) unit vectors."""


def stem(word: str) -> str:
    """Return a word without its plural and possessive endings.

    >>> [stem(w) for w in ("alleys", "boxes", "bodies", "glass", "child's")]
    ['alley', 'box', 'body', 'glass', 'child']
    """
    word = word.removesuffix("'s").rstrip("'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Places:
    """All cards with their names, ready to be compared with words.

    Attributes
    ----------
    doubt : a best score below this means that no place was recognised
    sure : a score above this means that the words surely name a place
    knows : tells whether a word is one at all; None without the network
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self.cards: dict[str, Card] = cards()
        self.encoder = encoder
        self.doubt, self.sure = (0.34, 0.62) if encoder else (0.12, 0.5)
        self._phrases = [(c.name, p) for c in self.cards.values() for p in (c.name, *c.aliases)]
        self._stems = [frozenset(self._content(p)) for _, p in self._phrases]
        seen = Counter(s for group in self._by_card().values() for s in group)
        self._weight = {s: math.log(1 + len(self.cards) / n) for s, n in seen.items()}
        self._known = encoder([p for _, p in self._phrases]) if encoder else None
        self.knows = getattr(encoder, "knows", None)

    def _by_card(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for (name, _), stems in zip(self._phrases, self._stems, strict=True):
            found.setdefault(name, set()).update(stems)
        return found

    @staticmethod
    def _content(text: str) -> list[str]:
        return [stem(w) for w in re.findall(r"[a-z0-9'\-]+", text) if w not in STOP | NOT]

    def rank(self, head: str, whole: str) -> list[tuple[str, float]]:
        """Return (card name, score) of all cards, best first.

        Parameters
        ----------
        head : the words that name the place
        whole : the same with what stands in it
        """
        score = dict.fromkeys(self.cards, 0.0)
        words = {stem(w) for w in re.findall(r"[a-z0-9'\-]+", head) if w not in _NOT_PLACES}
        words = words or set(self._content(head))
        chief = _chief(head)
        lexical = [self._overlap(words, stems, chief) for stems in self._stems]
        if self._known is None:
            values = np.array(lexical)
        else:
            near = self.encoder([head, whole]) @ self._known.T
            values = 0.45 * near[0] + 0.15 * near[1] + 0.4 * np.array(lexical)
        for (name, _), value in zip(self._phrases, values, strict=True):
            score[name] = max(score[name], float(value))
        return sorted(score.items(), key=lambda pair: -pair[1])

    def holding(self, kinds: set[str]) -> dict[str, float]:
        """Return how much of what is asked for each card has of its own, rare kinds first."""
        if not kinds:
            return dict.fromkeys(self.cards, 0.0)
        have = {n: {w.kind for w in c.wishes} for n, c in self.cards.items()}
        count = Counter(k for own in have.values() for k in own)
        worth = {k: math.log(1 + len(have) / (1 + count[k])) for k in kinds}
        whole = sum(worth.values())
        return {n: sum(worth[k] for k in kinds & own) / whole for n, own in have.items()}

    def named(self, words: str) -> bool:
        """Tell whether some place is called just so."""
        stems = frozenset(self._content(words))
        return stems in self._stems

    def _overlap(self, words: set[str], stems: frozenset[str], chief: str) -> float:
        """Return how well words and a phrase cover each other, 0 to 1, rare words first.

        The `chief` word is what the place is, the others say of what sort: a haunted forest is a
        forest.
        """
        if not words or not stems:
            return 0.0
        default = math.log(1 + len(self.cards))
        more = _CHIEF * self._weight.get(chief, 0.5 * default) * (chief in words)
        both = sum(self._weight.get(s, default) for s in words & stems) + more * (chief in stems)
        asked = sum(self._weight.get(s, 0.5 * default) for s in words) + more
        given = sum(self._weight.get(s, default) for s in stems)
        return 2 * both / (asked + given + more * (chief in stems))

    def named_styles(self, text: str) -> list[str]:
        """Return the styles that words name, in the order of the words."""
        found = []
        padded = f" {re.sub(r'[^a-z0-9]+', ' ', text)} "
        for style in styles().values():
            at = [padded.find(f" {n} ") for n in map(_plain, (style.name, *style.aliases))]
            at = [a for a in at if a >= 0 and padded[:a].split()[-1:] not in (["no"], ["not"])]
            if at:
                found.append((min(at), style.name))
        return [name for _, name in sorted(found)]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name)
