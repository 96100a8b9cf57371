"""The key picker and the judgement of feet: what they are shown, how they run, what they find."""

from __future__ import annotations

import body_double
import numpy as np
import pytest
from test_keyposes import FPS, blocked, eased
from understudy.ml import rotations as rt
from understudy.ml.blocking import contacts, keypicker, keyposes, lifter, solver
from understudy.ml.blocking.body import ROLES
from understudy.ml.train.keys import author, handkeyed
from understudy.ml.train.lifter.mocap import Performance

KEYS = np.cumsum([0, 9, 14, 7, 20, 11, 16])


@pytest.fixture(scope="module")
def motion():
    return blocked(KEYS)


def test_keys_score_higher_than_what_lies_between(motion):
    score = keypicker.score(motion).score
    assert score.shape == motion.time.shape and ((score >= 0.0) & (score <= 1.0)).all()
    at_keys = [score[max(0, k - 1) : k + 2].max() for k in KEYS]
    between = (KEYS[:-1] + KEYS[1:]) // 2
    assert np.median(at_keys) > np.median(score[between]) + 0.2


def test_it_answers_at_any_frame_rate(motion):
    score = keypicker.score(motion).score
    slow = keypicker.at_rate(motion, 24.0)
    again = keypicker.score(slow).score
    assert len(again) == len(slow.time)
    assert np.abs(np.interp(motion.time, slow.time, again) - score).mean() < 0.1


def test_a_long_clip_is_the_same_in_pieces(monkeypatch, motion):
    whole = keypicker.score(motion).score
    monkeypatch.setattr(keypicker, "_PIECE", 60)
    monkeypatch.setattr(keypicker, "_OVERLAP", 24)
    np.testing.assert_allclose(keypicker.score(motion).score, whole, atol=0.02)


def test_where_the_body_goes_and_how_large_it_is_makes_no_difference(motion):
    far = blocked(KEYS)
    far.joints = 1.3 * far.joints + [2.0, 5.0, 0.0]
    far.root = 1.3 * far.root + [2.0, 5.0, 0.0]
    far.leg_length *= 1.3
    np.testing.assert_allclose(keypicker.describe(far), keypicker.describe(motion), atol=1e-3)


def test_plain_poses_may_cost_more_than_vague_ones():
    plain = np.zeros(90)
    plain[::10] = 1.0
    vague = np.full(90, 0.5)
    dear, cheap = (keyposes._worth(s, 1.0) for s in (plain, vague))
    assert dear[0] > cheap[0] and dear[1] > cheap[1]
    assert keyposes._worth(plain, 8.0) == cheap


@pytest.mark.parametrize("learned", [None, np.eye(1, 90, 45)[0]])
def test_asked_for_fewer_keys_than_poses_the_curve_comes_first(learned):
    few, many = (keyposes._worth(learned, asked) for asked in (0.4, 1.0))
    assert few == keyposes._VAGUE_WORTH and many[0] > few[0] and many[1] > few[1]


@pytest.mark.parametrize("count", [3, 7, 20])
def test_the_count_is_kept(motion, count):
    score = keypicker.score(motion).score
    index = keyposes.pick(motion, FPS, count, learned=score).index
    assert len(index) == count and (np.diff(index) > 0).all()


def test_keys_are_told_from_sampled_curves():
    rng = np.random.default_rng(4)
    keys = np.array([0, 8, 20, 31, 45])
    poses = rng.normal(0.0, 0.4, (5, 12))
    values = eased(keys, poses, 46)
    found = handkeyed.keys_of(values.astype(np.float16).astype(float))
    assert found.tolist() == keys.tolist()


def test_a_made_up_clip_passes_through_moments_of_the_performance():
    time, rot, root = body_double.squats(240)
    performance = Performance(
        "squats", "00", 30.0, rot.astype(np.float32), root.astype(np.float32),
        np.ones(len(time), bool), True,
    )  # fmt: skip
    for seed in range(6):
        made = author.author(performance, np.random.default_rng(seed), 3.0, 30.0)
        assert made.keys[0] == 0 and made.keys[-1] == len(made.rot) - 1
        assert (np.diff(made.keys) >= 3).all()
        assert made.rot.shape[1:] == (len(ROLES), 4)
        np.testing.assert_allclose(np.linalg.norm(made.rot, axis=-1), 1.0, atol=1e-6)


def test_a_mirrored_clip_swaps_the_feet():
    rng = np.random.default_rng(1)
    frames = 12
    joints = rng.normal(0.0, 0.3, (frames, 17, 3))
    still = rng.normal(0.0, 0.1, (frames, 33, 2))
    logits, spread = rng.normal(size=(frames, 4)), rng.uniform(0.01, 0.1, (frames, 17))
    up, velocity = np.tile([0.0, -1.0, 0.0], (frames, 1)), rng.normal(size=(frames, 3))
    one = contacts.describe(joints, spread, logits, up, velocity, still, np.ones(frames), 30.0)
    swap = [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 14, 15, 12, 13, 16]
    marks = [0, *(m + 1 if m % 2 else m - 1 for m in range(1, 33))]
    flip = np.array([-1.0, 1.0, 1.0])
    two = contacts.describe(
        joints[:, swap] * flip, spread[:, swap], logits[:, [2, 3, 0, 1]], up, velocity * flip,
        still[:, marks] * flip[:2], np.ones(frames), 30.0,
    )  # fmt: skip
    mirrored = two[::-1].copy()
    mirrored[..., contacts.SIDEWAYS] *= -1.0
    np.testing.assert_allclose(mirrored, one, atol=1e-5)


def test_feet_of_somebody_who_squats_stand():
    time, rot, root = body_double.squats()
    marks = body_double.seen(time, rot, root)
    lifted = lifter.lift(marks, marks.time)
    assert contacts.NAME in lifted.model
    motion = solver.solve(marks, marks.time, body_double.FOCAL, lifted)
    feet = motion.contact.reshape(len(time), 2, 2).any(axis=2)
    assert feet.mean() > 0.8
    assert np.isfinite(rt.to_rotvec(motion.rot)).all()
