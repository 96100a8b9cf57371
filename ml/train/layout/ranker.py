"""Training of the ranker: rooms of the corpus against the same rooms spoilt.

It is trained on other ways to spoil a room than it is measured on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ...layout.features import proposals
from ...layout.learned import FIGURES, Furnished, ObjectTable, Scorer, figures_of
from . import data, measure
from .data import Chamber, Thing

Way = Callable[[Chamber, np.random.Generator], list[Thing]]


def moved(share: float) -> Way:
    """Return a way to move a share of a room's things to where they run into nothing."""

    def spoil(room: Chamber, rng: np.random.Generator) -> list[Thing]:
        def pose(thing: Thing) -> NDArray:
            return proposals(room.outline, thing.size, 80, thing.wall, rng)

        return _posed(room, _some(room, share, rng), pose)

    return spoil


def turned(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Turn a quarter of the things by quarter turns, where they stand."""

    def pose(thing: Thing) -> NDArray:
        turns = rng.permutation([0.5, 1.0, 1.5]) * np.pi
        return np.array([[*thing.pose[:2], thing.pose[2] + a] for a in turns])

    return _posed(room, _some(room, 0.25, rng), pose)


def nudged(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Move everything by a third of a metre and a few degrees."""

    def pose(thing: Thing) -> NDArray:
        return np.array(thing.pose) + rng.normal(0, 1, (40, 3)) * (0.35, 0.35, 0.25)

    return _posed(room, np.arange(len(room.things)), pose)


def swapped(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Exchange the poses of two unlike things in every eight."""
    things = list(room.things)
    floor = rng.permutation([i for i, t in enumerate(things) if not t.wall])
    unlike = [(a, b) for a, b in zip(floor[::2], floor[1::2], strict=False)
              if things[a].name != things[b].name]  # fmt: skip
    for a, b in unlike[: max(1, round(len(things) / 8))]:
        one, two = things[a], things[b]
        things[a], things[b] = _other(one, pose=two.pose), _other(two, pose=one.pose)
    return things


def renamed(pool: list[Thing]) -> Way:
    """Return a way to take a quarter of the things for what other rooms hold."""

    def spoil(room: Chamber, rng: np.random.Generator) -> list[Thing]:
        things = list(room.things)
        for i in _some(room, 0.25, rng):
            things[i] = _other(things[i], name=pool[rng.integers(len(pool))].name)
        return things

    return spoil


def added(pool: list[Thing]) -> Way:
    """Return a way to bring in a thing of a category that the room does not have."""

    def spoil(room: Chamber, rng: np.random.Generator) -> list[Thing]:
        have = {t.name for t in room.things}
        for _ in range(20):
            thing = pool[rng.integers(len(pool))]
            poses = proposals(room.outline, thing.size, 80, thing.wall, rng)
            poses = poses[data.free(room.outline, poses, thing, room.things)]
            if thing.name not in have and len(poses):
                return [*room.things, _other(thing, pose=tuple(poses[0]))]
        return list(room.things)

    return spoil


def removed(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Take away all things of one category."""
    name = rng.choice(sorted({t.name for t in room.things}))
    return [t for t in room.things if t.name != name]


def by_chance(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Place all things anew, by chance."""
    return measure.arrange(room, measure.by_chance(rng), rng)[0]


def taught(pool: list[Thing]) -> dict[str, Way]:
    """Return the ways to spoil a room that the ranker is trained on."""
    return {"a tenth moved": moved(0.1), "six in ten moved": moved(0.6), "by chance": by_chance,
            "nudged": nudged, "renamed": renamed(pool)}  # fmt: skip


def tried(pool: list[Thing]) -> dict[str, Way]:
    """Return the ways to spoil a room that it is measured on."""
    return {"a quarter moved": moved(0.25), "a quarter turned": turned, "swapped": swapped,
            "a category added": added(pool), "a category removed": removed}  # fmt: skip


def _some(room: Chamber, share: float, rng: np.random.Generator) -> NDArray:
    return rng.permutation(len(room.things))[: max(round(share * len(room.things)), 1)]


def _posed(room: Chamber, which: NDArray, pose: Callable[[Thing], NDArray]) -> list[Thing]:
    """Give things the first of other poses at which they run into nothing."""
    things = list(room.things)
    for i in which:
        rest = [t for k, t in enumerate(things) if k != i]
        poses = pose(things[i])
        poses = poses[data.free(room.outline, poses, things[i], rest)]
        if len(poses):
            things[i] = _other(things[i], pose=tuple(poses[0]))
    return things


def _other(thing: Thing, pose: tuple | None = None, name: str = "") -> Thing:
    return Thing(name or thing.name, pose or thing.pose, thing.size, thing.low, thing.wall)


def figures(room: Chamber, things: list[Thing], scorer: Scorer, table: ObjectTable) -> NDArray:
    """Return the ranker's figures of a room of the corpus with these things in it."""
    poses, sizes = (np.array([getattr(t, n) for t in things]) for n in ("pose", "size"))
    openings = len(room.doors) + len(room.windows)
    names = [t.name for t in things]
    seen = Furnished(room.kind, room.around(), openings, poses, sizes, names)
    return figures_of(seen, scorer, table)


def pairs(
    rooms: list[Chamber],
    ways: Callable[[list[Thing]], dict[str, Way]],
    networks: tuple[Scorer, ObjectTable],
    seed: int,
) -> tuple[NDArray, NDArray, list[str], NDArray]:
    """Return figures (P, F) of real rooms and of the same spoilt, how, and which room (P,)."""
    rng = np.random.default_rng(seed)
    made = ways([t for r in rooms for t in r.things])
    real, spoilt, names, owner = [], [], [], []
    for k, room in enumerate(rooms):
        own = figures(room, room.things, *networks)
        for name, way in made.items():
            things = way(room, rng)
            if len(things) >= 3:
                real.append(own)
                spoilt.append(figures(room, things, *networks))
                names.append(name)
                owner.append(k)
    return np.array(real), np.array(spoilt), names, np.array(owner)


def fit(real: NDArray, spoilt: NDArray, decay: float = 1e-3) -> tuple[NDArray, float]:
    """Return weights (F,) and an offset: the score that puts real rooms before spoilt ones.

    Logistic regression on differences. Scores are scaled so that the mean pose counts 1, and the
    mean of real rooms' scores is their own mean pose, as if poses were all.
    """
    scale = np.concatenate([real, spoilt]).std(axis=0)
    apart = (real - spoilt) / scale

    def loss(w: NDArray) -> tuple[float, NDArray]:
        z = apart @ w
        slope = -1 / (1 + np.exp(z))
        grad = (slope[:, None] * apart).mean(axis=0) + 2 * decay * w
        return float(np.logaddexp(0, -z).mean() + decay * (w @ w)), grad

    weights = minimize(loss, np.zeros(len(FIGURES)), jac=True).x / scale
    weights = weights / weights[0]
    return weights, float(real[:, 0].mean() - (real @ weights).mean())


def measured(
    scores: dict[str, tuple[NDArray, NDArray]], names: list[str], owner: NDArray
) -> dict[str, dict[str, float]]:
    """Return how often each judge puts the real one of two rooms first, by way and over all.

    `scores` has (real, spoilt) of each judge; ties count half. For all but the first also the
    difference from the first, with the bounds of 95 % of 2,000 draws of rooms.
    """
    out, first = {}, None
    for judge, (a, b) in scores.items():
        right = (a > b) + 0.5 * (a == b)
        one = {n: float(right[[m == n for m in names]].mean()) for n in dict.fromkeys(names)}
        one["all"] = float(right.mean())
        if first is None:
            first = right
        else:
            sums = np.array([[(right - first)[owner == k].sum(), (owner == k).sum()]
                             for k in np.unique(owner)])  # fmt: skip
            rng = np.random.default_rng(0)
            drawn = sums[rng.integers(len(sums), size=(2000, len(sums)))].sum(axis=1)
            low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
            one |= {"gained": float((right - first).mean()), "from": low, "to": high}
        out[judge] = one
    return out


def chambers(path, count: int) -> list[Chamber]:
    """Return some rooms of a file, evenly taken, of four things and more."""
    rooms = [r for r in data.rooms(path) if len(r.things) >= 4]
    return rooms[:: max(1, len(rooms) // count)][:count]


def compare(
    rooms: list[Chamber], networks: tuple[Scorer, ObjectTable], score: Callable, seed: int = 5
) -> dict[str, dict[str, float]]:
    """Measure a ranker's `score` of figures (N, F) on spoilt rooms, beside the mean pose alone."""
    real, spoilt, names, owner = pairs(rooms, tried, networks, seed)
    scores = {"mean pose": (real[:, 0], spoilt[:, 0]), "ranker": (score(real), score(spoilt))}
    return measured(scores, names, owner)
