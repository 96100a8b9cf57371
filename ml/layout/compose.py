"""Fill a place: in which order things come, how many, how large, and what was left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .cards import AHEAD, BEYOND, RELATIONS, Wish
from .clusters import (
    chained,
    followers_of,
    from_the_wall,
    grouped,
    on_the_floor,
    unbound,
)
from .features import KIND_OF, proposals
from .kinds import KINDS, Kind
from .match import fitted
from .neighbours import Neighbours
from .nesting import fitting, squeezed
from .order import Order
from .plan import CEILING, FLOOR, SURFACE, WALL, WATER, Item
from .propose import Proposer
from .space import Space

_TRIES = 3
_AHEAD = 12
"""How many places are looked at for what is to stand by a thing."""
_BY_ITS_SIDE = (
    "beside",
    "behind",
    "before",
    "around",
    "facing",
    "opposite",
    "above",
    AHEAD,
    BEYOND,
)
_FREE_SHELF_M = 0.7
_LEAST_ABOVE = 0.3
_NATURE = ("tree", "plant", "rock")
_DRAFT = 0.3
_LEARNED = ("wall", "edge", "scatter")
"""Spots that leave it to the placement network where a thing it knows should stand."""
_AT_THE_BACK = ("", "back", "far", "edge")  # there nothing stands behind a thing


class Composer:
    """Puts things into a `Space`, one by one, each where the solver allows it."""

    def __init__(
        self,
        space: Space,
        order: Order,
        rng: np.random.Generator,
        natural: bool = False,
        inset: float = 0.0,
        scorer=None,
    ) -> None:
        self.space, self.order, self.rng, self.scorer = space, order, rng, scorer
        self.propose = Proposer(space, rng, natural, inset)
        self.of_kind: dict[str, list[int]] = defaultdict(list)
        self.left_out: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()
        self.children: Counter[int] = Counter()
        self.notes: list[str] = []
        self.wanted: set[str] = set()
        self.followers: dict[str, list[Wish]] = {}
        self.shut = False
        for index, item in enumerate(space.items):
            self.of_kind[item.kind].append(index)
        self.near = Neighbours(space, self.propose, self.of_kind, self.children, rng)

    def fill(self, ways_first: bool = False) -> None:
        """Place everything: heroes and large things, then ways, then the rest.

        Parameters
        ----------
        ways_first : the ways are kept free before anything stands, and straight
        """
        if ways_first:
            self.space.keep_ways()
        wishes = [w for w in map(self._final, self.order.wishes) if w is not None]
        self.wanted = {w.kind for w in wishes if w.required}
        self.wanted |= {w.target for w in wishes if w.required and w.target in KINDS}
        wishes = chained(from_the_wall(wishes))
        backed = {w.target for w in wishes if w.required and w.spot == "behind"}
        wishes = [replace(w, spot="centre") if w.kind in backed and w.spot in _AT_THE_BACK else w
                  for w in wishes]  # fmt: skip
        self.followers = followers_of(wishes)
        wishes = unbound(wishes, self.followers)
        # What words relate comes as a whole, before other things take the ground.
        first = [w for w in wishes if w.required and (
            (self._stage(w) == 0 and not w.target) or w.target in ("window", "door"))]  # fmt: skip
        hangers = [w for w in wishes if KINDS[w.kind].hang] if self._hung_above() else []
        together = grouped(wishes, self.followers, lambda k: bool(self.of_kind[k]), self._rank)
        early = [w for w in sorted({*first, *hangers} - {*together}, key=self._rank)]
        for wish in (*early, *together):
            self._place_all(wish)
        done = {id(w) for w in (*early, *together)}
        wishes = [w for w in wishes if id(w) not in done]
        rest = [w for w in wishes if self._stage(w) > 0]
        for wish in sorted((w for w in wishes if self._stage(w) == 0), key=self._rank):
            self._place_all(wish)
        self.notes += (shut := self.space.keep_ways())
        self.shut = bool(shut)
        for wish in sorted(rest, key=self._rank):
            self._place_all(wish)

    def _hung_above(self) -> bool:
        """Tell whether something is to hang above another thing, on a wall or a front."""
        return any(w.spot == "above" and KINDS[w.kind].support == WALL
                   for found in self.followers.values() for w in found)  # fmt: skip

    def _final(self, wish: Wish) -> Wish | None:
        """Return a wish with its number decided and the style's swap made, or None."""
        have = len(self.of_kind[wish.kind])
        if wish.required:
            # What is kept of an earlier layout counts.
            left = wish.low - have
            return replace(wish, low=left, high=left) if left > 0 else None
        kind = self.order.swaps.get(wish.kind, wish.kind)
        target = self.order.swaps.get(wish.target, wish.target)
        if wish.kind in self.order.banned or kind in self.order.banned:
            return None
        low, high, density = wish.low, wish.high, self.order.density
        count = int(self.rng.integers(low, high + 1))
        if high > low:
            share = density + self.rng.uniform(-0.25, 0.25)
            count = round(low + (high - low) * min(max(share, 0.0), 1.0))
        if high > 2:
            count = round(count * (0.4 + 1.2 * density))
        count = max(count - have, 0)
        if kind != wish.kind and KINDS[kind].support != KINDS[wish.kind].support:
            wish = replace(wish, spot="" if wish.spot not in ("edge", "side") else wish.spot)
            target = ""
        return replace(wish, kind=kind, target=target, low=count, high=count) if count else None

    def _kind(self, wish: Wish) -> Kind:
        return KINDS[wish.kind]

    def _stage(self, wish: Wish) -> int:
        """Return 0 for what the ways must go around, 1 for furniture, later for small things."""
        kind = self._kind(wish)
        if wish.target and wish.spot in RELATIONS and wish.target in KINDS:
            return 2 if kind.support == FLOOR else 3
        if kind.support in (SURFACE, WALL, CEILING) or wish.spot in ("on", "above", "ceiling"):
            return 3
        large = kind.size[0] * kind.size[1] > 3.0
        hero = wish.kind == self._subject() or kind.role == "hero" or wish.required
        if wish.spot in ("centre", "back", "far", "side") and (large or hero):
            return 0
        return 0 if large and wish.spot in ("", "wall", "corner") else 1

    def _rank(self, wish: Wish) -> tuple:
        kind = self._kind(wish)
        depends = wish.spot in RELATIONS and wish.target in KINDS
        chain = 1 + self._depends(wish.target) if depends else 0
        hangs = kind.support in (WALL, CEILING)
        size = kind.size[0] * kind.size[1]
        # What needs a top to stand on waits for the furniture.
        late = wish.kind not in self.wanted or (kind.support == SURFACE and not wish.target)
        return (late, chain + 4 * hangs, kind.support == SURFACE, not kind.solid, -size)

    def _subject(self) -> str:
        """Return the kind that the place is about: the first that its card names."""
        first = self.order.wishes[0].kind if self.order.wishes else ""
        return self.order.swaps.get(first, first)

    def _depends(self, kind: str) -> int:
        return int(any(w.kind == kind and w.target in KINDS for w in self.order.wishes))

    # Placing

    def _place_all(self, wish: Wish) -> None:
        for k in range(wish.low):
            if not self._place_one(wish, k, wish.low) and not self._elsewhere(wish, k):
                missing = wish.low - k
                self.left_out[wish.label or wish.kind.replace("_", " ")] += missing
                if wish.required:
                    name = wish.label or wish.kind.replace("_", " ")
                    self.notes.append(self._why(name, wish, missing))
                return

    def _elsewhere(self, wish: Wish, k: int) -> bool:
        """Put what cannot stand as it was asked for anywhere, rather than leave it out."""
        if not (wish.required and wish.spot in RELATIONS):
            return False
        if not self._place_one(replace(wish, spot="", target=""), k, wish.low):
            return False
        self.moved[wish.label or wish.kind] += 1
        name, by = wish.label or wish.kind, wish.target.replace("_", " ")
        self.notes.append(f"{name}: stands elsewhere, because no place was free by {by or 'that'}")
        return True

    def _why(self, name: str, wish: Wish, missing: int) -> str:
        if wish.spot == "on" and wish.target and not self.of_kind[wish.target]:
            return f"{name}: nothing to put it on ({wish.target.replace('_', ' ')} is not there)"
        many = f"{missing} of {wish.low} " if wish.low > 1 else ""
        return f"{name}: {many}left out, because no free place of its size was left"

    def _place_one(self, wish: Wish, k: int, count: int) -> bool:
        kind = self._kind(wish)
        shrink = 1.0
        for attempt in range(_TRIES):
            size = self._size(wish, kind, shrink)
            loose = attempt == _TRIES - 1
            if self._try(wish, kind, size, k, count, loose):
                return True
            if kind.size[0] * kind.size[1] > 6 or attempt == 0:
                shrink *= 0.85
            if not wish.required and len(self.space.items) > 400 and attempt:
                return False
        return False

    def _size(self, wish: Wish, kind: Kind, shrink: float) -> tuple[float, float, float]:
        asset = self.order.assets.get(wish.asset)
        base = fitted(asset, kind) if asset else kind.size
        if kind.name == "shelf" and wish.spot == "row" and not asset:
            base = (base[0], _FREE_SHELF_M, base[2])  # seen from both sides
        spread = math.log(kind.spread)
        factor = math.exp(self.rng.uniform(-spread, spread)) if not asset else 1.0
        stretch = np.exp(self.rng.uniform(-0.05, 0.05, 3)) if not asset else np.ones(3)
        fit = {"under": squeezed, "on": fitting}.get(wish.spot)
        if fit and not asset and self.of_kind.get(wish.target) and kind.support == FLOOR:
            fits = max(fit(base, self.space.items[i]) for i in self.of_kind[wish.target])
            factor, stretch = (0.999 * fits, np.ones(3)) if fits > 0 else (factor, stretch)
        size = np.asarray(base) * factor * stretch * shrink
        if kind.support == FLOOR and self.space.room.roofed:
            if size[2] > self.space.room.height - 0.05:
                top = self.space.room.height - 0.05
                size = size * np.array([1, 1, top / size[2]]) if not asset else size * top / size[2]
        if wish.spot == "above" and kind.support == WALL and self.space.room.roofed and not asset:
            size = size * self._under_ceiling(wish, float(size[2]))
        return tuple(round(float(n), 4) for n in size)

    def _under_ceiling(self, wish: Wish, height: float) -> float:
        """Return the factor by which what hangs over a thing is made smaller to fit there."""
        tops = [i.pos[2] + i.size[2] for i in map(self.space.items.__getitem__,
                                                  self.of_kind.get(wish.target, ()))]  # fmt: skip
        if wish.target in ("window", "door"):
            tops = [o.high for o in self.space.room.openings]
        free = self.space.room.height - min(tops, default=0.0) - 0.1
        return min(1.0, free / height) if free > _LEAST_ABOVE * height else 1.0

    def _try(self, wish: Wish, kind: Kind, size: tuple, k: int, count: int, loose: bool) -> bool:
        """Try one size; `loose` gives up the wished spot, but not a wished relation."""
        follow = [w for w in self.followers.get(wish.kind, ()) if not self.of_kind[w.kind]
                  and w.spot in _BY_ITS_SIDE and KINDS[w.kind].support != SURFACE]  # fmt: skip
        best, most = None, -1.0 if loose else 0.5 * len(follow) - 1e-6
        for places, support, parents, extra in self._candidates(wish, kind, size, k, count, loose):
            rows = self._allowed(places, support, extra, wish, size, loose)
            if not len(rows):
                continue
            rows = rows[self._liked(places[rows], wish, size)]
            at, share = self._roomy(rows, places, wish, size, support, follow)
            if share > most:
                best, most = (places[at], support, int(parents[at])), share
            if share >= len(follow):
                break
        if best is not None:
            self._add(wish, kind, size, *best)
        return best is not None

    def _allowed(
        self, places: NDArray, support: str, extra: tuple, wish: Wish, size: tuple, loose: bool
    ) -> NDArray:
        """Return the rows of places where a thing may stand."""
        kind = KINDS[wish.kind]
        if not len(places):
            return np.zeros(0, int)
        ok = self.space.allowed(
            places,
            size,
            solid=kind.solid,
            passable=kind.passable,
            clear=0.0 if loose else kind.front * (support == FLOOR),
            ignore=extra,
            pane=wish.kind in ("curtain", "window_frame"),
            within=self._hosts(extra, wish, size, support),
        )
        if support in (SURFACE, WALL):
            ok &= places[:, 2] + size[2] <= self.near.ceiling
        if self.order.closed and not wish.required:
            ok &= ~np.isin(self._zones(places), list(self.order.closed))
        return np.flatnonzero(ok)

    def _hosts(self, near: tuple, wish: Wish, size: tuple, support: str) -> tuple:
        """Return which of the things near by have a hollow that the places lie in."""
        if support == SURFACE:
            return tuple(i for i in near if KINDS[self.space.items[i].kind].ledge is not None)
        items = self.space.items
        return tuple(i for i in near if wish.spot == "under" and squeezed(size, items[i]) == 1.0)

    def _liked(self, places: NDArray, wish: Wish, size: tuple) -> NDArray:
        """Return the allowed places in the order in which they are taken: as the scorer draws."""
        plain = np.arange(len(places))
        if self.scorer is None or len(places) == 1 or wish.target or wish.spot in ("row", "side"):
            return plain
        logits = self.scorer(self.space, places, wish.kind, size)
        if logits is None:
            return plain
        return np.argsort(-(logits + self.rng.gumbel(size=len(logits))))

    def _roomy(
        self, rows: NDArray, places: NDArray, wish: Wish, size: tuple, support: str, follow: list
    ) -> tuple[int, float]:
        """Return the first place by which what is asked for there finds room, and how much does."""
        if not follow or support == SURFACE:
            return int(rows[0]), float(len(follow))
        best, most = int(rows[0]), -1.0
        for at in rows[np.linspace(0, len(rows) - 1, min(_AHEAD, len(rows))).astype(int)]:
            item = Item("", wish.kind, "", "", size, tuple(places[at, :3]), float(places[at, 3]),
                        support, asset=wish.asset)  # fmt: skip
            share = sum(self._room_by(item, w) for w in follow)
            if share > most:
                best, most = int(at), share
            if share >= len(follow):
                break
        return best, most

    def _room_by(self, item: Item, wish: Wish) -> float:
        """Return which share of a wish, three at most, finds room by a thing, 0 to 1."""
        kind = KINDS[wish.kind]
        size = self._size(wish, kind, 1.0)
        index = len(self.space.items)
        self.space.items.append(item)
        found = self.near.by(wish, kind, size, index, wish.low)
        self.space.items.pop()
        taken: list[NDArray] = []
        wanted = min(wish.low, 3)
        for places, _, _, extra in found:
            if not len(places):
                continue
            ok = self.space.allowed(places, size, solid=kind.solid, passable=kind.passable,
                                    ignore=[i for i in extra if i < index])  # fmt: skip
            ok &= places[:, 2] + size[2] <= self.near.ceiling
            for place in places[ok]:
                if all(np.abs(place[:3] - t[:3]).max() > min(size) for t in taken):
                    taken.append(place)
                if len(taken) == wanted:
                    return 1.0
        return len(taken) / wanted

    def _candidates(
        self, wish: Wish, kind: Kind, size: tuple, k: int, count: int, loose: bool
    ) -> list[tuple[NDArray, str, NDArray, tuple]]:
        """Return (places, support, parents, items whose clearance does not count) to try."""
        spot, propose = wish.spot, self.propose
        first = wish.target == wish.kind and not self.of_kind[wish.kind]
        # One by its target is what was asked for: the others may stand elsewhere.
        more = wish.required and loose and k > 0 and wish.target not in ("window", "door")
        if spot in RELATIONS and not first and not (more and spot != "on"):
            return self.near.related(wish, kind, size, k, count)
        spot = "" if spot in RELATIONS else spot
        support = kind.support
        if support == WATER and self.order.water_level is None:
            support = FLOOR
        if on_the_floor(wish, self.followers):
            support, spot = FLOOR, spot or "centre"
        if support == SURFACE and spot in ("", "scatter", "on"):
            found = self.near.on_tops(size, "", k)
            if found or not wish.required:
                return found
        if support == CEILING or (spot == CEILING and support != WALL):
            return [self._bare(propose.ceiling(size, count, k), CEILING)]
        if support == WALL:
            found = [self.near.hung(wish, kind, size, spot)]
            standing = [self._bare(propose.spot("edge", size, count, k), FLOOR)]
            return found + standing * (loose and wish.required)  # where there is no wall
        if support == SURFACE:
            support = FLOOR
        spot = spot or ("wall" if kind.wall else "scatter")
        if spot == "ceiling":
            spot = "scatter"
        found = [self._bare(propose.spot(spot, size, count, k), support, size[2])]
        if self.scorer is not None and wish.kind in KIND_OF and spot in _LEARNED and not loose:
            poses = proposals(self.space.outline, size, 200, False, self.rng)
            places = np.column_stack([poses[:, :2], np.zeros(200), np.degrees(poses[:, 2])])
            found.insert(0, self._bare(places, support, size[2]))
        if loose and spot not in ("centre", "back") or (loose and not wish.required):
            found.append(self._bare(propose.spot("edge", size, count, k), support, size[2]))
            found.append(self._bare(propose.spot("scatter", size, count, k), support, size[2]))
        if loose and wish.required:
            found.append(self._bare(self._everywhere(size), support, size[2]))
        return found

    def _everywhere(self, size: tuple) -> NDArray:
        """Return a fine grid of places, four ways round, for what must find a place if any."""
        low, high = self.propose.low, self.propose.high
        step = max(0.12, float((high - low).max()) / 45)
        x, y = (np.arange(a, b, step) for a, b in zip(low, high, strict=True))
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        grid = grid[self.rng.permutation(len(grid))]
        turned = [np.column_stack([grid, np.zeros(len(grid)), np.full(len(grid), yaw)])
                  for yaw in (0.0, 90.0)]  # fmt: skip
        return np.concatenate(turned)

    def _bare(
        self, places: NDArray, support: str, height: float = 0.0
    ) -> tuple[NDArray, str, NDArray, tuple]:
        if support == WATER:
            places = places.copy()
            deep = min(_DRAFT, 0.5 * height)
            places[:, 2] = max((self.order.water_level or 0.0) - deep, 0.0)
        return places, support, np.full(len(places), -1), ()

    def _add(self, wish: Wish, kind: Kind, size: tuple, place: NDArray, support: str, parent: int):
        """Let a thing stand."""
        item = Item(
            name=f"{(wish.label or wish.kind).replace('_', ' ').title()}",
            kind=wish.kind,
            role="hero" if wish.kind == self._subject() else kind.role,
            category=kind.category,
            size=size,
            pos=(round(float(place[0]), 4), round(float(place[1]), 4), round(float(place[2]), 5)),
            yaw=round((float(place[3]) + 180.0) % 360.0 - 180.0, 3),
            support=support,
            parent=parent,
            asset=wish.asset,
            material=self.order.colours.get(wish.label, kind.material),
            style=self.order.style,
            zone=str(self._zones(place[None])[0]),
            tags=[wish.kind.replace("_", " "), *kind.words[:3]],
        )
        if wish.label in self.order.colours:
            item.material = f"colour_{self.order.colours[wish.label]}"
        clear = kind.front if support == FLOOR and not wish.target else 0.0
        index = self.space.add(
            item, solid=kind.solid, passable=kind.passable, clear=min(clear, 0.8)
        )
        self.of_kind[wish.kind].append(index)
        if parent >= 0:
            self.children[parent] += 1
        elif wish.target and self.of_kind.get(wish.target):
            near = min(
                self.of_kind[wish.target],
                key=lambda i: math.dist(self.space.items[i].pos, item.pos),
            )
            self.children[near] += 1

    def _zones(self, places: NDArray) -> NDArray:
        """Return the names of the parts of the place that (N, 4) places lie in."""
        u = (places[:, :2] - self.propose.low) / np.maximum(self.propose.extent, 1e-6)
        side = np.where(u[:, 0] < 0.33, "left", np.where(u[:, 0] > 0.67, "right", "centre"))
        deep = np.where(u[:, 1] < 0.25, "entrance", np.where(u[:, 1] > 0.75, "back", side))
        return np.where(places[:, 2] > 2.2, "above", deep)
