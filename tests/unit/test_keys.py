"""Laying generated keys over an artist's, and telling keys apart."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import keys as k
from understudy.ml.take import ALIGNED, EXTREME, FREE, make_keys


def marked(frames, values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return keys as they lie on a curve, with the frames and digests a ledger would hold."""
    keys = k.full(make_keys(frames, values, key_type=EXTREME))
    return keys, keys["co"][:, 0].copy(), k.digests(keys)


def test_an_artists_key_wins_within_half_a_frame_and_keeps_every_bit():
    old = k.full(make_keys([5.0], [0.25]))
    old["easing"], old["amplitude"], old["period"], old["back"] = 2, 3.0, 4.0, 5.0
    old["handle_left"], old["handle_left_type"] = (3.3, 0.1), FREE
    merged = k.merge(old, make_keys([1, 4.5, 5.4, 5.6], [1, 2, 3, 4]), (0, 10))
    assert merged["co"][:, 0].tolist() == pytest.approx([1, 5, 5.6])
    assert merged[1].tobytes() == old[0].tobytes()


def test_only_our_keys_inside_the_span_are_replaced():
    old = k.full(make_keys([1, 5, 9, 20], [0, 0, 0, 0]))
    merged = k.merge(old, make_keys([3], [1]), (1, 10), np.array([True, False, True, True]))
    assert merged["co"][:, 0].tolist() == [3, 5, 20]


def test_new_keys_get_what_blender_gives_a_key_made_by_hand():
    (key,) = k.full(make_keys([1], [2]))
    assert (key["amplitude"], key["period"]) == (np.float32(0.8), np.float32(4.1))
    assert key["back"] == np.float32(1.70158)
    assert all(key[name] for name in k.SELECTED)


@pytest.mark.parametrize(
    ("field", "value"),
    [("interpolation", 1), ("easing", 2), ("type", 0), ("handle_left_type", 2)],
)
def test_a_digest_sees_a_change_of(field, value):
    keys, _, before = marked([1], [1])
    keys[field] = value
    assert k.digests(keys) != before


def test_a_digest_sees_a_handle_only_where_it_is_set_by_hand():
    keys, _, before = marked([1], [1])
    keys["handle_left"] += 1.0
    assert k.digests(keys) == before
    keys["handle_left_type"] = ALIGNED
    aligned = k.digests(keys)
    keys["handle_left"] += 1.0
    assert k.digests(keys) != aligned


def test_zero_and_minus_zero_are_one_value():
    assert k.digests(make_keys([1], [0.0])) == k.digests(make_keys([1], [-0.0]))


def test_every_status_is_told_apart():
    keys, frames, marks = marked([1, 5, 9, 13, 17], [0.1, 0.2, 0.3, 0.4, 0.5])
    now = keys[[0, 1, 2, 4]].copy()  # the key on 13 was deleted
    now["co"][1, 1] = 9.0  # edited
    now["co"][2, 0] = 11.0  # retimed
    now = np.concatenate([now, k.full(make_keys([30], [7]))])
    status, source = k.classify(now, frames, marks)
    assert [k.STATUS[s] for s in status] == ["ai", "edited", "retimed", "ai", "human"]
    assert source.tolist() == [0, 1, 2, 4, -1]


def test_scaling_all_keys_in_time_is_retiming_even_where_frames_coincide():
    keys, frames, marks = marked([0, 4, 8], [1, 2, 3])
    keys["co"][:, 0] *= 2
    status, _ = k.classify(keys, frames, marks)
    assert status.tolist() == [k.AI, k.RETIMED, k.RETIMED]


def test_owned_agrees_with_classify():
    rng = np.random.default_rng(1)
    keys, frames, marks = marked(np.arange(200), rng.normal(size=200))
    keys["co"][::3, 1] += 1
    keys["co"][1::3, 0] += 0.25
    status, _ = k.classify(keys, frames, marks)
    assert (k.owned(keys, frames, marks) == (status == k.AI)).all()


def test_new_quaternions_take_the_sign_of_the_artists_keys():
    turn = np.array([0.8, 0.6, 0, 0])
    old = [k.full(make_keys([5, 20], [v, -v])) for v in turn]
    new = [k.full(make_keys([1, 3, 8, 12, 25], [-v] * 5)) for v in turn]
    k.align_quaternions(new, old)
    assert np.sign(new[0]["co"][:, 1]).tolist() == [1, 1, 1, 1, -1]
    assert np.allclose(new[1]["handle_left"][:, 1], new[1]["co"][:, 1])


def test_quaternions_without_an_artists_key_stay():
    new = [k.full(make_keys([1, 3], [v, v])) for v in (-1.0, 0, 0, 0)]
    k.align_quaternions(new, [np.zeros(0, k.FULL)] * 4)
    assert new[0]["co"][:, 1].tolist() == [-1, -1]


TURN = 2 * np.pi


def test_new_angles_come_within_half_a_turn_of_the_artists_keys():
    old = make_keys([5, 20], [0.5, 0.5 - TURN])
    new = make_keys([1, 3, 8, 12, 25], np.array([0.1, 0.3, 0.6, 0.4, 0.2]) + 2 * TURN)
    k.align_turns(new, old)
    assert np.allclose(new["co"][:, 1], [0.1, 0.3, 0.6, 0.4, 0.2 - TURN], atol=1e-5)
    for side in ("handle_left", "handle_right"):
        assert np.allclose(new[side], new["co"])


def test_angles_that_fit_stay_to_the_bit():
    old, new = make_keys([5], [0.5]), k.full(make_keys([1, 8], [3.1, -2.6]))
    before = new.copy()
    k.align_turns(new, old)
    k.align_turns(new, old[:0])
    k.align_turns(new[:0], old)
    assert new.tobytes() == before.tobytes()


def test_a_spin_of_the_new_keys_is_kept():
    old = make_keys([10], [0.1 + TURN])
    new = make_keys([1, 20, 30], [0.0, 6.0, 12.0])
    k.align_turns(new, old)
    assert np.allclose(np.diff(new["co"][:, 1]), 6.0, atol=1e-5)
    assert new["co"][0, 1] == pytest.approx(TURN, abs=1e-5)


def test_only_whole_turns_are_added():
    rng = np.random.default_rng(3)
    values = rng.uniform(-20, 20, 40)
    new = make_keys(np.arange(40), values)
    k.align_turns(new, make_keys([4.5, 17, 33.2], rng.uniform(-20, 20, 3)))
    turns = (new["co"][:, 1] - values) / TURN
    assert np.allclose(turns, np.round(turns), atol=1e-5) and np.any(np.round(turns))
