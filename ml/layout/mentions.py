"""Things that words name: with their numbers, colours, negation, and how they stand to others."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from . import lexicon as lx
from .cards import RELATIONS, Wish
from .kinds import KINDS
from .places import stem
from .plan import SURFACE, AssetBox

MOST_THINGS = 1000
_REACH = 6
"""Words between a relation and what it is to."""
_FILLERS = {"the", "a", "an", "that", "which", "is", "are", "was", "were", "stand", "stands",
            "standing", "placed", "put", "sit", "sits", "sitting", "hang", "hangs", "hanging",
            "lie", "lies", "lying", "set", "directly", "right", "to", "stacked", "piled", "there",
            "some", "old", "big", "small", "little", "empty", "arranged", "lined",
            "up"}  # fmt: skip
_DETERMINERS = {"the", "a", "an", "my", "your", "his", "her", "its", "our", "their", "one", "each",
                "every", "both", "of", "all", "some", "any", "per"}  # fmt: skip
_EACH = {"each", "every", "per"}
_SEATS = ("chair", "stool", "cushion", "armchair", "bench")
_LINKS = {*lx.RELATIONS, "and", "with", "in", "of", ",", ";", "at", "from", "that", "is", "are",
          "inside", "during", "to", "next", "close", "across", "surrounded", "hanging", "standing",
          "lying", "full", "or", "left", "right", "made", "who", "which", "without", "but", "not",
          "where", "while", "has", "each", "either", "flanked"}  # fmt: skip
_RELATION = re.compile(
    rf"({'|'.join(sorted(map(re.escape, lx.RELATIONS), key=len, reverse=True))})\b(.*)"
)
_SPOT = re.compile(rf"({'|'.join(sorted(map(re.escape, lx.SPOTS), key=len, reverse=True))})\b(.*)")


@dataclass
class Mention:
    """A thing that the words name: tokens `start` to `stop` of a part."""

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


def tokens_of(text: str) -> list[str]:
    """Return the words, commas and semicolons of a text."""
    return re.findall(r"[a-z0-9][a-z0-9'\-]*|,|;", text)


class Vocabulary:
    """The nouns that the kit and the artist's assets answer to, by stems, the longest first."""

    def __init__(self, assets: list[AssetBox]) -> None:
        self.table: dict[tuple[str, ...], tuple[str, str]] = {}
        for name, kind in KINDS.items():
            for phrase in (name.replace("_", " "), *kind.words):
                self.table.setdefault(_stems(phrase), (name, ""))
            self.table[_stems(name.replace("_", " "))] = (name, "")
        firm = set(self.table)
        for phrase, name in lx.SYNONYMS.items():
            self.table[_stems(phrase)] = (name, "")
        for asset in assets:
            kind = asset.category if asset.category in KINDS else ""
            for phrase in (asset.name, *asset.tags):
                stems = _stems(re.sub(r"[^a-z]+", " ", phrase.lower()))
                if stems and stems not in firm and (kind or stems in self.table):
                    self.table[stems] = (kind or self.table[stems][0], asset.name)
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


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in re.findall(r"[a-z0-9'\-]+", phrase.lower()))


def scan(tokens: list[str], vocabulary: Vocabulary) -> list[Mention]:
    """Return every noun with the number, colour and negation before it."""
    found, i, negated = [], 0, False
    while i < len(tokens):
        token = tokens[i]
        after = tokens[i + 1] if i + 1 < len(tokens) else ""
        if token in lx.NOT:
            negated = True
        elif token in (",", ";", "but", "with", "only", "just", "instead"):
            negated = False
        elif token == "and" and (after in lx.NUMBERS or after.isdigit()):
            negated = False
        hit = vocabulary.find(tokens, i)
        if hit is None or (token in lx.STOP and hit[0] == 1):
            i += 1
            continue
        n, kind, asset = hit
        label = " ".join(tokens[i : i + n])
        mention = Mention(i, i + n, kind, label, asset, negated=negated)
        _count(mention, tokens, found[-1].stop if found else 0)
        _count_after(mention, tokens)
        found.append(mention)
        i += n
    return found


def _count(mention: Mention, tokens: list[str], floor: int) -> None:
    """Read the number and the colour in the words before a noun."""
    last = tokens[mention.stop - 1]
    mention.count = 3 if last.endswith("s") and not last.endswith("ss") else 1
    for k in range(mention.start - 1, max(floor - 1, mention.start - 6), -1):
        word = tokens[k]
        if word in (",", ";", "and", "with") or (word in lx.RELATIONS and word not in ("round",)):
            break
        mention.again |= word in ("the", *_EACH)
        mention.each |= word in _EACH
        if word in lx.COLOURS and not mention.colour:
            mention.colour = lx.COLOURS[word]
        number = int(word) if word.isdigit() else lx.NUMBERS.get(word)
        if number is not None and not mention.exact:
            if word in ("hundred", "thousand", "dozen") and k and tokens[k - 1] in lx.NUMBERS:
                number *= lx.NUMBERS[tokens[k - 1]]
            mention.count = min(max(number, 1), MOST_THINGS)
            mention.exact = word not in lx.VAGUE
            mention.asked = True
            if not mention.exact or k == 0 or tokens[k - 1] not in ("the", "of", "each"):
                break


def _count_after(mention: Mention, tokens: list[str]) -> None:
    """Read a number that stands alone behind: "statues (four)"."""
    after = [*tokens[mention.stop : mention.stop + 3], ",", ",", ","]
    number = int(after[1]) if after[1].isdigit() else lx.NUMBERS.get(after[1], 0)
    if after[0] == "," and after[2] in (",", ";") and number > 1 and not mention.exact:
        mention.count, mention.exact = min(number, MOST_THINGS), True


def settle_asked(
    found: list[Mention],
    tokens: list[str],
    place: set[str],
    heads: list[range],
    mixed: bool,
    roofed: bool,
) -> None:
    """Tell nouns that only name the place ("dragon" of "dragon palace") from things asked for.

    Parameters
    ----------
    place : stems of the names of the place, and of what is mixed in
    heads : tokens that name the place
    mixed : the words are laid over another place
    roofed : the place is inside a building
    """
    for mention in found:
        before = tokens[mention.start - 1] if mention.start else ""
        if mention.kind in ("wall", "door_frame") and not mention.exact and (
                {"the", *lx.RELATIONS} & {before, tokens[max(mention.start - 2, 0)]}):  # fmt: skip
            mention.asked = False  # of the room: a place, no thing
        named = all(stem(t) in place for t in tokens[mention.start : mention.stop])
        head = next((h for h in heads if mention.start in h), None)
        if head is None or mention.exact or mention.negated:
            continue
        if named and (before not in ("a", "an") or (
                roofed and KINDS[mention.kind].category == "building")):  # fmt: skip
            mention.asked = False
        if mention.stop < head.stop and tokens[mention.stop] not in _LINKS:
            mention.asked = False
        if mixed:
            mention.asked = False


def wishes_of(found: list[Mention], tokens: list[str]) -> tuple[list[Wish], dict[str, str]]:
    """Return what is asked for, related to one another, and colours by label."""
    asked = [m for m in found if m.asked and not m.negated]
    relations = _Relations(asked, [m for m in found if not m.negated], tokens)
    wishes, colours = [], {}
    for i, mention in enumerate(asked):
        same = [a for a in asked if a.kind == mention.kind and a is not mention]
        if mention.again and any(a.start < mention.start or a.count > mention.count for a in same):
            continue
        spot, target = relations.of(i)
        count = relations.times(i, target)
        if mention.colour:
            colours[mention.label] = mention.colour
        if target == mention.kind:
            spot, target = "", ""
        kind = mention.kind
        if not mention.asset and (spot == "above" or (spot == "wall" and kind == "clock")):
            kind = lx.ABOVE.get(kind, kind)
            if target in ("window", "door") and kind == "ceiling_lamp":
                kind = "torch"
        if spot == "row" and not mention.exact and count == 3:
            count = 8
        wishes.append(Wish(kind, count, count, spot, target, True, mention.label, mention.asset))
        if spot == "on" and target:
            _share(wishes, asked, i, target, tokens)
    return _merged(wishes), colours


class _Relations:
    """What stands how to what, in the words after, and before, each noun."""

    def __init__(self, asked: list[Mention], known: list[Mention], tokens: list[str]) -> None:
        self.asked, self.known, self.tokens = asked, known, tokens
        self.turned: dict[int, tuple[str, str]] = {}

    def of(self, i: int) -> tuple[str, str]:
        """Return (spot or relation, kind or opening that it is to) of a mention, or ("", "")."""
        ahead = self._before(i)
        spot, target = self._after(i)
        if target or (spot and not ahead[1]):
            return spot, target
        return ahead if ahead[0] else self.turned.get(i, ("", ""))

    def times(self, i: int, target: str) -> int:
        """Return how many are asked for, "each" and "on every table" multiplied."""
        mention = self.asked[i]
        after = self.tokens[mention.stop : mention.stop + 2]
        if target and any(m.each and m.kind == target for m in self._within(mention.stop)):
            most = [m.count for m in self.known if m.kind == target]
            return min(mention.count * max(most), MOST_THINGS)
        if {"each", "apiece"} & set(after):
            before = [m for m in self.asked[:i] if m.count > 1 and m.exact]
            if before:
                return min(mention.count * before[-1].count, MOST_THINGS)
        return mention.count

    def _within(self, start: int) -> list[Mention]:
        return [m for m in self.known if 0 <= m.start - start <= _REACH + 3]

    def _after(self, i: int) -> tuple[str, str]:
        mention = self.asked[i]
        end = next((m.start for m in self.known if m.start >= mention.stop), len(self.tokens))
        words = self.tokens[mention.stop : mention.stop + 9]
        if words[:1] == ["of"] and "," not in words[:4] and mention.stop + 3 <= end:
            # "barrels of dark water behind it"
            at = next((k for k in range(1, 4) if _RELATION.match(" ".join(words[k:]))), 0)
            words = words[at:]
        while words and words[0] in _FILLERS - {"right", "set", "to"}:
            words = words[1:]
        text = " ".join(words)
        hit = _SPOT.match(text)
        relation = _RELATION.match(text)
        if hit and (relation is None or len(hit[1]) >= len(relation[1])):
            spot, rest = lx.SPOTS[hit[1]], hit[2].strip()
            relation = _RELATION.match(rest)
            if relation is None or lx.RELATIONS[relation[1]] not in ("around", "beside", "before",
                                                                     "behind"):  # fmt: skip
                return spot, ""
        if relation is None:
            while words and words[0] in _FILLERS:
                words = words[1:]
            relation = _RELATION.match(" ".join(words))
        if relation is None:
            return self._with(i)
        return self._target(i, relation)

    def _with(self, i: int) -> tuple[str, str]:
        """A table "with" chairs has them around it, "with" cups on it."""
        mention = self.asked[i]
        before = [m for m in self.known if m.stop <= mention.start]
        tables = [m for m in before if KINDS[m.kind].top and (
            m is before[-1] and "with" in self.tokens[m.stop : mention.start]
            or "each" in self.tokens[mention.stop : mention.stop + 2])]  # fmt: skip
        if not tables:
            return "", ""
        table = KINDS[tables[-1].kind]
        if KINDS[mention.kind].support == SURFACE:
            return "on", table.name
        if mention.kind in _SEATS and table.category == "table":
            return "before" if table.wall else "around", table.name
        return "", ""

    def _target(self, i: int, hit: re.Match) -> tuple[str, str]:
        """Return the relation that was matched with what it is to."""
        mention, relation = self.asked[i], lx.RELATIONS[hit[1]]
        tail = hit[2].split(" and ")[0].split(" ,")[0]
        opening = re.match(
            r"\s*(?:each|every|the|a|an|its|one|of|big|large|tall|small)?\s*(?:\w+ )?(window|door)",
            tail,
        )
        if opening:
            return relation.strip("~"), opening[1]
        word = tail.split()[0] if tail.split() else ""
        if re.match(r"\s*(?:each other|one another)\b", tail):
            return relation.strip("~"), mention.kind
        if word in lx.PRONOUNS or word in ("", ",", ";"):
            return relation.strip("~"), self._antecedent(i, word) or ""
        start = mention.stop
        partner = next((m for m in self.known if 0 <= m.start - start <= _REACH + 3), None)
        if partner is None or "," in self.tokens[start : partner.start]:
            return "", ""
        if relation.startswith("~"):
            for k, other in enumerate(self.asked):
                if other is partner:
                    self.turned[k] = (relation[1:], mention.kind)
            return "", ""
        if relation not in RELATIONS:
            return "", ""
        if relation == "beside" and hit[1] in ("at", "by") and partner.count > 1:
            return "", ""
        return relation, partner.kind

    def _antecedent(self, i: int, word: str) -> str:
        """Return what "it" or "them" stands for: the last thing named before, of another kind."""
        mention = self.asked[i]
        before = [m for m in self.known if m.stop <= mention.start and m.kind != mention.kind]
        if word in ("them", "these", "those"):
            before = [m for m in before if m.count > 1] or before
        elif word:
            before = [m for m in before if m.count == 1] or before
        openings = {"door_frame": "door", "window_frame": "window"}
        if before and not before[-1].asked:
            return openings.get(before[-1].kind, before[-1].kind)
        return before[-1].kind if before else ""

    def _before(self, i: int) -> tuple[str, str]:
        """Read what stands before a noun: "beside the stove an empty chair"."""
        mention = self.asked[i]
        begin = self._clause(mention)
        clause = self.tokens[begin : mention.start]
        text = " ".join(clause)
        inside = [m for m in self.known if begin <= m.start < mention.start]
        hit = _RELATION.match(text)
        spot = _SPOT.match(text)
        if spot and not inside and (hit is None or len(spot[1]) >= len(hit[1])):
            return lx.SPOTS[spot[1]], ""
        if hit is None or len(inside) > 1:
            return "", ""
        relation = lx.RELATIONS[hit[1]]
        opening = re.match(r"\s*(?:the|a|each|every|one)?\s*(?:\w+ )?(window|door)", hit[2])
        if opening and not inside:
            return relation.strip("~"), opening[1]
        words = hit[2].split()
        if words[:1] and words[0] in lx.PRONOUNS and not inside:
            return relation.strip("~"), self._antecedent(i, words[0])
        if not inside or relation.startswith("~") or relation not in RELATIONS:
            return "", ""
        lead = self.tokens[begin + len(hit[1].split()) : inside[0].start]
        gap = self.tokens[inside[0].stop : mention.start]
        if len(lead) > 4 or len(gap) > 5 or set(gap) & set(lx.RELATIONS):
            return "", ""
        return relation, inside[0].kind

    def _clause(self, mention: Mention) -> int:
        """Return the token where the clause before a noun begins."""
        begin = mention.start
        while begin and self.tokens[begin - 1] not in (";", "and", "with", "but"):
            begin -= 1
            inside = any(begin <= m.start < mention.start for m in self.known)
            # "beside the stove, an empty chair" is one clause, but only one.
            if self.tokens[begin] == "," and (inside or mention.start - begin > 4):
                begin += 1
                break
        while begin < mention.start and self.tokens[begin] in {"put", "place", "there", "is",
                                                               "are", ","}:  # fmt: skip
            begin += 1
        return begin


def _share(
    wishes: list[Wish], asked: list[Mention], i: int, target: str, tokens: list[str]
) -> None:
    """Let small things listed before share a place: "a laptop, a cup and papers on the desk"."""
    for before, after in zip(asked[i - 1 :: -1] if i else [], asked[i::-1], strict=False):
        between = set(tokens[before.stop : after.start])
        if any(w not in (",", "and", "some") and w not in lx.NUMBERS and not w.isdigit()
               and w not in lx.COLOURS for w in between):  # fmt: skip
            return
        for k, earlier in enumerate(wishes):
            if earlier.label == before.label and not earlier.spot:
                if KINDS[earlier.kind].support == SURFACE:
                    wishes[k] = replace(earlier, spot="on", target=target)


def _merged(wishes: list[Wish]) -> list[Wish]:
    """Join wishes for the same thing: a later mention with "the" means the one before."""
    kept: list[Wish] = []
    for wish in wishes:
        same = [k for k in kept if (k.kind, k.asset) == (wish.kind, wish.asset)]
        if same and not wish.spot and wish.low == 1:
            continue
        if same and not same[0].spot and same[0].low <= wish.low:
            kept[kept.index(same[0])] = wish
            continue
        kept.append(wish)
    return kept
