"""Compare proposals with held-out rooms: distances, bearings and yaws of what stands there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...layout.features import NUMBER, Around, proposals
from ...layout.learned import ObjectTable, Scorer
from . import data
from .data import Chamber, Thing

Place = Callable[[Chamber, Around, Thing, list[Thing], NDArray], int]
_FRESH = 160


def arrange(room: Chamber, pick: Place, rng: np.random.Generator) -> tuple[list[Thing], int]:
    """Place a room's own things anew, one by one, each where it runs into nothing.

    Returns
    -------
    things, lost
        What found a place, and how many did not.
    """
    around, placed, lost = room.around(), [], 0
    for thing in data.ordered(room.things, rng):
        poses = proposals(room.outline, thing.size, _FRESH, thing.wall, rng)
        poses = poses[data.free(room.outline, poses, thing, placed)]
        if not len(poses):
            lost += 1
            continue
        i = pick(room, around, thing, placed, poses)
        placed.append(Thing(thing.name, tuple(poses[i]), thing.size, thing.low, thing.wall))
    return placed, lost


def by_chance(rng: np.random.Generator) -> Place:
    """Return a way to pick that knows nothing: random proposals and the solver."""
    return lambda _room, _around, _thing, _placed, poses: int(rng.integers(len(poses)))


def by_network(scorer: Scorer, rng: np.random.Generator) -> Place:
    """Return a way to pick that draws by the network's scores."""

    def pick(
        _room: Chamber, around: Around, thing: Thing, placed: list[Thing], poses: NDArray
    ) -> int:
        others = np.array([[*p.pose, *p.size] for p in placed]).reshape(-1, 6)
        codes = np.array([NUMBER[p.name] for p in placed], int)
        scores = scorer.score(around, poses, thing.size, NUMBER[thing.name], others, codes)
        return int(np.argmax(scores + rng.gumbel(size=len(scores))))

    return pick


def shuffled(room: Chamber, rng: np.random.Generator) -> list[Thing]:
    """Return a room's things with their true poses exchanged, floor with floor."""
    found = []
    for wall in (False, True):
        things = [t for t in room.things if t.wall == wall]
        order = rng.permutation(len(things))
        found += [Thing(t.name, things[i].pose, t.size, t.low, t.wall)
                  for t, i in zip(things, order, strict=True)]  # fmt: skip
    return found


def figures(room: Chamber, things: list[Thing]) -> Counter:
    """Count what a room shows: (figure, category or pair, bin)."""
    out: Counter = Counter()
    outline = room.outline
    way = np.roll(outline, -1, axis=0) - outline
    for thing in things:
        rel = np.asarray(thing.pose[:2]) - outline
        t = np.clip((rel * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-9), 0, 1)
        far = np.linalg.norm(rel - t[:, None] * way, axis=-1)
        edge = int(far.argmin())
        turn = np.degrees(thing.pose[2] - np.arctan2(way[edge, 1], way[edge, 0]))
        out["yaw to the wall", thing.name, int((turn + 22.5) // 45) % 8] += 1
        out["distance to the wall", thing.name, int(min(far.min() / 0.25, 9))] += 1
    floor = [t for t in things if not t.wall]
    for a in floor:
        for b in floor:
            if a is b:
                continue
            rel = np.asarray(b.pose[:2]) - np.asarray(a.pose[:2])
            away = float(np.hypot(*rel))
            if away > 4:
                continue
            pair = f"{a.name}>{b.name}"
            bearing = np.degrees(np.arctan2(rel[1], rel[0]) - a.pose[2]) - 90
            out["distance of pairs", pair, int(away / 0.4)] += 1
            if away < 2.5:
                out["bearing of pairs", pair, int((bearing + 22.5) // 45) % 8] += 1
                apart = np.degrees(b.pose[2] - a.pose[2])
                out["yaw of pairs", pair, int((apart + 22.5) // 45) % 8] += 1
    return out


BINS = {"yaw to the wall": 8, "distance to the wall": 10, "distance of pairs": 10,
        "bearing of pairs": 8, "yaw of pairs": 8}  # fmt: skip


def divergence(true: Counter, other: Counter, least: int = 40) -> dict[str, float]:
    """Return, a figure, the mean Kullback-Leibler divergence from the data, in nats.

    Categories and pairs count by how often the data has them; those rarer than `least` are left
    out; half a count is added to every bin.
    """
    tables: dict[tuple, list] = {}
    for (figure, name, _), _n in [*true.items(), *other.items()]:
        if (figure, name) not in tables:
            p = np.array([true[figure, name, b] for b in range(BINS[figure])], float)
            q = np.array([other[figure, name, b] for b in range(BINS[figure])], float)
            tables[figure, name] = [p, q]
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (figure, _), (p, q) in tables.items():
        weight = p.sum()
        if weight < least:
            continue
        p, q = (p + 0.5) / (p + 0.5).sum(), (q + 0.5) / (q + 0.5).sum()
        sums[figure][0] += weight * float(np.sum(p * np.log(p / q)))
        sums[figure][1] += weight
    return {figure: a / b for figure, (a, b) in sorted(sums.items())}


def placement(scorer: Scorer, rooms: list[Chamber], seed: int = 0) -> dict[str, dict[str, float]]:
    """Return the divergences of four ways to arrange the held-out rooms' own things."""
    ways = {
        "network + solver": by_network(scorer, np.random.default_rng(seed)),
        "random + solver": by_chance(np.random.default_rng(seed)),
    }
    # The data is cut in two, to say how far two halves of the truth are apart.
    true = [figures(r, r.things) for r in rooms]
    total = sum(true, Counter())
    rng = np.random.default_rng(seed)
    out = {"other half of the data": divergence(sum(true[::2], Counter()),
                                               sum(true[1::2], Counter()))}  # fmt: skip
    for name, pick in ways.items():
        made = [arrange(r, pick, rng) for r in rooms]
        counts = sum((figures(r, m) for r, (m, _) in zip(rooms, made, strict=True)), Counter())
        out[name] = divergence(total, counts)
        things = sum(len(r.things) for r in rooms)
        out[name]["left out"] = sum(lost for _, lost in made) / things
    mixed = sum((figures(r, shuffled(r, rng)) for r in rooms), Counter())
    out["shuffled poses"] = divergence(total, mixed)
    return out


def likelihood(scorer: Scorer, rooms: list[Chamber], seed: int = 0) -> dict[str, float]:
    """Return how likely the network finds true poses among 31 others that would be valid."""
    rng, found, first = np.random.default_rng(seed), [], []
    for room in rooms:
        if not room.things:
            continue
        order, around = data.ordered(room.things, rng), room.around()
        for k in rng.permutation(len(order))[:3]:
            one = data.sample(room, around, order, int(k), 31, rng)
            if one is None:
                continue
            scores = scorer.session(
                static=one["static"][None],
                poses=one["poses"][None],
                own=np.full((1, 32), one["own"]),
                others=one["others"][None],
                codes=one["codes"][None],
            )["scores"][0].astype(float)
            found.append(scores[0] - np.logaddexp.reduce(scores))
            first.append(scores[0] >= scores.max())
    return {"nats": float(np.mean(found)), "chance": -float(np.log(32)),
            "first of 32": float(np.mean(first)), "poses": len(found)}  # fmt: skip


def objects(table: ObjectTable, rooms: list[Chamber], seed: int = 0) -> dict[str, dict]:
    """Return how far drawn object sets are from the data's: categories, and which go together."""
    rng = np.random.default_rng(seed)
    train = list(data.rooms(data.folder() / "rooms_train.jsonl.gz"))[:4000]
    pools = {t: [n for r in train if r.kind == t for n in r.names] for t in data.TYPES}
    every = [n for pool in pools.values() for n in pool]
    sets: dict[str, list[Counter]] = {"network": [], "own type, things at random": [],
                                      "all types, shuffled": []}  # fmt: skip
    for room in rooms:
        openings = len(room.doors) + len(room.windows)
        sets["network"].append(Counter(table.draw(room.kind, room.around().area, openings, rng)))
        n = len(room.names)
        sets["own type, things at random"].append(Counter(rng.choice(pools[room.kind], n).tolist()))
        sets["all types, shuffled"].append(Counter(rng.choice(every, n).tolist()))
    true = [Counter(r.names) for r in rooms]
    kinds = [r.kind for r in rooms]
    return {name: _sets_apart(true, made, kinds) for name, made in sets.items()}


def _sets_apart(true: list[Counter], made: list[Counter], kinds: list[str]) -> dict[str, float]:
    """Return KL of categories by room type, and the mean gap in how often two go together."""
    kl, weight, gap, pairs = 0.0, 0, 0.0, 0
    for kind in data.TYPES:
        rows = [i for i, k in enumerate(kinds) if k == kind]
        a = sum((true[i] for i in rows), Counter())
        b = sum((made[i] for i in rows), Counter())
        names = sorted(set(a) | set(b))
        p = np.array([a[n] + 0.5 for n in names])
        q = np.array([b[n] + 0.5 for n in names])
        p, q = p / p.sum(), q / q.sum()
        kl += len(rows) * float(np.sum(p * np.log(p / q)))
        weight += len(rows)
        common = [n for n, _ in a.most_common(25)]
        there, ours = (np.array([[c[n] > 0 for n in common] for c in (s[i] for i in rows)], float)
                       for s in (true, made))  # fmt: skip
        both = np.abs(there.T @ there - ours.T @ ours) / len(rows)
        upper = np.triu_indices(len(common), 1)
        gap += float(both[upper].sum())
        pairs += len(upper[0])
    return {"KL of categories": kl / weight, "gap in co-occurrence": gap / pairs}
