"""What a place makes of what is asked for: which sort of it, where it stands, and on what."""

from __future__ import annotations

from dataclasses import replace

from .cards import RELATIONS, SPOTS, Card, Wish
from .kinds import KINDS
from .lexicon import ALIKE, FAMILIES, GENERAL
from .plan import FLOOR
from .rooms import ROOFED


def siblings(asked: list[Wish]) -> set[str]:
    """Return kinds and what the same words may mean, or who counts may take for them."""
    kinds = {w.kind for w in asked}
    many = {w.kind for w in asked if w.low > 1}
    kinds = kinds.union(*(f for f in FAMILIES if f & kinds))
    return kinds.union(*(f for f in ALIKE if f & many))


def as_there(asked: list[Wish], card: Card) -> list[Wish]:
    """Take the place's own sort of what is asked for: beds of a hospital are single."""
    own, kinds = [w.kind for w in card.wishes], {w.kind for w in asked}
    out = []
    for wish in asked:
        if wish.kind == "floor_lamp" and not wish.asset and card.shape not in ROOFED and (
                wish.label in ("lamp", "lamps")):  # fmt: skip
            wish = replace(wish, kind="streetlight")  # lamps out of doors
        if wish.kind == "bench" and "bench" not in own and "workbench" in own and not wish.asset:
            wish = replace(wish, kind="workbench")  # a laboratory's benches
        if wish.label in ("table", "tables") and "table" not in own:
            like = [k for k in ("operating_table", "pool_table", "round_table") if k in own]
            wish = replace(wish, kind=like[0]) if like and not wish.asset else wish
        if wish.kind == "palm" and not wish.asset and card.shape in ROOFED:
            wish = replace(wish, kind="plant_pot")  # a potted one
        if wish.label in GENERAL and not wish.asset and wish.kind not in own:
            last = wish.label.rstrip("s").removesuffix("e")
            like = [k for k in own if k.rpartition("_")[2].removesuffix("e") == last and "_" in k]
            wish = replace(wish, kind=like[0]) if like else wish
        family = next((f for f in FAMILIES if wish.kind in f), set())
        there = [k for k in own if k in family and k not in kinds]
        said = [wish.label.rstrip("s")]  # a long table is no round one
        plain = said == [wish.kind.split("_")[0]] and said[0] in (there or [""])[0].split("_")
        if there and wish.kind not in own and plain and not wish.asset:
            same = KINDS[there[0]].support == KINDS[wish.kind].support
            wish = replace(wish, kind=there[0]) if same else wish
        out.append(wish)
    renamed = {a.kind: b.kind for a, b in zip(asked, out, strict=True)}
    return [replace(w, target=renamed.get(w.target, w.target),
                    second=renamed.get(w.second, w.second)) for w in out]  # fmt: skip


def where_usual(asked: list[Wish], card: Card) -> list[Wish]:
    """Put what is asked for where the place has such things, unless the words say where."""
    # What something stands behind needs ground at its back, wherever it stands else.
    backed = {w.target for w in asked if w.spot == "behind"}
    usual = {w.kind: w.spot for w in card.wishes if w.spot in SPOTS and w.kind not in backed}
    return [w if w.spot else replace(w, spot=usual.get(w.kind, "")) for w in asked]


def carried(asked: list[Wish], card: Card) -> list[Wish]:
    """Let what other things are related to stand where the place has it: the TV on its stand."""
    aims = {w.target for w in asked if w.spot in RELATIONS and w.spot not in ("on", "above")}
    usual = {w.kind: w.target for w in card.wishes if w.spot == "on" and w.target}
    hosts = {w.kind: usual[w.kind] for w in asked
             if w.kind in aims and not w.spot and w.kind in usual}  # fmt: skip
    out = []
    for wish in asked:
        if wish.kind in hosts:
            wish = replace(wish, spot="on", target=hosts[wish.kind])
        elif wish.target in hosts and KINDS[wish.kind].support == FLOOR:
            wish = replace(wish, target=hosts[wish.target])
        out.append(wish)
    return out
