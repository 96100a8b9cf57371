"""How a camera moved: told apart, and found, from exact rooms seen through noisy points."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import metres, shot, travel
from understudy.ml.blocking.camera import Tracks

SIZE, FRAMES = (640, 360), 40
USUAL = 0.83 * 640


def room(rng, count=140):
    """Points of a room of 8 by 6 metres: floor, walls and things, first camera's axes."""
    points = rng.uniform([-5, -2.0, 2.0], [5, 1.4, 9.0], (count, 3))
    points[: count // 3, 1] = 1.4
    points[count // 3 : 2 * count // 3, 2] = 9.0
    return points


def film(points, turn, place, focal, rng, noise=0.15, astray=0.1):
    """Return the tracks of a room and the true maps far away, a tenth of the points walking off."""
    frame, name, spot = [], [], []
    loose = rng.random(len(points)) < astray
    drift = rng.normal(0.0, 0.02, (len(points), 3))
    for f in range(len(turn)):
        where = points + np.where(loose[:, None], f * drift, 0.0)
        seen = rt.rotate(rt.conjugate(turn[f]), where - place[f])
        pixel = focal[f] * seen[:, :2] / np.maximum(seen[:, 2:], 0.1)
        pixel += rng.normal(0.0, noise, pixel.shape)
        there = (seen[:, 2] > 0.5) & (np.abs(pixel) < 0.5 * np.array(SIZE)).all(axis=1)
        frame.append(np.full(there.sum(), f))
        name.append(np.flatnonzero(there))
        spot.append(pixel[there] + 0.5 * np.array(SIZE))
    tracks = Tracks(np.concatenate(frame), np.concatenate(name), np.concatenate(spot))
    exact = travel.Move(turn, place, focal / focal[0], float(focal[0]), True)
    return tracks, exact


def a_move(kind):
    """Return turn (F, 4), place (F, 3) and focal length (F,) of a camera."""
    t = np.linspace(0.0, 1.0, FRAMES)
    still, none = np.zeros((FRAMES, 3)), np.zeros(FRAMES)
    pan = rt.from_rotvec(np.stack([0.05 * t, 0.5 * t, 0.02 * np.sin(9 * t)], axis=1))
    flat = rt.from_rotvec(still + 0.002 * np.sin(7 * t)[:, None])
    return {
        "pan": (pan, still, USUAL + none),
        "long lens": (pan, still, 1.7 * USUAL + none),
        "zoom": (flat, still, USUAL * (1.0 + 0.6 * t)),
        "dolly": (flat, np.stack([2.0 * t, 0.02 * np.sin(20 * t), none], axis=1), USUAL + none),
        "push": (flat, np.stack([none, none, 1.5 * t], axis=1), USUAL + none),
        "around": (rt.from_rotvec(np.stack([none, -0.5 * t, none], axis=1)),
                   np.stack([2.5 * t, none, 0.4 * t], axis=1), 0.85 * USUAL + none),
    }[kind]  # fmt: skip


@pytest.mark.parametrize("kind", ["pan", "long lens", "zoom", "dolly", "push", "around"])
def test_each_kind_of_move_is_told_and_found(kind):
    rng = np.random.default_rng(3)
    turn, place, focal = a_move(kind)
    tracks, exact = film(room(rng), turn, place, focal, rng)
    # Where the tracker began from: a camera that it took to turn only, a little wrong.
    wrong = rt.multiply(turn, rt.from_rotvec(np.linspace(0, 0.05, FRAMES)[:, None] * [0, 1.0, 0]))
    chained = travel.Move(wrong, 0 * place, np.ones(FRAMES), USUAL, False).far(SIZE)
    found = travel.follow(tracks, SIZE, chained)
    assert found.travels == (kind in ("dolly", "push", "around"))
    assert np.degrees(rt.angle_between(found.turn, turn)).max() < 0.6
    np.testing.assert_allclose(found.zoom, exact.zoom, rtol=0.01)
    if kind == "long lens":
        assert found.focal == pytest.approx(1.7 * USUAL, rel=0.05)
    if found.travels:
        size = (found.place * place).sum() / np.square(found.place).sum()
        assert np.linalg.norm(size * found.place - place, axis=1).max() < 0.06
    else:
        assert not found.place.any()


def test_a_room_without_points_says_nothing():
    few = Tracks(np.arange(5), np.zeros(5, int), np.zeros((5, 2)))
    assert travel.follow(few, SIZE, np.tile(np.eye(3), (5, 1, 1))) is None


def test_far_maps_hold_beyond_a_right_angle():
    turn = rt.from_rotvec(np.outer(np.linspace(0.0, 1.5, 9), [0.0, 1.0, 0.1]))
    move = travel.Move(turn, np.zeros((9, 3)), np.linspace(1.0, 1.3, 9), 400.0, False)
    maps = move.far(SIZE)
    from understudy.ml.blocking import camerapath

    assert rt.angle_between(camerapath.turns(maps, SIZE, 400.0), turn).max() < 1e-6
    np.testing.assert_allclose(camerapath.zooms(maps, SIZE, 400.0), move.zoom, rtol=1e-6)


@pytest.mark.parametrize("known", [True, False], ids=["contacts known", "contacts unknown"])
def test_a_walker_sizes_the_way_of_a_camera(known):
    """One foot stands while the other swings; the camera goes along at the same speed."""
    t = np.arange(90) / 30.0
    phase = (t[:, None] + np.array([0.0, 0.5])) % 1.0
    step = np.floor(t[:, None] + np.array([0.0, 0.5])) - np.array([0.0, 0.5])
    swing = np.clip((phase - 0.5) / 0.5, 0.0, 1.0)
    along = 1.4 * (step + swing * swing * (3 - 2 * swing))
    feet = np.zeros((90, 4, 3))
    feet[:, :, 0] = np.repeat(along, 2, axis=1)
    feet[:, :, 2] = np.repeat(0.2 * np.sin(np.pi * swing), 2, axis=1)
    place = np.stack([1.4 * t, 0 * t, 0 * t], axis=1)
    stands = np.repeat(swing == 0.0, 2, axis=1) if known else np.ones((90, 4))
    noisy = feet - place[:, None] + np.random.default_rng(0).normal(0, 0.004, feet.shape)
    found = metres._unit(noisy, place / 3.7, stands.astype(float), 30.0, 4.0)
    assert found == pytest.approx(3.7, rel=0.04)


@pytest.mark.parametrize("way", [0.0, 2.5])
def test_a_camera_that_travels_has_its_place_keyed(way):
    frames = np.arange(1, FRAMES + 1)
    t = np.linspace(0.0, 1.0, FRAMES)
    ease = t * t * (3 - 2 * t)
    place = np.outer(way * ease, [1.0, 0.2, 0.0]) + [0.0, -5.0, 1.5]
    rng = np.random.default_rng(0)
    place += rng.normal(0.0, 0.001, place.shape)  # what is measured trembles
    turn = np.tile([0.7, 0.7, 0.0, 0.0], (FRAMES, 1)) / np.linalg.norm([0.7, 0.7])
    filmed = shot.Shot(place, turn, np.full(FRAMES, 30.0), 5.0)
    seat, lens = shot.channels(filmed, frames, 30.0)
    keys = {(c.data_path, c.index): c.keys["co"] for c in [*seat, *lens]}
    count = {path: len(co) for (path, k), co in keys.items() if k == 0}
    assert count["rotation_quaternion"] == count["lens"] == 1
    if not way:
        assert count["location"] == 1
        return
    assert 2 <= count["location"] <= 6
    for k in range(3):
        co = keys["location", k]
        assert np.abs(co[:, 1] - place[co[:, 0].astype(int) - 1, k]).max() < 0.02
