"""From what words name, and how it stands, to what is wished for: one wish for each thing."""

from __future__ import annotations

from dataclasses import replace

from . import lexicon as lx
from .cards import Wish
from .kinds import KINDS
from .mentions import Mention
from .plan import FLOOR
from .relations import Relations

_MANY = {"row": 8, "scatter": 5, "ring": 6, "side": 4}
"""How many are meant where words only say "in rows" or "all around"."""


def wishes_of(found: list[Mention], tokens: list[str]) -> tuple[list[Wish], dict[str, str]]:
    """Return what is asked for, related to one another, and colours by label."""
    asked = [m for m in found if m.asked and not m.negated]
    _general(found)
    relations = Relations(asked, [m for m in found if not m.negated], tokens)
    wishes, colours = [], {}
    for i, mention in enumerate(asked):
        same = [a for a in asked if a.kind == mention.kind and a is not mention]
        spot, target = relations.of(i)
        target, _, second = target.partition("+")
        # What something else is on, and was named before, is the same again.
        mention.again |= not mention.exact and (
            any(f[1] == mention.kind for f in relations.found[:i])
            or any(a.exact and a.start < mention.start for a in same)
        )
        if mention.again and any(a.start < mention.start or a.count > mention.count for a in same):
            _later(wishes, mention, spot, target, second)
            continue
        count = relations.times(i, target)
        if mention.colour:
            colours[mention.label] = mention.colour
        if target == mention.kind:
            spot, target = "", ""
        kind = _as_placed(mention, spot, target)
        if spot in _MANY and not mention.exact and count == 3:
            count = _MANY[spot]
        group = [k for k, w in enumerate(wishes) if w.kind == kind and w.target and not spot]
        if mention.exact and group and not any(a.exact and a.start < mention.start for a in same):
            # "Rows of chairs before the arch, twenty chairs" are twenty before the arch.
            wishes[group[0]] = replace(wishes[group[0]], low=count, high=count)
            continue
        wishes.append(Wish(kind, count, count, spot, target, True, mention.label, mention.asset,
                           second))  # fmt: skip
    return _merged(_hosted(wishes, asked)), colours


def _general(found: list[Mention]) -> None:
    """Let "the bed" be the bunk bed, "one machine" one of the washing machines named before."""
    for i, mention in enumerate(found):
        if mention.again and not mention.exact and not mention.asset:
            word = mention.label.rstrip("s")
            same = [m for m in found[:i] if m.asked and m.label.rstrip("s").endswith(word)]
            if same and not any(m.kind == mention.kind for m in same):
                mention.kind, mention.label = same[-1].kind, same[-1].label
                continue
        if mention.label in lx.GENERAL:
            end = "_" + mention.label.rstrip("s").removesuffix("e")
            same = [m for m in found[:i] if m.kind.endswith((end, end + "e"))]  # fmt: skip
            if same:
                mention.kind, mention.label = same[-1].kind, same[-1].label
                mention.again |= mention.count <= same[-1].count


def _hosted(wishes: list[Wish], asked: list[Mention]) -> list[Wish]:
    """Let what stands by a small thing stand by what carries that, and follow renamed kinds."""
    kinds = {w.label: w.kind for w in wishes}
    renamed = {m.kind: kinds[m.label] for m in asked if kinds.get(m.label, m.kind) != m.kind}
    wishes = [replace(w, target=renamed.get(w.target, w.target),
                      second=renamed.get(w.second, w.second)) for w in wishes]  # fmt: skip
    below = next((w for w in wishes if w.spot == "under" and w.target in _HUNG_OVER), None)
    if below is not None:  # what stands under a lamp, or a sign, has it above
        lamp = below.target
        wishes = [replace(w, spot="", target="") if w is below else
                  replace(w, kind=lx.ABOVE[lamp], spot="above", target=below.kind)
                  if w.kind == lamp else w for w in wishes]  # fmt: skip
    carriers = {w.kind: w.target for w in wishes if w.spot == "on" and w.target in KINDS}
    return [
        replace(w, target=carriers[w.target])
        if w.target in carriers and w.spot not in ("on", "above")
        and KINDS[w.kind].support == FLOOR and carriers[w.target] != w.kind else w
        for w in wishes
    ]  # fmt: skip


_HUNG_OVER = ("floor_lamp", "signpost", "picture_frame")


def _later(wishes: list[Wish], mention: Mention, spot: str, target: str, second: str = "") -> None:
    """Give a thing named before what is said of it now: "a desk ...; the desk faces the door"."""
    for k, wish in enumerate(wishes):
        if wish.kind == mention.kind and not wish.spot and target and target != wish.kind:
            if not any(w.target == wish.kind and w.kind == target for w in wishes):
                wishes[k] = replace(wish, spot=spot, target=target, second=second)
            return


def _as_placed(mention: Mention, spot: str, target: str) -> str:
    """Return the kind that a thing is where it is put: a clock on a wall is a wall clock."""
    kind = mention.kind
    if mention.asset:
        return kind
    if spot == "on" and kind == "floor_lamp":
        return "table_lamp"
    if spot == "ceiling":
        return lx.ABOVE.get(kind, kind) if KINDS[kind].category == "lamp" else kind
    if spot == "above" or (spot == "wall" and kind in ("clock", "lantern")):
        kind = lx.ABOVE.get(kind, kind)
        if target in ("window", "door") and kind == "ceiling_lamp":
            kind = "torch"
    return kind


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
