"""Learned judges: how furnished a room looks like real ones, and what a camera really sees.

Both only put in order what the solver has made valid. Where a network is missing, the plain
figures that they stand beside take their place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..runtime import Session, Settings
from .features import KIND_OF, NEAR, NUMBER, OTHER, Around, neighbours, static
from .kinds import KINDS
from .learned import ROOM_TYPES
from .plan import Item, Layout
from .propose import openings_of
from .sight import SENSOR_MM, Blockers

RANKER, EYE = "layout_ranker_v1", "layout_eye_v1"
_LEAST = 4
"""Things that the data knows, from which a room can be judged."""
GROUPS = ("tree", "plant", "rock", "seat", "table", "bed", "storage", "appliance", "lamp", "small",
          "container", "decor", "structure", "building", "sign", "machine", "vehicle", "street",
          "monument", "shelter", "hanging", "bath")  # fmt: skip
_GROUP = {name: i for i, name in enumerate(GROUPS)}
CLUES = 7 + 2 * len(GROUPS)


class Ranker:
    """Scores furnished rooms with the network `layout_ranker_v1`."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session(RANKER, settings)

    def __call__(self, layout: Layout) -> float | None:
        """Return 0 to 1, or None for places that the data knows nothing of."""
        known = [i for i in layout.items if i.kind in KIND_OF and i.support in ("floor", "wall")]
        if layout.facets.get("place") not in ROOM_TYPES or len(known) < _LEAST:
            return None
        room = Around.of(
            layout.room.outline,
            [m for m, _ in openings_of(layout.room, "door")],
            [m for m, _ in openings_of(layout.room, "window")],
        )
        poses = np.array([[*i.pos[:2], np.radians(i.yaw)] for i in known])
        codes = np.array([NUMBER.get(KIND_OF[i.kind], OTHER) for i in known])
        told = encoded(room, poses, np.array([i.size for i in known]), codes)
        score = float(self.session(**{k: v[None] for k, v in told.items()})["scores"][0])
        return float(1 / (1 + np.exp(-0.5 * score)))


def encoded(room: Around, poses: NDArray, sizes: NDArray, codes: NDArray) -> dict[str, NDArray]:
    """Return what the ranker is told of a room of T things.

    Parameters
    ----------
    poses : (T, 3) x, y, yaw in radians; sizes : (T, 3) metres; codes : (T,) categories

    Returns
    -------
    static (T, STATIC), poses (T, 5), own (T,), others (T, NEAR, 6), codes (T, NEAR)
    """
    count, full = len(poses), np.column_stack([poses, sizes])
    near = np.full((count, NEAR), -1)
    for i in range(count):
        rest = np.delete(np.arange(count), i)
        found = neighbours(poses[i : i + 1], full[rest])[0]
        near[i] = np.where(found >= 0, rest[found] if len(rest) else -1, -1)
    parts = [static(room, poses[i : i + 1], sizes[i])[0] for i in range(count)]
    return {
        "static": np.array(parts, np.float32),
        "poses": full[:, :5].astype(np.float32),
        "own": codes.astype(np.int64),
        "others": np.where(near[..., None] >= 0, full[near], 0).astype(np.float32),
        "codes": np.where(near >= 0, codes[near], -1).astype(np.int64),
    }


class Eye:
    """Says how much of a thing is seen, with the network `layout_eye_v1`."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session(EYE, settings)

    def __call__(self, frames: NDArray) -> NDArray:
        """Return (N,) shares of (N, CLUES) frames."""
        return self.session(frames=frames.astype(np.float32))["shares"]


def groups_of(items: list[Item], index: NDArray) -> NDArray:
    """Return (M, G) one-hot: the sort of thing that each blocker is."""
    out = np.zeros((len(index), len(GROUPS)), np.float32)
    for row, i in enumerate(index):
        kind = KINDS.get(items[i].kind)
        if kind is not None and kind.category in _GROUP:
            out[row, _GROUP[kind.category]] = 1
    return out


def clues(
    layout: Layout,
    blockers: Blockers,
    eyes: NDArray,
    lens: NDArray,
    points: NDArray,
    subject: int,
) -> NDArray:
    """Return (N, CLUES): what rays from N eyes to a thing's points say.

    They are the shares of points that any box hides, and that boxes of each sort hide, how far the
    eye is, from how high, with which lens, how large the thing is, and of which sort.
    """
    n, p = len(eyes), len(points)
    own = np.full(n * p, subject)
    cut = blockers.cuts(np.repeat(eyes, p, axis=0), np.tile(points, (n, 1)), own)
    sorts = groups_of(layout.items, blockers.index)
    by_sort = ((cut.astype(np.float32) @ sorts) > 0).reshape(n, p, -1).mean(axis=1)
    hidden = cut.any(axis=1).reshape(n, p).mean(axis=1)
    deep = cut.sum(axis=1).reshape(n, p).mean(axis=1)
    item = layout.items[subject]
    middle = np.asarray(item.pos) + (0, 0, item.size[2] / 2)
    away = np.linalg.norm(eyes - middle, axis=1)
    large = max(item.size)
    flat = np.column_stack([
        hidden, np.minimum(deep, 4) / 2, np.log(np.maximum(away, 0.2)), eyes[:, 2] / 3,
        lens / SENSOR_MM / 2, np.log(large) * np.ones(n), np.arctan2(large, away),
    ])  # fmt: skip
    own_sort = np.tile(groups_of(layout.items, np.array([subject])), (n, 1))
    return np.column_stack([flat, by_sort, own_sort]).astype(np.float32)
