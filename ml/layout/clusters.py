"""What words relate to one another, as groups that are placed one after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from .cards import AHEAD, BEYOND, RELATIONS, Wish
from .kinds import KINDS
from .plan import FLOOR, SURFACE


def from_the_wall(wishes: list[Wish]) -> list[Wish]:
    """Let what stands at walls come first, and what it is "behind" come before it."""
    out = list(wishes)
    for i, back in enumerate(wishes):
        if not (back.required and back.spot == "behind" and KINDS[back.kind].wall):
            continue
        fronts = [j for j, w in enumerate(out) if w.kind == back.target and not w.spot]
        if fronts and out[fronts[0]].low == 1 and not KINDS[back.target].wall:
            out[i] = replace(back, spot="", target="")
            out[fronts[0]] = replace(out[fronts[0]], spot=AHEAD, target=back.kind)
    return out


_ORDERED = ("row", "ring", "side")


def chained(wishes: list[Wish]) -> list[Wish]:
    """Let what is "between" stand by the first of two things, and the second by it.

    Only where the second may stand anywhere: what has a place of its own keeps it.
    """
    out = list(wishes)
    for i, wish in enumerate(wishes):
        if not (wish.required and wish.spot == "between"
                and KINDS[wish.kind].support in (FLOOR, SURFACE)):  # fmt: skip
            continue
        second = wish.second or wish.target
        free = [
            j
            for j, w in enumerate(out)
            if w.kind == second and w.required and w.spot not in (*RELATIONS, *_ORDERED)
            and KINDS[w.kind].support == FLOOR and w.low == (1 if wish.second else 2)
        ]  # fmt: skip
        if not free or wish.kind == second:
            continue
        other = out[free[0]]
        out[i] = replace(wish, spot="beside", second="")
        out[free[0]] = replace(
            other, low=1, high=1, spot=BEYOND, target=wish.kind, second=wish.target
        )
        if other.low > 1:
            out.append(replace(other, low=other.low - 1, high=other.low - 1))
    return out


def followers_of(wishes: Iterable[Wish]) -> dict[str, list[Wish]]:
    """Return what is asked for by each kind that is there, or asked for too."""
    found: dict[str, list[Wish]] = defaultdict(list)
    for wish in wishes:
        if wish.required and wish.spot in RELATIONS and wish.target in KINDS and (
                wish.target != wish.kind):  # fmt: skip
            found[wish.target].append(wish)
    return found


def unbound(wishes: list[Wish], followers: dict[str, list[Wish]]) -> list[Wish]:
    """Let what the place would put by a thing stand free, where the words put that by it."""
    return [
        replace(w, spot="", target="")
        if not w.required and w.target in {f.kind for f in followers.get(w.kind, ())}
        else w
        for w in wishes
    ]


def on_the_floor(wish: Wish, followers: dict[str, list[Wish]]) -> bool:
    """Tell whether a small thing stands on the floor, because others are to stand around it."""
    free = wish.required and wish.spot not in RELATIONS
    return (
        free
        and KINDS[wish.kind].support == SURFACE
        and any(f.kind and KINDS[f.kind].support == FLOOR for f in followers.get(wish.kind, ()))
    )


def grouped(
    wishes: list[Wish],
    followers: dict[str, list[Wish]],
    standing: Callable[[str], bool],
    rank: Callable[[Wish], tuple],
) -> list[Wish]:
    """Return the wishes that others are related to, each before what follows it.

    Parameters
    ----------
    standing : tells whether things of a kind stand already
    rank : what decides the order of wishes that nothing else decides
    """
    out: list[Wish] = []
    begun: list[Wish] = []

    def visit(wish: Wish) -> None:
        if wish in out or wish in begun:
            return
        begun.append(wish)
        if wish.spot in RELATIONS:
            for host in wishes:
                if host.kind in (wish.target, wish.second) and host.spot != BEYOND:
                    visit(host)
        out.append(wish)
        if any(w.kind == wish.kind and w not in out for w in wishes if w.spot not in RELATIONS):
            return  # the others of its kind come first
        for follower in sorted(followers.get(wish.kind, ()), key=rank):
            visit(follower)

    roots = [w for w in wishes if w.kind in followers
             and not (w.required and w.spot in RELATIONS and w.target in KINDS)]  # fmt: skip
    for root in sorted(roots, key=rank):
        visit(root)
    for kind in followers:
        if standing(kind):
            for follower in followers[kind]:
                visit(follower)
    return out
