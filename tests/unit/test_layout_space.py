"""The exact solver: boxes, outlines, ways, cameras that stand free, and how variants differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from understudy.ml.layout import geometry, shots, verify
from understudy.ml.layout.plan import Item, Layout, Opening, Room, Swatch
from understudy.ml.layout.sight import Blockers, box_points, foreground, standing_free
from understudy.ml.layout.space import BODY, Space, Walk, wall_places
from understudy.ml.layout.variety import distance, signature

SQUARE = [(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)]
BENT = [(-3.0, -3.0), (3.0, -3.0), (3.0, 0.0), (0.0, 0.0), (0.0, 3.0), (-3.0, 3.0)]


def room(outline: list = SQUARE, **options: object) -> Room:
    """Return a walled room with a door in the middle of two opposite walls."""
    doors = [
        Opening("door", (-0.5, -3.0), (0.5, -3.0), entrance=True),
        Opening("door", (-1.5, 3.0), (-0.5, 3.0), entrance=True),
    ]
    return Room(outline, openings=doors, **options)


def item(kind: str, size: tuple, x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> Item:
    """Return an item without a name."""
    return Item("", kind, "prop", "", size, (x, y, z), yaw)


def random_prints(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return footprints of all sizes and turns."""
    return np.column_stack([rng.uniform(-4, 4, (count, 2)), rng.uniform(0.1, 1.5, (count, 2)),
                            rng.uniform(-math.pi, math.pi, count)])  # fmt: skip


def test_overlap_agrees_with_points_in_both() -> None:
    rng = np.random.default_rng(0)
    a, b = random_prints(rng, 400), random_prints(rng, 400)
    said = geometry.overlap(a, b)
    for p, q, hit in zip(a, b, said, strict=True):
        grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 25)] * 2), axis=-1).reshape(-1, 2)
        rim = geometry.corners(p)[0]
        points = rim[0] + (grid[:, :1] + 1) / 2 * (rim[1] - rim[0])
        points = points + (grid[:, 1:] + 1) / 2 * (rim[3] - rim[0])
        shared = geometry.inside(geometry.corners(q)[0], points).any()
        assert hit or not shared, "an overlap was missed"
        if hit and not shared:  # a sliver, or touching within the gap
            grown = q.copy()
            grown[2:4] += 0.2
            assert geometry.inside(geometry.corners(grown)[0], points).any()


def test_the_grid_finds_what_comparing_all_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    boxes = geometry.Boxes()
    for p in random_prints(rng, 200)[:20] * [3, 3, 0.5, 0.5, 1]:
        boxes.add(p, 0.0, 1.0, BODY)
    asked = random_prints(rng, 100) * [3, 3, 1, 1, 1]
    low, high = np.zeros(100), np.ones(100)
    dense = boxes.hit(asked, low, high, BODY)
    monkeypatch.setattr(geometry, "_DENSE", 0)
    assert (boxes.hit(asked, low, high, BODY) == dense).all()
    assert 0 < dense.sum() < 100
    assert not boxes.hit(asked, low + 1.0, high + 1.0, BODY).any(), "higher up it is free"


def test_a_reflex_corner_is_not_run_over() -> None:
    crossing = np.array([[0.2, 0.0, 0.1, 2.0, 0.0], [-1.5, 0.0, 0.5, 2.0, 0.0]])
    assert geometry.prints_inside(BENT, crossing).tolist() == [False, True]
    assert geometry.area(BENT) == pytest.approx(27.0)


def test_nothing_may_stand_in_another_before_a_door_or_outside() -> None:
    space = Space(room())
    space.add(item("table", (1.0, 1.0, 0.8), 0.0, 0.0))
    at = np.array(
        [[0.5, 0.5, 0, 0], [0, -2.6, 0, 0], [2.9, 0, 0, 0], [2, 2, 0, 30], [0, 0, 0.8, 0]]
    )
    ok = space.allowed(at, (0.5, 0.5, 0.5))
    assert ok.tolist() == [False, False, False, True, True]


def test_ways_stay_free_between_the_entrances() -> None:
    space = Space(room())
    space.add(item("table", (4.0, 1.0, 0.8), 0.0, 0.0))
    assert space.keep_ways() == []
    rng = np.random.default_rng(2)
    for _ in range(400):
        at = np.array([[*rng.uniform(-3, 3, 2), 0.0, rng.uniform(0, 360)]])
        if space.allowed(at, (0.4, 0.4, 1.0))[0]:
            space.add(item("crate", (0.4, 0.4, 1.0), at[0, 0], at[0, 1], at[0, 3]))
    assert len(space.items) > 20
    made = Layout(room=space.room, items=space.items)
    found = verify.check(made)
    assert found["walkable"] == 1.0 and not found["collisions"] and not found["blocked"]


def test_a_closed_way_is_told() -> None:
    space = Space(room())
    space.add(item("wall", (6.0, 0.3, 2.5), 0.0, 0.0))
    assert "could not be kept free" in space.keep_ways()[0]
    assert verify.check(Layout(room=space.room, items=space.items))["walkable"] == 0.0


def test_the_checker_sees_every_fault() -> None:
    items = [
        item("table", (1.0, 1.0, 0.8), 0.0, 0.0),
        item("crate", (0.5, 0.5, 0.5), 0.3, 0.0),
        item("crate", (0.5, 0.5, 0.5), 4.0, 0.0),
        item("crate", (0.5, 0.5, 0.5), -2.0, 2.0, z=1.0),
        item("crate", (1.6, 0.5, 0.5), 0.0, -2.7),
    ]
    found = verify.check(Layout(room=room(), items=items))
    assert found["collisions"] == [(0, 1)] and found["outside"] == [2]
    assert found["floating"] == [3]
    space = Space(room())
    assert Walk(space).entry(space.room.openings[0]) is not None


def test_places_at_walls_have_their_backs_to_them() -> None:
    for x, y, _, yaw in wall_places(np.array(BENT), (1.0, 0.4, 1.0), 0.3):
        back = np.array([x, y]) - 0.2 * geometry.front(yaw)
        assert geometry.edge_distance(BENT, back) < 0.002
        assert geometry.inside(BENT, np.array([x, y]))


def test_cameras_stand_free_and_their_figures_are_shares() -> None:
    rng = np.random.default_rng(3)
    items = [item("crate", (0.6, 0.6, 0.9), x, y) for x in (-2.0, 0.0, 2.0) for y in (-1.0, 1.5)]
    items[0].role = "hero"
    made = Layout(room=room(), items=items)
    found = shots.direct(made, shots.preset("kinetic"), 24.0, 16 / 9, rng)
    assert len(found) >= 3
    blockers = Blockers.of(items)
    for shot in found:
        eyes = np.array([k.pos for k in shot.keys])
        assert standing_free(made, blockers, eyes).all()
        assert all(0.0 <= v <= 1.0 for v in shot.scores.values())
        assert shot.keys[0].frame == 0.0 and shot.keys[-1].frame <= shot.duration - 1
    seen = blockers.hide(np.array([[0.0, -2.5, 0.5]]), np.array([[0.0, 1.5, 0.5]]), np.array([-1]))
    assert seen.tolist() == [True], "the crate between hides the one behind"
    assert box_points(items[0]).shape == (15, 3)


def test_distance_of_variants() -> None:
    one = Layout(room=room(), items=[item("crate", (0.5, 0.5, 0.5), -2.0, -2.0)])
    two = Layout(room=room(), items=[item("table", (1.0, 0.5, 0.5), 2.0, 2.0)])
    one.palette = two.palette = {"main": Swatch()}
    a, b = signature(one), signature(two)
    assert distance(a, a) == pytest.approx(0.0) and distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a, b) > 0.5


def test_what_is_large_before_the_lens_is_seen() -> None:
    """A wardrobe is found at 1 m and at 2.5 m, a wide mushroom too, a chair far off is not."""
    eye, target = np.array([[0.0, -5.0, 1.6]]), np.array([[0.0, 0.0, 1.2]])

    def shares(kind: str, category: str, size: tuple, y: float) -> tuple[float, float]:
        thing = Item("Thing", kind, "furniture", category, size, (0.4, y, 0.0))
        close, near = foreground(Blockers.of([thing]), eye, target, np.array([28.0]), 16 / 9, -1)
        return float(close[0]), float(near[0])

    close, near = shares("wardrobe", "storage", (1.3, 0.6, 2.05), -4.0)
    assert close > 0.3 and near >= close
    close, near = shares("wardrobe", "storage", (1.3, 0.6, 2.05), -2.5)
    assert close == 0 and near > 0.1
    assert shares("giant_mushroom", "plant", (1.5, 1.5, 2.2), -3.8)[0] > 0.3
    assert shares("chair", "chair", (0.45, 0.5, 0.9), -1.0) == (0.0, 0.0)
