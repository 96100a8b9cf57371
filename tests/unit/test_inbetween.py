"""In-betweens as arrays: the base curve, channels, contacts, takes and fitted keys."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from understudy.ml import euler
from understudy.ml import rotations as rt
from understudy.ml.curves import evaluate, spline_keys
from understudy.ml.errors import UnderstudyError
from understudy.ml.inbetween import base, deltas, fill, fit, steady, tracks, variants
from understudy.ml.progress import run


def wander(frames: int, bones: int, step: float = 0.05, seed: int = 0) -> tuple:
    """Return smooth random rotations (F, B, 4) and places (F, B, 3)."""
    rng = np.random.default_rng(seed)
    size, phase = rng.normal(0, 10 * step, (2, 2, bones, 3))
    pace = rng.uniform(0.05, 0.15, (2, 1, bones, 3))
    path = size[:, None] * np.sin(pace * np.arange(frames)[:, None, None] + phase[:, None])
    return rt.continuous(rt.from_rotvec(path[0])), path[1]


def motion(frames: int = 60, bones: int = 4, keys=(0, 1, 2, 20, 40, 59), **changes) -> fill.Motion:
    """Return a chain of bones, alternately quaternion and Euler, the first with a location."""
    turn, place = wander(frames, bones)
    found, values, column = [], [], 0
    for b in range(bones):
        mode = "XYZ" if b % 2 else "QUATERNION"
        own = euler.from_quaternion(turn[:, b], mode) if b % 2 else turn[:, b]
        found.append(
            tracks.Track(b, f"b{b}.rotation", f"b{b}", mode, column, [0, 1, 2, 3][: own.shape[1]])
        )
        values.append(own)
        column += own.shape[1]
    found.append(tracks.Track(0, "b0.location", "b0", "LOCATION", column, [0, 1, 2]))
    values = np.concatenate([*values, place[:, 0]], axis=1)
    keyed = np.zeros((frames, len(found)), bool)
    keyed[list(keys)] = True
    rest = np.tile(np.eye(4), (bones, 1, 1))
    rest[:, 2, 3] = np.arange(bones) * 0.5
    parents = np.arange(bones) - 1
    whole = {
        "tracks": found,
        "values": values,
        "keyed": keyed,
        "stepped": np.zeros_like(keyed),
        "body": tracks.Body.of(parents, rest),
        "rest": rest,
        "basis": np.tile(rt.IDENTITY, (bones, 1)),
        "location": np.zeros((bones, 3)),
        "fps": 30.0,
        "first": 1,
        "span": (1, frames),
    }
    return fill.Motion(**(whole | changes))


def test_the_base_keeps_keys_and_arriving_velocity():
    turn, place = wander(40, 3)
    keyed = np.zeros((40, 3), bool)
    keyed[:10] = keyed[25] = keyed[35:] = True
    new, moved = base.hermite_base(turn, place, keyed, 30.0)
    assert (new[keyed] == turn[keyed]).all() and (moved[keyed] == place[keyed]).all()
    before, after = place[9] - place[8], moved[10] - moved[9]
    assert np.abs(after - before).max() < 0.3 * np.abs(before).max()
    # Towards dense keys the curve arrives with their velocity too.
    before, after = place[36] - place[35], moved[35] - moved[34]
    assert np.abs(after - before).max() < 0.3 * np.abs(before).max() + 0.01


def test_the_base_leaves_lone_keys_to_the_artist():
    turn, place = wander(40, 2)
    keyed = np.zeros((40, 2), bool)
    keyed[[0, 20, 39]] = True
    new, moved = base.hermite_base(turn, place, keyed, 30.0)
    assert (new == turn).all() and (moved == place).all()
    straight, _ = base.hermite_base(turn, place, keyed, 30.0, straight=True)
    assert np.allclose(straight[10], rt.slerp(turn[0], turn[20], np.full(2, 0.5)))


def test_eased_curves_never_overshoot():
    values = base.eased([0, 10, 20, 30], [[0.0], [1.0], [1.0], [0.0]], np.arange(31.0))
    assert values.max() <= 1.0 and values.min() >= 0.0
    assert values[[0, 10, 20, 30], 0].tolist() == [0.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", *euler.ORDERS])
def test_channels_and_back_stay_beside_the_artists(mode):
    turn, _ = wander(80, 1, step=0.2, seed=3)
    if mode == "QUATERNION":
        own = -2.0 * turn[:, 0]
    elif mode == "AXIS_ANGLE":
        own = euler.to_axis_angle(turn[:, 0]) + [4 * np.pi, 0, 0, 0]
    else:
        own = euler.from_quaternion(turn[:, 0], mode) + 2 * np.pi
    rotation = tracks.to_rotation(own, mode)
    assert np.allclose(rt.angle_between(rotation, turn[:, 0]), 0.0, atol=1e-6)
    assert np.allclose(tracks.from_rotation(rotation, mode, own), own, atol=1e-5)


def test_signs_go_on_from_the_key_before():
    turn = rt.from_rotvec(np.linspace(0.0, 0.4, 21)[:, None] * [1.0, 0.0, 0.0])
    keyed = np.isin(np.arange(21), [0, 20])
    share = np.linspace(0.0, 1.0, 21)[:, None]
    own = turn[0] * (1.0 - share) - turn[-1] * share  # keys of opposite signs
    assert np.linalg.norm(own, axis=1).min() < 0.1
    signed = tracks.carried_signs(turn, own, keyed)
    given = tracks.from_rotation(turn, "QUATERNION", signed)
    assert (np.sum(given[:20] * turn[:20], axis=1) >= 0.7 - 1e-9).all()
    assert np.allclose(given[[0, 20]], own[[0, 20]])


@pytest.mark.parametrize("variant", range(4))
@pytest.mark.parametrize("strength", [0.0, 0.7, 1.5])
def test_keys_are_exact_and_nothing_changes_outside_gaps(variant, strength):
    given = motion()
    settings = fill.Settings(strength=strength, variant=variant, smoothness=0.5)
    values = run(fill.propose(given, settings))
    for t, track in enumerate(given.tracks):
        at = given.keyed[:, t]
        assert (values[at, track.columns] == given.values[at, track.columns]).all()
    if strength == 0.0:
        assert (values == given.values).all()


def swaying(clip, seed=0, spread=0.0):
    """Stand in for the network: it sways."""
    shape = clip.basis.shape[:2]
    return SimpleNamespace(
        rotvec=np.full((*shape, 3), 0.3) * np.sin(np.arange(shape[0]) / 5)[:, None, None],
        location=np.zeros((*shape, 3)),
        gate=np.ones(shape),
        contact=np.zeros(shape),
    )


def test_what_is_weighed_stands_and_keys_stay_exact():
    given, seen = motion(), []

    def weighing(parents, heads, plain, said, keyed, driven, fps):
        seen.append(np.abs(plain[0] - said[0]).max())
        assert heads.max() < 2.0  # heights
        done = np.zeros(keyed.shape, bool)
        done[10:20] = ~keyed[10:20]
        return *plain, done

    loud, weighed, plain = (
        run(fill.propose(given, fill.Settings(contact_hold=0.0), networks))
        for networks in (fill.Networks(swaying), fill.Networks(swaying, weighing), None)
    )
    assert seen[0] > 0.01
    keyed = given.keyed[:, 0]
    assert (weighed[keyed] == given.values[keyed]).all()
    assert np.allclose(weighed[20:], loud[20:]) and not np.allclose(weighed, loud)
    assert np.allclose(weighed[10:20], plain[10:20], atol=0.02)


def test_a_network_is_heard_and_keys_stay_exact():
    given, network = motion(), swaying
    values = run(fill.propose(given, fill.Settings(), fill.Networks(network)))
    plain = run(fill.propose(given, fill.Settings()))
    assert np.abs(values - plain).max() > 0.02
    assert (values[given.keyed[:, 0]] == given.values[given.keyed[:, 0]]).all()


def test_lone_keys_are_the_artists_but_limbs_of_a_known_body_are_not():
    turn, place = wander(40, 4)
    keyed = np.zeros((40, 4), bool)
    keyed[[0, 20, 39]] = True
    share = fill._shares(keyed, turn, place, 30.0)
    assert ((share == 0.0) == ~keyed).all()
    keyed[:, 2:] = True
    known = fill._shares(keyed, turn, place, 30.0)
    assert (known == 1.0).all(), "half the body is known"
    short = fill._shares(keyed, turn, place, 80.0)
    assert (short[1:20, :2] == 0.0).all(), "a quarter of a second"
    turn[:, 2:], place[:, 2:] = turn[:1, 2:], 0.0
    share = fill._shares(keyed, turn, place, 30.0)
    assert (share[1:20, :2] == 0.0).all(), "what stands still tells nothing"


def test_pieces_give_what_the_whole_does(monkeypatch):
    given = motion(frames=400, keys=(0, 1, 2, 60, 61, 140, 141, 200, 330, 331, 399))
    whole = run(fill.propose(given, fill.Settings()))
    monkeypatch.setattr(fill, "_CHUNK", 50)
    assert len(fill.chunks(given)) > 4
    assert np.allclose(run(fill.propose(given, fill.Settings())), whole, atol=1e-9)


def test_holds_get_no_key():
    given = motion()
    given.values[20:41] = given.values[20]
    given.keyed[18:21] = True
    settings = fill.Settings(variant=1)
    values = run(fill.propose(given, settings))
    assert (values[20:41] == given.values[20]).all()
    assert not fill.choose_keys(given, settings, values)[20:41].any()


def test_fitted_keys_are_few_and_near():
    given = motion(frames=120, keys=(0, 1, 2, 119))
    values = run(fill.propose(given, fill.Settings()))
    settings = fill.Settings(tolerance_deg=1.0)
    planned = fill.choose_keys(given, settings, values)
    assert 0 < planned.any(axis=1).sum() < 30
    assert all((planned[:, 0] == planned[:, t]).all() for t in range(planned.shape[1]))
    tight = fill.choose_keys(given, fill.Settings(tolerance_deg=0.05, tolerance_size=5e-4), values)
    assert tight.sum() > planned.sum()
    loose = fill.choose_keys(given, fill.Settings(tolerance_deg=1.0, align="bone"), values)
    assert loose.sum() <= planned.sum()


def test_a_segment_that_strays_is_split():
    t = np.arange(61.0)
    track = tracks.Track(0, "p", "g", "XYZ", 0, [0, 1, 2])
    values = np.stack([np.sin(t / 6), 0 * t, 0 * t], axis=1)
    keyed = np.zeros((61, 1), bool)
    keyed[[0, 60]] = True
    changed = np.ones((61, 1), bool)
    limit = fit.Tolerance(np.radians(2), 1.0)
    plan = fit.plan([track], values, keyed, changed, np.zeros_like(keyed), limit)
    assert 3 <= plan.keys.sum() <= 9


def test_takes_are_distinct_and_keep_keys():
    turn, place = wander(40, 3, step=0.3)
    keyed = np.zeros((40, 3), bool)
    keyed[[0, 20, 39]] = True
    takes = [variants.paced(turn, place, keyed, np.array([-1, 0, 1]), v)[0] for v in range(4)]
    for i, a in enumerate(takes):
        assert (a[keyed] == turn[keyed]).all()
        assert all(rt.angle_between(a, b).max() > 0.02 for b in takes[:i])


def test_smoothness_blurs_what_is_quick_and_keeps_what_is_slow():
    t = np.linspace(0.0, 2.0, 61)[:, None, None]
    slow, quick = np.sin(np.pi * t), 0.2 * np.sin(2 * np.pi * 7 * t)
    blurred = deltas.smoothed(slow + quick, 1.0, 30.0)[10:-10]
    assert np.abs(blurred - slow[10:-10]).max() < 0.15
    assert (deltas.smoothed(slow + quick, 0.0, 30.0) == slow + quick).all()


@pytest.mark.parametrize(("beat", "changes"), [(0.0, False), (4.0, True)])
def test_only_limbs_that_swing_to_and_fro_fall_back(beat, changes):
    t = np.arange(40) / 30.0
    angle = np.sin(2 * np.pi * beat * t) if beat else 0.5 * t
    turn = rt.from_rotvec(np.stack([angle, 0 * t, 0 * t], -1)[:, None])
    place, keyed = np.zeros((40, 1, 3)), np.ones((40, 1), bool)
    keyed[10:30] = False
    carried, _ = base.hermite_base(turn, place, keyed, 30.0)
    calm, moved = steady.steadied(carried, place, keyed, 30.0)
    assert (calm[keyed] == turn[keyed]).all() and (moved == 0.0).all()
    straight = rt.slerp(turn[9], turn[30], np.full(1, 0.5))
    before, after = (rt.angle_between(c[19], straight).max() for c in (carried, calm))
    assert after < 0.3 * before if changes else np.isclose(after, before)
    lone = np.zeros((40, 1), bool)
    lone[[0, 20, 39]] = True
    assert (steady.steadied(turn, place, lone, 30.0)[0] == turn).all()


def test_short_gaps_are_fitted_closer():
    given = motion()
    scaled = 0.2 * np.random.default_rng(0).normal(size=given.values.shape)
    little = fit.spent(given.tracks, scaled, given.keyed)
    much = fit.spent(given.tracks, 100 * scaled, given.keyed)
    assert little.min() < 0.5
    assert (much == 1.0).all() and (little <= 1.0).all() and (little > 0.0).all()


def test_numbers_that_are_none_are_refused():
    given = motion()
    given.values[5, 2] = np.nan
    params = {"tracks": [t.pack() for t in given.tracks], "fps": 30, "first": 1, "span": [1, 60]}
    arrays = {
        k: getattr(given, k) for k in ("values", "keyed", "stepped", "rest", "basis", "location")
    }
    with pytest.raises(UnderstudyError, match="not numbers"):
        fill.Motion.of(params, arrays | {"parents": given.body.parents})


def test_the_task_gives_a_take():
    given = motion()
    params = {
        "tracks": [t.pack() for t in given.tracks],
        "fps": 30.0,
        "first": 1,
        "span": [1, 60],
        "method": "plain",
    }
    names = ("values", "keyed", "stepped", "rest", "basis", "location")
    arrays = {k: getattr(given, k) for k in names} | {"parents": given.body.parents}
    meta, out = run(fill.fill(params, arrays))
    assert meta["provenance"]["stage"] == "inbetween" and meta["method"] == "plain"
    assert len(out["keys"]) == sum(meta["counts"]) > 0
    assert out["dense"].shape == given.values.shape


def test_keys_are_moved_so_that_curves_pass_nearer():
    at = np.arange(31.0)
    goal = np.stack([np.sin(at / 4.0), 0.3 * np.cos(at / 5.0)], axis=1)
    edges = np.array([0.0, 7.0, 13.0, 22.0, 30.0])
    frames = edges.astype(int)
    slopes = np.gradient(goal, axis=0)[frames]
    inner = slice(1, -1)
    keys = [spline_keys(edges, goal[frames, c], slopes[:, c])[inner] for c in (0, 1)]

    def drawn(keys: list[np.ndarray]) -> np.ndarray:
        values, leans = goal[frames].copy(), slopes.copy()
        for c, own in enumerate(keys):
            reach = own["handle_right"] - own["co"]
            values[inner, c], leans[inner, c] = own["co"][:, 1], reach[:, 1] / reach[:, 0]
        return evaluate(edges, values, leans, at)

    off = goal - drawn(keys)
    moved = fit.settled(keys, edges, at, off)
    better = goal - drawn(moved)
    assert np.square(better).sum() < 0.6 * np.square(off).sum()
    for old, new in zip(keys, moved, strict=True):
        assert (old["co"][:, 0] == new["co"][:, 0]).all()
        left, right = (new["co"] - new["handle_left"], new["handle_right"] - new["co"])
        np.testing.assert_allclose(left[:, 1] / left[:, 0], right[:, 1] / right[:, 0], rtol=1e-3)
