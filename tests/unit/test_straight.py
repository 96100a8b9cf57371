"""Straightening a capture whose limbs never get straight."""

from __future__ import annotations

import numpy as np
from understudy.ml import rotations as rt
from understudy.ml.blocking.body import ROLES
from understudy.ml.train.lifter import bodies, straight
from understudy.ml.train.lifter.mocap import Performance

DOWN = np.array([0.0, 0.0, -1.0])


def knees(rot, side="L"):
    """Return the bend (F,) of a knee, degrees."""
    parts = [rt.rotate(rot[:, ROLES.index(f"{p}.{side}")], DOWN) for p in ("thigh", "shin")]
    return np.degrees(np.arccos(np.clip((parts[0] * parts[1]).sum(-1), -1.0, 1.0)))


def squatting(least_deg, deepest_deg, frames=300):
    """Return somebody whose knees go from their straightest to their deepest, feet in place."""
    bend = np.radians(np.interp(np.cos(np.linspace(0.0, 20.0, frames)), [-1.0, 1.0],
                                [least_deg, deepest_deg]))  # fmt: skip
    rot = np.tile(rt.IDENTITY, (frames, len(ROLES), 1))
    for side in "LR":
        rot[:, ROLES.index(f"thigh.{side}")] = rt.from_rotvec(-0.5 * bend[:, None] * [1, 0, 0])
        rot[:, ROLES.index(f"shin.{side}")] = rt.from_rotvec(0.5 * bend[:, None] * [1, 0, 0])
    root = np.zeros((frames, 3))
    root[:, 2] = 0.1 + 0.9 * np.cos(0.5 * bend)
    return Performance("squats", "99", 30.0, rot, root, np.ones(frames, bool), True)


def test_who_never_stands_straight_does_so_afterwards_and_squats_as_deeply():
    p = squatting(26.0, 125.0)
    straight.straighten([p])
    assert knees(p.rot).min() < 10.0
    assert knees(p.rot).max() > 120.0


def test_who_stands_straight_is_left_alone():
    p = squatting(1.0, 7.5)
    before = knees(p.rot)
    straight.straighten([p])
    np.testing.assert_allclose(knees(p.rot), before, atol=1e-6)


def test_feet_stay_on_the_floor():
    p = squatting(26.0, 125.0)
    straight.straighten([p])
    offsets = bodies.proportions()
    _, joints = bodies.stand(p.rot, p.root, offsets)
    heels = bodies.foot_points(joints)[:, [0, 2], 2]
    assert np.ptp(heels) < 0.06


def test_deep_bends_are_left_and_no_two_bends_change_places():
    bends = np.radians(np.linspace(0.0, 170.0, 400))
    eased = straight.eased(bends, np.radians(24.0))
    assert (np.diff(eased) > 0).all()
    np.testing.assert_allclose(eased[bends > np.radians(150)], bends[bends > np.radians(150)],
                               atol=0.02)  # fmt: skip
