"""Ends of limbs and controls that stand: what is held, what the network is told, and its word."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.inbetween import contacts, ends, standing, tracks


def says(still: np.ndarray):
    """Stand in for the network: how still (F, E) to keep ends, and no steps."""

    def network(given: ends.Ends) -> ends.Says:
        return ends.Says(still, np.zeros((*still.shape, 3)))

    return network


def leg() -> tuple[tracks.Body, np.ndarray, np.ndarray]:
    """Return hips, thigh, shin and foot of one leg, and 31 frames of hips that sink and rise."""
    rest = np.tile(np.eye(4), (4, 1, 1))
    rest[:, :3, 3] = [[0, 0, 1.0], [0.1, 0, 0.95], [0.1, -0.02, 0.5], [0.1, 0, 0.08]]
    body = tracks.Body.of(np.array([-1, 0, 1, 2]), rest)
    basis, location = np.tile(rt.IDENTITY, (31, 4, 1)), np.zeros((31, 4, 3))
    location[:, 0, 2] = -0.1 * np.sin(np.linspace(0, np.pi, 31))
    return body, basis, location


def test_a_standing_foot_is_held():
    body, basis, location = leg()
    keyed = np.zeros((31, 4), bool)
    keyed[[0, 30]] = True
    driven = np.array([False, True, True, True])
    none = np.zeros(4, bool)
    held, _ = contacts.hold(body, basis, location, keyed, driven, none, 1.0, 30.0)
    _, before = body.pose(basis, location)
    turn, after = body.pose(held, location)
    assert np.ptp(before[:, 3], axis=0).max() > 0.09
    assert np.ptp(after[:, 3], axis=0).max() < 0.005
    assert rt.angle_between(turn[:, 3], rt.IDENTITY).max() < 1e-6
    assert (held[[0, 30]] == basis[[0, 30]]).all()
    same, still = contacts.hold(body, basis, location, keyed, driven, none, 0.0, 30.0)
    assert (same == basis).all() and (still == location).all()


def test_a_leg_of_many_bones_is_bent_once():
    rest = np.tile(np.eye(4), (7, 1, 1))
    rest[:, :3, 3] = [[0, 0, 1.0], *([0.1, 0.05 * (-1) ** i, 0.95 - 0.17 * i] for i in range(6))]
    body = tracks.Body.of(np.arange(7) - 1, rest)
    limbs = contacts.find_limbs(body)
    bent = [b for limb in limbs for b in (limb.upper, limb.lower, limb.end)]
    assert len(bent) == len(set(bent)) and limbs[-1].end == 6
    # A long foot with a toe: it is the knee that bends.
    rest[:5, :3, 3] = [[0, 0, 1.0], [0.1, 0, 0.95], [0.1, 0, 0.5], [0.1, 0, 0.08], [0.1, -0.12, 0]]
    body = tracks.Body.of(np.arange(5) - 1, rest[:5])
    assert contacts.find_limbs(body) == [contacts.Limb(1, 2, 3)]


def test_what_the_network_sees_standing_is_held_from_its_key():
    body, basis, location = leg()
    location[:, 0, 0] = 0.3 * np.linspace(0, 1, 31) ** 2
    location[:, 0, 2] = -0.1
    keyed = np.zeros((31, 4), bool)
    keyed[[0, 30]] = True
    still = np.zeros((31, 1))
    still[:15] = 5e4
    seen = np.zeros((31, 4))
    driven = np.array([False, True, True, True])
    none = np.zeros(4, bool)
    held, _ = contacts.hold(
        body, basis, location, keyed, driven, none, 1.0, 30.0, seen, says(still)
    )
    after = body.pose(held, location)[1][:, 3]
    assert np.abs(np.diff(after[:12, 0])).max() < 1e-3
    assert after[29, 0] - after[0, 0] > 0.2


def test_a_foot_that_steps_between_two_keys_stands_where_it_steps():
    t = np.linspace(0.0, 1.0, 41)[:, None]
    path = t * [0.8, 0.0, 0.0] + 0.02 * np.sin(9 * t) * [0.0, 1.0, 0.0]
    still, keyed, none = np.zeros(41), np.zeros(41, bool), np.zeros((41, 3))
    still[14:27], keyed[[0, 40]] = 3e4, True
    low = np.ones(41, bool)
    step = contacts.corrections(path, keyed, low, (still, none), 30.0)
    foot = path + step
    before, after = (np.linalg.norm(np.diff(p, axis=0), axis=1) for p in (path, foot))
    assert after[14:26].max() < 0.05 * before.mean()
    assert (step[[0, 40]] == 0.0).all()
    assert np.linalg.norm(foot[20] - path[20]) < 0.02, "it stands where it would have been"
    # Nothing pops: no frame goes much further than the way there is to go.
    assert after.max() < 0.08 and np.linalg.norm(np.diff(foot, 2, axis=0), axis=1).max() < 0.04
    assert not contacts.corrections(path, keyed, low, (0.0 * still, none), 30.0).any()


def test_a_foot_is_held_alike_at_another_frame_rate():
    stands = np.exp(8.0 * np.clip(np.sin(np.linspace(0, 9, 41)), 0, 1))
    path = np.linspace(0, 0.5, 41)[:, None] * [1.0, 0.2, 0.0]
    slow = contacts.least_sliding(path, stands, 30.0)
    at = np.linspace(0, 40, 81)
    twice = np.stack([np.interp(at, np.arange(41), c) for c in path.T], axis=1)
    fast = contacts.least_sliding(twice, np.interp(at, np.arange(41), stands), 60.0)
    assert np.abs(fast[::2] - slow).max() < 0.1 * np.abs(slow).max()


def test_the_foot_of_an_ik_rig_is_held_by_moving_its_control():
    rest = np.tile(np.eye(4), (4, 1, 1))
    rest[:, :3, 3] = [[0, 0, 0], [0, 0, 1.0], [0.1, 0, 0.08], [-0.1, 0, 0.08]]
    rest[2, :3, :3] = rt.to_matrix(rt.from_rotvec([0.4, 0.1, -1.0]))
    body = tracks.Body.of(np.array([-1, 0, 0, 0]), rest)
    none, all_moved = np.zeros(4, bool), np.array([0, 1, 1, 1], bool)
    assert contacts.find_controls(body, none, all_moved) == [2, 3]
    assert not contacts.find_controls(body, np.arange(4) == 0, all_moved), "fins of a fish"
    basis, location = np.tile(rt.IDENTITY, (31, 4, 1)), np.zeros((31, 4, 3))
    way = np.linspace(0, 0.4, 31)[:, None] * [0.0, -1.0, 0.0]
    location[:, 2] = rt.rotate(rt.conjugate(body.turn[2]), way)
    keyed, still = np.zeros((31, 4), bool), np.zeros((31, 1))
    keyed[[0, 30]], still[8:22] = True, 3e4
    seen = np.zeros((31, 4))
    moves = np.array([0, 1, 1, 0], bool)
    word = says(still)
    held, moved = contacts.hold(body, basis, location, keyed, none, moves, 1.0, 30.0, seen, word)
    assert (held == basis).all() and (moved[:, [0, 1, 3]] == location[:, [0, 1, 3]]).all()
    assert (moved[[0, 30]] == location[[0, 30]]).all()
    foot = body.pose(held, moved)[1][:, 2]
    assert np.linalg.norm(np.diff(foot[9:21], axis=0), axis=1).max() < 0.002
    np.testing.assert_allclose(foot[:, [0, 2]], foot[:1, [0, 2]].repeat(31, 0), atol=1e-9)


@pytest.mark.parametrize(("far", "frames", "share"), [(0.01, 7, 0.5), (0.01, 13, 1), (0.0, 7, 1)])
def test_in_short_gaps_feet_are_held_less_but_where_both_keys_agree(far, frames, share):
    t = np.linspace(0.0, 1.0, frames)
    path = (far * t + 0.02 * np.sin(np.pi * t))[:, None] * [1.0, 0.0, 0.0]
    keyed = (t == 0.0) | (t == 1.0)
    steps = contacts.corrections(path, keyed, np.ones(frames, bool), None, 30.0)
    still = np.expm1(share * contacts.STILLEST)
    whole = contacts.least_sliding(path, np.full(frames, still), 30.0)
    assert np.abs(whole).max() > 0.003
    np.testing.assert_allclose(steps, whole, atol=1e-9)


def stepping(frames: int, fps: float = 30.0, turned: float = 0.0) -> ends.Ends:
    """Return two feet that step in turn beneath a body that goes forward."""
    t = np.arange(frames) / fps
    way = np.stack([0.4 * t + 0.1 * np.sin(6 * t), 0.05 + 0 * t, 0.02 * np.sin(6 * t) ** 2], 1)
    other = np.stack([0.4 * t - 0.1 * np.sin(6 * t), -0.05 + 0 * t, 0.0 * t], 1)
    body = np.stack([0.4 * t, 0 * t, 0.6 + 0 * t], 1)
    q = rt.from_rotvec([0.0, 0.0, turned])
    path, body = rt.rotate(q, np.stack([way, other], 1)), rt.rotate(q, body)
    keyed = np.zeros((frames, 2), bool)
    keyed[[*range(round(fps / 3)), frames - 1]] = True
    return ends.Ends(path, keyed, body, 0.0, np.full((frames, 2), 0.4), fps)


def test_what_is_told_knows_no_place_and_no_heading():
    told = ends.describe(stepping(50))
    assert told.shape == (2, 50, ends.WIDTH) and np.isfinite(told).all()
    np.testing.assert_allclose(told, ends.describe(stepping(50, turned=2.0)), atol=1e-5)


def heard(rise: float) -> standing.Standing:
    """Return one whose network keeps nothing still, and lifts."""
    made = standing.Standing.__new__(standing.Standing)

    def session(x: np.ndarray) -> dict[str, np.ndarray]:
        return {"still": np.full(x.shape[:3], 2.0), "steps": np.full((*x.shape[:3], 2), rise)}

    made.session = session
    return made


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0])
def test_its_word_is_read_at_any_rate_and_is_nothing_at_keys(fps):
    given = stepping(round(1.5 * fps), fps)
    word = heard(0.2)(given)
    assert word.still.shape == given.keyed.shape
    np.testing.assert_allclose(word.still, np.exp(2.0))
    assert not word.steps[given.keyed].any()
    assert word.steps[..., 2].max() == pytest.approx(0.2 * ends.room_of(given.keyed, fps).max())


def test_a_foot_is_lifted_where_the_network_says_so():
    body, basis, location = leg()
    keyed = np.zeros((31, 4), bool)
    keyed[[0, 30]] = True
    location[:, 0] = np.linspace(0.0, 1.0, 31)[:, None] * [0.6, 0.0, 0.0] - [0.0, 0.0, 0.1]
    turns = np.array([False, True, True, True])
    seen, none = np.zeros((31, 4)), np.zeros(4, bool)
    held, _ = contacts.hold(body, basis, location, keyed, turns, none, 1.0, 30.0, seen, heard(0.2))
    up = [body.pose(b, location)[1][:, 3, 2] for b in (basis, held)]
    assert (up[1] - up[0])[15] > 0.03 and (held[[0, 30]] == basis[[0, 30]]).all()
