"""Standing feet stay put, whatever the root does."""

from __future__ import annotations

import body_double
import numpy as np
from understudy.ml import rotations as rt
from understudy.ml.blocking import ground, plant, solver
from understudy.ml.blocking.body import ROLES

LENGTHS = (0.42, 0.41)


def chain():
    """A squat whose root sways by 3 cm: rotations, hips, ankles and soles in the scene."""
    time, rot, path = body_double.squats()
    sway = 0.03 * np.sin(6.0 * time)[:, None] * [1.0, 0.3, 0.2]
    joints = solver.forward(rot, body_double.offsets()) + (path + sway)[:, None]
    names = solver.JOINT_NAMES
    hips = joints[:, [names.index(f"thigh.{s}") for s in "LR"]]
    ankles = joints[:, [names.index(f"foot.{s}") for s in "LR"]]
    soles = joints[:, [names.index(n) for n in ("heel.L", "toes.L", "heel.R", "toes.R")]]
    return rot, hips, ankles, soles


def ankle_of(rot, hips):
    """Where the left ankle is, for thigh and shin of `LENGTHS`."""
    down = [0.0, 0.0, -1.0]
    thigh, shin = (rot[:, ROLES.index(f"{p}.L")] for p in ("thigh", "shin"))
    return hips[:, 0] + LENGTHS[0] * rt.rotate(thigh, down) + LENGTHS[1] * rt.rotate(shin, down)


def test_standing_ankles_are_held():
    rot, hips, ankles, soles = chain()
    soles[..., 2] = ankles[:, [0, 0, 1, 1], 2] - 0.08
    contact = np.ones((len(rot), 4), bool)
    held = plant.hold_ankles(rot, hips, ankles, LENGTHS, soles, contact, 30.0, floor=-0.08)
    bent = ankles[:, 0, 2].max() < hips[:, 0, 2].min()
    assert bent
    reachable = np.linalg.norm(hips[:, 0] - [*np.median(ankles[:, 0, :2], axis=0), 0.0], axis=-1)
    ok = reachable < 0.995 * sum(LENGTHS)
    assert ok.sum() > 30
    stays = np.ptp(ankle_of(held, hips)[ok], axis=0)
    assert stays[:2].max() < 2e-3
    assert stays[2] < 1e-2, "up and down, knees that are nearly straight are spared"
    assert np.ptp(ankles[:, 0], axis=0).max() > 0.02


def test_straight_knees_are_spared():
    rot = np.tile(rt.IDENTITY, (30, len(ROLES), 1))
    hips = np.zeros((30, 2, 3)) + [0.1, 0.0, 0.83]
    ankles = hips - [0.0, 0.0, 0.83]
    soles = np.repeat(ankles, 2, axis=1) - [0.0, 0.0, 0.02]
    held = plant.hold_ankles(rot, hips, ankles, LENGTHS, soles, np.ones((30, 4), bool), 30.0)
    shin = held[:, ROLES.index("shin.L")]
    assert np.degrees(rt.angle_between(shin, rt.IDENTITY)).max() < 4.0


def test_a_body_rises_with_what_stands_of_it():
    height = np.full((40, 4), 0.03)
    height[:, 2:] = 0.2
    contact = np.zeros((40, 4), bool)
    contact[:, :2] = True
    np.testing.assert_allclose(plant.rise(height, contact, 30.0)[:, 2], -0.03)
    assert not plant.rise(height, np.zeros((40, 4), bool), 30.0).any()


def test_nothing_changes_without_contact():
    rot, hips, ankles, soles = chain()
    contact = np.zeros((len(rot), 4), bool)
    held = plant.hold_ankles(rot, hips, ankles, LENGTHS, soles, contact, 30.0)
    assert (held == rot).all()


def test_correction_dies_away_after_the_stance():
    rot, hips, ankles, soles = chain()
    contact = np.zeros((len(rot), 4), bool)
    contact[:20] = True
    held = plant.hold_ankles(rot, hips, ankles, LENGTHS, soles, contact, 30.0, floor=0.0)
    step = np.linalg.norm(np.diff(ankle_of(held, hips), axis=0), axis=-1)
    assert (held[40:] == rot[40:]).all()
    assert step.max() < 0.03


def test_flat_feet_are_level_and_keep_one_heading():
    _, rot, _ = body_double.squats()
    foot = ROLES.index("foot.R")
    wobble = 0.2 * np.sin(np.arange(len(rot)))[:, None] * [1.0, 0.0, 1.0]
    rot[:, foot] = rt.multiply(rot[:, foot], rt.from_rotvec(wobble))
    contact = np.ones((len(rot), 4), bool)
    ahead = rt.rotate(plant.settle_feet(rot, contact, 30.0)[:, foot], [0.0, -1.0, 0.0])
    assert np.abs(ahead[:, 2]).max() < 1e-6 and np.ptp(ahead, axis=0).max() < 1e-6


def test_who_leaps_off_a_wall_is_filmed_where_they_stood_for_longer():
    frames, fps = 120, 30.0
    level = np.where(np.arange(frames) < 80, 0.0, -2.0)
    path = np.stack([np.zeros(frames), np.full(frames, 4.0), 0.9 + level], axis=1)
    feet = np.tile([[0.1, 0.0, -0.9], [0.1, -0.2, -0.9]] * 2, (frames, 1, 1))
    image, leg_px = np.zeros((frames, 4, 2)), np.full(frames, 200.0)
    stands = np.ones((frames, 4), bool)
    root, _, shift = ground.place(path, feet, 0.9, image, leg_px, fps, stands)
    assert abs(shift[2]) < 0.05 and np.ptp(root[:60, 2]) < 0.05
