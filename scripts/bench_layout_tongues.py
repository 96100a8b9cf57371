"""Draw prompts in eight other languages, with what they claim, for bench_layout_words.py."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field

import bench_layout as bench
from bench_layout_words import Claim, accepted

SMALL = ("vase", "candle", "book")
HOSTS = ("table", "bed", "fireplace", "sofa", "wardrobe")
CARRIERS = ("table", "bed", "sofa")
HIDING = {"under": ("table", "bed"), "on": CARRIERS}
_AND = {"de": "und", "fr": "et", "es": "y", "it": "e", "pt": "e", "ru": "и", "ja": "と", "zh": "和"}


@dataclass
class Tongue:
    """The words and forms of one language."""

    nouns: dict[str, list[str]] = field(default_factory=dict)
    relations: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[int, str] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def tongues() -> dict[str, Tongue]:
    """Read `forms_tongues.txt`."""
    found: dict[str, Tongue] = {}
    for line in (bench.PROMPTS / "forms_tongues.txt").read_text("utf-8").splitlines():
        if line.startswith("# "):
            here = found.setdefault(line[2:], Tongue())
        elif line.strip() and not line.startswith("//"):
            head, _, words = line.partition(":")
            sort, *rest = head.split()
            parts = [p.strip() for p in words.split(";")]
            if sort == "noun":
                here.nouns[rest[0]] = parts
            elif sort == "rel":
                here.relations[rest[0]] += [(int(rest[1]), p) for p in parts]
            elif sort == "number":
                here.numbers[int(rest[0])] = parts[0]
            else:
                (here.forms if sort == "form" else here.places).append(words.strip())
    return found


class Translator:
    """Draws prompts in languages other than English."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.tongues = rng, tongues()

    def prompt(self) -> tuple[str, list[Claim]]:
        """Return one prompt with its claims."""
        rng = self.rng
        code = rng.choice(sorted(self.tongues))
        tongue = self.tongues[code]
        used: set[str] = set()
        pieces, claims = [rng.choice(tongue.places)], []
        for _ in range(rng.choice((1, 2))):
            words, own = self._piece(code, tongue, used)
            pieces.append(words)
            claims += own
        return {"ja": "。", "zh": "。"}.get(code, ". ").join(pieces), claims

    def _piece(self, code: str, tongue: Tongue, used: set[str]) -> tuple[str, list[Claim]]:
        rng = self.rng
        relation = rng.choice([r for r in tongue.relations])
        hosts = [k for k in HIDING.get(relation, HOSTS) if k in tongue.nouns and k not in used]
        guests = [k for k in tongue.nouns if k not in HOSTS and k not in used
                  and (k in SMALL) == (relation == "on")]  # fmt: skip
        if relation == "under":
            guests = [k for k in guests if k in ("chest", "barrel")]
        if not guests or len(hosts) < 1 + (relation == "between"):
            return tongue.nouns["statue"][0], []
        guest, (host, *others) = rng.choice(guests), rng.sample(hosts, len(hosts))
        number = 1 if rng.random() < 0.4 and relation != "around" else rng.choice(
            sorted(tongue.numbers))  # fmt: skip
        used |= {guest, host, *others[: relation == "between"]}
        aim = self._aim(code, tongue, relation, host, others[0] if relation == "between" else "")
        thing = tongue.nouns[guest][number > 1]
        if number > 1:
            word = tongue.numbers[number]
            thing = {"ja": f"{thing}{word}", "zh": f"{word}{thing}"}.get(code, f"{word} {thing}")
        form = rng.choice(tongue.forms)
        words = re.sub(r"\{rel B\}", aim, form).replace("{A}", thing)
        targets = accepted(host) | (accepted(others[0]) if relation == "between" else set())
        label = f"{code}: {form}"
        return words, [
            Claim(accepted(guest), relation, targets, form=label),
            Claim(accepted(guest), "count", number=number, form="n/" + label),
        ]

    def _aim(self, code: str, tongue: Tongue, relation: str, host: str, other: str) -> str:
        """Return a relation with what it is to."""
        case, phrase = self.rng.choice(tongue.relations[relation])
        names = [tongue.nouns[k][1 + case if case else 0] for k in (host, other) if k]
        if code in ("ja", "zh"):
            return _AND[code].join(names) + phrase
        return f"{phrase} {f' {_AND[code]} '.join(names)}".strip()
