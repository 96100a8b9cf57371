"""From words to a brief: which place, in which style, with what, without what, and how related."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from . import lexicon as lx
from .cards import RELATIONS, Card, Style, Wish, styles
from .kinds import KINDS
from .places import Places, stem
from .plan import SURFACE, AssetBox

MOST_WORDS = 160
MOST_THINGS = 1000
_MIXERS = r"\+|＋|\bmixed with\b|\bcrossed with\b|\bmeets\b|\bin the style of\b|\bplus\b"


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


@dataclass
class Brief:
    """What was understood.

    Attributes
    ----------
    card : the place that gives the skeleton
    ranked : (card name, score) of the best five, best first
    overlays : styles to lay over it, in order; `extra` cards that lend it things
    wishes : what the words ask for; `banned` kinds that must not be there
    colours : label or kind to sRGB colour
    weather, hour, mood, density, people, area : None where the words say nothing
    """

    prompt: str
    card: Card
    ranked: list[tuple[str, float]]
    overlays: list[Style] = field(default_factory=list)
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


def read(prompt: str, places: Places, assets: list[AssetBox] | None = None) -> Brief:
    """Understand a prompt; anything at all gives a brief, with notes on what was guessed."""
    notes: list[str] = []
    text = _clean(prompt, notes)
    parts = [p.strip() for p in re.split(_MIXERS, text) if p.strip()] or [""]
    vocabulary = Vocabulary(assets or [])
    heads = [_head(p) for p in parts]
    card, ranked = _place(text, heads[0], parts[0], places, notes)
    brief = Brief(prompt=prompt, card=card, ranked=ranked, notes=notes)
    _facets(brief, text)
    for index, part in enumerate(parts):
        _overlay(brief, part, heads[index], places, index > 0)
        _mentions(brief, part, heads[index], vocabulary, index > 0)
    brief.area = _area(text)
    return brief


def _clean(prompt: str, notes: list[str]) -> str:
    """Return lower-case words, Chinese translated, signs of other kinds left out."""
    text = unicodedata.normalize("NFKC", str(prompt)).lower().replace("’", "'")
    text, lost = _from_chinese(text)
    if lost:
        notes.append(f"Not understood and passed over: {lost}")
    kept = re.sub(r"[^\w\s+.,;:²'\-/()]", " ", text)
    if any(unicodedata.category(c) in ("So", "Sk") for c in text):
        notes.append("Emoji and other signs were passed over")
    words = kept.split()
    if len(words) > MOST_WORDS:
        notes.append(f"Only the first {MOST_WORDS} of {len(words)} words were used")
        words = words[:MOST_WORDS]
    return " ".join(words)


def _from_chinese(text: str) -> tuple[str, str]:
    """Return (text with known Chinese terms in English, characters that are not known)."""
    out, lost, i = [], [], 0
    while i < len(text):
        if not "\u3000" <= text[i] <= "\u9fff":
            out.append(text[i])
            i += 1
            continue
        for n in range(min(5, len(text) - i), 0, -1):
            if text[i : i + n] in lx.CHINESE:
                out.append(f" {lx.CHINESE[text[i : i + n]]} ")
                i += n
                break
        else:
            if text[i] not in lx.CHINESE_PARTICLES:
                lost.append(text[i])
            out.append(" ")
            i += 1
    return "".join(out), "".join(lost)


def _head(part: str) -> str:
    """Return the words that name the place: those before "with", a comma or a negation."""
    plain = re.sub(r"\b(?:of )?\d[\d.]*\s*(?:x|by|m²|m2|m|sqm|met(?:er|re)s?)(?!\w)|\d+", " ", part)
    head = re.split(r"\b(?:with|without|containing|featuring|where|no)\b|[,;.:]", plain)[0].strip()
    return head or part


def _place(
    text: str, head: str, part: str, places: Places, notes: list[str]
) -> tuple[Card, list[tuple[str, float]]]:
    if not text:
        notes.append("No words were given: an ordinary living room is proposed")
        card = places.cards["living room"]
        return card, [(card.name, 0.0)]
    ranked = places.rank(head, part)
    if ranked[0][1] < places.doubt:
        notes.append(
            f"No place was recognised in the words; the nearest, {ranked[0][0]!r}, is proposed"
        )
    return places.cards[ranked[0][0]], ranked[:5]


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9][a-z0-9'\-]*|,|;", text)


def _facets(brief: Brief, text: str) -> None:
    """Read weather, hour, mood, density and medium, each from its own list of words."""
    words = [w for t in _tokens(text) for w in (t, *t.split("-"))]
    for before, word in zip(["", *words], words, strict=False):
        if before in lx.NOT:
            continue
        brief.weather = brief.weather or lx.WEATHER.get(word)
        if brief.hour is None:
            brief.hour = lx.HOURS.get(word)
        brief.medium = brief.medium or lx.MEDIA.get(word)
    moods = [lx.MOODS[w] for w in words if w in lx.MOODS]
    brief.mood = sum(moods) / len(moods) if moods else None
    dense = [lx.DENSITIES[w] for w in words if w in lx.DENSITIES]
    brief.density = sum(dense) / len(dense) if dense else None


def _overlay(brief: Brief, part: str, head: str, places: Places, mixed: bool) -> None:
    """Add the styles that a part names; a mixed-in part without any lends its card's."""
    found = [styles()[n] for n in places.named_styles(part)]
    if mixed:
        ranked = places.rank(head, part)
        card = places.cards[ranked[0][0]]
        if not found:
            brief.extra.append(card)
            found = [styles()[card.style]]
    brief.overlays += [s for s in found if s not in brief.overlays]
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


class Vocabulary:
    """The nouns that the kit and the artist's assets answer to, by stems, the longest first."""

    def __init__(self, assets: list[AssetBox]) -> None:
        self.table: dict[tuple[str, ...], tuple[str, str]] = {}
        for name, kind in KINDS.items():
            for phrase in (name.replace("_", " "), *kind.words):
                self.table.setdefault(_stems(phrase), (name, ""))
            self.table[_stems(name.replace("_", " "))] = (name, "")
        for phrase, name in lx.SYNONYMS.items():
            self.table[_stems(phrase)] = (name, "")
        for asset in assets:
            kind = asset.category if asset.category in KINDS else ""
            for phrase in (asset.name, *asset.tags):
                stems = _stems(re.sub(r"[^a-z]+", " ", phrase.lower()))
                if stems and (kind or stems in self.table):
                    self.table.setdefault(stems, (kind, asset.name))
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


def _mentions(brief: Brief, part: str, head: str, vocabulary: Vocabulary, mixed: bool) -> None:
    """Read things, their numbers and relations from one part of the words."""
    tokens = _tokens(part)
    length = len(_tokens(head))
    found = _scan(tokens, vocabulary)
    place = {stem(w) for p in (brief.card.name, *brief.card.aliases) for w in p.split()}
    place |= {stem(w) for c in brief.extra for p in (c.name, *c.aliases) for w in p.split()}
    place |= {stem(w) for s in brief.overlays for p in (s.name, *s.aliases) for w in p.split()}
    for mention in found:
        named = all(stem(t) in place for t in tokens[mention.start : mention.stop])
        loose = mention.start < length and not mention.exact and not mention.negated
        before = tokens[mention.start - 1] if mention.start else ""
        if loose and named and before not in ("a", "an"):
            mention.asked = False
        if loose and mention.stop < length and tokens[mention.stop] not in _LINKS:
            mention.asked = False  # "dragon" of "dragon palace" only says which palace
        if mixed and loose:
            mention.asked = False
    _people(brief, tokens)
    brief.banned |= {m.kind for m in found if m.negated}
    asked = [m for m in found if m.asked and not m.negated]
    turned: dict[int, tuple[str, str]] = {}
    for i, mention in enumerate(asked):
        if mention.again and any(a.kind == mention.kind for a in asked[:i]):
            continue
        wish, partner = _related(mention, i, asked, tokens, turned)
        if mention.colour:
            brief.colours[mention.label] = mention.colour
        brief.wishes.append(wish)
        if partner is not None and partner.kind == mention.kind:
            brief.wishes[-1] = replace(wish, spot="", target="")
        if wish.spot == "on" and wish.target:
            _share(brief, asked, i, wish, tokens)
    _merge(brief)


def _share(brief: Brief, asked: list[Mention], i: int, wish: Wish, tokens: list[str]) -> None:
    """Let small things listed before share a place: "a laptop, a cup and papers on the desk"."""
    for before, after in zip(asked[i - 1 :: -1] if i else [], asked[i::-1], strict=False):
        between = set(tokens[before.stop : after.start])
        if not between <= {",", "and", "a", "an", "some", "two", "three"}:
            return
        for k, earlier in enumerate(brief.wishes):
            if earlier.label == before.label and not earlier.spot:
                if KINDS[earlier.kind].support == SURFACE:
                    brief.wishes[k] = replace(earlier, spot="on", target=wish.target)


_LINKS = {*lx.RELATIONS, "and", "with", "in", "of", ",", ";", "at", "from", "that", "is", "are",
          "inside", "during", "to", "next", "close", "across", "surrounded", "hanging", "standing",
          "lying", "full", "or", "left", "right", "made", "who", "which", "without"}  # fmt: skip


def _scan(tokens: list[str], vocabulary: Vocabulary) -> list[Mention]:
    """Return every noun with the number, colour and negation before it."""
    found, i, negated = [], 0, False
    while i < len(tokens):
        token = tokens[i]
        if token in lx.NOT:
            negated = True
        elif token in (",", ";", "but", "with") or (token == "and" and not negated):
            negated = False
        hit = vocabulary.find(tokens, i)
        if hit is None or (token in lx.STOP and hit[0] == 1):
            i += 1
            continue
        n, kind, asset = hit
        label = " ".join(tokens[i : i + n])
        mention = Mention(i, i + n, kind, label, asset, negated=negated)
        _count(mention, tokens, found[-1].stop if found else 0)
        found.append(mention)
        i += n
    return found


def _count(mention: Mention, tokens: list[str], floor: int) -> None:
    """Read the number and the colour in the words before a noun."""
    plural = tokens[mention.stop - 1].endswith("s") and not tokens[mention.stop - 1].endswith("ss")
    mention.count = 3 if plural else 1
    for k in range(mention.start - 1, max(floor - 1, mention.start - 5), -1):
        word = tokens[k]
        if word in (",", ";", "and", "with") or word in lx.RELATIONS:
            break
        mention.again |= word == "the"
        if word in lx.COLOURS and not mention.colour:
            mention.colour = lx.COLOURS[word]
        number = int(word) if word.isdigit() else lx.NUMBERS.get(word)
        if number is not None:
            if word in ("hundred", "thousand", "dozen") and k and tokens[k - 1] in lx.NUMBERS:
                number *= lx.NUMBERS[tokens[k - 1]]
            mention.count = min(max(number, 1), MOST_THINGS)
            mention.exact = word not in lx.VAGUE
            mention.asked = True
            break


def _related(
    mention: Mention,
    index: int,
    asked: list[Mention],
    tokens: list[str],
    turned: dict[int, tuple[str, str]],
) -> tuple[Wish, Mention | None]:
    """Return the wish of a mention, with its relation to the next one where there is one.

    `turned` keeps, by index, what a mention is to one before it: "a well surrounded by trees".
    """
    spot, target = turned.get(index, ("", ""))
    wish = Wish(
        mention.kind, mention.count, mention.count, spot, target, True, mention.label, mention.asset
    )
    after = " ".join(tokens[mention.stop : mention.stop + 7])
    for phrase, spot in lx.SPOTS.items():
        if re.match(
            rf"(?:(?:hanging|standing|lying|placed|set|stands?|is|are) )?{phrase}\b", after
        ):
            return replace(wish, spot=spot), None
    pattern = "|".join(sorted(map(re.escape, lx.RELATIONS), key=len, reverse=True))
    rest = re.match(
        rf"(?:(?:that|which|is|are|stands?|standing|placed|sitting|hanging|lying|set|directly|"
        rf"right|to|the) )*({pattern})\b(.*)",
        after,
    )
    if rest is None:
        return wish, None
    relation, tail = lx.RELATIONS[rest[1]], rest[2].split(" and ")[0]
    if re.match(r"\s*(?:the|a|an|its|one)?\s*(?:\w+ )?(?:windows?|doors?)\b", tail):
        opening = "window" if "window" in tail else "door"
        return replace(wish, spot=relation.strip("~"), target=opening), None
    if re.match(r"\s*(?:each other|one another)\b", tail):
        return replace(wish, spot=relation.strip("~"), target=mention.kind), None
    others = asked[index + 1 :]
    partner = others[0] if others and others[0].start - mention.stop <= 6 else None
    if partner is None:
        return wish, None
    if relation.startswith("~"):
        turned[index + 1] = (relation[1:], mention.kind)
        return wish, None
    spot = relation if relation in RELATIONS else ""
    if spot == "beside" and rest[1] in ("at", "by") and partner.count > 1:
        spot = ""
    return replace(wish, spot=spot, target=partner.kind if spot else ""), partner


def _people(brief: Brief, tokens: list[str]) -> None:
    for i, token in enumerate(tokens):
        if token not in lx.PEOPLE:
            continue
        before = tokens[max(0, i - 3) : i]
        if token == "nobody" or any(b in lx.NOT for b in before):
            brief.people = 0
            return
        numbers = [int(b) if b.isdigit() else lx.NUMBERS.get(b) for b in before]
        known = [n for n in numbers if n]
        count = 6 if token in ("crowd", "people") and not known else (known or [1])[-1]
        if brief.people is None and "of" not in before:
            brief.people = min(count, 12)


def _merge(brief: Brief) -> None:
    """Join wishes for the same thing: a later mention with "the" means the one before."""
    kept: list[Wish] = []
    for wish in brief.wishes:
        same = [k for k in kept if (k.kind, k.asset) == (wish.kind, wish.asset)]
        if same and not wish.spot and wish.low == 1:
            continue
        if same and not same[0].spot and same[0].low <= wish.low:
            kept[kept.index(same[0])] = wish
            continue
        kept.append(wish)
    brief.wishes = kept
