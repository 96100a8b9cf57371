"""Rooms of the corpus as training samples."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...layout.features import NEAR, NUMBER, OTHER, Around, neighbours, proposals, static
from ...layout.geometry import overlap, prints_inside

TYPES = ("Bedroom", "LivingRoom", "Kitchen", "Bathroom")


def folder() -> Path:
    """Return the corpus: ../shared/data/layout, or below UNDERSTUDY_SHARED."""
    root = Path(__file__).resolve().parents[3]
    shared = os.environ.get("UNDERSTUDY_SHARED") or root.parent / "shared"
    return Path(shared) / "data" / "layout"


@dataclass
class Thing:
    """One object of a room. `pose` is x, y, yaw in radians; `wall` says that it hangs."""

    name: str
    pose: tuple[float, float, float]
    size: tuple[float, float, float]
    low: float
    wall: bool


@dataclass
class Chamber:
    """One room of the corpus: the objects that stand on its floor or hang on its walls."""

    kind: str
    outline: NDArray
    doors: NDArray
    windows: NDArray
    things: list[Thing]
    names: list[str]

    def around(self) -> Around:
        """Return the room as the network sees it."""
        return Around.of(self.outline, self.doors, self.windows)


def rooms(path: Path) -> Iterator[Chamber]:
    """Yield the rooms of a file, in its order."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield _chamber(json.loads(line))


def digest(path: Path) -> str:
    """Return a file's sha256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _chamber(record: dict) -> Chamber:
    outline = np.array(record["poly"], float)
    q = np.roll(outline, -1, axis=0)
    if np.sum(outline[:, 0] * q[:, 1] - q[:, 0] * outline[:, 1]) < 0:
        outline = outline[::-1].copy()
    things = []
    for o in record["objects"]:
        if o["support"] == "surface" or o["cat"] not in NUMBER:
            continue
        x, y, z = o["pos"]
        pose = (x, y, float(np.radians(o["yaw"])))
        low = z - o["size"][2] / 2
        things.append(Thing(o["cat"], pose, tuple(o["size"]), low, o["support"] == "wall"))
    return Chamber(
        record["room"],
        outline,
        _middles(record["doors"]),
        _middles(record["windows"]),
        things,
        [o["cat"] for o in record["objects"]],
    )


def _middles(openings: list) -> NDArray:
    return np.array([[(o[0] + o[2]) / 2, (o[1] + o[3]) / 2] for o in openings]).reshape(-1, 2)


def ordered(things: list[Thing], rng: np.random.Generator) -> list[Thing]:
    """Return floor things before wall things, the larger roughly first."""
    big = [t.size[0] * t.size[1] * np.exp(rng.normal(0, 0.3)) for t in things]
    return [things[i] for i in sorted(range(len(things)), key=lambda i: (things[i].wall, -big[i]))]


def prints(poses: NDArray, size: tuple) -> NDArray:
    """Return (N, 5) footprints."""
    out = np.empty((len(poses), 5))
    out[:, :2], out[:, 2:4] = poses[:, :2], np.asarray(size[:2]) / 2
    out[:, 4] = poses[:, 2]
    return out


def free(outline: NDArray, poses: NDArray, thing: Thing, placed: list[Thing]) -> NDArray:
    """Tell which poses lie in the outline and run into nothing that is placed."""
    mine = prints(poses, thing.size)
    ok = prints_inside(outline, mine)
    for other in placed:
        if other.low < thing.low + thing.size[2] and thing.low < other.low + other.size[2]:
            box = prints(np.array([other.pose]), other.size)
            ok &= ~overlap(mine, np.repeat(box, len(mine), axis=0))
    return ok


def sample(
    room: Chamber, around: Around, order: list[Thing], k: int, negatives: int, rng
) -> dict[str, NDArray] | None:
    """Return one training sample: the true pose first, then others that would be valid."""
    thing, placed = order[k], order[:k]
    poses = proposals(room.outline, thing.size, 6 * negatives, thing.wall, rng)
    poses = poses[free(room.outline, poses, thing, placed)][:negatives]
    if len(poses) < 4:
        return None
    rows = rng.integers(len(poses), size=negatives)
    rows[: len(poses)] = np.arange(len(poses))
    poses = np.concatenate([[thing.pose], poses[rows]])
    others = np.array([[*p.pose, *p.size] for p in placed]).reshape(-1, 6)
    codes = np.array([NUMBER.get(p.name, OTHER) for p in placed], int)
    near = neighbours(poses, others)
    picked = np.zeros((len(poses), NEAR, 6), np.float32)
    names = np.full((len(poses), NEAR), -1, np.int8)
    if len(placed):
        picked = np.where(near[..., None] >= 0, others[near], 0).astype(np.float32)
        names = np.where(near >= 0, codes[near], -1).astype(np.int8)
    full = np.column_stack([poses, np.tile(thing.size[:2], (len(poses), 1))])
    return {
        "static": static(around, poses, thing.size).astype(np.float16),
        "poses": full.astype(np.float32),
        "own": np.int64(NUMBER[thing.name]),
        "others": picked,
        "codes": names,
    }
