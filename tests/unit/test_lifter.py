"""The lifter: what it is shown, how it is run over long clips, and what it makes of a performer."""

from __future__ import annotations

import body_double
import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import camerapath, lifter, lifting, seen, solver
from understudy.ml.blocking.body import ROLES
from understudy.ml.train.lifter import bodies

PLACES = [solver.JOINT_NAMES.index(name) for name in lifting.JOINTS]


@pytest.fixture(scope="module")
def performance():
    return body_double.squats()


def test_where_in_the_picture_somebody_stands_makes_no_difference():
    rng = np.random.default_rng(2)
    body = rng.normal(0.0, 0.3, (5, 33, 3))
    body -= body[:, [23, 24]].mean(axis=1, keepdims=True)
    views = []
    for ray in ([0.0, 0.0], [0.4, -0.2]):
        # The same body before the camera, then carried aside and turned with the line of sight.
        turn = rt.conjugate(lifting.view_turn(np.tile(ray, (5, 1))))
        place = rt.rotate(turn[:, None], body + [0.0, 0.0, 4.0])
        rays = place[..., :2] / place[..., 2:]
        views.append(lifting.look(rays, body, np.ones((5, 33)), np.zeros((5, 2)), 30.0))
    middle = views[0].inputs[:, :-3], views[1].inputs[:, :-3]
    # The rays of hips are averaged on the picture, which bends the line of sight a little.
    np.testing.assert_allclose(*middle, atol=0.02)


def test_a_long_clip_is_the_same_in_pieces(performance, monkeypatch):
    marks = body_double.seen(*performance)
    whole = lifter.lift(marks, marks.time)
    monkeypatch.setattr(lifter, "_PIECE", 72)
    monkeypatch.setattr(lifter, "_OVERLAP", 24)
    parts = lifter.lift(marks, marks.time)
    assert parts.joints.shape == whole.joints.shape == (len(marks.time), 17, 3)
    np.testing.assert_allclose(parts.joints, whole.joints, atol=2e-3)
    np.testing.assert_allclose(parts.contact, whole.contact, atol=2e-2)


def test_it_answers_at_any_frame_rate(performance):
    marks = body_double.seen(*performance)
    slow = lifter.lift(marks, marks.time[::3])
    full = lifter.lift(marks, marks.time)
    np.testing.assert_allclose(slow.joints, full.joints[::3], atol=5e-3)
    np.testing.assert_allclose(np.linalg.norm(slow.rot, axis=-1), 1.0, atol=1e-6)


def test_it_knows_a_performer_it_has_never_seen(performance):
    """Exact landmarks are not what it learned from, but the body must still be found."""
    marks = body_double.seen(*performance)
    lifted = lifter.lift(marks, marks.time)
    truth = solver.forward(performance[1], body_double.offsets())[:, PLACES]
    truth = np.stack([truth[..., 0], -truth[..., 2], truth[..., 1]], axis=-1)
    assert np.linalg.norm(lifted.joints - truth, axis=-1).mean() < 0.12
    assert rt.rotate(rt.conjugate(lifted.rot[:, ROLES.index("hips")]), lifted.up)[:, 2].min() > 0.8


def test_what_was_seen_is_remembered_whole(performance, tmp_path):
    marks = body_double.seen(*performance, pan=np.zeros(len(performance[0])))
    path = seen.place(str(tmp_path), "ab" * 32, {"person": "largest"}, {"net": "1"})
    assert path != seen.place(str(tmp_path), "ab" * 32, {"person": "central"}, {"net": "1"})
    assert seen.recall(path) is None
    seen.keep(path, marks)
    again = seen.recall(path)
    assert again.size == marks.size and again.models == marks.models
    np.testing.assert_array_equal(again.world_raw, marks.world_raw)
    np.testing.assert_array_equal(again.camera, marks.camera)
    path.write_bytes(b"torn")
    assert seen.recall(path) is None


def test_turn_and_zoom_are_told_apart():
    size, focal = (640, 480), 531.0
    lens = np.array([[focal, 0, 320.0], [0, focal, 240.0], [0, 0, 1.0]])
    angles, zoom = np.radians([0.0, 12.0, 40.0]), np.array([1.0, 1.0, 1.5])
    maps = []
    for angle, z in zip(angles, zoom, strict=True):
        turn = rt.to_matrix(rt.from_rotvec([0.0, angle, 0.0]))
        now = lens @ np.diag([z, z, 1.0])
        found = lens @ turn @ np.linalg.inv(now)
        maps.append(found / found[2, 2])
    maps = np.array(maps)
    found = rt.to_rotvec(camerapath.turns(maps, size, focal))
    np.testing.assert_allclose(found[:, 1], angles, atol=1e-6)
    np.testing.assert_allclose(camerapath.zooms(maps, size, focal), zoom, rtol=1e-6)
    still = camerapath.still_points(np.array([[[320.0, 240.0]]]), maps[1:2])
    assert still[0, 0, 0] == pytest.approx(320.0 + focal * np.tan(angles[1]))


def feet_of_a_runner(speed, stance, swing, fps=30.0):
    """Return feet (F, 4, 3) and hips (F, 3), metres, of who runs: two stances a foot."""
    frames = np.arange(0.0, 2.0 * (stance + swing), 1.0 / fps)
    feet = np.zeros((len(frames), 4, 3))
    for side in (0, 1):
        at = (frames + side * 0.5 * (stance + swing)) % (stance + swing)
        flies = np.clip((at - stance) / swing, 0.0, 1.0)
        ahead = speed * (frames - at) + flies * speed * (stance + swing)
        feet[:, 2 * side : 2 * side + 2, 1] = -ahead[:, None]
        feet[:, 2 * side : 2 * side + 2, 2] = 0.3 * np.sin(np.pi * flies)[:, None]
    hips = np.stack([0.0 * frames, -speed * frames, 0.9 + 0.0 * frames], axis=1)
    return feet, hips


def test_feet_of_who_runs_stand_for_as_long_as_they_do():
    feet, hips = feet_of_a_runner(speed=3.4, stance=0.2, swing=0.5)
    found = bodies.contacts(feet, hips, 0.9, 30.0)
    still = np.zeros(found.shape, bool)
    still[1:] = np.linalg.norm(np.diff(feet, axis=0), axis=-1) < 1e-6
    assert (found & still).sum() > 0.7 * still.sum()
    assert not (found & ~still)[1:].sum() > 0.2 * still.sum()


def test_toes_that_dip_into_the_floor_still_stand_on_it():
    feet = np.zeros((60, 4, 3))
    feet[50:55, 1, 2] = -0.09
    found = bodies.contacts(feet, np.zeros((60, 3)), 0.9, 30.0)
    assert found[:45].all()
    assert found[[0, -1]].all(), "the clip's ends are no reason to leave the floor"
