"""How the things that words name stand to one another: on, beside, around, facing, between.

Each noun is looked at three ways: what follows it ("a lamp on the desk"), what stands before it
("beneath the window, a bench"), and what another noun says of it ("a desk with a lamp on it").
"""

from __future__ import annotations

from itertools import pairwise

from . import lexicon as lx
from .cards import RELATIONS
from .grammar import ADJECTIVES, VERBS, describes, number
from .kinds import KINDS
from .mentions import MOST_THINGS, Mention
from .phrases import ARTICLES, SPOTS, match, on_both
from .phrases import RELATIONS as PHRASES
from .plan import CEILING, FLOOR, SURFACE, WALL

_SKIP = 7
"""Words that may stand between a noun and the relation that is said of it."""
_TARGET = 6
"""Words between a relation and what it is to."""
_SEATS = ("chair", "stool", "cushion", "armchair", "bench", "stump")
_BREAKS = {",", ";", "and", "or", "with", "but", "where", "while", "no", "without", "whose", "has",
           "have", "not", "which", "that", "who"}  # fmt: skip
_OPENINGS = {"window": "window", "windows": "window", "door": "door", "doorway": "door",
             "doors": "door", "entrance": "door", "entry": "door", "exit": "door",
             "windowsill": "window", "porthole": "window"}  # fmt: skip
_PLACED = {"placed", "parked", "moored", "seated", "located", "situated", "positioned", "stationed",
           "stacked", "piled", "gathered", "arranged", "set", "left", "huddled", "closed",
           "installed", "mounted", "planted", "dropped", "abandoned", "scattered"}  # fmt: skip
_GROUPS = {"between", "around", "beside", "behind", "before", "facing", "opposite", "under",
           "above", "on"}  # fmt: skip
_HOLDS = {"with", "has", "have", "holds", "holding", "bearing", "carrying", "supporting", "plus"}

_FLANKS = ("flank", "flanking", "frame", "framing")
_FRAMES = ("door_frame", "window_frame")
_GROUNDS = ("rug", "platform", "jetty")

_LEADING = {"put", "place", "there", "is", "and", "are", ",", "then", "also", "right", "directly",
            "just"}  # fmt: skip

Found = tuple[str, str]
"""(spot or relation, kind or opening that it is to)."""
_NONE: Found = ("", "")


class Relations:
    """What stands how to what, in the words after, and before, each noun."""

    def __init__(self, asked: list[Mention], known: list[Mention], tokens: list[str]) -> None:
        self.asked, self.known, self.tokens = asked, known, tokens
        self.turned: dict[int, Found] = {}
        self.contents: dict[int, int] = {}
        self.held: set[int] = set()
        self.bare: dict[int, str] = {}
        self.found = [_NONE] * len(asked)
        after = [self._after(i) for i in range(len(asked))]
        led = [self._before(i) for i in range(len(asked))]
        for i, mention in enumerate(asked):
            best = after[i] if after[i][1] or (after[i][0] and not led[i][1]) else led[i]
            best = best if best[0] else self.turned.get(i, _NONE)
            self.found[i] = best if best[0] else (mention.spot, "")
        self._lift(after)
        self._spread(after, led)

    def _lift(self, after: list[Found]) -> None:
        """Let what is said behind the contents be said of what holds them.

        In "a shelf full of bottles above the table" the shelf is above the table.
        """
        for content, host in self.contents.items():
            said = after[content]
            if said[1] and not after[host][0] and said[1] != self.asked[host].kind:
                after[host] = self.found[host] = said
                after[content] = _NONE
                self.found[content] = self.turned.get(content, _NONE)

    def of(self, i: int) -> Found:
        """Return what is said of the `i`-th thing that is asked for."""
        spot, target = self.found[i]
        kind = self.asked[i].kind
        if spot == "above" and KINDS[kind].support == SURFACE and kind not in lx.ABOVE:
            spot = "on" if target in KINDS and KINDS[target].carries else spot
        if spot == "above" and target == "campfire" and KINDS[kind].category == "container":
            return "on", target
        if spot == "on" and target in ("window", "door"):
            return ("above" if kind in lx.ABOVE else "beside"), target
        if spot == "on" and KINDS[kind].support in (WALL, CEILING):
            return ("above", target) if target in KINDS else (spot, target)
        if spot == "on" and target in KINDS and not KINDS[target].carries:
            return "beside", target
        return spot, target

    def times(self, i: int, target: str) -> int:
        """Return how many are asked for, "each" and "on every table" multiplied."""
        mention, tokens = self.asked[i], self.tokens
        behind = tokens[mention.stop : mention.stop + 7]
        lead = tokens[max(mention.start - 4, 0) : mention.start]
        stop = next((k for k, t in enumerate(behind) if t in (",", ";", "and")), len(behind))
        begin = self._clause(mention)
        led = target and on_both(tokens[begin : begin + 4])
        both = led or any(on_both(behind[k : k + 4]) for k in range(min(3, stop)))
        if both:
            hosts = [m.count for m in self.asked[:i] if m.kind == target and m.exact]
            plain = mention.count == 1 or not mention.exact
            return min(2 * max(hosts, default=1), MOST_THINGS) if plain else mention.count
        if behind[:1] and behind[0] in _FLANKS and not mention.exact and mention.count > 1:
            return 2
        by = [m for m in self.known if m.kind == target and self._near(m, mention)]
        by = [m for m in by if m.start > mention.start] or by[::-1]
        if by and by[0].each:
            return self._multiplied(mention, [m for m in self.known if m.kind == target])
        if {"each", "apiece"} & set(behind[:stop]) or (
                any(a == "each" and b in _HOLDS for a, b in pairwise(lead))):  # fmt: skip
            before = [m for m in self.asked[:i] if m.count > 1]
            before = [m for m in before if m.kind == target] or before[-1:]
            return self._multiplied(mention, before)
        return mention.count

    def _near(self, one: Mention, other: Mention) -> bool:
        """Tell whether two things are named in the same few words."""
        first, last = sorted((one, other), key=lambda m: m.start)
        return last.start - first.stop <= 9 and ";" not in self.tokens[first.stop : last.start]

    @staticmethod
    def _multiplied(mention: Mention, hosts: list[Mention]) -> int:
        most = max((m.count for m in hosts if m.exact), default=0)
        most = most or max((m.count for m in hosts), default=1)
        # "Phones on each" are one on each.
        own = mention.count if mention.exact or mention.count == 1 else 1
        return min(own * most, MOST_THINGS)

    def _next(self, at: int) -> Mention | None:
        """Return the first thing named from a token on, near enough and in the same clause."""
        one = next((m for m in self.known if m.start >= at), None)
        if one is None or one.start - at > _TARGET or set(self.tokens[at : one.start]) & {",", ";"}:
            return None
        return one

    def _after(self, i: int) -> Found:
        """Read what follows a noun, over verbs and adverbs, up to the end of its clause."""
        mention, tokens = self.asked[i], self.tokens
        end = next((m.start for m in self.known if m.start >= mention.reach), len(tokens))
        k, comma = mention.reach, False
        if tokens[k : k + 1] == [","] and not self._before(i)[1] and self._appended(k + 1):
            k, comma = k + 1, True
        for at in range(k, min(k + _SKIP, len(tokens))):
            spot, hit = match(SPOTS, tokens, at), match(PHRASES, tokens, at)
            if hit and tokens[at + hit[0] - 1] == "from":  # hanging from the ceiling
                spot = spot or match(SPOTS, tokens, at + hit[0] - 1)
                at += (hit[0] - 1) * (spot is not None)
                hit = None if spot else hit
            longer = spot and (hit is None or spot[0] > hit[0])
            if longer or (spot and spot[0] == hit[0] and not self._to(at + hit[0])):
                return self._spot(i, spot[1], at + spot[0])
            if hit and not self._agent(at):
                if hit[1] == "":
                    return _NONE
                return self._target(i, hit[1], at, at + hit[0], comma)
            if at >= end or (tokens[at] in _BREAKS and not self._joined(at, end)):
                break
        return self._held(i)

    def _to(self, at: int) -> bool:
        """Tell whether a thing follows at once: "all around the fire", not "all around, a fire"."""
        if self.tokens[at : at + 1] and self.tokens[at] in lx.PRONOUNS:
            return True
        partner = self._next(at)
        between = self.tokens[at : partner.start] if partner else ["and"]
        return between[:1] != [] and between[0] in ARTICLES - {","} and "and" not in between

    def _joined(self, at: int, end: int) -> bool:
        """Tell whether an "and" only adds a word or two: "a bottle and cards on it"."""
        tokens = self.tokens
        return tokens[at] == "and" and any(
            k < end and match(PHRASES, tokens, k) and tokens[k + 1 : k + 2] in (["it"], ["the"])
            and all(t.isalpha() and t not in _BREAKS and t not in VERBS for t in tokens[at + 1 : k])
            for k in (at + 2, at + 3))  # fmt: skip

    def _appended(self, at: int) -> bool:
        """Tell whether a relation after a comma still speaks of what stands before it."""
        while at < len(self.tokens) and self.tokens[at] in ("all", "both", "one", "standing",
                                                            "each", "neatly"):  # fmt: skip
            at += 1
        hit = match(PHRASES, self.tokens, at) or match(SPOTS, self.tokens, at)
        if hit is None:
            return False
        partner = self._next(at + hit[0])
        stop = partner.reach if partner else at + hit[0]
        if self.tokens[at + hit[0] : at + hit[0] + 1] and self.tokens[at + hit[0]] in lx.PRONOUNS:
            stop = at + hit[0] + 1  # a shelf, above it a mirror
        after = self.tokens[stop] if stop < len(self.tokens) else ";"
        inverted = after in VERBS or after in ARTICLES - {","} or number(after) is not None
        inverted |= describes(after) or any(m.start == stop for m in self.known)
        return not inverted and partner is not None

    def _agent(self, at: int) -> bool:
        """Tell whether "by" says who did it: "a table lit by candles"."""
        before = self.tokens[at - 1] if at else ""
        noun = any(m.stop == at for m in self.known)  # "a bed by the window"
        return self.tokens[at] == "by" and not noun and before not in _PLACED and (
            before.endswith("ed") or before in ("lit", "made", "built", "hung"))  # fmt: skip

    def _spot(self, i: int, spot: str, at: int) -> Found:
        """Return a spot, or the relation that follows it: "in a ring around the fire"."""
        mention = self.asked[i]
        hit, more = match(PHRASES, self.tokens, at), match(SPOTS, self.tokens, at)
        if more and (hit is None or more[0] > hit[0]):
            return more[1], ""  # lined up along the wall
        if hit and hit[1] in ("around", "beside", "before", "behind", "facing", "opposite",
                              "under"):  # fmt: skip
            found = self._target(i, hit[1], at, at + hit[0], False)
            if found[1]:
                return found
        if spot == "centre" and self.tokens[at : at + 1] == ["of"]:
            partner = self._next(at)
            if partner and KINDS[partner.kind].carries and partner.kind != mention.kind:
                return "on", partner.kind
        if spot == "side":
            tables = [m.kind for m in self.asked[:i] if KINDS[m.kind].category == "table"]
            if mention.kind in _SEATS and tables:
                return "around", tables[-1]
            if mention.count == 1 and {"either", "each"} & set(self.tokens[at - 2 : at]):
                flanked = self._antecedent(i, "it")
                return ("beside", flanked) if flanked in KINDS else (spot, "")
        return spot, ""

    def _target(self, i: int, relation: str, begin: int, at: int, comma: bool) -> Found:
        """Return the relation that was matched, up to token `at`, with what it is to."""
        mention, tokens = self.asked[i], self.tokens
        plain, lead = relation.strip("~"), tokens[at : at + 5]
        opening = self._opening(at)
        if opening and plain != "under":
            return plain, opening
        if opening:
            return "beside", opening
        if lead[:2] in (["each", "other"], ["one", "another"]):
            return plain, mention.kind
        word = "it" if tokens[at - 2] == "its" else lead[0] if lead else ""
        if lead[1:3] == ["of", "them"] and word in ("all", "each", "both", "some",
                                                              "one"):  # fmt: skip
            word = "them"
        if plain == "between":
            return self._between(i, at, word)
        pronoun = word in lx.PRONOUNS and not (lead and self._owned(at, self._next(at)))
        pronoun |= word in ("", ",", ";", "and", "with")
        if pronoun or (word in ("each", "both", "either") and self._alone(at)):
            kind = self._antecedent(i, word, plain == "on")
            if not word.isalpha():
                self.bare[i] = kind
            return (plain, kind) if kind else _NONE
        partner = self._next(at)
        if partner is None or self._placed_later(partner, at):
            return _NONE
        if relation.startswith("~"):
            for k, other in enumerate(self.asked):
                if other is partner:
                    if plain == "on":
                        self.contents[k] = i
                    if plain == "on" and not KINDS[mention.kind].carries:
                        continue  # what a barrel is full of is not on it
                    self.turned[k] = (plain, mention.kind)
                    self._turn_list(k)
            return _NONE
        vague = tokens[begin] in ("at", "by") and partner.count > 1 and not partner.again
        if relation not in RELATIONS or vague:
            return _NONE
        small = KINDS[mention.kind].support == SURFACE
        small |= partner.kind in ("platform", "jetty")
        if tokens[begin] == "at" and small and KINDS[partner.kind].carries:
            return "on", partner.kind  # a laptop at the head of the table
        return relation, partner.kind

    def _between(self, i: int, at: int, word: str) -> Found:
        """Return what something is between: two things, joined by "+", or several of one kind."""
        own = self.asked[i].kind
        partner = self._next(at)
        pronoun = word in lx.PRONOUNS and not self._owned(at, partner)
        if pronoun or word in ("", ",", ";", "both") or partner is None:
            before = [m for m in self.known if m.stop <= self.asked[i].start and m.kind != own]
            several = [m for m in before if m.count > 1] if word == "them" else []
            if several or len(before) == 1:
                return "between", (several or before)[-1].kind
            return ("between", f"{before[-2].kind}+{before[-1].kind}") if before else _NONE
        other = self._partner(partner)
        if other is None:
            return "between", partner.kind
        return "between", f"{partner.kind}+{other.kind}"

    def _owned(self, at: int, partner: Mention | None) -> bool:
        """Tell whether "its" or "her" only comes before a noun: "between its two tables"."""
        return partner is not None and self.tokens[at] in ("its", "their", "her") and all(
            number(t) is not None or describes(t)
            for t in self.tokens[at + 1 : partner.start])  # fmt: skip

    def _partner(self, first: Mention) -> Mention | None:
        """Return the second of "between the bed and the desk"."""
        other = self._next(first.reach + 1)
        joined = self.tokens[first.reach : first.reach + 1] == ["and"]
        return other if joined and other and other.kind != first.kind else None

    def _turn_list(self, k: int) -> None:
        """Let the rest of a list share: "a table laid with plates and glasses"."""
        while k + 1 < len(self.asked) and self._listed(self.asked[k], self.asked[k + 1]):
            comma = self.tokens[self.asked[k].reach] == ","
            if comma and number(self.tokens[self.asked[k].reach + 1]) is not None:
                return
            small = KINDS[self.asked[k + 1].kind].support == SURFACE
            if self.turned[k][0] == "on" and not small:
                return
            self.turned[k + 1] = self.turned[k]
            k += 1

    def _alone(self, at: int) -> bool:
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else ";"
        return after in (",", ";", "and", "one") or self.tokens[at + 1 : at + 3] == ["of", "them"]

    def _placed_later(self, partner: Mention, begin: int) -> bool:
        """Tell whether a spoken "on" leads to a thing by way of "with" or another clause."""
        return bool(set(self.tokens[begin : partner.start]) & {"with", "where", "while"})

    def _opening(self, at: int) -> str:
        """Return "window" or "door" where one of them is what a relation is to."""
        for word in self.tokens[at : at + 4]:
            if word in _OPENINGS:
                return _OPENINGS[word]
            if word in (",", ";", "and", "of") or any(m.start == at for m in self.known):
                return ""
        return ""

    def _held(self, i: int) -> Found:
        """A table "with" chairs has them around it, "with" cups on it."""
        mention = self.asked[i]
        before = [m for m in self.known if m.stop <= mention.start]
        lead = self.tokens[before[-1].stop : mention.start] if before else []
        each = "each" in self.tokens[mention.stop : mention.stop + 2]
        tables = [m for m in before if KINDS[m.kind].top and (
            (m is before[-1] and set(lead) & _HOLDS and ";" not in lead
             and not set(lead) & {"room"}) or each)]  # fmt: skip
        if not tables:
            return _NONE
        table = KINDS[tables[-1].kind]
        if KINDS[mention.kind].support == SURFACE or (
                KINDS[mention.kind].category == "lamp" and KINDS[mention.kind].support == FLOOR
                and "lamp" in mention.label):  # fmt: skip
            self.held.add(i)
            return "on", table.name
        if mention.kind in _SEATS and table.category == "table":
            return "before" if table.wall else "around", table.name
        return _NONE

    def _antecedent(self, i: int, word: str, carries: bool = False) -> str:
        """Return what "it" or "them" stands for: the last thing named before, of another kind."""
        mention = self.asked[i]
        before = [m for m in self.known if m.stop <= mention.start and m.kind != mention.kind]
        before = [m for m in before if m.asked or m.kind != "wall"]
        if not carries and len(before) > 1 and before[-1].kind in _FRAMES and not before[-1].asked:
            before = [m for m in before if m.kind not in _FRAMES] or before
        before = [m for m in before if KINDS[m.kind].carries] if carries else before
        if carries and KINDS[mention.kind].support == FLOOR and word:
            before = [m for m in before if m.kind in _GROUNDS] or before
        if not word.isalpha() and i - 1 in self.bare:
            return self.bare[i - 1]  # a piano, a stool in front, a candelabra on top
        if before and "each" in self.tokens[before[-1].reach : mention.start]:
            return before[-1].kind  # three desks, each with a lamp on it
        if word in ("them", "these", "those", "each", "both"):
            before = [m for m in before if m.count > 1] or before
        elif word:
            before = [m for m in before if m.count == 1] or before
        openings = {"door_frame": "door", "window_frame": "window"}
        if before and not before[-1].asked:
            return openings.get(before[-1].kind, before[-1].kind)
        return before[-1].kind if before else ""

    def _before(self, i: int) -> Found:
        """Read what stands before a noun: "beside the stove an empty chair"."""
        mention, tokens = self.asked[i], self.tokens
        begin = self._clause(mention)
        inside = [m for m in self.known if begin <= m.start < mention.start]
        between = bool(inside) and "between" in tokens[begin : inside[0].start]
        if between and tokens[inside[-1].reach : inside[-1].reach + 1] == ["and"]:
            return _NONE  # the second of two that something is between
        hit, spot = match(PHRASES, tokens, begin), match(SPOTS, tokens, begin)
        if spot and not inside and (hit is None or spot[0] >= hit[0]):
            return spot[1], ""
        if (
            hit is None
            or len(inside) > 1 + between
            or hit[1] not in (*RELATIONS, *("~" + r for r in RELATIONS))
        ):
            return _NONE
        at = begin + hit[0]
        opening = self._opening(at)
        if opening and (not inside or inside[0].kind in ("door_frame", "window_frame")):
            return ("beside" if hit[1] == "under" else hit[1].strip("~")), opening
        alone = tokens[at : at + 1] == ["each"] and not any(
            at < m.start <= at + 3 for m in self.known)  # fmt: skip
        if tokens[at : at + 1] and (alone or tokens[at] in {*lx.PRONOUNS, ","}):
            if inside:
                return _NONE  # said of the first thing of the clause
            if hit[1] == "between":
                return self._between(i, at, tokens[at])
            return hit[1].strip("~"), self._antecedent(i, tokens[at])
        if not inside or hit[1].startswith("~"):
            return _NONE
        lead, gap = tokens[at : inside[0].start], tokens[inside[-1].reach : mention.start]
        if len(lead) > 4 or len(gap) > 7 or any(
                (t,) in PHRASES and t not in ("by", "line", "lines") for t in gap):  # fmt: skip
            return _NONE
        return hit[1], "+".join(m.kind for m in inside)

    def _clause(self, mention: Mention) -> int:
        """Return the token where the clause before a noun begins."""
        begin = self._back(mention.start)
        own = self._past(begin, mention.start)
        said = match(PHRASES, self.tokens, own) or match(SPOTS, self.tokens, own)
        if begin and self.tokens[begin - 1] == "," and not said:
            lead = self._back(begin - 1)
            begin = lead if self._leads(lead, begin - 1) else begin
        return self._past(begin, mention.start)

    def _back(self, k: int) -> int:
        """Return where the words before a token begin, at the comma or "and" before them."""
        tokens = self.tokens
        while k and tokens[k - 1] not in (",", ";", "with", "but"):
            if tokens[k - 1] == "and":
                pair = next((j for j in range(k - 2, max(k - 9, -1), -1)
                             if tokens[j] in ("between", ",", ";", "and", "with")), 0)  # fmt: skip
                if tokens[pair] != "between":
                    break
                k = pair - (tokens[pair - 1 : pair] == ["in"]) + 1
            k -= 1
        return k

    def _past(self, begin: int, end: int) -> int:
        """Return the first token that is more than "there is", "then" or "also"."""
        while begin < end and self.tokens[begin] in _LEADING:
            begin += 1
        return begin

    def _leads(self, begin: int, end: int) -> bool:
        """Tell whether tokens are no more than a relation: "beside the stove", "above it"."""
        begin = self._past(begin, end)
        hit, spot = match(PHRASES, self.tokens, begin), match(SPOTS, self.tokens, begin)
        if spot and begin + spot[0] == end:
            return True
        if hit is None or not hit[1]:
            return False
        inside = [m for m in self.known if begin <= m.start < end]
        if not inside:
            return begin + hit[0] == end or self.tokens[end - 1] in (
                *lx.PRONOUNS, *_OPENINGS, "each", "both")  # fmt: skip
        return inside[-1].reach == end and inside[0].start - begin - hit[0] <= 4

    def _listed(self, a: Mention, b: Mention) -> bool:
        """Tell whether one thing follows another in a list, with nothing else between."""
        between = self.tokens[a.reach : b.start]
        return between[:1] in ([","], ["and"], ["plus"]) and all(
            w in (",", "and", "plus", "some", "the", "or", "also") or number(w) is not None
            or w in lx.COLOURS or w in ADJECTIVES or (describes(w) and w not in VERBS)
            for w in between)  # fmt: skip

    def _spread(self, after: list[Found], led: list[Found]) -> None:
        """Let the things of a list share what is said of its last, or before its first."""
        for i in range(len(self.asked) - 1, 0, -1):
            spot, target = after[i]
            if not (target and spot in _GROUPS and self._listed(self.asked[i - 1], self.asked[i])):
                continue
            aim = any(f[1] == self.asked[i - 1].kind for f in after[: i - 1])
            if not (aim or after[i - 1][0] or led[i - 1][1]) and self._fits(i - 1, spot, target):
                after[i - 1] = self.found[i - 1] = (spot, target)
        for i in range(1, len(self.asked)):
            one, lead = self.asked[i - 1], self.tokens[self.asked[i - 1].reach :][:3]
            inside = lead[:1] == ["with"] and self.asked[i].start - one.reach <= 2
            if inside and after[i][0] == "on" and not (after[i - 1][0] or led[i - 1][1]) and (
                    KINDS[one.kind].support == SURFACE and one.kind != after[i][1]):  # fmt: skip
                after[i - 1] = self.found[i - 1] = after[i]  # a vase with roses on the counter
            listed = self._listed(self.asked[i - 1], self.asked[i])
            bare = not (after[i][0] or led[i][0])
            if listed and bare and i - 1 in self.held and self._fits(i, *after[i - 1]):
                after[i] = self.found[i] = after[i - 1]
                self.held.add(i)
            spot, target = led[i - 1]
            if target and not after[i][0] and not led[i][0] and self._fits(i, spot, target):
                if self._listed(self.asked[i - 1], self.asked[i]):
                    led[i] = self.found[i] = (spot, target)

    def _fits(self, i: int, spot: str, target: str) -> bool:
        """Tell whether a thing can share a relation: only small things share a top."""
        mention = self.asked[i]
        if mention.kind == target or (self.turned.get(i, _NONE)[1]):
            return False
        small = KINDS[mention.kind].support == SURFACE or KINDS[mention.kind].category == "lamp"
        conjoined = "," not in self.tokens[mention.reach : mention.reach + 2]
        return small if spot == "on" else conjoined
