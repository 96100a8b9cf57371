"""What cameras of layouts see: shapes, walls, fronts, aspect ratios and moves."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import raster
from understudy.ml.layout import shots, sight
from understudy.ml.layout.lookout import CLOSE, CLUES, SEEN, Sights, corrected
from understudy.ml.layout.picture import Scene
from understudy.ml.layout.plan import CameraKey, Item, Layout, Room, Shot, Swatch
from understudy.ml.layout.shapes import shape_of
from understudy.ml.layout.storyboard import storyboard

SQUARE = [(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]
LENS = np.array([35.0])


def thing(kind: str, size: tuple, x: float, y: float, yaw: float = 0.0) -> Item:
    return Item(kind.title(), kind, "furniture", "table", size, (x, y, 0.0), yaw)


def seen(between: Item, height: float) -> tuple[float, float]:
    """Return how much of a crate shapes, and boxes, say is seen past something, from a height."""
    made = Layout(room=Room(SQUARE), items=[between, thing("crate", (0.4, 0.4, 0.4), 0.0, 2.0)])
    sights = Sights(made, sight.Blockers.of(made.items))
    eye, target = np.array([[0.0, -2.5, height]]), np.array([[0.0, 2.0, 0.2]])
    told = sights.clues(eye, target, LENS, 1, 16 / 9)
    assert told.shape == (1, len(CLUES)) and np.isfinite(told).all()
    return float(told[0, SEEN]), float(told[0, CLUES.index("seen, boxes")])


def test_one_sees_between_the_legs_of_a_table_but_not_through_a_wardrobe() -> None:
    shapes, boxes = seen(thing("table", (1.6, 0.9, 0.75), 0.0, 0.0), 0.25)
    assert shapes > 0.6 and boxes < 0.1
    assert seen(thing("wardrobe", (1.3, 0.6, 2.05), 0.0, 0.0), 0.25)[0] == 0.0


def test_shapes_come_nearer_to_the_drawn_picture_than_boxes() -> None:
    table, crate = (
        thing("table", (1.6, 0.9, 0.75), 0.0, 0.0),
        thing("crate", (0.6, 0.6, 0.6), 0.2, 1.6),
    )
    made = Layout(room=Room(SQUARE), palette={"main": Swatch()}, items=[table, crate])
    scene, sights = Scene(made), Sights(made, sight.Blockers.of(made.items))
    eyes = np.array([[x, y, z] for x in (-1.5, 0.0, 1.5) for y in (-2.5, -1.5) for z in (0.3, 1.0)])
    targets = np.tile([0.2, 1.6, 0.3], (len(eyes), 1))
    told = sights.clues(eyes, targets, np.full(len(eyes), 35.0), 1, 16 / 9)
    drawn = []
    for eye, target in zip(eyes, targets, strict=True):
        view = raster.View(eye, target, 35.0, 96, 54)
        items, _ = scene.items_seen(view)
        alone, away = scene.items_seen(view, 1)
        drawn.append((items == 1).sum() / (alone == 0).sum())
        assert 1.0 < away[alone == 0].min() < 6.0
    shapes, boxes = (np.abs(told[:, k] - drawn).mean() for k in (SEEN, CLUES.index("seen, boxes")))
    assert shapes < 0.6 * boxes


def test_what_the_network_says_takes_the_place_of_the_rays() -> None:
    keys = ("subject", "occlusion", "headroom", "horizon", "thirds", "front", "shown", "walls",
            "clear", "open")  # fmt: skip
    scores = {k: np.ones(2) for k in keys}
    told = np.zeros((2, len(CLUES)), np.float32)
    told[:, SEEN], told[1, CLOSE] = 0.5, 0.3
    plain = corrected(scores, told, 0, None)
    learned = corrected(scores, told, 0, lambda clues: clues[:, SEEN] + 0.25)
    assert plain["occlusion"][0] == 0.5 and learned["occlusion"][0] == 0.75
    assert learned["total"][0] > plain["total"][0] > 3 * plain["total"][1]
    assert corrected(scores, told, -1, None)["occlusion"][0] == 1.0  # of a place rays say it


def test_a_throne_is_looked_at_from_before_and_a_tree_from_anywhere() -> None:
    eyes = np.array([[0.0, 3.0, 1.6], [0.0, -3.0, 1.6], [3.0, 0.0, 1.6]])
    before, behind, beside = sight.before(thing("throne", (1.2, 1.1, 2.4), 0.0, 0.0), eyes)
    assert before == 1.0 and behind == 0.0 and 0.2 < beside < 0.8
    turned = sight.before(thing("throne", (1.2, 1.1, 2.4), 0.0, 0.0, 180.0), eyes)
    assert turned[1] == 1.0 and turned[0] == 0.0
    assert (sight.before(thing("tree", (3.0, 3.0, 5.0), 0.0, 0.0), eyes) == 1.0).all()


def test_a_wall_before_the_lens_is_told() -> None:
    made = Layout(room=Room(SQUARE))
    along = np.array([[-3.8, -3.0, 1.5]]), np.array([[-3.7, 3.0, 1.5]])
    across = np.array([[0.0, -3.8, 1.5]]), np.array([[0.0, 3.0, 1.5]])
    near, far = (sight.walls_near(made, *pair, LENS, 16 / 9)[0] for pair in (along, across))
    assert near > 0.3 and far == 0.0
    assert sight.walls_near(Layout(room=Room(SQUARE, walled=False)), *along, LENS, 1.0)[0] == 0.0


@pytest.mark.parametrize("aspect", [16 / 9, 2.39, 1.0, 9 / 16])
def test_pictures_and_judgement_agree_on_the_frame(aspect: float) -> None:
    """What lies at the frame's edge for the one lies there for the other, upright too."""
    high = 160
    view = raster.View(np.array([0.0, -5.0, 1.0]), np.array([0.0, 0.0, 1.0]), 30.0,
                       round(high * aspect), high)  # fmt: skip
    corner = np.array([[0.0, 0.0, 1.0], [0.3, 0.0, 1.4], [-0.3, 0.0, 1.4]])
    _, away = raster.surfaces(np.concatenate([corner[None], corner[None, ::-1]]), view)
    rows, columns = np.nonzero(np.isfinite(away))
    xy, _ = sight.project(view.eye[None], view.target[None], corner, 30.0, aspect)
    assert 2 * columns.max() / view.width - 1 == pytest.approx(xy[0, :, 0].max(), abs=0.03)
    assert 1 - 2 * rows.min() / view.height == pytest.approx(xy[0, :, 1].max(), abs=0.03)


@pytest.mark.parametrize("move", ["pan", "tilt"])
def test_pans_and_tilts_come_to_rest_on_the_frame_that_was_chosen(move: str) -> None:
    start = CameraKey(0.0, (0.0, -4.0, 1.5), (0.0, 0.0, 1.0), 0.0, 85.0)
    keys = shots._keyed(move, start, 48, 0.3, 1.0, np.random.default_rng(0))
    assert keys[-1].target == start.target and keys[-1].frame == 47.0
    xy, _ = sight.project(np.array([start.pos]), np.array([keys[0].target]),
                          np.array([start.target]), 85.0, 16 / 9)  # fmt: skip
    assert 0.2 < np.abs(xy).max() < 1.0, "it begins elsewhere, the subject just in the frame"


def test_storyboards_fit_every_aspect() -> None:
    key = CameraKey(0.0, (0.0, -3.0, 1.5), (0.0, 0.0, 0.5))
    end = CameraKey(40.0, (0.0, -2.0, 1.5), (0.0, 0.0, 0.5))
    shot = Shot("Shot 1", "extreme wide", "eye level", 21.0, 1.5, "push-in", 48, keys=[key, end])
    item = thing("crate", (1.0, 1.0, 1.0), 0.0, 0.0)
    made = Layout("a crate", room=Room(SQUARE), items=[item], shots=[shot] * 4)
    wide, upright = (storyboard(made, aspect).shape for aspect in (2.39, 9 / 16))
    assert wide[1] > 900 and upright[1] > 4 * 340, "two wide ones in a row, four upright ones"


def test_shapes_are_made_once_and_fill_their_box() -> None:
    table = shape_of(thing("table", (1.6, 0.9, 0.75), 0.0, 0.0))
    assert shape_of(thing("table", (2.0, 1.0, 0.8), 1.0, 0.0)) is table
    assert table.fill[2] > 0.9 and table.fill[0] < 0.6, "whole from above, open from the side"
    assert np.abs(table.points).max() <= 1.0 + 1e-6
    unknown = shape_of(thing("no such kind", (1.0, 1.0, 1.0), 0.0, 0.0))
    assert unknown.cells.any()
