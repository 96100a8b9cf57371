"""What weighs in-betweens bone by bone: what it is told, and what its shares do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.inbetween import blend, evidence
from understudy.ml.inbetween.base import hermite_base
from understudy.ml.inbetween.evidence import NODES, TERMS, WIDTH, Build, Gap

PARENTS = np.array([-1, 0, 1, 0, 3])
HEADS = np.array([[0, 0, 0.6], [0.1, 0, 0.5], [0.1, 0, 0], [-0.1, 0, 0.5], [-0.1, 0, 0]])
BONES = np.arange(5)


def motion(frames: int, seed: int = 0, rate: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Return smooth turns and places, the places of the root alone."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None]
    turn = rt.from_rotvec(0.6 * np.sin(rate * t + rng.normal(size=(5, 3))))
    move = np.zeros((frames, 5, 3))
    move[:, 0] = 0.1 * np.sin(rate * t[:, 0] + rng.normal(size=3))
    return turn, move


def gap_of(turn: np.ndarray, move: np.ndarray, known: int, fps: float = 30.0) -> Gap:
    """Return the gap after `known` frames, up to the last; the residual turns all by a little."""
    keyed = np.zeros(turn.shape[:2], bool)
    keyed[:known] = keyed[-1] = True
    base = hermite_base(turn, move, keyed, fps)
    inner = slice(known, len(turn) - 1)
    said = rt.multiply(base[0][inner], rt.from_rotvec([0.05, 0.0, 0.02]))
    ends = turn[-1], move[-1]
    return Gap(turn[:known], move[:known], *ends, *(v[inner] for v in base), said,
               base[1][inner] + [0.0, 0.0, 0.01], fps)  # fmt: skip


@pytest.mark.parametrize("known", [3, 4, 10])
@pytest.mark.parametrize("frames", [14, 40])
def test_what_is_told_is_finite_and_of_one_width(known, frames):
    gap = gap_of(*motion(frames), known)
    told = evidence.describe(gap, Build.of(PARENTS, HEADS, BONES), evidence.terms(gap))
    assert told.shape == (10, WIDTH) and np.isfinite(told).all()


def test_it_does_not_know_a_bones_own_axes():
    turn, move = motion(24)
    axes = rt.normalize(np.random.default_rng(5).normal(size=(5, 4)))
    other = rt.multiply(rt.multiply(axes, turn), rt.conjugate(axes)), rt.rotate(axes, move)
    build, told = Build.of(PARENTS, HEADS, BONES), []
    for pair in ((turn, move), other):
        gap = gap_of(*pair, 10)
        plain = replace(gap, turn_said=gap.turn_base, move_said=gap.move_base)
        told.append(evidence.describe(plain, build, evidence.terms(plain)))
    np.testing.assert_allclose(told[0], told[1], atol=1e-6)


def test_it_sees_the_same_at_twice_the_rate():
    turn, move = motion(41, rate=0.15)
    build = Build.of(PARENTS, HEADS, BONES)
    fine, coarse = gap_of(turn, move, 19, 60.0), gap_of(turn[::2], move[::2], 10, 30.0)
    a, b = (evidence.describe(g, build, evidence.terms(g)) for g in (fine, coarse))
    same = np.abs(a - b).max(axis=0) < 0.25
    assert same.mean() > 0.9


def test_the_shares_of_the_straight_way_the_base_and_the_network():
    gap = gap_of(*motion(24), 10)
    added, shares = evidence.terms(gap), np.zeros((10, TERMS, NODES))
    turn, move = blend.mixed(gap, added, shares)
    np.testing.assert_allclose(move, gap.straight()[1])
    assert rt.angle_between(turn, gap.straight()[0]).max() < 1e-6
    for count, wanted in ((1, gap.turn_base), (2, gap.turn_said)):
        shares[:, :count] = 1.0
        assert rt.angle_between(blend.mixed(gap, added, shares)[0], wanted).max() < 1e-6


def test_the_shorter_the_gap_the_more_the_proposal_stands_as_it_is():
    shares = np.full((2, TERMS, NODES), 0.2)
    short, long = (blend.trusted(shares, s) for s in (0.2, 2.0))
    np.testing.assert_allclose(long, shares)
    np.testing.assert_allclose(short[:, :2], 0.65 * 0.2 + 0.35)
    np.testing.assert_allclose(short[:, 2:], 0.65 * 0.2)


def test_what_is_carried_on_dies_away_at_the_next_key():
    gap = gap_of(*motion(40), 10)
    edges = np.abs(evidence.terms(gap)).max(axis=(1, 2, 3))[[0, -1]]
    assert (edges < 0.25).all()
    ways = evidence._profiles(40, 30.0)
    for way in ways:  # from nothing at the first key to nothing at the last
        assert abs(way[0]) < 1.01 and abs(way[-1]) < 0.2 * np.abs(way).max()


def weigher(seen: list) -> blend.Blend:
    """Return one whose network gives the base curve its share, and keeps what it was told."""
    shares = np.zeros((TERMS, NODES))
    shares[0] = [1.0, 0.5, 0.0]

    def session(x: np.ndarray) -> dict[str, np.ndarray]:
        seen.append(x)
        return {"shares": np.tile(shares, (len(x), 1, 1))}

    made = blend.Blend.__new__(blend.Blend)
    made.session = session
    return made


def fill(turn: np.ndarray, move: np.ndarray, keyed: np.ndarray, driven: np.ndarray, seen: list):
    base = hermite_base(turn, move, keyed, 30.0)
    return weigher(seen)(PARENTS, HEADS, base, base, keyed, driven, 30.0)


def test_known_frames_behind_a_gap_count_backwards_in_time():
    turn, move = motion(30)
    keyed = np.zeros((30, 5), bool)
    keyed[:8] = keyed[-1] = True
    every, seen = np.ones(5, bool), []
    forward = fill(turn, move, keyed, every, seen)
    back = fill(turn[::-1], move[::-1], keyed[::-1], every, seen)
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-3)
    for a, b in zip(forward, back, strict=True):
        np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float)[::-1], atol=1e-3)
    assert forward[2][8:-1].all() and not forward[2][keyed].any()


def test_lone_keys_and_single_limbs_are_left_alone():
    turn, move = motion(30)
    keyed = np.zeros((30, 5), bool)
    keyed[[0, 1, 12, 29]] = True  # two in a row tell nothing
    assert not fill(turn, move, keyed, np.ones(5, bool), [])[2].any()
    keyed[:] = True
    keyed[10:-1, :2] = False
    assert not fill(turn, move, keyed, np.ones(5, bool), [])[2].any()
    assert fill(turn, move, keyed, np.arange(5) < 2, [])[2][10:-1, :2].all()


def test_a_limb_that_swings_to_and_fro_is_told_from_one_that_goes_on():
    t = np.arange(11)[:, None, None]
    swings = np.concatenate([0.4 * np.sin(1.2 * t), 0.1 * t], axis=1) * [1.0, 0.0, 0.0]
    tried = evidence._tried(np.diff(swings, axis=0), 5, 30.0)
    kept = evidence._worse(tried)
    assert kept[0] > 0.2 and abs(kept[1]) < 1e-3
