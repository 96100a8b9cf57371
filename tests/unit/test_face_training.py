"""What the face solver's training rests on: mirror images, flashes, and how they are counted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from understudy.ml.face import features
from understudy.ml.face.performance import INDEX, NAMES
from understudy.ml.face.pose import Basis
from understudy.ml.train.face import (
    actors,
    bench,
    changing,
    film,
    fitting,
    footage,
    glasses,
    heads,
    performances,
    untangle,
)


def test_a_mirrored_face_has_mirrored_features():
    """Features of a picture and of its mirror image differ by the order and signs alone."""
    basis = Basis.load()
    rng = np.random.default_rng(1)
    mesh = fitting.mirror_points(basis.template)
    frames = 6
    value = rng.uniform(0, 0.6, (frames, 52))
    value[0] = 0.0
    upright = 20 * (basis.template + np.tensordot(value, basis.motion, 1))
    points = upright * [1, -1, -1]
    iris = rng.normal(0, 3, (frames, 2, 76, 3))
    iris[:, 0] += points[:, [133]]
    iris[:, 1] += points[:, [362]]
    flip = [-1, 1, 1]
    face, rest = basis.template.copy(), np.array([0])
    here, _ = features.compute(points, iris, face, rest, basis)
    there, _ = features.compute(points[:, mesh] * flip, iris[:, ::-1] * flip, face, rest, basis)
    order, sign = fitting.mirror_features(basis).T
    assert here.shape == (frames, features.COUNT)
    assert np.allclose(here[:, order] * sign, there, atol=2e-3)
    names = fitting.mirror_names()
    assert names[INDEX["mouthSmileLeft"]] == INDEX["mouthSmileRight"]
    assert names[INDEX["jawOpen"]] == INDEX["jawOpen"]


def test_mirrored_changes_mirrored_again_are_the_same():
    order, sign = changing.mirror_changes().T
    assert (order[order] == np.arange(len(order))).all() and (sign * sign[order] == 1).all()
    assert (order[-52:] - len(order) + 52 == fitting.mirror_names()).all()


def test_what_a_change_is_can_be_learned_on_either_side():
    """What one side's cells tell of its brow is known of the other side's as well."""
    rng = np.random.default_rng(6)
    order, _ = changing.mirror_changes().T
    left, right = INDEX["browDownLeft"], INDEX["browDownRight"]
    change = rng.normal(0, 1, (4000, len(order))).astype(np.float32)
    true = np.zeros((4000, 52))
    true[:, left] = 0.1 * change[:, 3]
    weight = changing._solve([changing._sums([(change[i::2], true[i::2])]) for i in (0, 1)])
    assert weight[3, left] > 0.02 and np.isclose(weight[order[3], right], weight[3, left])
    others = np.delete(np.abs(weight), 3, axis=0)[:, left]
    assert others.max() < 0.4 * weight[3, left]


def test_a_planted_flash_is_found_and_a_slow_motion_is_not():
    value = np.zeros((200, 52))
    which, start, length = actors.add_flash(value, np.random.default_rng(0), 5, 80, 0.15)
    assert NAMES[which] == NAMES[5] and 4 <= length <= 8
    curve = value[:, 5] + np.random.default_rng(1).normal(0, 0.003, 200)
    events = bench.flashes(curve)
    assert len(events) == 1
    onset, peak, height = events[0]
    assert abs(onset - start) <= 2 and start <= peak <= start + length and height > 0.1
    slow = 0.3 * np.sin(np.linspace(0, np.pi, 200))
    assert bench.flashes(slow) == []


def test_drawn_expressions_are_faces_and_single_ones_are_among_them():
    rng = np.random.default_rng(9)
    actor = actors.Actor([rng.uniform(0, 0.4, (200, 52))])
    drawn = np.array([actor.expression(rng) for _ in range(400)])
    assert drawn.min() >= 0 and drawn.max() <= 1
    pucker, jaw = (drawn[:, INDEX[n]] for n in ("mouthPucker", "jawOpen"))
    assert (pucker > 0.5).any() and (drawn[:, INDEX["mouthClose"]] <= jaw + 1.0).all()
    assert ((drawn > 0.02).sum(axis=1) <= 12).any()


def test_glasses_cover_what_is_around_the_eyes_alone():
    rng = np.random.default_rng(10)
    ball = rng.normal(0, 1, (300, 3))
    ball *= 1.2 / np.linalg.norm(ball, axis=1, keepdims=True)
    person = np.concatenate([ball + [3.1, 0, 0], ball - [3.1, 0, 0]])
    head = SimpleNamespace(eyes=(np.arange(300), np.arange(300, 600)))
    camera = actors.placed(np.zeros(3), 2.0, np.array([0.0, 0.0, -50.0]))
    plain = np.full((240, 240, 3), 128, np.uint8)
    worn = glasses.Glasses.random(rng).put_on(plain, person, head, camera)
    there = np.argwhere((worn != plain).any(axis=2))
    assert len(there) > 200 and abs(there[:, 1].mean() - 120) < 6
    assert there[:, 0].min() > 120 - 35 and there[:, 0].max() < 120 + 45
    assert (plain == 128).all()


def test_footage_is_of_the_same_size_and_as_bright_unless_it_is_dim():
    rng = np.random.default_rng(11)
    image = np.tile(np.linspace(60, 200, 160).astype(np.uint8)[None, :, None], (160, 1, 3))
    for _ in range(40):
        kind = footage.Footage.random(rng)
        spoiled = kind(image, rng)
        assert spoiled.shape == image.shape and spoiled.dtype == np.uint8
        assert abs(spoiled.mean() - kind.light * image.mean()) < 4


def _small_head() -> heads.Head:
    """A square of 4 x 4 points with two eyeballs of three points each, and their mesh."""
    rng = np.random.default_rng(12)
    grid = np.stack(np.meshgrid(np.linspace(-6, 6, 4), np.linspace(4, -9, 4)), axis=-1)
    skin = np.concatenate([grid.reshape(-1, 2), np.zeros((16, 1))], axis=1)
    eyes = [np.array([[x, 0.0, 1.0], [x + 0.5, 0, 0.5], [x, 0.5, 0.5]]) for x in (3.1, -3.1)]
    neutral = np.concatenate([skin, *eyes]).astype(np.float32)
    return heads.Head(
        name="ict",
        neutral=neutral,
        people=rng.normal(0, 0.1, (5, 22, 3)).astype(np.float32),
        expressions=rng.normal(0, 0.1, (52, 22, 3)).astype(np.float32),
        triangles=np.array([[0, 1, 4], [4, 1, 5], [10, 11, 14], [16, 17, 18], [19, 20, 21]]),
        material=np.zeros(22, np.float32),
        eyes=(np.arange(16, 19), np.arange(19, 22)),
        mesh_triangle=rng.integers(0, 16, (468, 3)),
        mesh_weight=rng.dirichlet(np.ones(3), 468).astype(np.float32),
    )


def test_a_head_without_what_is_hidden_moves_as_the_whole_does():
    head = _small_head()
    less = head.without(np.array([False, False, True, False, True]))
    assert len(less.triangles) == 3 and all(len(e) == 3 for e in less.eyes)
    value, gaze = np.linspace(0, 1, 52), np.full((2, 2), 0.1)
    whole, part = (h.pose(h.neutral, value, gaze) for h in (head, less))
    assert np.allclose(head.mesh_points(whole), less.mesh_points(part), atol=1e-5)
    assert np.allclose(whole[head.triangles[0]], part[less.triangles[0]])


def test_strangers_are_lopsided_and_their_eyes_lie_about_the_origin():
    head, rng = _small_head(), np.random.default_rng(13)
    strangers = [head.stranger(rng) for _ in range(20)]
    middles = [np.mean([s[e].mean(axis=0) for e in head.eyes], axis=0) for s in strangers]
    assert np.abs(middles).max() < 1e-5
    assert (
        np.std(strangers, axis=0).mean()
        > np.std([head.person(rng) for _ in range(20)], axis=0).mean()
    )


def test_gain_and_correlation():
    true = np.sin(np.linspace(0, 7, 100))
    r, gain = bench.correlation(0.5 * true + 2, true)
    assert np.isclose(r, 1) and np.isclose(gain, 0.5)
    assert bench.correlation(np.zeros(100), true) == (0.0, 0.0)


def test_a_head_moves_smoothly():
    way = film.head_way(np.random.default_rng(3), 300, 30.0, 8.0)
    assert way.shape == (300, 3) and np.abs(way).max() < np.radians(40)
    assert np.abs(np.diff(way, axis=0)).max() < np.radians(2.5)


def test_performances_are_faces_and_differ():
    rng = np.random.default_rng(7)
    wave = 0.45 + 0.4 * np.sin(np.arange(900)[:, None] * np.linspace(0.02, 0.3, 52))
    wave *= np.linspace(0.05, 1.0, 900)[:, None]
    director = performances.Director(actors.Actor([wave]))
    made = [director.performance(rng, 120) for _ in range(12)]
    for value in made:
        assert value.shape == (120, 52) and value.min() >= 0 and value.max() <= 1
        assert np.abs(np.diff(value, axis=0)).max() < 0.9
    assert np.std([value.mean() for value in made]) > 0.01


def test_what_is_mixed_up_is_taken_apart_again():
    """A solver that shows half, and a fifth of that on the other side, is mended."""
    rng = np.random.default_rng(8)
    names = fitting.mirror_names()
    mixed = 0.5 * np.eye(52)
    mixed[np.arange(52), names] += 0.1 * (names != np.arange(52))
    pairs = []
    for _ in range(12):
        true = np.clip(np.cumsum(rng.normal(0, 0.05, (150, 52)), axis=0) + 0.4, 0, 1)
        pairs.append((true @ mixed + rng.normal(0, 0.01, true.shape), true))
    matrix = untangle._matrix(pairs)
    assert np.allclose(matrix[names][:, names], matrix, atol=1e-6)
    true = np.clip(rng.random((100, 52)), 0, 1)
    left, right = INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]
    true[:, right] = 0.3
    found = true @ mixed @ matrix
    lean, leak = (np.polyfit(true[:, left], found[:, i], 1)[0] for i in (left, right))
    assert 0.8 < lean < 1.2 and abs(leak) < 0.1
