"""Misspelt and split words, put right where one known word is near and the word is no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from . import grammar
from . import lexicon as lx
from .cards import cards, styles
from .kinds import KINDS

_SHORT, _LONG = 4, 6
"""Letters from which one, and two, mistakes are put right."""


@cache
def own_words() -> frozenset[str]:
    """Return every word that kinds, cards, styles and word lists are made of."""
    texts = [*lx.RELATIONS, *lx.SPOTS, *lx.NUMBERS, *lx.WEATHER, *lx.HOURS, *lx.MOODS, *lx.COLOURS,
             *lx.DENSITIES, *lx.MEDIA, *lx.NOUNS, *lx.STAND_INS, *lx.PEOPLE, *lx.STOP,
             *lx.NOT]  # fmt: skip
    texts += [*grammar.ADJECTIVES, *grammar.VERBS, *grammar.ADVERBS, *grammar.COLLECTIVES]
    for kind in KINDS.values():
        texts += [kind.name.replace("_", " "), *kind.words]
    for entry in (*cards().values(), *styles().values()):
        texts += [entry.name, *entry.aliases]
    return frozenset(w for t in texts for w in re.findall(r"[a-z]+", t.lower()))


def correct(text: str, knows: Callable[[str], bool] | None) -> tuple[str, list[str]]:
    """Return a text with misspelt words put right, and a note on what was changed.

    Parameters
    ----------
    knows : tells whether a word is one at all; without it one mistake a word is all that is put
        right, for then words that nothing here is called by look misspelt
    """
    own, changed = own_words(), []
    words = re.split(r"([a-z]+)", text)  # every second one is a word
    for i in range(1, len(words) - 2, 2):
        joined = words[i] + words[i + 2]
        if words[i + 1] == " " and len(words[i]) > 2 and len(words[i + 2]) > 2 and joined in own:
            words[i : i + 3] = [joined, "", ""]
    for i in range(1, len(words), 2):
        word = words[i] = _parted().get(words[i], words[i])
        if len(word) < _SHORT or word in own or word.removesuffix("s") in own:
            continue
        if knows is not None and (knows(word) or knows(word.removesuffix("s"))):
            continue
        # "Rickety" is no rocket: what ends like an adjective or a verb is seldom misspelt by two.
        inflected = word.endswith(("ed", "ing", "ly", "y")) or (
            knows is not None and any(knows(word[:k]) and knows(word[k:].removesuffix("s"))
                                      for k in range(3, len(word) - 2)))  # fmt: skip
        near = _nearest(word, 2 if knows is not None and len(word) >= _LONG and not inflected
                        else 1 if len(word) > _SHORT else 0)  # fmt: skip
        if near:
            changed.append(f"{word} as {near}")
            words[i] = near
    return "".join(words), [f"Read {', '.join(changed[:8])}"] if changed else []


@cache
def _parted() -> dict[str, str]:
    """Return names of two words by themselves written as one: floorlamp, coffeetables."""
    own = own_words()
    names = [n for n in (*(k.replace("_", " ") for k in KINDS), *lx.NOUNS) if n.count(" ") == 1]
    found = {n.replace(" ", "") + end: n + end for n in names for end in ("", "s")}
    return {joined: n for joined, n in found.items() if joined not in own}


def _nearest(word: str, most: int) -> str:
    """Return the word, or plural, at the least distance; "" where none is near enough.

    Of several, a thing's name is likelier than another word, then what has the same letters.
    """
    found = []
    for known in own_words() if most else ():
        for form in (known, known + "s"):
            if abs(len(form) - len(word)) > most or len(form) < _SHORT or form[0] != word[0]:
                continue
            far = distance(word, form, most)
            if far <= most:
                letters = (Counter(word) - Counter(form)).total()
                plural = (form[-1] == "s") != (word[-1] == "s")
                # The common names of things are oftener meant than the rare ones.
                found.append((far - (known in _common()), plural, known not in _things(),
                              letters, form))  # fmt: skip
    return min(found)[-1] if found else ""


@cache
def _common() -> frozenset[str]:
    """Return the names of kinds that are one word."""
    return frozenset(n for n in KINDS if "_" not in n)


@cache
def _things() -> frozenset[str]:
    """Return the words that kinds are called by."""
    names = [p for k in KINDS.values() for p in (k.name.replace("_", " "), *k.words)]
    return frozenset(w for n in [*names, *lx.NOUNS, *lx.STAND_INS] for w in n.lower().split())


def distance(a: str, b: str, most: int) -> int:
    """Return how many letters are added, lost, exchanged or swapped; `most` + 1 for more.

    >>> distance("barells", "barrels", 2), distance("tabel", "table", 2), distance("a", "xyz", 1)
    (2, 1, 2)
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
