"""Things that words name: with their numbers, colours and negation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import lexicon as lx
from .grammar import (
    ADJECTIVES,
    ADVERBS,
    BEFORE_NOUN,
    COLLECTIVES,
    GONE,
    GROUP_SPOTS,
    MATERIALS,
    STYLED,
    VERB_OR_NOUN,
    VERBS,
    describes,
    number,
    opens_noun,
)
from .kinds import KINDS
from .negation import Negation
from .places import stem
from .plan import AssetBox
from .spelling import own_words

MOST_THINGS = 1000
_BACK = 8
"""Words before a noun in which its number is looked for."""
_EACH = {"each", "every", "per"}
_QUANTIFIERS = {"all", "both", "each", "most", "some", "many", "few", "several", "plenty", "lots",
                "couple", "dozen", "dozens", "hundreds", "pair", "none", "one", "kind", "sort",
                "kinds", "sorts"}  # fmt: skip
LINKS = {*lx.RELATIONS, "and", "with", "in", "of", ",", ";", "at", "from", "that", "is", "are",
         "inside", "during", "to", "next", "close", "across", "surrounded", "hanging", "standing",
         "lying", "full", "or", "left", "right", "made", "who", "which", "without", "but", "not",
         "where", "while", "has", "each", "either", "flanked"}  # fmt: skip
_ACTORS = {"to", "it", "they", "we", "you", "i", "who", "that", "which", "will", "would", "can"}
_ARE = {"is", "are", "was", "were", "has", "have", "had", "all", "being", *GONE}


@dataclass
class Mention:
    """A thing that the words name: tokens `start` to `stop` of a part.

    Attributes
    ----------
    reach : the token where what belongs to it ends: "sacks of flour"
    exact : the number is no guess
    again : it has an article by which something named before may be meant
    spot : where a word such as "a row of" puts it
    stand_in : the kind only stands in for what is named
    """

    start: int
    stop: int
    kind: str
    label: str
    asset: str = ""
    count: int = 1
    exact: bool = False
    asked: bool = True
    negated: bool = False
    colour: str = ""
    again: bool = False
    each: bool = False
    reach: int = 0
    spot: str = ""
    stand_in: bool = False


def tokens_of(text: str) -> list[str]:
    """Return the words, commas and semicolons of a text."""
    return re.findall(r"[a-z0-9][a-z0-9'\-]*|,|;", text)


class Vocabulary:
    """The nouns that the kit and the artist's assets answer to, by stems, the longest first.

    Attributes
    ----------
    unknown : words of nouns that nothing is called by, to be told
    """

    def __init__(self, assets: list[AssetBox]) -> None:
        self.table: dict[tuple[str, ...], tuple[str, str]] = {}
        for name, kind in KINDS.items():
            for phrase in (name.replace("_", " "), *kind.words):
                self.table.setdefault(_stems(phrase), (name, ""))
        firm = set(self.table)
        for phrase, name in (lx.NOUNS | lx.STAND_INS).items():
            self.table[_stems(phrase)] = (name, "")
        for name in KINDS:
            self.table[_stems(name.replace("_", " "))] = (name, "")
        self._stand_ins = set(map(_stems, lx.STAND_INS)) - set(map(_stems, lx.NOUNS)) - firm
        for asset in assets:
            kind = asset.category if asset.category in KINDS else ""
            for phrase in (asset.name, *asset.tags):
                stems = _stems(re.sub(r"[^a-z]+", " ", phrase.lower()))
                known = stems in self.table
                if len(stems) == 1 and phrase != asset.name and kind:
                    # Words of folders and adjectives are no names: "space", "old".
                    known = known and self.table[stems][0] == kind
                    if not known and (stems[0] in own_words() or stems[0] not in _words(asset)):
                        continue
                if stems and stems not in firm and (kind or known):
                    self.table[stems] = (kind or self.table[stems][0], asset.name)
                    self._stand_ins.discard(stems)
                    firm.add(stems)
        self.longest = max(map(len, self.table))

    def find(self, tokens: list[str], at: int) -> tuple[int, str, str] | None:
        """Return (tokens used, kind, asset) of the longest noun that starts at a token."""
        stems = [stem(t) for t in tokens[at : at + self.longest]]
        for n in range(len(stems), 0, -1):
            entry = self.table.get(tuple(stems[:n]))
            if entry is not None:
                return n, *entry
        return None

    def overlapped(self, tokens: list[str], at: int, n: int) -> bool:
        """Tell whether a noun's end begins a longer one: a broken "stone lantern" is no stone."""
        later = ((k, self.find(tokens, k)) for k in range(at + 1, at + n))
        return any(hit and k + hit[0] > at + n for k, hit in later)

    def stands_in(self, words: list[str]) -> bool:
        """Tell whether a kind only stands in for what words name."""
        return tuple(map(stem, words)) in self._stand_ins


def _words(asset: AssetBox) -> set[str]:
    return {stem(w) for w in re.findall(r"[a-z]+", asset.name.lower())}


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in re.findall(r"[a-z0-9'\-]+", phrase.lower()))


def scan(tokens: list[str], vocabulary: Vocabulary) -> list[Mention]:
    """Return every noun with the number, colour and negation before it."""
    found: list[Mention] = []
    i, negation = 0, Negation(vocabulary.find)
    while i < len(tokens):
        negation.step(tokens, i)
        hit = vocabulary.find(tokens, i) or _named_before(tokens, i, found)
        if hit is None or vocabulary.overlapped(tokens, i, hit[0]) or (
                not _is_noun(tokens, i, hit[0], found, vocabulary)):  # fmt: skip
            i += 1
            continue
        n, kind, asset = hit
        label = " ".join(tokens[i : i + n])
        mention = Mention(
            i,
            i + n,
            kind,
            label,
            asset,
            negated=negation.on,
            reach=i + n,
            stand_in=not asset and vocabulary.stands_in(tokens[i : i + n]),
        )
        _count(mention, tokens, found[-1].reach if found else 0)
        i += n
        i += _times(mention, tokens)
        if set(tokens[i : i + 4]) & GONE and tokens[i] in _ARE:
            mention.negated = True
        if tokens[i : i + 1] == ["of"]:
            i = mention.reach = _contents(tokens, i, vocabulary)
        found.append(mention)
        negation.named = True
    for before, mention, after in zip([None, *found], found, [*found[1:], None], strict=False):
        _count_after(mention, tokens, after.start if after else len(tokens), before)
    return found


def _named_before(tokens: list[str], i: int, found: list[Mention]) -> tuple[int, str, str] | None:
    """Return what "the belt" is where a conveyor belt was named before."""
    if i == 0 or tokens[i - 1] not in ("the", "its"):
        return None
    same = [m for m in found if " " in m.label and m.label.split()[-1] == tokens[i]]
    return (1, same[-1].kind, same[-1].asset) if same else None


def _is_noun(
    tokens: list[str], i: int, n: int, found: list[Mention], vocabulary: Vocabulary
) -> bool:
    """Tell whether words that could name a thing do so where they stand."""
    word, after = tokens[i], tokens[i + n : i + n + 2]
    if after[:1] and after[0] in STYLED:
        return False
    if n > 1:
        return True
    if word in ("light", "lights") and not _lamp(tokens, i):
        return False
    if word == "picture" and {",", ";"} & set(tokens[:i]):
        return True  # first, it is what is asked for: "a picture of a street"
    if word in lx.STOP or (word in COLLECTIVES and after[:1] == ["of"]):
        return False
    right_behind = bool(found) and found[-1].reach == i
    if word == "bars" and (not i or number(tokens[i - 1]) is None):
        return False
    before = tokens[i - 1] if i else ""
    if right_behind and word in VERBS:
        return False  # on each table stand two cups
    if word in VERB_OR_NOUN and word.endswith(("s", "ing")) and (
            right_behind or not opens_noun(tokens, i)):  # fmt: skip
        return False  # a lamp stands
    if word in VERB_OR_NOUN and not word.endswith("s") and (
            (before.endswith("s") and not before.endswith(("'s", "s'")))
            or before in _ACTORS):  # fmt: skip
        return False  # houses line the street
    if word.endswith("s") and not word.endswith("ss"):
        return True
    nxt = after[0] if after else ""
    if not nxt or nxt in VERBS or nxt in ADVERBS or nxt in LINKS or nxt in lx.STOP:
        return True
    behind = vocabulary.find(tokens, i + 1)
    if behind is not None:  # "glass counter" is a counter
        return nxt in VERB_OR_NOUN and behind[0] == 1
    return not (word in MATERIALS and not describes(nxt) and number(nxt) is None
                and nxt not in BEFORE_NOUN and nxt not in lx.NOT and nxt.isalpha()
                and nxt not in ADJECTIVES and not nxt.endswith("ly"))  # fmt: skip


def _lamp(tokens: list[str], i: int) -> bool:
    """Tell whether "light" is a lamp: one has a number or an article, and is not switched off."""
    before = tokens[i - 1] if i else ""
    off = tokens[i + 1 : i + 2] and tokens[i + 1] in ("off", "out", "on", "of", "falls", "from")
    counted = (number(before) is not None and before != "some") or (
        describes(before) and i > 1 and number(tokens[i - 2]) is not None)  # fmt: skip
    return not off and (counted or (tokens[i] == "lights" and before not in ("the", "soft", "low")))


def _contents(tokens: list[str], at: int, vocabulary: Vocabulary) -> int:
    """Return where "of" and what a thing is full of, or made of, end."""
    k = at + 1
    while k < len(tokens) and k - at <= 4 and tokens[k] not in (",", ";", "and"):
        hit = vocabulary.find(tokens, k)
        if hit is not None:
            return k + hit[0]
        if tokens[k] in lx.RELATIONS or tokens[k] in LINKS:
            break
        k += 1
    return at


def _count(mention: Mention, tokens: list[str], floor: int) -> None:
    """Read number, colour and group in the words before a noun."""
    last = mention.label.split(" of ")[0].split()[-1]
    plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    mention.count = 3 if plural or last in _PLURALS else 1
    inner: int | None = None
    groups = 1
    k = mention.start - 1
    while k >= max(floor, mention.start - _BACK):
        word = tokens[k]
        if word in (",", "and"):
            if not _between_adjectives(tokens, k):
                break
        elif word == "of":
            group = tokens[k - 1] if k else ""
            if group in COLLECTIVES and number(group) is None:
                mention.spot = GROUP_SPOTS.get(group, mention.spot)
                mention.count = mention.count if inner is not None else COLLECTIVES[group]
                groups = 0
                k -= 1
            elif group not in _QUANTIFIERS and number(group) is None:
                break
        elif word in (";", "with", "or") or _ends(word):
            break
        mention.again |= word in ("the", *_EACH)
        mention.each |= word in _EACH
        if word in lx.COLOURS and not mention.colour:
            mention.colour = lx.COLOURS[word]
        value = _value(tokens, k)
        if value is not None:
            if groups == 0:
                groups = value if word not in ("a", "an") else 1
                _group(mention, inner, groups, tokens[k + 1 : mention.start])
                break
            if inner is None:
                inner = value
                mention.count = min(max(value, 1), MOST_THINGS)
                mention.exact = word not in lx.VAGUE and word not in ("a", "an")
                mention.asked = True
            if word in ("a", "an"):
                break
        k -= 1
    if mention.each and mention.count == 1 and not mention.exact:
        mention.count = 3  # "each table": more than one


_PLURALS = {"people", "men", "teeth", "sheep", "cacti", "fungi", "mice", "geese", "sarcophagi",
            "amphorae", "antennae"}  # fmt: skip


def _ends(word: str) -> bool:
    """Tell whether no number reaches over a word to a noun behind it."""
    return (word in lx.RELATIONS and word not in ("round", "line", "lines")) or (
        word in lx.PEOPLE and not word.endswith("'s") and word not in ("couple", "twin", "twins")
    ) or (word in VERBS and word not in ADJECTIVES and not describes(word)
          and word not in VERB_OR_NOUN)  # fmt: skip


def _value(tokens: list[str], k: int) -> int | None:
    """Return the number that ends at a token: "two dozen", "three hundred"."""
    value = number(tokens[k])
    if tokens[k] in ("hundred", "thousand", "dozen", "pair", "pairs") and k:
        before = number(tokens[k - 1])
        if before is not None and value is not None:
            value *= before
    return value


def _group(mention: Mention, inner: int | None, groups: int, between: list[str]) -> None:
    """Multiply: "two rows of five desks", "six pairs of columns"."""
    each = inner
    if each is None:
        word = next((w for w in between if w in COLLECTIVES), "row")
        each = 2 if word in ("pair", "pairs") else max(1, COLLECTIVES[word] // (
            2 if word.endswith("s") else 1))  # fmt: skip
        mention.exact = mention.exact or word in ("pair", "pairs", "trio", "quartet")
    mention.count = min(each * groups, MOST_THINGS)


def _between_adjectives(tokens: list[str], k: int) -> bool:
    """Tell whether a comma or "and" only parts two adjectives of one noun."""
    if k == 0 or k + 1 >= len(tokens):
        return False
    before, after = tokens[k - 1], tokens[k + 1]
    far = tokens[max(0, k - 4) : k - 1]
    return describes(before) and describes(after) and any(number(w) is not None for w in far)


def _times(mention: Mention, tokens: list[str]) -> int:
    """Read "crates x4", and return how many tokens that takes."""
    hit = re.fullmatch(r"x(\d{1,3})", tokens[mention.stop]) if mention.stop < len(tokens) else None
    if hit is None:
        return 0
    mention.count, mention.exact = min(max(int(hit[1]), 1), MOST_THINGS), True
    mention.reach = mention.stop + 1
    return 1


def _count_after(
    mention: Mention, tokens: list[str], end: int, before: Mention | None = None
) -> None:
    """Read a number that stands behind, before token `end`: "statues (four)", "six of them"."""
    if mention.exact:
        return
    behind = tokens[mention.stop : min(mention.stop + 11, end)]
    behind = behind[: behind.index(";")] if ";" in behind else behind
    for k in range(len(behind) - 2):  # "clams as seats, nine of them"
        if behind[k + 1 : k + 3] == ["of", "them"] and number(behind[k]) and behind[k] != "one":
            mention.count, mention.exact = min(number(behind[k]), MOST_THINGS), True
            return
    after = [*tokens[mention.stop : mention.stop + 4], ",", ",", ",", ","]
    if after[0] != ",":
        return
    value = number(after[1]) if after[1] not in ("a", "an", "one") else None
    if value and (after[2] in (",", ";") or after[2:4] in (["of", "them"], ["in", "all"],
                                                          ["in", "total"])):  # fmt: skip
        many = mention
        if before is not None and mention.again and not mention.label.endswith("s") and (
                before.count > 1 and not before.exact):  # fmt: skip
            many = before  # "toys on the carpet (8)"
        many.count, many.exact = min(value, MOST_THINGS), True
        if many is mention and after[2] == ",":
            mention.reach = mention.stop + 2  # "bikes (two) behind the hedge"


_LANDSCAPE = {"mountain", "mountains", "mountaintop", "hill", "hills", "hilltop", "cliffs"}


def _after_relation(tokens: list[str], at: int) -> bool:
    """Tell whether a relation, and an article at most, stands right before a token."""
    ends = (at, at - 1) if at and tokens[at - 1] in BEFORE_NOUN else (at,)
    return any(
        " ".join(tokens[max(end - n, 0) : end]) in lx.RELATIONS for end in ends for n in range(1, 6)
    )


def _told(mention: Mention, tokens: list[str], head: range, chief: set[str]) -> bool:
    """Tell whether words that may name the place say how a thing stands: "bench under tree".

    In a later clause a word may come between: "bed unmade between two tables". Buildings are left
    out: in "a cellar under a monastery" they are the place.
    """
    before = tokens[mention.start - 1] if mention.start else ""
    chiefly = stem(tokens[mention.stop - 1]) in chief and before not in ("a", "an")
    if KINDS[mention.kind].category == "building" or chiefly:
        return False
    article = mention.start > head.start and before in ("a", "an")
    if _by_relation(tokens, mention.start - 1 - article):
        return True
    if head.start and before in ("my", "his", "her") and "on" in tokens[mention.stop :][:2]:
        return True  # "a castle room, my throne is on a platform"
    gaps = range(mention.stop, min(mention.stop + (2 if head.start else 1), len(tokens)))
    if any(_relation_at(tokens, k) for k in gaps):
        return True
    return before in ("a", "an") and bool(set(tokens[mention.stop : mention.stop + 1]) & VERBS)


def _relation_at(tokens: list[str], at: int) -> bool:
    """Tell whether a relation between two things begins at a token."""
    return tokens[at] != "at" and any(
        lx.RELATIONS.get(" ".join(tokens[at : at + n])) in _STANDING for n in range(1, 5)
    )


def _by_relation(tokens: list[str], last: int) -> bool:
    """Tell whether a relation between two things ends with a token."""
    return last >= 0 and any(
        lx.RELATIONS.get(" ".join(tokens[max(last + 1 - n, 0) : last + 1])) in _STANDING
        for n in range(1, 5)
    )


_STANDING = ("beside", "under", "behind", "before", "opposite", "facing", "above", "between")


def settle_asked(
    found: list[Mention],
    tokens: list[str],
    place: set[str],
    heads: list[range],
    mixed: bool,
    roofed: bool,
    chief: set[str],
) -> None:
    """Tell nouns that only name the place ("dragon" of "dragon palace") from things asked for.

    Parameters
    ----------
    place : stems of the names of the place, and of what is mixed in
    heads : tokens that name the place
    mixed : the words are laid over another place
    roofed : the place is inside a building
    chief : stems of the place's own name
    """
    for mention in found:
        before = tokens[mention.start - 1] if mention.start else ""
        if mention.kind in ("wall", "door_frame", "window_frame") and not mention.exact and (
                before == "the" or _after_relation(tokens, mention.start)):  # fmt: skip
            mention.asked = False  # of the room: a place, no thing
        if roofed and mention.kind == "cliff" and mention.label in _LANDSCAPE:
            mention.asked = False  # an observatory on a mountain has none within
        named = all(stem(t) in place for t in tokens[mention.start : mention.stop])
        head = next((h for h in heads if mention.start in h), None)
        if head is None or mention.exact or mention.negated:
            continue
        if not mixed and _told(mention, tokens, head, chief):
            continue
        said = tokens[mention.stop - 1]
        listed = head.start > 0 and said.endswith("s") and stem(said) not in chief
        if named and not listed and (before not in ("a", "an") or (
                roofed and KINDS[mention.kind].category == "building")):  # fmt: skip
            mention.asked = False
        if mention.stop < head.stop and tokens[mention.stop] not in LINKS:
            mention.asked = False
        if mixed:
            mention.asked = False
