"""What the placement network is told of a place: walls, doors, windows and what stands near.

Used alike in training and at run time. Lengths are in metres until they are scaled here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NEAR = 12
STATIC = 22
CATEGORIES = (
    "ArmChair", "BaseballBat", "BasketBall", "Bed", "Boots", "Box", "Cart", "Chair",
    "ClothesDryer", "CoffeeTable", "CounterTop", "Desk", "DiningTable", "DogBed", "Dresser",
    "FloorLamp", "Fridge", "GarbageBag", "GarbageCan", "HousePlant", "LaundryHamper", "Ottoman",
    "Painting", "Plunger", "RoomDecor", "SideTable", "Safe", "ShelvingUnit", "Sink", "Sofa",
    "Stool", "TVStand", "Television", "Toilet", "VacuumCleaner", "WashingMachine",
)  # fmt: skip
"""The data's categories that stand on floors or hang on walls; the number after them is "other"."""
NUMBER = {name: i for i, name in enumerate(CATEGORIES)}
OTHER = len(CATEGORIES)

KIND_OF = {
    "armchair": "ArmChair", "bed": "Bed", "single_bed": "Bed", "bunk_bed": "Bed", "crib": "Bed",
    "crate": "Box", "small_box": "Box", "suitcase": "Box", "chest": "Box", "cart": "Cart",
    "chair": "Chair", "coffee_table": "CoffeeTable", "counter": "CounterTop",
    "workbench": "CounterTop", "desk": "Desk", "table": "DiningTable",
    "round_table": "DiningTable", "dresser": "Dresser", "wardrobe": "Dresser",
    "cabinet": "Dresser", "floor_lamp": "FloorLamp", "candelabra": "FloorLamp",
    "fridge": "Fridge", "sack": "GarbageBag", "bin": "GarbageCan", "plant_pot": "HousePlant",
    "basket": "LaundryHamper", "cushion": "Ottoman", "painting": "Painting",
    "mirror": "Painting", "wall_clock": "Painting", "side_table": "SideTable", "locker": "Safe",
    "shelf": "ShelvingUnit", "sink": "Sink", "sofa": "Sofa", "stool": "Stool",
    "tv_stand": "TVStand", "television": "Television", "toilet": "Toilet",
    "washing_machine": "WashingMachine", "toy": "BasketBall",
}  # fmt: skip
"""Kit kinds to the category they behave like."""


@dataclass
class Around:
    """A room as the network sees it, prepared once.

    Attributes
    ----------
    outline : (V, 2) counter-clockwise
    doors, windows : (D, 2) middles
    """

    outline: NDArray
    doors: NDArray
    windows: NDArray
    middle: NDArray
    area: float

    @classmethod
    def of(cls, outline: ArrayLike, doors: ArrayLike, windows: ArrayLike) -> Around:
        """Prepare a room."""
        poly = np.asarray(outline, float)
        q = np.roll(poly, -1, axis=0)
        size = 0.5 * abs(float(np.sum(poly[:, 0] * q[:, 1] - q[:, 0] * poly[:, 1])))
        mid = 0.5 * (poly.min(axis=0) + poly.max(axis=0))
        doors = np.asarray(doors, float).reshape(-1, 2)
        return cls(poly, doors, np.asarray(windows, float).reshape(-1, 2), mid, size)


def static(room: Around, poses: NDArray, size: ArrayLike) -> NDArray:
    """Return (N, STATIC) features of one thing at N poses.

    Parameters
    ----------
    poses : (N, 3) x, y, yaw in radians
    size : (width, depth, height) of the thing
    """
    size = np.asarray(size, float)
    a = poses[:, 2, None] + np.pi / 2 + np.arange(8) * (np.pi / 4)
    ways = np.stack([np.cos(a), np.sin(a)], axis=-1)
    rays = _rays(room.outline, poses[:, :2], ways)
    rays[:, (0, 4)] -= size[1] / 2
    rays[:, (2, 6)] -= size[0] / 2
    parts = [np.clip(rays, 0, 4) / 4]
    for points in (room.doors, room.windows):
        parts.append(_nearest(points, poses))
    parts.append(np.clip(_local(room.middle - poses[:, :2], poses[:, 2]) / 5, -1.5, 1.5))
    turn = poses[:, 2] - _edge_angle(room.outline, poses[:, :2])
    parts.append(np.stack([np.cos(2 * turn), np.cos(4 * turn)], axis=-1))
    same = np.array([np.sqrt(room.area) / 6, *np.log(np.maximum(size, 0.02))])
    parts.append(np.tile(same, (len(poses), 1)))
    return np.concatenate(parts, axis=1).astype(np.float32)


def _local(rel: NDArray, yaw: NDArray) -> NDArray:
    c, s = np.cos(yaw), np.sin(yaw)
    return np.stack([rel[..., 0] * c + rel[..., 1] * s, -rel[..., 0] * s + rel[..., 1] * c], -1)


def _nearest(points: NDArray, poses: NDArray) -> NDArray:
    """Return (N, 3): where the nearest point lies in the thing's own axes, and how far."""
    if not len(points):
        return np.tile(np.array([0.0, 0.0, 2.0]), (len(poses), 1))
    rel = points[None] - poses[:, None, :2]
    far = np.linalg.norm(rel, axis=-1)
    i = far.argmin(axis=1)
    rows = np.arange(len(poses))
    near = _local(rel[rows, i], poses[:, 2])
    return np.concatenate([np.clip(near / 3, -2, 2), np.clip(far[rows, i, None] / 3, 0, 2)], 1)


def _rays(outline: NDArray, start: NDArray, ways: NDArray) -> NDArray:
    """Return (N, R) distances from points (N, 2) along ways (N, R, 2) to an outline."""
    a = outline
    edge = np.roll(outline, -1, axis=0) - a
    rel = a[None, None] - start[:, None, None]
    cross = ways[:, :, None, 0] * edge[..., 1] - ways[:, :, None, 1] * edge[..., 0]
    safe = np.where(np.abs(cross) < 1e-9, 1e-9, cross)
    t = (rel[..., 0] * edge[..., 1] - rel[..., 1] * edge[..., 0]) / safe
    u = (rel[..., 0] * ways[:, :, None, 1] - rel[..., 1] * ways[:, :, None, 0]) / safe
    hit = (t > 0) & (u >= -1e-6) & (u <= 1 + 1e-6) & (np.abs(cross) > 1e-9)
    return np.where(hit, t, 20.0).min(axis=-1)


def _edge_angle(outline: NDArray, points: NDArray) -> NDArray:
    """Return the direction in radians of the edge that is nearest to each point."""
    way = np.roll(outline, -1, axis=0) - outline
    rel = points[:, None] - outline
    t = np.clip((rel * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-12), 0, 1)
    far = np.linalg.norm(rel - t[..., None] * way, axis=-1)
    best = way[far.argmin(axis=1)]
    return np.arctan2(best[:, 1], best[:, 0])


def neighbours(poses: NDArray, others: NDArray) -> NDArray:
    """Return (N, NEAR) int: which of (M, 6) others are nearest to each pose, -1 for none."""
    out = np.full((len(poses), NEAR), -1)
    if len(others):
        far = np.linalg.norm(poses[:, None, :2] - others[None, :, :2], axis=-1)
        order = np.argsort(far, axis=1, kind="stable")[:, :NEAR]
        out[:, : order.shape[1]] = order
    return out


def proposals(
    outline: ArrayLike, size: ArrayLike, count: int, on_wall: bool, rng: np.random.Generator
) -> NDArray:
    """Return (count, 3) poses spread over a room: what the network weighs against each other.

    Six in ten stand with their backs to a wall, or near to it; the others anywhere. What hangs
    on a wall always has its back to one. They may lie outside.
    """
    poly, size = np.asarray(outline, float), np.asarray(size, float)
    way = np.roll(poly, -1, axis=0) - poly
    length = np.linalg.norm(way, axis=1)
    edge = rng.choice(len(poly), count, p=length / length.sum())
    angle = np.arctan2(way[edge, 1], way[edge, 0])
    inward = np.stack([-np.sin(angle), np.cos(angle)], axis=-1)
    along = way[edge] / length[edge, None]
    slack = np.maximum(length[edge] - size[0], 0.0)
    at = (length[edge] - slack) / 2 + slack * rng.uniform(0, 1, count)
    away = np.where(rng.random(count) < 0.7, rng.exponential(0.03, count),
                    rng.exponential(0.3, count))  # fmt: skip
    away = np.zeros(count) + 1e-3 if on_wall else away + 1e-3
    xy = poly[edge] + along * at[:, None] + inward * (size[1] / 2 + away)[:, None]
    found = np.column_stack([xy, angle])
    if not on_wall:
        free = rng.random(count) < 0.4
        n = int(free.sum())
        found[free, :2] = rng.uniform(poly.min(axis=0), poly.max(axis=0), (n, 2))
        turn = rng.choice(4, n) * (np.pi / 2) + rng.normal(0, 0.12, n) * (rng.random(n) < 0.4)
        found[free, 2] = angle[free] + turn
    return found
