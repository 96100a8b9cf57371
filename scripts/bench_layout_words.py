"""Measure how relations and numbers are read, and kept, on sentences that are drawn by chance.

    python scripts/bench_layout_words.py [--seed 1] [--prompts 300]
        [--draw forms|swaps|both|tongues] [--place] [--show RELATION] [--json FILE]

Run it with the Python of the py311 environment. What a sentence claims is known by construction:
place, things, numbers, relation and the way of writing (`scripts/prompts/forms.txt`) are drawn
independently, or the things of the strangers' prompts are exchanged for others of their sort.
What was read ("read") is told apart from what then stands so ("kept", with --place, of what was
read), for each relation and each way of writing.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.errors import ModelError  # noqa: E402
from understudy.ml.layout import lexicon as lx  # noqa: E402
from understudy.ml.layout.cards import Card, cards  # noqa: E402
from understudy.ml.layout.kinds import KINDS  # noqa: E402
from understudy.ml.layout.mentions import Vocabulary  # noqa: E402
from understudy.ml.layout.nesting import squeezed  # noqa: E402
from understudy.ml.layout.parse import Brief, read  # noqa: E402
from understudy.ml.layout.places import Places, stem  # noqa: E402
from understudy.ml.layout.plan import FLOOR, SURFACE, Item  # noqa: E402
from understudy.ml.layout.rooms import ROOFED, lined  # noqa: E402
from understudy.ml.layout.words import Sentences  # noqa: E402
from understudy.ml.runtime import Settings  # noqa: E402

import bench_layout as bench  # noqa: E402

RELATIONS = ("on", "under", "beside", "behind", "before", "facing", "opposite", "around", "above",
             "between")  # fmt: skip
SAME = {
    "before": {"before"},
    "facing": {"facing", "opposite", "before"},
    "opposite": {"opposite", "facing"},
}
"""What a relation may be read as without loss; others as themselves."""
FRAMED = {"door_frame": "door", "window_frame": "window"}
_ROUND = ("chair", "stool", "cushion", "bench", "candle", "column", "statue", "brazier", "torch",
          "armchair", "rock", "lantern", "stump", "barrel", "tombstone", "plant_pot")  # fmt: skip
_HIDDEN = ("chest", "basket", "crate", "suitcase", "sack", "bench", "table", "chair", "stool",
           "rug", "small_box", "barrel", "deck_chair")  # fmt: skip
_COVERS = ("tree", "cherry_tree", "palm", "parasol", "willow", "pavilion", "tarp", "bed", "table",
           "single_bed", "desk", "bench", "pine")  # fmt: skip
_HUNG = ("clock", "lantern", "picture_frame", "shelf", "painting", "mirror", "ceiling_lamp",
         "chandelier", "neon_sign", "wall_clock", "banner", "tapestry", "wall_screen",
         "hanging_lantern")  # fmt: skip
_LARGE_M = 3.2
_PARTED = set(",.:;(-")
_KINDRED = {"floor_lamp": ("streetlight", "table_lamp", "ceiling_lamp"), "bench": ("workbench",),
            "palm": ("plant_pot",), "lantern": ("torch",), "tree": ("pine", "palm"),
            "vase": ("flowers",), "flowers": ("vase",)}  # fmt: skip


@dataclass
class Claim:
    """What a sentence says: kinds, a relation (or "count", "none"), its target, a number."""

    kinds: set[str]
    relation: str
    targets: set[str] = field(default_factory=set)
    number: int = 0
    form: str = ""

    def text(self) -> str:
        """Return the claim as `bench_layout.holds` takes it."""
        own = "/".join(sorted(self.kinds))
        if self.relation in ("count", "none"):
            return f"{own} {self.number}"
        return f"{own} {self.relation} {'/'.join(sorted(self.targets))}"


def forms() -> dict[str, list[str]]:
    """Return the lines of each section of `forms.txt`."""
    found: dict[str, list[str]] = {}
    for line in (bench.PROMPTS / "forms.txt").read_text("utf-8").splitlines():
        if line.startswith("# "):
            section = found.setdefault(line[2:], [])
        elif line.strip() and not line.startswith("//"):
            section.append(line if found.get("joins") is section else line.strip())
    return found


def accepted(kind: str) -> set[str]:
    """Return the kinds that a thing may be read as."""
    families = [f for f in lx.FAMILIES if kind in f]
    above = {lx.ABOVE[kind]} if kind in lx.ABOVE else set()
    return {kind, *above, *_KINDRED.get(kind, ())}.union(*families)


def plural(name: str) -> str:
    """Return a name's plural.

    >>> [plural(n) for n in ("box", "tea table", "berry", "shelf")]
    ['boxes', 'tea tables', 'berries', 'shelves']
    """
    if name.endswith(("s", "sh", "ch", "x")):
        return name + "es"
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name[:-1] + "ves" if name.endswith("shelf") else name + "s"


class Names:
    """What kinds are called: the plain name, and now and then another one of the lists."""

    def __init__(self) -> None:
        vocabulary = Vocabulary([])
        self.of: dict[str, list[str]] = defaultdict(list)
        for kind, entry in KINDS.items():
            plain = kind.replace("_", " ")
            others = [p for p, k in lx.NOUNS.items() if k == kind] + list(entry.words)
            for name in (plain, *others):
                hit = vocabulary.find(name.split(), 0)
                good = re.fullmatch(r"[a-z]+(?: [a-z]+)?[^si]", name) and name != "jar large"
                if hit and good and hit == (len(name.split()), kind, ""):
                    if name.split()[-1] not in lx.GENERAL | set(lx.SENSES) | lx.PEOPLE:
                        self.of[kind].append(name)

    def draw(self, kind: str, rng: random.Random) -> str:
        """Return a name of a kind."""
        names = self.of[kind]
        return names[0] if rng.random() < 0.7 else rng.choice(names)


class Writer:
    """Draws prompts whose claims are known."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.forms, self.names = rng, forms(), Names()
        self.numbers: dict[int, list[str]] = defaultdict(list)
        for line in self.forms["number pair"]:
            value, _, word = line.partition(": ")
            self.numbers[int(value)].append(word)
        groups: dict[str, Counter] = defaultdict(Counter)
        for card in cards().values():
            groups[card.group if card.shape not in ("room", "hall") else "roofed"].update(
                {w.kind for w in card.wishes}
            )
        self.pools = {g: [k for k, n in c.items() if n > 1 and self.names.of[k]]
                      for g, c in groups.items()}  # fmt: skip

    def pool(self, card: Card) -> list[str]:
        """Return the kinds that places like a card hold, the card's own more often."""
        group = card.group if card.shape not in ("room", "hall") else "roofed"
        own = [w.kind for w in card.wishes if self.names.of[w.kind]]
        return [*self.pools[group], *own * 4]

    def prompt(self) -> tuple[str, list[Claim]]:
        """Return one prompt with its claims."""
        rng = self.rng
        card = rng.choice([c for c in cards().values() if c.group != "underwater"])
        place = rng.choice([card.name, card.name, *card.aliases[:3]])
        used, pieces, claims = {stem(w) for w in place.split()}, [], []
        for _ in range(rng.choice((1, 2, 2, 3))):
            piece = self.related(card, used)
            if piece:
                pieces.append(piece)
        for section in ["count"] * rng.choice((0, 1, 2)) + ["none"] * (rng.random() < 0.3):
            piece = self.plain(card, used, section)
            if piece:
                pieces.append(piece)
        if rng.random() < 0.4:
            pieces.append((rng.choice(self.forms["air"]), []))
        rng.shuffle(pieces)
        text, last, before = "", "", []
        for words, own in pieces:
            join = rng.choice(self.forms["joins"]).replace("\\n", "\n") if text else ""
            # What has commas of its own would be read two ways in a list.
            apart = _PARTED & {*words, *last} or any(
                re.search(r"^\{rel|each|every|has|with", c.form) for c in (*own, *before)
            )
            join = rng.choice((". ", "; ")) if text and apart else join
            text += join + words
            last, before = words, own
            claims += own
        if rng.random() < 0.1:
            form = rng.choice(self.forms["last"])
            return self._placed(form, place).replace("{claims}", text), claims
        return f"{self._placed(rng.choice(self.forms['place']), place)} {text}", claims

    def _placed(self, form: str, place: str) -> str:
        article = "an " if place[0] in "aeiou" else "a "
        article = "" if place.endswith("s") else article
        return (form.replace("{PLACE}", place.upper()).replace("{a place}", article + place)
                .replace("{place}", place))  # fmt: skip

    def _free(self, kinds: list[str], used: set[str]) -> list[str]:
        """Return the kinds that nothing of the prompt is called like, or may be taken for."""
        return [k for k in kinds if not (accepted(k) | {k}) & used
                and not {stem(w) for w in k.split("_")} & used]  # fmt: skip

    def _use(self, kind: str, name: str, used: set[str]) -> None:
        used |= accepted(kind) | {stem(w) for w in [*name.split(), *kind.split("_")]}

    def related(self, card: Card, used: set[str]) -> tuple[str, list[Claim]] | None:
        """Return a sentence with a relation."""
        rng = self.rng
        relation = rng.choice(RELATIONS)
        pool = self._free(self.pool(card), used)
        hosts = [k for k in pool if _may_host(relation, k)]
        if relation == "above" and card.shape not in ROOFED:  # in the open, only fronts carry
            hosts = [k for k in hosts if k in ("market_stall", "food_cart") and lined(card)]
        if not hosts:
            return None
        host = rng.choice(hosts)
        guests = [k for k in pool if k != host and not accepted(k) & accepted(host)
                  and _may_stand(relation, k, host)]  # fmt: skip
        if not guests:
            return None
        guest = rng.choice(guests)
        third = ""
        if relation == "between":
            others = [k for k in hosts if not accepted(k) & (accepted(host) | accepted(guest))]
            if not others:
                return None
            third = rng.choice(others)
        choice = self.forms["between"][1:] if relation == "between" else (
            self.forms["any"] * 2 + self.forms.get(f"{relation} only", []) * 3)  # fmt: skip
        wanted, _, form = ("", "", rng.choice(choice))
        hit = re.match(r"(one|two|many|each): (.*)", form)
        wanted, form = (hit[1], hit[2]) if hit else ("", form)
        number = {"one": 1, "two": 2}.get(wanted) or (
            rng.randint(3, 8) if relation == "around" else rng.choice((1, 1, 1, 2, 2, 3, 4))
        )
        many = rng.randint(2, 4) if wanted == "each" else 1
        if wanted == "each":
            number = 1 if relation in ("behind", "before", "facing", "opposite", "above") else (
                min(number, 3))  # fmt: skip
        names = [self.names.draw(k, rng) for k in (guest, host, third) if k]
        for kind, name in zip((guest, host, third), names, strict=False):
            self._use(kind, name, used)
        words = self._fill(form, relation, names, number, many)
        total = number * many * (2 if "each side" in form and wanted == "one" or
                                 "either side" in form and wanted == "one" else 1)  # fmt: skip
        label = form
        targets = accepted(host) | (accepted(third) if third else set())
        claims = [Claim(accepted(guest), relation, targets, form=label)]
        if number > 1 or "{A}" in form:
            total = -2 if many > 1 and "{B one}" in form else total
            claims.append(Claim(accepted(guest), "count", number=total, form="n/" + label))
        return words, claims

    def plain(self, card: Card, used: set[str], section: str) -> tuple[str, list[Claim]] | None:
        """Return words that ask for a number of things, or for none."""
        rng = self.rng
        own = [w.kind for w in card.wishes if self.names.of[w.kind]]
        pool = self._free(own if section == "none" else self.pool(card), used)
        pool = [k for k in pool if max(KINDS[k].size[:2]) < _LARGE_M]
        if not pool:
            return None
        kind = rng.choice(pool)
        name = self.names.draw(kind, rng)
        self._use(kind, name, used)
        form = rng.choice(self.forms[section])
        number = 0 if section == "none" else rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 7, 8))
        if "{n}" in form or "all different" in form or "in a row" in form:
            number = max(number, 2)
        words = self._fill(form, "", [name], number, 1)
        return words, [Claim(accepted(kind), section, number=number, form=f"{section}: {form}")]

    def _counted(self, name: str, number: int, plain: bool = False) -> str:
        word = self.rng.choice(self.numbers[number])
        says = name if number == 1 else plural(name)
        if self.rng.random() < 0.35 and not plain:
            says = f"{self.rng.choice(self.forms['adjectives'][0].split('; '))} {says}"
        if word == "a" and says[0] in "aeiou":
            word = "an"
        return f"{word} {says}"

    def _phrase(self, relation: str, form: str) -> str:
        phrases = self.forms[relation][0].split("; ")
        if re.search(r"\{stand\}|\{be\}|placed|put|place|left|has|have", form):
            phrases = [p for p in phrases if not re.search(r"(?:ing|ed|en|set)\b(?! it)", p)
                       or p.startswith(("facing", "looking"))]  # fmt: skip
        return self.rng.choice(phrases or self.forms[relation][0].split("; ")[:2])

    def _fill(self, form: str, relation: str, names: list[str], number: int, many: int) -> str:
        """Return a form with its slots filled."""
        rng = self.rng
        guest, host, third = [*names, "", ""][:3]
        count = max(number, 1)
        article = "an" if host[:1] in tuple("aeiou") else "a"
        slots = {
            "the A": f"the {guest if count == 1 else plural(guest)}",
            "A plural": plural(guest),
            "A single": guest,
            "a B": self._counted(host, many) if many > 1 else f"{article} {host}",
            "B one": host,
            "B bare": host,
            "C": f"the {third}",
            "to the left of": rng.choice(("to the left of", "to the right of")),
            "rel": self._phrase(relation, form) if relation else "",
            "be": "is" if count == 1 else "are",
            "stand": rng.choice(self.forms[f"stand {'one' if count == 1 else 'many'}"][0]
                                .split("; ")),
            "n": str(count),
        }  # fmt: skip
        slots["B"] = self._counted(host, many) if many > 1 else f"the {host}"
        slots["A"] = self._counted(guest, count) if number else ""
        return re.sub(r"\{([^}]*)\}", lambda m: slots[m[1]], form)


def _may_host(relation: str, kind: str) -> bool:
    """Tell whether a kind may be what a relation is to."""
    entry = KINDS[kind]
    if relation == "on":
        return entry.carries and entry.support == FLOOR and kind not in ("barrel", "stump")
    if relation == "under":
        return kind in _COVERS
    if relation == "around" and entry.category == "tree":
        return True
    if relation == "above" and (entry.category in ("tree", "plant", "vehicle", "shelter", "machine")
                                or entry.size[2] > 2.3):  # fmt: skip
        return False
    return entry.support == FLOOR and entry.solid and not entry.passable and (
        max(entry.size[:2]) <= _LARGE_M)  # fmt: skip


def _may_stand(relation: str, kind: str, host: str) -> bool:
    """Tell whether a kind may stand so to another."""
    entry = KINDS[kind]
    if relation == "on":
        return entry.support == SURFACE and max(entry.size[:2]) < 0.8 * max(KINDS[host].size[:2])
    if relation == "under":
        low = KINDS[host].under is not None
        item = Item("", host, "", "", KINDS[host].size)
        return kind in _HIDDEN and (not low or squeezed(entry.size, item) > 0)
    if relation == "above":
        return kind in _HUNG and max(entry.size[:2]) < 2
    if relation == "around":
        return kind in _ROUND and entry.support == FLOOR
    if relation in ("facing", "opposite"):
        facing = entry.category in ("seat", "machine", "storage", "table") or entry.front > 0
        return facing and entry.support == FLOOR and max(entry.size[:2]) < _LARGE_M
    return entry.support == FLOOR and entry.solid and not entry.passable and (
        max(entry.size[:2]) < _LARGE_M)  # fmt: skip


def understood(brief: Brief, claim: Claim) -> bool:
    """Tell whether a claim was read."""
    own = [w for w in brief.wishes if w.kind in claim.kinds]
    if claim.relation == "none":
        return not own and bool(brief.banned & claim.kinds)
    if claim.relation == "count":
        total = sum(w.low for w in own)
        return total >= -claim.number if claim.number < 0 else total == claim.number
    targets = claim.targets | {FRAMED[t] for t in claim.targets if t in FRAMED}
    fits = SAME.get(claim.relation, {claim.relation})
    fits = fits | ({"beside"} if targets & {"door", "window"} else set())
    fits = fits | ({"before"} if claim.relation == "around" and "wall" in claim.form else set())
    if claim.relation == "between":
        return any(w.spot == "between" and {w.target, w.second or w.target} <= targets for w in own)
    return any(w.spot in fits and w.target in targets for w in own) or (
        claim.relation == "behind"
        and any(
            w.kind in claim.targets and w.spot == "before" and w.target in claim.kinds
            for w in brief.wishes
        )
    )


def _writers(draw: str, rng: random.Random) -> list:
    if draw == "tongues":
        from bench_layout_tongues import Translator

        return [Translator(rng)]
    from bench_layout_swaps import Swapper

    return [make(rng) for name, make in (("forms", Writer), ("swaps", Swapper))
            if draw in (name, "both")]  # fmt: skip


def measure(args: argparse.Namespace) -> dict:
    """Draw prompts, read them and, if asked to, lay them out."""
    rng = random.Random(args.seed)
    try:
        known = Places(Sentences(Settings(device="cpu")))
    except ModelError as exc:
        print(exc)
        known = Places(None)
    writers = _writers(args.draw, rng)
    cells: dict[str, Counter] = defaultdict(Counter)
    ways: dict[str, Counter] = defaultdict(Counter)
    for number in range(args.prompts):
        prompt, claims = writers[number % len(writers)].prompt()
        brief = read(prompt, known)
        good = [c for c in claims if understood(brief, c)]
        made = None
        if args.place and good:
            made = bench.propose(prompt, seed=number, variants=1)[0][0]
        for claim in claims:
            least = Claim(claim.kinds, claim.relation, claim.targets, abs(claim.number))
            text = least.text() + "+" * (claim.number < 0)
            kept = (
                claim in good
                and made is not None
                and (
                    bench.holds(made, text)
                    or (
                        claim.relation == "count"
                        and any(
                            bench.holds(made, " ".join((k, text.split()[1]))) for k in claim.kinds
                        )
                    )
                )
            )
            for table, key in ((cells, claim.relation), (ways, claim.form)):
                table[key].update(asked=1, read=claim in good, kept=kept)
            if args.show in (claim.relation, "all") and not (claim in good and (
                    kept or not args.place)):  # fmt: skip
                said = [(w.kind, w.low, w.spot, w.target) for w in brief.wishes]
                print(
                    f"{'NOT KEPT' if claim in good else 'NOT READ'} {text} ~ {claim.form}\n"
                    f"    {prompt}\n    {brief.card.name}: {said} banned {sorted(brief.banned)}"
                )
    total = sum(cells.values(), Counter())
    weak = sorted(((v["read"] / v["asked"], v["asked"], k) for k, v in ways.items()))
    return {
        "claims": total["asked"],
        "read": round(total["read"] / total["asked"], 4),
        "kept of read": round(total["kept"] / max(total["read"], 1), 4),
        "relations": {k: _row(v) for k, v in sorted(cells.items())},
        "weakest ways": [[round(a, 2), n, k] for a, n, k in weak[: args.weak] if a < 1],
    }


def _row(cell: Counter) -> str:
    return (f"{cell['asked']} asked, {cell['read'] / cell['asked']:.1%} read, "
            f"{cell['kept'] / max(cell['read'], 1):.1%} kept")  # fmt: skip


def main() -> int:
    """Measure what the command line names and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prompts", type=int, default=300)
    parser.add_argument("--draw", choices=("forms", "swaps", "both", "tongues"), default="both")
    parser.add_argument("--place", action="store_true", help="lay the prompts out too")
    parser.add_argument("--show", default="", help="print what a relation misses, or all")
    parser.add_argument("--weak", type=int, default=25, help="how many ways of writing to list")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args()
    runtime.keep_open()
    figures = measure(args)
    print(json.dumps(figures, indent=1))
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
