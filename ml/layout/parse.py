"""From words to a brief: which place, in which style, with what, without what, and how related."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from . import lexicon as lx
from .cards import Card, Style, Wish, styles
from .facets import Heads, listed
from .grammar import GONE
from .kinds import KINDS
from .mentions import Mention, Vocabulary, scan, settle_asked, tokens_of
from .phrases import RELATIONS, match
from .places import Places, stem
from .plan import AssetBox
from .rooms import ROOFED, WALLED
from .shorthand import spelled_out
from .spelling import correct, own_words
from .tongues import to_english
from .unknown import unknown_things
from .wishes import wishes_of

MOST_WORDS = 160
_MIXERS_OF_ANY = r"\+|＋|\bmixed with\b|\bcrossed with\b|\bmeets\b|\bin the style of\b"
_MIXERS = _MIXERS_OF_ANY + r"|\bplus\b"
_SHORT = 8
"""In more words than these "plus" only goes on with a list."""
_MOST_MIXED = 3
"""More "+" than these only part a list."""
_LATER, _THING, _HELD = 0.9, 0.75, 0.15
"""How much a clause that is not the first counts in finding the place; one that only names a
thing; and the things asked for that a place has."""
_NOT_PLACE = r"front|middle|cent(?:er|re)|corner|rows?|ring|circle|line|background|distance|back"


@dataclass
class Brief:
    """What was understood.

    Attributes
    ----------
    card : the place that gives the skeleton
    ranked : (card name, score) of the best five, best first
    overlays : styles to lay over it, in order; `mixed` the names of those that were mixed in
        ("A + B"), not said of the place; `extra` cards that lend it things
    wishes : what the words ask for; `banned` kinds that must not be there
    colours : label or kind to sRGB colour
    stands : (how many, relation, kind of thing) of people that are somewhere by a thing
    weather, hour, mood, density, people, area : None where the words say nothing
    """

    prompt: str
    card: Card
    ranked: list[tuple[str, float]]
    overlays: list[Style] = field(default_factory=list)
    mixed: set[str] = field(default_factory=set)
    extra: list[Card] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)
    colours: dict[str, str] = field(default_factory=dict)
    weather: str | None = None
    hour: float | None = None
    mood: float | None = None
    density: float | None = None
    medium: str | None = None
    people: int | None = None
    stands: list[tuple[int, str, str]] = field(default_factory=list)
    area: tuple[float, float] | None = None
    notes: list[str] = field(default_factory=list)

    def facets(self) -> dict:
        """Return what was understood as JSON values, for people and reports."""
        return {
            "place": self.card.name,
            "candidates": [[n, round(s, 3)] for n, s in self.ranked],
            "group": self.card.group,
            "styles": [s.name for s in self.overlays] or [self.card.style],
            "mixed_with": [c.name for c in self.extra],
            "medium": self.medium or ("underwater" if self.card.group == "underwater" else "air"),
            "weather": self.weather,
            "hour": self.hour,
            "mood": self.mood,
            "density": self.density,
            "people": self.people,
            "asked": [[w.label, w.kind, w.low, w.spot, w.target] for w in self.wishes],
            "banned": sorted(self.banned),
        }


def read(
    prompt: str,
    places: Places,
    assets: list[AssetBox] | None = None,
    heads: Heads | None = None,
) -> Brief:
    """Understand a prompt; anything at all gives a brief, with notes on what was guessed."""
    notes: list[str] = []
    text = clean(prompt, places, notes)
    mixers = _MIXERS if len(text.split()) <= _SHORT and "," not in text else _MIXERS_OF_ANY
    parts = [p.strip(" ,;") for p in re.split(mixers, text)]
    parts = [p for p in parts if p] or [""]
    vocabulary = Vocabulary(assets or [])
    card, ranked, segment = _place(text, parts[0], places, vocabulary, notes)
    brief = Brief(prompt=prompt, card=card, ranked=ranked, notes=notes)
    style = _hear(brief, text, places, heads)
    for index, part in enumerate(parts):
        head = _segments(part)[0][0]
        _overlay(brief, part, head, places, index > 0)
        _mentions(brief, part, segment if index == 0 else head, vocabulary, index > 0)
    if style and not brief.overlays and style != card.style:
        brief.overlays.append(styles()[style])
    brief.area = _area(text)
    return brief


def clean(prompt: str, places: Places, notes: list[str]) -> str:
    """Return lower-case English words, shorthand and spelling put right, other signs left out."""
    text = unicodedata.normalize("NFKC", str(prompt)).lower().replace("’", "'")
    if any(unicodedata.category(c) in ("So", "Sk") for c in text):
        notes.append("Emoji and other signs were passed over")
    text, foreign = to_english(text, own_words())
    notes += foreign
    text = spelled_out(text)
    if text.count(" + ") > _MOST_MIXED:
        text = text.replace(" + ", ", ")
    lead, comma, rest = text.partition(",")
    text = lead + comma + rest.replace(" + ", " and ")  # further on "+" only goes on with a list
    # Sentences, slashes and dashes part clauses as commas do.
    text = re.sub(r"(?<!\d)[.!?]+(?=\s|$)|[.!?]+(?!\d)|\.\.\.|\n", " ; ", text)
    text = re.sub(r":+(?!\d)|\s+[-–—/]+\s+|—", " , ", text)
    kept = re.sub(r"[^\w\s+.,;:²'\-/()]", " ", text)
    kept = re.sub(r"[(),]", " , ", kept)
    kept = re.sub(r"(?:\s*[,;])*\s*;[\s,;]*", " ; ", kept)
    words = re.sub(r"(?: ,)+", " ,", " ".join(kept.split())).strip(" ,;").split()
    if len(words) > MOST_WORDS:
        notes.append(f"Only the first {MOST_WORDS} of {len(words)} words were used")
        words = words[:MOST_WORDS]
    text = " ".join(words)
    if not foreign:  # what a word list does not know is no misspelt English
        text, said = correct(text, places.knows)
        notes += said
    return text.replace(" ,", ",").replace(" ;", ";")


def _segments(part: str) -> list[tuple[str, float]]:
    """Return what may name the place, and how much each counts: the words before "with" first.

    Then come the other clauses, and what follows "in" and "at".
    """
    plain = re.sub(r"\b(?:of )?\d[\d.]*\s*(?:x|by|m²|m2|m|sqm|met(?:er|re)s?)(?!\w)|\d+", " ", part)
    stop = (
        r"\b(?:with|without|containing|featuring|where|no|but|has|have|had|holds|contains|is|are|"
        r"was|were|full of|filled|packed|lined|littered|crammed|overflowing|only|which|whose)\b|"
        r"[,;.:]"
    )
    clauses = [c.strip() for c in re.split(r"[,;.:]", plain) if c.strip()]
    found: list[tuple[str, float]] = []
    for k, clause in enumerate(clauses):
        head = re.split(stop, clause)[0].strip()
        # "A cabin, snow outside" is within.
        if k and re.search(r"\boutside(?: the \w+)?$", clause):
            continue
        if head and not re.match(r"(?:not|no|never|neither)\b", head):
            found.append((head, 1.0 if k == 0 else _LATER))
    ends = re.findall(
        rf"\b(?:in|at|inside|into|within|through|aboard)\s+(?:the |a |an |my |our |this )?"
        rf"(?!(?:the )?(?:{_NOT_PLACE})\b)([^,;.:]+?)(?=\b(?:with|without|where|and|is|are|of)\b|"
        rf"[,;.:]|$)",
        plain,
    )
    found += [(e.strip(), _LATER) for e in ends if e.strip()]
    return list(dict.fromkeys(found)) or [(part, 1.0)]


def _place(
    text: str, part: str, places: Places, vocabulary: Vocabulary, notes: list[str]
) -> tuple[Card, list[tuple[str, float]], str]:
    """Return the card, the best five with scores, and the words that name it."""
    if not text:
        notes.append("No words were given: an ordinary living room is proposed")
        card = places.cards["living room"]
        return card, [(card.name, 0.0)], ""
    found = scan(tokens_of(part), vocabulary)
    kinds = {m.kind for m in found if not m.negated}
    held = places.holding(kinds)
    best = {name: (_HELD * share, "") for name, share in held.items()}
    for segment, weight in _segments(part)[:8]:
        weight *= _THING if _is_thing(segment, vocabulary, places) else 1.0
        for name, score in places.rank(segment, part):
            score = weight * score + _HELD * held[name]
            if score > best[name][0]:
                best[name] = (score, segment)
    ranked = sorted(((n, s) for n, (s, _) in best.items()), key=lambda p: -p[1])
    if ranked[0][1] < places.doubt:
        notes.append(
            f"No place was recognised in the words; the nearest, {ranked[0][0]!r}, is proposed"
        )
    return places.cards[ranked[0][0]], ranked[:5], best[ranked[0][0]][1]


def _is_thing(segment: str, vocabulary: Vocabulary, places: Places) -> bool:
    """Tell whether words are no more than the name of a thing that no place is called by."""
    tokens = [t for t in tokens_of(segment) if t not in lx.STOP and t not in lx.NUMBERS]
    hit = vocabulary.find(tokens, 0) if tokens else None
    return hit is not None and hit[0] == len(tokens) and not places.named(" ".join(tokens))


def _hear(brief: Brief, text: str, places: Places, heads: Heads | None) -> str | None:
    """Fill in weather, hour, mood, density and medium; return the style that was heard."""
    said = listed(text)
    if heads is not None and places.encoder is not None:
        said = said.joined(heads(text, places.encoder))
    brief.weather, brief.hour, brief.medium = said.weather, said.hour, said.medium
    brief.mood, brief.density = said.mood, said.density
    return said.style


def _overlay(brief: Brief, part: str, head: str, places: Places, mixed: bool) -> None:
    """Add the styles that a part names; a mixed-in part without any lends its card's."""
    said = part
    if not mixed and brief.card.shape in ROOFED:  # a snowy morning is outside the cafe
        said = " ".join(t for t in tokens_of(part) if t not in lx.WEATHER)
    found = [styles()[n] for n in places.named_styles(said)]
    if mixed:
        ranked = places.rank(head, part)
        card = places.cards[ranked[0][0]]
        if not found:
            brief.extra.append(card)
            found = [styles()[card.style]]
    brief.overlays += [s for s in found if s not in brief.overlays]
    brief.mixed |= {s.name for s in found if mixed}
    if mixed and not found:
        brief.notes.append(f"{part!r} was not recognised as a style")


def _area(text: str) -> tuple[float, float] | None:
    """Return (width, depth) in metres where the words give a size."""
    unit = r"\s*(?:m|meters?|metres?)"
    two = re.search(rf"(\d+(?:\.\d+)?)(?:{unit})?\s*(?:x|by)\s*(\d+(?:\.\d+)?){unit}\b", text)
    if two:
        return float(two[1]), float(two[2])
    one = re.search(
        r"(\d+(?:\.\d+)?)\s*(?:m²|m2|sqm|sq\.? ?m|square met(?:er|re)s?)(?![a-z0-9])", text
    )
    if one:
        side = float(one[1]) ** 0.5
        return side, side
    return None


def _mentions(brief: Brief, part: str, head: str, vocabulary: Vocabulary, mixed: bool) -> None:
    """Read things, their numbers and relations from one part of the words."""
    tokens = tokens_of(part)
    found = scan(tokens, vocabulary)
    _local(found, brief.card)
    span = _span(tokens, tokens_of(head))
    place = _place_words(brief, tokens_of(head))
    roofed = brief.card.shape in ROOFED
    chief = {stem(w) for w in brief.card.name.split()}
    settle_asked(found, tokens, place, [span] if span else [], mixed, roofed, chief)
    _people(brief, tokens, found, head)
    brief.banned |= {m.kind for m in found if m.negated}
    for before, word in pairwise(tokens):
        if before in lx.NOT and word in lx.NO_SUCH:
            brief.banned |= {k.name for k in KINDS.values() if k.category in lx.NO_SUCH[word]}
    _tell(brief, tokens, found, span, place)
    wishes, colours = wishes_of(found, tokens)
    wishes = _by_houses(wishes, brief.card, tokens)
    brief.colours |= colours
    brief.wishes += [w for w in wishes if w.kind not in {b.kind for b in brief.wishes}]


def _by_houses(wishes: list[Wish], card: Card, tokens: list[str]) -> list[Wish]:
    """Let "the door", in the open, be a house's: there are only gaps in what bounds the place."""
    if any(w.kind == "door_frame" and w.required for w in wishes):  # these, not the room's own
        wishes = [replace(w, target="door_frame") if w.target == "door" and w.spot == "above"
                  else w for w in wishes]  # fmt: skip
    if card.shape in WALLED or not {"door", "doors", "doorway"} & set(tokens):
        return wishes
    there = {w.kind for w in (*wishes, *card.wishes)}
    house = next((k for k in _DOORED if k in there), "door")
    over = [w for w in wishes if w.target == "door" and w.spot == "above"]
    if over and house == "facade":  # of its painted doors none is known by place
        door = Wish("door_frame", 1, 1, "before", house, True, "door")
        wishes = [door, *(replace(w, target="door_frame") if w in over else w for w in wishes)]
    return [replace(w, target=house) if w.target == "door" and w.kind != house else w
            for w in wishes]  # fmt: skip


_DOORED = ("door_frame", "house", "module", "facade", "boathouse", "temple", "castle", "tower")


def _local(found: list[Mention], card: Card) -> None:
    """Let "cabinets" of an arcade be its machines."""
    here = {w.kind for w in card.wishes}
    for mention in found:
        if not mention.asset:
            senses = lx.SENSES.get(mention.label.removesuffix("s"), ())
            own = "fireplace" if senses and mention.label == "fire" and card.shape in ROOFED else ""
            mention.kind = next((k for k in senses if k in here), own or mention.kind)


def _tell(
    brief: Brief, tokens: list[str], found: list[Mention], span: range | None, place: set[str]
) -> None:
    """Say what another thing stands in for, and what nothing is built for."""
    for kind, labels in groupby(
        sorted((m.kind, m.label) for m in found if m.stand_in and m.asked and not m.negated),
        key=lambda pair: pair[0],
    ):
        names = ", ".join(dict.fromkeys(label for _, label in labels))
        brief.notes.append(f"{names}: shown as {kind.replace('_', ' ')}, the nearest there is")
    missing = unknown_things(tokens, found, span, place)
    if missing:
        brief.notes.append(f"Nothing is built for: {', '.join(missing)}")


def _place_words(brief: Brief, said: list[str]) -> set[str]:
    """Return the stems of the place's name, and of its other names that the words use."""
    here = set(map(stem, said))
    found = {stem(w) for e in (brief.card, *brief.extra) for w in e.name.split()}
    for entry in (brief.card, *brief.extra, *brief.overlays):
        for name in entry.aliases:
            stems = {stem(w) for w in name.split()}
            found |= stems if stems <= here else set()
    return found


def _span(tokens: list[str], inner: list[str]) -> range | None:
    """Return where a run of tokens lies among others."""
    for i in range(len(tokens) - len(inner) + 1):
        if inner and tokens[i : i + len(inner)] == inner:
            return range(i, i + len(inner))
    return None


def _unpeopled(tokens: list[str], head: set[str]) -> bool:
    """Tell whether the place is called empty: "empty after the final", "all deserted"."""
    if head & lx.UNPEOPLED:
        return True
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else ";"
        after = tokens[i + 1] if i + 1 < len(tokens) else ";"
        if token in lx.UNPEOPLED and before in _SAID_ALONE and after in _SAID_AFTER:
            return True
    return False


_HAVE_GONE = {*GONE, "are", "is", "all", "have", "has"}
_SAID_ALONE = {",", ";", "all", "completely", "totally", "utterly", "now", "and", "quite", "long",
               "mostly", "entirely", "eerily", "strangely", "half"}  # fmt: skip
_SAID_AFTER = {",", ";", "and", "after", "at", "now", "since", "for", "of", "in", "by", "during",
               "but", "tonight", "except", "before", "until", "with"}  # fmt: skip


_THEIRS = ("before", "behind", "beside", "under", "around", "facing", "opposite")
"""Relations of people to things."""
_THEIR_PLACES = {"school", "club", "hut", "camp", "den", "quarters", "barracks", "lounge"}
_COMPANIES = {"crowd", "group", "gang", "party", "team", "band", "queue", "line", "pair", "circle"}
_MOST_PEOPLE = 24


def _people(brief: Brief, tokens: list[str], found: list[Mention], head: str) -> None:
    """Count who is named, and where they stand; "nobody" and "no people" mean nobody."""
    taken = {i for m in found if m.asked for i in range(m.start, m.stop)}
    owners = {m.start - 1 for m in found}  # of a "captains chair"
    place = _place_words(brief, tokens)
    total = 0 if _unpeopled(tokens, set(tokens_of(head))) else None
    for i, token in enumerate(tokens):
        if token not in lx.PEOPLE or i in taken or token.endswith("'s"):
            continue
        begin = max([i - 4, 0, *(m.stop for m in found if m.stop <= i)])
        before = tokens[begin:i]
        before = before[max((k + 1 for k, b in enumerate(before) if b in (",", ";", "and")),
                            default=0) :]  # fmt: skip
        gone = bool(set(tokens[i + 1 : i + 4]) & GONE) and tokens[i + 1] in _HAVE_GONE
        if token == "nobody" or gone or any(b in lx.NOT for b in before):
            total = total or 0
            continue
        numbers = [int(b) if b.isdigit() else lx.NUMBERS.get(b) for b in before]
        known = [n for n in numbers if n]
        after = tokens[i + 1] if i + 1 < len(tokens) else ""
        if not known and (stem(token) in place or after.startswith("'") or i in owners
                          or (token.endswith("s") and stem(after) in place)
                          or after in _THEIR_PLACES):  # fmt: skip
            continue  # the kings of a king's tomb, "my grandmas attic"
        of = before.index("of") if "of" in before else -1
        company = of > 0 and before[of - 1] in _COMPANIES
        spot, kind = _their_spot(tokens, i + 1, found)
        if (of >= 0 and not company) or after == "of" or (
                stem(token) in lx.NAMED_AFTER and not known and not kind):  # fmt: skip
            continue
        known = [n for n in numbers[of:] if n] if company else known
        several = token.endswith("s") and not token.endswith("ss")  # a waitress is one
        many = company or token in ("crowd", "people") or (several and not known)
        most = 6 if company or token in ("crowd", "people") else 3
        count = known[-1] if known else (most if many else 1)
        total = (total or 0) + count
        if kind:
            brief.stands.append((count, spot, kind))
    if total is not None and brief.people is None:
        brief.people = min(total, _MOST_PEOPLE)


def _their_spot(tokens: list[str], at: int, found: list[Mention]) -> tuple[str, str]:
    """Return (relation, kind) that is said of people right after they are named, or nothing."""
    for k in range(at, min(at + 4, len(tokens))):
        if tokens[k] in (",", ";", "and", "with"):
            break
        hit = match(RELATIONS, tokens, k)
        if hit:
            by = next((m for m in found if m.start >= k + hit[0]), None)
            if set(tokens[k + hit[0] : k + hit[0] + 1]) & {"it", "them"}:
                before = [m for m in found if m.stop < at and not m.negated]
                return (hit[1], before[-1].kind) if before and hit[1] in _THEIRS else ("", "")
            near = by and by.start - k - hit[0] <= 3 and not by.negated
            spot = hit[1].strip("~")
            return (spot, by.kind) if near and spot in _THEIRS else ("", "")
    return "", ""
