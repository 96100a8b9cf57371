"""Films of random people to learn from: what is true of them is what the pictures show."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from understudy.ml import rotations as rt
from understudy.ml.blocking import lifting
from understudy.ml.blocking.body import ROLES
from understudy.ml.train.lifter import acting, bodies, data, film, people

PLACES = [bodies.solver.JOINT_NAMES.index(name) for name in lifting.JOINTS]


def standing(frames: int = 60) -> np.ndarray:
    return np.tile(rt.IDENTITY, (frames, len(ROLES), 1))


def test_a_camera_and_its_pictures_agree():
    rng = np.random.default_rng(3)
    root, joints = bodies.stand(standing(4), np.zeros((4, 3)), bodies.proportions())
    joints = joints[:, PLACES]
    for _ in range(20):
        camera = film.random_camera(joints, film.facing(joints), rng)
        matrix = camera.matrix()
        drawn = np.concatenate([joints[0], np.ones((17, 1))], axis=1) @ matrix.T
        drawn = drawn[:, :2] / drawn[:, 3:] * [0.5, -0.5] + 0.5
        np.testing.assert_allclose(drawn * camera.size, camera.pixels(joints[0]), atol=1e-6)
        assert (camera.see(joints)[..., 2] > 0.5).all()
        down = rt.rotate(camera.into, [0.0, 0.0, -1.0])
        assert down[1] > 0.4


def test_somebody_faces_where_the_hips_do():
    _, joints = bodies.stand(standing(2), np.zeros((2, 3)), bodies.proportions())
    assert np.isclose(film.facing(joints[:, PLACES]), -0.5 * np.pi)


def test_changed_performances_are_whole_and_differ():
    rng = np.random.default_rng(0)
    changed = np.stack([acting.change(standing(), rng) for _ in range(30)])
    np.testing.assert_allclose(np.linalg.norm(changed, axis=-1), 1.0, atol=1e-6)
    assert np.isfinite(changed).all()
    turned = rt.angle_between(changed, standing())
    assert (turned.max(axis=(1, 2)) > 0.3).mean() > 0.5


def test_feet_that_carry_stay_where_they_were():
    offsets = bodies.proportions()
    was = bodies.solver.forward(standing(), offsets)[:, PLACES]
    crouched = standing()
    for role, angle in (("thigh", -1.0), ("shin", 0.8), ("foot", 0.0)):
        for side in "LR":
            crouched[:, ROLES.index(f"{role}.{side}")] = rt.from_rotvec([angle, 0.0, 0.0])
    now = bodies.solver.forward(crouched, offsets)[:, PLACES]
    moved = now + bodies.carried(was, now)[:, None]
    np.testing.assert_allclose(moved[:, bodies.FEET], was[:, bodies.FEET], atol=1e-6)


def test_heels_over_standing_toes_do_not_stand():
    feet = np.zeros((3, 4, 3))
    feet[1, 0, 2] = 0.12
    stands = bodies.on_toes(np.ones((3, 4), bool), feet)
    assert not stands[1, 0] and stands.sum() == 11


def test_skin_follows_its_bones():
    """Each vertex of a body that is all bones' heads goes where the heads go."""
    names = people._skeleton_names()
    rng = np.random.default_rng(1)
    heads = rng.normal(0.0, 0.3, (len(names), 3))
    parents = np.array([max(0, k - 1) if k else -1 for k in range(len(names))])
    aligned = np.tile(rt.IDENTITY, (len(names), 1))
    body = people.Person(
        vertices=heads, triangles=np.zeros((1, 3), int), colours=heads, cloth=heads[:, 0],
        weights=sparse.eye(len(names), format="csr"), heads=heads, parents=parents,
        aligned=aligned, points=heads[:5],
    )  # fmt: skip
    turns = body.turns(acting.change(standing(2), rng))
    places = body.bones(turns)
    np.testing.assert_allclose(body.skin(turns[1], places[1]), places[1], atol=1e-6)


def window(rng: np.random.Generator) -> data.Window:
    shapes = (lifting.INPUTS,), (17, 3), (17, 3), (len(ROLES), 6), (4,), (3,), (3,)
    return data.Window(*(rng.normal(size=(10, *shape)) for shape in shapes))


def test_a_camera_that_leans_turns_all_that_it_sees():
    w, turn = window(np.random.default_rng(1)), rt.from_rotvec([0.0, 0.0, 0.4])
    seen = data.leaning(w, 0.4)
    for name in ("detected", "joints", "up", "velocity"):
        np.testing.assert_allclose(getattr(seen, name), rt.rotate(turn, getattr(w, name)))
    was, now = lifting.to_matrix(w.rotation), lifting.to_matrix(seen.rotation)
    np.testing.assert_allclose(now, rt.to_matrix(turn) @ was, atol=1e-9)
    back = data.leaning(seen, -0.4)
    np.testing.assert_allclose(back.inputs, w.inputs, atol=1e-5)


def test_played_backwards_somebody_goes_the_other_way():
    w = window(np.random.default_rng(2))
    w.joints = np.cumsum(w.velocity, axis=0)[:, None] + np.zeros((1, 17, 1))
    back = data.backwards(w)
    np.testing.assert_allclose(np.diff(back.joints[:, 0], axis=0), back.velocity[:-1])
    np.testing.assert_allclose(data.backwards(back).inputs, w.inputs)
