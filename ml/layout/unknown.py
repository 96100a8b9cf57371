"""Things that words ask for and nothing is built for: named, so that nobody misses them in silence.

The sentence network was tried for finding the nearest kind of such a word, and is not used: of 40
words that no list has, it was right about 4 above a likeness of 0.6, and wrong about 9 ("zither",
it says, is nearest to "ziggurat").
"""

from __future__ import annotations

from . import lexicon as lx
from .grammar import (
    ADJECTIVES,
    ADVERBS,
    BEFORE_NOUN,
    COLLECTIVES,
    GONE,
    VERBS,
    describes,
    number,
)
from .mentions import LINKS, Mention
from .spelling import own_words

_MOST = 8
_ASKS = {"a", "an", "some", "several", "many", "few", "two", "with"}
_NOT_THINGS = frozenset(
    "scene place room hall house view shot angle picture image style look mood feel feeling light "
    "lighting atmosphere background foreground middle centre center corner side sides end edge "
    "floor ceiling ground wall walls sky air wind sound smell silence shadow shadows sunlight "
    "moonlight reflection colour color kind sort type bit lot way time hour day night morning "
    "evening afternoon sunset dawn dusk winter summer autumn spring rain snow fog mist storm touch "
    "sense story world life death love fear war peace dream nightmare memory secret distance "
    "front back top bottom left right foot head heart row line circle ring pair dozen couple group "
    "cluster pile stack heap number meter metre meters metres square mile name half third quarter "
    "everything nothing something anything thing things stuff furniture equipment objects props "
    "items decor decoration decorations people person party meeting event trip visit work job "
    "game music song voice breath season year years century age era ago exam test rest one ones "
    "bedside roadside seaside window windows door doors entrance exit town village city country "
    "north south east west star stars moon sun aurora clouds cloud steam smoke dust darkness gloom "
    "glow blaze haze candlelight lamplight firelight water sea ocean river lake street road path "
    "forest garden yard field beach cellar attic kitchen bedroom bathroom office shop store bar "
    "school church castle palace temple station ship boat camp farm market park square".split()
)


def unknown_things(
    tokens: list[str], found: list[Mention], span: range | None, place: set[str]
) -> list[str]:
    """Return words that stand where a thing's name would, and name nothing that is known.

    Parameters
    ----------
    span : tokens that name the place
    place : words of the place's names
    """
    taken = {i for m in found for i in range(m.start, max(m.stop, m.reach))} | set(span or ())
    out: list[str] = []
    i = 0
    while i < len(tokens):
        if i in taken or not _nameable(tokens[i]) or not _asked_for(tokens, i):
            i += 1
            continue
        stop = i
        while stop < len(tokens) and stop not in taken and _nameable(tokens[stop]):
            stop += 1
        word = tokens[stop - 1]
        follows = stop in taken
        if not follows and word not in place and word not in _NOT_THINGS and (
                word.removesuffix("s") not in _NOT_THINGS):  # fmt: skip
            out.append(" ".join(tokens[i:stop][-2:]))
        i = stop
    return list(dict.fromkeys(out))[:_MOST]


def _nameable(word: str) -> bool:
    """Tell whether a word may be a noun that no list has."""
    known = (
        word in lx.PEOPLE
        or word in lx.STOP
        or word in lx.NOT
        or word in lx.RELATIONS
        or word in lx.WEATHER
        or word in lx.HOURS
        or word in lx.MEDIA
        or word in COLLECTIVES
        or word in GONE
        or word in LINKS
        or word in BEFORE_NOUN
        or word in lx.PRONOUNS
    )
    said = word in ADJECTIVES or word in ADVERBS or word in VERBS or describes(word)
    plain = word.isalpha() and len(word) > 2 and number(word) is None
    return plain and not (known or said) and (
        not word.endswith("ly"))  # fmt: skip


def _asked_for(tokens: list[str], i: int) -> bool:
    """Tell whether a word follows what introduces a thing: an article, a number, a list."""
    k = i - 1
    while k >= 0 and describes(tokens[k]) and tokens[k] not in VERBS:
        k -= 1
    if k < 0:
        return False
    plural = tokens[i].endswith("s") and not tokens[i].endswith("ss")
    before = tokens[k]
    if number(before) is not None or before in _ASKS:
        return before != "with" or plural
    return before in (",", "and") and plural and tokens[i] not in own_words()
