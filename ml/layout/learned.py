"""The learned parts: where furniture likely stands, and which things a room likely holds."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..runtime import Session, Settings
from .features import KIND_OF, NEAR, NUMBER, OTHER, Around, neighbours, static
from .plan import Layout
from .propose import openings_of
from .space import Space

PLACEMENT, OBJECTS = "layout_placement_v1", "layout_objects_v1"
RANKER = "layout_ranker_v1"
ROOM_TYPES = {
    "bedroom": "Bedroom", "child's bedroom": "Bedroom", "student's bedroom": "Bedroom",
    "hotel room": "Bedroom", "living room": "LivingRoom", "kitchen": "Kitchen",
    "bathroom": "Bathroom",
}  # fmt: skip
"""Cards of the four types of room that the data has."""
_LEAST = 4
"""Things that the data knows, from which a room can be judged."""
_SMALL = {
    "Book": "book", "Pencil": "papers", "Pen": "papers", "Newspaper": "papers", "Bowl": "bowl",
    "CellPhone": "phone", "RemoteControl": "phone", "Vase": "vase", "Statue": "vase",
    "DeskLamp": "table_lamp", "Mug": "cup", "Cup": "cup", "Plate": "plate", "Laptop": "laptop",
    "AlarmClock": "clock", "TissueBox": "small_box", "Box": "small_box", "Candle": "candle",
    "Bottle": "bottle", "WineBottle": "bottle", "SoapBottle": "bottle", "SprayBottle": "bottle",
    "Bread": "food", "Apple": "food", "Tomato": "food", "Potato": "food", "Lettuce": "food",
    "Kettle": "pot", "Pot": "pot", "Pan": "pot", "TeddyBear": "toy", "BasketBall": "toy",
}  # fmt: skip
_KIND_FOR = {
    "ArmChair": "armchair", "Bed": "bed", "Chair": "chair", "CoffeeTable": "coffee_table",
    "CounterTop": "counter", "Desk": "desk", "DiningTable": "table", "Dresser": "dresser",
    "FloorLamp": "floor_lamp", "Fridge": "fridge", "GarbageCan": "bin",
    "HousePlant": "plant_pot", "LaundryHamper": "basket", "Ottoman": "cushion",
    "Painting": "painting", "SideTable": "side_table", "Safe": "locker",
    "ShelvingUnit": "shelf", "Sink": "sink", "Sofa": "sofa", "Stool": "stool",
    "TVStand": "tv_stand", "Toilet": "toilet", "WashingMachine": "washing_machine",
}  # fmt: skip


@dataclass
class Furnished:
    """A furnished room as the data would list it.

    Attributes
    ----------
    kind : one of the data's types of room
    poses : (T, 3) x, y, yaw in radians; sizes : (T, 3) metres; names : T categories
    """

    kind: str
    around: Around
    openings: int
    poses: NDArray
    sizes: NDArray
    names: list[str]

    @property
    def codes(self) -> NDArray:
        """The categories' numbers (T,)."""
        return np.array([NUMBER.get(n, OTHER) for n in self.names])

    @classmethod
    def of(cls, layout: Layout) -> Furnished | None:
        """Read a layout; None for places that the data knows nothing, or too little, of."""
        known = [i for i in layout.items if i.kind in KIND_OF and i.support in ("floor", "wall")]
        place = layout.facets.get("place")
        if place not in ROOM_TYPES or len(known) < _LEAST:
            return None
        doors, windows = ([m for m, _ in openings_of(layout.room, n)] for n in ("door", "window"))
        return cls(
            kind=ROOM_TYPES[place],
            around=Around.of(layout.room.outline, doors, windows),
            openings=len(layout.room.openings),
            poses=np.array([[*i.pos[:2], np.radians(i.yaw)] for i in known]),
            sizes=np.array([i.size for i in known]),
            names=[KIND_OF[i.kind] for i in known],
        )


class Scorer:
    """Scores places with the network `layout_placement_v1`.

    Raises
    ------
    ModelError
        The network is missing or is not the one its card describes.
    """

    def __init__(self, settings: Settings) -> None:
        self.session = Session(PLACEMENT, settings)

    def __call__(
        self, space: Space, places: NDArray, kind: str, size: tuple[float, float, float]
    ) -> NDArray | None:
        """Return (N,) scores of (N, 4) places, or None for kinds that the data does not have."""
        if kind not in KIND_OF:
            return None
        room = Around.of(
            space.outline,
            [m for m, _ in openings_of(space.room, "door")],
            [m for m, _ in openings_of(space.room, "window")],
        )
        standing = [i for i in space.items if i.support in ("floor", "wall")]
        others = np.array([[*i.pos[:2], np.radians(i.yaw), *i.size] for i in standing])
        codes = np.array([NUMBER.get(KIND_OF.get(i.kind, ""), OTHER) for i in standing], int)
        poses = np.column_stack([places[:, :2], np.radians(places[:, 3])])
        return self.score(room, poses, size, NUMBER[KIND_OF[kind]], others, codes)

    def score(
        self,
        room: Around,
        poses: NDArray,
        size: ArrayLike,
        own: int,
        others: NDArray,
        codes: NDArray,
    ) -> NDArray:
        """Return (N,) scores: the log of how much likelier a pose is than among proposals.

        Parameters
        ----------
        poses : (N, 3) x, y, yaw in radians
        own : number of the thing's category
        others : (M, 6) x, y, yaw in radians, width, depth, height of what stands
        codes : (M,) their categories
        """
        near = neighbours(poses, others.reshape(-1, 6))
        picked = np.zeros((len(poses), NEAR, 6), np.float32)
        names = np.full((len(poses), NEAR), -1, np.int64)
        if len(codes):
            picked = np.where(near[..., None] >= 0, others[near], 0).astype(np.float32)
            names = np.where(near >= 0, codes[near], -1)
        flat = np.tile(np.asarray(size[:2], float), (len(poses), 1))
        out = self.session(
            static=static(room, poses, size)[None],
            poses=np.column_stack([poses, flat])[None],
            own=np.full((1, len(poses)), own),
            others=picked[None],
            codes=names[None],
        )
        return out["scores"][0]

    def likeness(self, layout: Layout) -> float | None:
        """Return how like a real one a furnished room is, 0 to 1, by its things' poses alone.

        It is the mean score of its things where they stand, each beside all the others. None for
        places that the data knows nothing of.
        """
        room = Furnished.of(layout)
        if room is None:
            return None
        scores = self.standing(room.around, room.poses, room.sizes, room.codes)
        return float(1 / (1 + np.exp(-scores.mean())))

    def standing(self, room: Around, poses: NDArray, sizes: NDArray, codes: NDArray) -> NDArray:
        """Return (T,) scores of T things, each where it stands among the others.

        Parameters
        ----------
        poses : (T, 3) x, y, yaw in radians; sizes : (T, 3) metres; codes : (T,) categories
        """
        full, found = np.column_stack([poses, sizes]), []
        for i in range(len(poses)):
            rest = np.delete(np.arange(len(poses)), i)
            found.append(self.score(room, poses[i : i + 1], sizes[i], int(codes[i]), full[rest],
                                    codes[rest])[0])  # fmt: skip
        return np.array(found)


class Ranker:
    """Says how like a real one a furnished room is, with the network `layout_ranker_v1`."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session(RANKER, settings)

    def __call__(self, layout: Layout, scorer: Scorer, table: ObjectTable) -> float | None:
        """Return 0 to 1, to put variants in order; None as `Furnished.of`."""
        room = Furnished.of(layout)
        if room is None:
            return None
        score = self.score(figures_of(room, scorer, table)[None])[0]
        return float(1 / (1 + np.exp(-score)))

    def score(self, figures: NDArray) -> NDArray:
        """Return (N,) scores, about 0 for rooms of the data, of (N, len(FIGURES)) figures."""
        return self.session(figures=figures)["scores"]


FIGURES = ("mean pose", "worst pose", "mean thing", "least likely thing", "nothing more")


def figures_of(room: Furnished, scorer: Scorer, table: ObjectTable) -> NDArray:
    """Return what the two networks say of a room, as `FIGURES` names it."""
    poses = scorer.standing(room.around, room.poses, room.sizes, room.codes)
    things = table.likelihood(room.kind, room.around.area, room.openings, room.names)
    return np.array([poses.mean(), poses.min(), *things])


class ObjectTable:
    """Says which things a room likely holds, with the network `layout_objects_v1`."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session(OBJECTS, settings)
        self.names: list[str] = json.loads(self.session.metadata["categories"])
        self.types: list[str] = json.loads(self.session.metadata["types"])

    def draw(
        self,
        kind: str,
        area: float,
        openings: int,
        rng: np.random.Generator,
        start: dict[str, int] | None = None,
        most: int = 60,
    ) -> dict[str, int]:
        """Draw what stands in a room, beginning from what is there, until it says "no more".

        Parameters
        ----------
        kind : one of `types`; area in m²
        """
        counts = np.zeros((1, len(self.names)), np.float32)
        for name, n in (start or {}).items():
            counts[0, self.names.index(name)] = n
        room = self._room(kind, area, openings)
        for _ in range(most):
            logits = self.session(counts=counts, room=room)["logits"][0]
            pick = int(np.argmax(logits + rng.gumbel(size=len(logits))))
            if pick == len(self.names):
                break
            counts[0, pick] += 1
        return {self.names[i]: int(counts[0, i]) for i in np.flatnonzero(counts[0])}

    def _room(self, kind: str, area: float, openings: int) -> NDArray:
        one_hot = [float(kind == t) for t in self.types]
        return np.array([[*one_hot, area**0.5 / 6, openings / 6]], np.float32)

    def likelihood(
        self, kind: str, area: float, openings: int, names: list[str]
    ) -> tuple[float, float, float]:
        """Return the logs of how likely a set of things is, brought in one by one.

        They are the mean of its things, the least likely one, and that then nothing more comes, on
        average over two orders.
        """
        told, rng = [], np.random.default_rng(0)  # the same for the same set
        numbers = np.array([self.names.index(n) for n in names])
        for _ in range(2):
            order = rng.permutation(numbers)
            counts = np.zeros((len(order) + 1, len(self.names)), np.float32)
            for k, number in enumerate(order):
                counts[k + 1 :, number] += 1
            rooms = np.repeat(self._room(kind, area, openings), len(counts), axis=0)
            logits = self.session(counts=counts, room=rooms)["logits"].astype(float)
            logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
            each = logits[np.arange(len(order)), order]
            told.append((each.mean(), each.min(), logits[-1, -1]))
        return tuple(np.mean(told, axis=0).tolist())

    def more(
        self, card: str, area: float, openings: int, have: dict[str, int], rng
    ) -> dict[str, int]:
        """Return kinds of the kit, and how many, that a card's room likely holds besides.

        `have` counts the kinds that the card asks for already; other cards get nothing.
        """
        if card not in ROOM_TYPES:
            return {}
        names = {**_KIND_FOR, **_SMALL}
        drawn = self.draw(ROOM_TYPES[card], area, openings, rng)
        found: dict[str, int] = {}
        for name, count in drawn.items():
            kind = names.get(name)
            if kind is not None:
                found[kind] = found.get(kind, 0) + count
        return {k: n - have.get(k, 0) for k, n in found.items() if n > have.get(k, 0)}
