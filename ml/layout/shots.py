"""Cameras: for each layout a few shots, chosen for their subject and judged by what is seen.

How often which size, lens, angle and move is used, and how long shots are, stands as numbers in
`directing.json`, which a director may edit or replace.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import UnderstudyError
from .lookout import Lookout, Sights, corrected
from .plan import CameraKey, Layout, Shot
from .sight import Blockers, box_points, judge, standing_free

PRESETS = Path(__file__).with_name("directing.json")
SHARES = {"extreme wide": 0.7, "wide": 0.45, "full": 0.7, "medium": 0.9, "close-up": 1.3,
          "detail": 0.8}  # fmt: skip
_HEIGHTS = {"eye level": (1.45, 1.75), "low": (0.3, 0.8), "high": (2.2, 4.5),
            "overhead": (4.0, 9.0), "dutch": (0.9, 1.7)}  # fmt: skip
_WORTH = {"hero": 4.0, "light": 3.0, "sign": 2.0, "furniture": 2.0, "vehicle": 2.0,
          "small": 1.5, "monument": 3.0, "decor": 2.0, "structure": 0.4, "vegetation": 0.4,
          "container": 0.15, "rock": 0.1, "building": 0.3, "street": 0.8,
          "covering": 0.05, "plant": 0.5}  # fmt: skip
"""How much a thing draws a camera, by its category, else by its role; set by hand."""
_LENSES = (0.75, 0.9, 1.0, 1.15)
"""What a preset's lens may be changed by; wide views in small rooms need shorter ones."""
_TIGHT = ("close-up", "detail")
_SMALL_M = 1.3
_TRIED = 140
"""Cameras that are tried for each angle of a shot."""
_LOOKED_AT = 24
"""The best of them by plain rays, which are looked at more closely."""
_PLACE, _HERO, _THING = "place", "hero", "thing"


@cache
def _preset_file(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def preset(name: str) -> dict:
    """Return a style preset.

    Raises
    ------
    UnderstudyError
        There is none of that name.
    """
    known = _preset_file(PRESETS)
    if name not in known:
        raise UnderstudyError(f"Camera style {name!r} is unknown: use one of {', '.join(known)}")
    return known[name]


@dataclass
class _Scouting:
    """What all shots of a layout are looked for with."""

    layout: Layout
    blockers: Blockers
    sights: Sights
    style: dict
    aspect: float
    rng: np.random.Generator
    lookout: Lookout | None
    used: list[float] = field(default_factory=list)
    """Headings of the shots that are found, radians."""


def direct(
    layout: Layout,
    style: dict,
    fps: float,
    aspect: float,
    rng: np.random.Generator,
    lookout: Lookout | None = None,
) -> list[Shot]:
    """Return the shots of a layout, the widest first.

    `lookout` is the network that says how much of a thing is seen; without it rays say it alone.
    """
    blockers = Blockers.of(layout.items)
    sights = Sights(layout, blockers)
    scouting = _Scouting(layout, blockers, sights, style, aspect, rng, lookout)
    sizes = _sizes(style, rng)
    tight = sum(size in _TIGHT for size in sizes)
    subjects = subjects_of(layout, len(sizes), rng, tight)
    shots: list[Shot] = []
    for number, (size, (_, subject)) in enumerate(zip(sizes, subjects, strict=True), 1):
        shot = _shoot(scouting, size, subject)
        if shot is None:
            continue
        seconds = rng.uniform(*style["seconds"])
        shot.duration = max(2, round(seconds * fps))
        shot.name = f"Shot {number} {shot.size}"
        _move(shot, scouting)
        shots.append(shot)
    return shots


def _sizes(style: dict, rng: np.random.Generator) -> list[str]:
    """Draw the sizes: one wide view first, then by the preset's habit, each once if possible."""
    names = list(style["sizes"])
    weight = np.array([style["sizes"][n] for n in names], float)
    wide = "extreme wide" if rng.random() < 0.4 * style["sizes"]["extreme wide"] else "wide"
    weight[[names.index("extreme wide"), names.index(wide)]] = 0
    count = min(int(style["shots"]) - 1, int((weight > 0).sum()))
    drawn = rng.choice(len(names), count, replace=False, p=weight / weight.sum())
    return [wide, *[names[i] for i in sorted(drawn)]]


def subjects_of(
    layout: Layout, count: int, rng: np.random.Generator, tight: int = 0
) -> list[tuple[str, int]]:
    """Return (sort, item index or -1): the place, its hero, then other notable things.

    The last `tight` are for close views: what is small, where there is any.
    """
    items = layout.items
    heroes = [i for i, item in enumerate(items) if item.role == "hero"]
    heroes = heroes or sorted(range(len(items)), key=lambda i: -max(items[i].size))[:1]
    rest = [i for i, m in enumerate(items) if i not in heroes and 0.25 < max(m.size) < 4.0]
    rest = [i for i in rest if items[i].support in ("floor", "wall", "surface")]
    worth = [_WORTH.get(items[i].category, _WORTH.get(items[i].role, 0.5)) for i in rest]
    rank = np.log(np.maximum(worth, 1e-6)) + rng.gumbel(size=len(rest))
    rest = [rest[i] for i in np.argsort(-rank)]
    found: list[tuple[str, int]] = [(_PLACE, -1)]
    if heroes:
        found.append((_HERO, heroes[0]))
    rest = [*heroes[1:2], *rest]
    small = [i for i in rest if max(items[i].size) < _SMALL_M][:tight]
    things = [i for i in rest if i not in small][: max(count - len(found) - len(small), 0)]
    things = sorted([*things, *small], key=lambda i: -max(items[i].size))
    found += [(_THING, i) for i in things]
    while len(found) < count:
        found.append((_PLACE, -1))
    return found[:count]


def _shoot(scouting: _Scouting, size: str, subject: int) -> Shot | None:
    """Try many cameras for one subject and keep the best."""
    layout, rng = scouting.layout, scouting.rng
    points, own = points_of(layout, subject)
    share, base = SHARES[size], scouting.style["lens_mm"][size]
    lenses = (0.6, *_LENSES) if size in ("extreme wide", "wide", "full") else _LENSES
    chances = {n: w for n, w in scouting.style["angles"].items() if w > 0}
    if subject < 0:  # a place is shown, not what lies before the lens
        chances = {n: w * (0.1 if n in ("low", "dutch") else 1.0) for n, w in chances.items()}
    weight = np.array(list(chances.values()))
    names = np.array(list(chances))
    found = []
    for angle in dict.fromkeys(rng.choice(names, 3, p=weight / weight.sum())):
        lens = np.clip(base * rng.choice(lenses, _TRIED), 14, 135)
        eyes, targets = frames_of(
            layout, subject, points, str(angle), share, lens, rng, scouting.aspect
        )
        free = standing_free(layout, scouting.blockers, eyes)
        found.append((eyes[free], targets[free], lens[free], np.repeat(angle, free.sum())))
    eyes, targets, lens, angles = (np.concatenate(part) for part in zip(*found, strict=True))
    if not len(eyes):
        return None
    scores = judge(
        layout, scouting.blockers, eyes, targets, lens,
        points=points, own=own, share=None if subject < 0 else share, aspect=scouting.aspect,
    )  # fmt: skip
    turn = np.arctan2(*(eyes - targets)[:, 1::-1].T)
    apart = [np.abs((turn - u + math.pi) % (2 * math.pi) - math.pi) for u in scouting.used]
    # The preset's lens is left only for a better frame.
    penalty = 0.12 * np.abs(np.log(lens / base))
    penalty = sum((0.12 * (a < 0.4) for a in apart), penalty)
    best = np.argsort(penalty - scores["total"], kind="stable")[:_LOOKED_AT]
    scores = {name: values[best] for name, values in scores.items()}
    told = scouting.sights.clues(eyes[best], targets[best], lens[best], subject, scouting.aspect)
    scores = corrected(scores, told, subject, scouting.lookout)
    k = int(np.argmax(scores["total"] - penalty[best]))
    i = best[k]
    scouting.used.append(float(turn[i]))
    return _shot(size, str(angles[i]), subject, eyes[i], targets[i], float(lens[i]), scores, k)


def _shot(
    size: str,
    angle: str,
    subject: int,
    eye: NDArray,
    target: NDArray,
    lens: float,
    scores: dict[str, NDArray],
    i: int,
) -> Shot:
    roll = 8.0 if angle == "dutch" else 0.0
    key = CameraKey(0.0, _vector(eye), _vector(target), roll, round(lens, 1))
    return Shot(
        name="",
        size=size,
        angle=angle,
        lens=round(lens, 1),
        height=round(float(eye[2]), 3),
        move="static",
        duration=48,
        subject=subject,
        keys=[key],
        scores={k: round(float(v[i]), 4) for k, v in scores.items()},
    )


def _vector(v: NDArray) -> tuple[float, float, float]:
    return tuple(round(float(n), 4) for n in v)


def points_of(layout: Layout, subject: int) -> tuple[NDArray, NDArray]:
    """Return points (P, 3) that stand for an item, or the whole place, and whose (P,) they are.

    Those of a place are the middles of its larger things, and spots in the air inside its outline.
    """
    items = layout.items
    if subject >= 0:
        points = box_points(items[subject])
        return points, np.full(len(points), subject)
    order = sorted(range(len(items)), key=lambda i: -items[i].size[0] * items[i].size[1])[:24]
    points = [(*items[i].pos[:2], items[i].pos[2] + items[i].size[2] / 2) for i in order]
    points += [(x * 0.6, y * 0.6, 0.6) for x, y in layout.room.outline]
    own = [*order, *[-1] * len(layout.room.outline)]
    return np.array(points, float), np.array(own)


def frames_of(
    layout: Layout,
    subject: int,
    points: NDArray,
    angle: str,
    share: float,
    lens: NDArray,
    rng: np.random.Generator,
    aspect: float = 16 / 9,
) -> tuple[NDArray, NDArray]:
    """Return eyes and targets (N, 3) that would frame the subject, wherever they may lie."""
    n = len(lens)
    low, high = points.min(axis=0), points.max(axis=0)
    middle = 0.5 * (low + high)
    height = rng.uniform(*_HEIGHTS[angle], n)
    if subject < 0:
        outline = np.asarray(layout.room.outline, float)
        corner = outline[rng.integers(len(outline), size=n)]
        nearer = rng.uniform(0.62, 0.97, n)[:, None]
        spot = corner * nearer + rng.normal(0, 0.25, (n, 2))
        along = rng.random(n) < 0.35  # anywhere before a wall
        turn = rng.integers(len(outline), size=n)
        part = rng.random(n)[:, None]
        wall = outline[turn] * part + np.roll(outline, -1, axis=0)[turn] * (1 - part)
        spot[along] = (wall * nearer)[along]
        front = ~along & (rng.random(n) < 0.45)
        spot[front, 1] = outline[:, 1].min() * nearer[front, 0]
        spot[front, 0] = rng.uniform(-0.35, 0.35, front.sum()) * np.ptp(outline[:, 0])
        eyes = np.column_stack([spot, height])
        targets = np.tile([0.0, 0.0, 1.1], (n, 1)) + rng.normal(0, 0.4, (n, 3))
        return eyes, targets
    item = layout.items[subject]
    tall = max(high[2] - low[2], 0.6 * float(np.hypot(*(high - low)[:2])), 0.2)
    sensor = 36.0 / aspect if aspect >= 1 else 36.0
    away = tall / share * lens / sensor * rng.uniform(0.8, 1.3, n)
    away = away + 0.5 * min(item.size[0], item.size[1])
    turn = math.radians(item.yaw + 90) + rng.normal(0, 0.85, n)
    height = np.where(height > middle[2] + away * 1.4, middle[2] + away * 1.2, height)
    up = np.clip(height, 0.2, None) if item.pos[2] < 1.0 else height + 0.5 * item.pos[2]
    flat = np.sqrt(np.maximum(away**2 - (up - middle[2]) ** 2, (0.3 * away) ** 2))
    eyes = np.column_stack([middle[0] + np.cos(turn) * flat, middle[1] + np.sin(turn) * flat, up])
    side = np.column_stack([-np.sin(turn), np.cos(turn)])
    shift = rng.choice([-1, 0, 1], n) * away * 0.16 * 36.0 / (2 * lens) * rng.uniform(0.6, 1.2, n)
    targets = np.column_stack([middle[:2] + side * shift[:, None], np.full(n, middle[2])])
    targets[:, 2] += rng.uniform(-0.1, 0.16, n) * tall
    return eyes, targets


# Moves


def _move(shot: Shot, scouting: _Scouting) -> None:
    """Choose a move and key it; one that would spoil the shot is made smaller, then given up."""
    style, rng = scouting.style, scouting.rng
    names = [n for n, w in style["moves"].items() if w > 0]
    weight = np.array([style["moves"][n] for n in names])
    if shot.size in _TIGHT:
        weight = weight * np.array([0.3 if n in ("crane", "orbit", "pan") else 1.0 for n in names])
    move = str(rng.choice(names, p=weight / weight.sum()))
    sign = float(rng.choice([-1.0, 1.0]))
    start = shot.keys[0]
    travel = float(style["travel"])
    for amount in (1.0, 0.5, 0.25):
        keys = _keyed(move, start, shot.duration, travel * amount, sign, rng)
        if _holds(shot, _between(keys), scouting):
            shot.move, shot.keys = move, keys
            return
    shot.move, shot.keys = "static", [start]


def _holds(shot: Shot, keys: list[CameraKey], scouting: _Scouting) -> bool:
    """Tell whether a camera runs into nothing on its way, and nothing comes before the subject."""
    layout, blockers = scouting.layout, scouting.blockers
    eyes, targets = (np.array([getattr(k, n) for k in keys]) for n in ("pos", "target"))
    if not standing_free(layout, blockers, eyes).all():
        return False
    points, own = points_of(layout, shot.subject)
    scores = judge(
        layout, blockers, eyes, targets, np.full(len(eyes), shot.lens), points=points, own=own,
        share=None if shot.subject < 0 else SHARES[shot.size], aspect=scouting.aspect,
    )  # fmt: skip
    return all(
        (scores[name] >= min(shot.scores[name], 0.95) - worse).all()
        for name, worse in (("occlusion", 0.25), ("clear", 0.1), ("open", 0.2))
    )


def _between(keys: list[CameraKey]) -> list[CameraKey]:
    """Return the keys and the points half-way and quarter-way between them."""
    found = list(keys)
    for a, b in zip(keys[:-1], keys[1:], strict=True):
        for t in (0.25, 0.5, 0.75):
            pos = np.asarray(a.pos) * (1 - t) + np.asarray(b.pos) * t
            found.append(CameraKey(0.0, _vector(pos), a.target))
    return found


def _keyed(
    move: str, start: CameraKey, frames: int, travel: float, sign: float, rng: np.random.Generator
) -> list[CameraKey]:
    """Return the keys of a move about a camera, at whose frame pans, tilts and push-ins end."""
    eye, target = np.asarray(start.pos), np.asarray(start.target)
    way = target - eye
    far = float(np.linalg.norm(way))
    ahead = way / max(far, 1e-6)
    right = np.array([ahead[1], -ahead[0], 0.0])
    right /= max(float(np.linalg.norm(right)), 1e-6)
    last = float(frames - 1)

    def key(frame: float, pos: NDArray, look: NDArray) -> CameraKey:
        return CameraKey(round(frame, 2), _vector(pos), _vector(look), start.roll, start.lens)

    if move == "static":
        return [start]
    if move == "pan":  # it comes to rest on the frame that was chosen, which is never far
        swing = right * far * min(1.6 * travel, 14.0 / start.lens) * sign
        return [key(0, eye, target - swing), key(last, eye, target)]
    if move == "tilt":
        lift = np.array([0, 0, far * min(1.1 * travel, 7.0 / start.lens)])
        return [key(0, eye, target - sign * lift), key(last, eye, target)]
    if move == "push-in":
        return [key(0, eye - ahead * far * travel, target), key(last, eye, target)]
    if move == "dolly":
        step = ahead * far * travel * sign
        return [key(0, eye - step * 0.6, target), key(last, eye + step * 0.4, target)]
    if move == "truck":
        step = right * far * min(travel, 9.0 / start.lens) * sign  # the subject stays in the frame
        return [key(0, eye - step / 2, target - step / 2), key(last, eye + step / 2,
                                                              target + step / 2)]  # fmt: skip
    if move == "crane":
        step = np.array([0, 0, max(0.5, far * travel)])
        return [key(0, eye, target), key(last, eye + step, target + 0.15 * step)]
    if move == "orbit":
        found = []
        for k in range(5):
            a = sign * (k / 4 - 0.5) * travel * 2.2
            rel = eye - target
            turned = [rel[0] * math.cos(a) - rel[1] * math.sin(a),
                      rel[0] * math.sin(a) + rel[1] * math.cos(a), rel[2]]  # fmt: skip
            found.append(key(last * k / 4, target + np.array(turned), target))
        return found
    count = max(3, round(frames / 7))
    noise = rng.normal(0, 1, (count, 6)) * np.array([0.02, 0.02, 0.015, 0.03, 0.03, 0.03])
    noise *= 0.4 + 0.6 * min(far / 4, 1.0)
    return [key(last * k / (count - 1), eye + noise[k, :3], target + noise[k, 3:])
            for k in range(count)]  # fmt: skip
