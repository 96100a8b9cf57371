"""Splines: what is fitted is what Blender's keys hold."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import curves, take

KEYED = np.array([0, 7, 12, 30])
FRAMES = np.arange(31.0) + 100.0


def bezier(keys, frame):
    """Evaluate a key array at one frame by the definition of a cubic Bezier."""
    i = int(np.clip(np.searchsorted(keys["co"][:, 0], frame, side="right") - 1, 0, len(keys) - 2))
    p = np.stack(
        [keys["co"][i], keys["handle_right"][i], keys["handle_left"][i + 1], keys["co"][i + 1]]
    ).astype(float)
    t = (frame - p[0, 0]) / (p[3, 0] - p[0, 0])
    w = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
    return w @ p


def test_fit_rebuilds_a_spline_exactly():
    rng = np.random.default_rng(0)
    values, slopes = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)) * 0.1
    motion = curves.evaluate(FRAMES[KEYED], values, slopes, FRAMES)
    got = curves.fit_spline(FRAMES, motion, KEYED, 1e9)
    rebuilt = curves.evaluate(FRAMES[KEYED], *got, FRAMES)
    assert np.abs(rebuilt - motion).max() < 0.02
    assert got[0] == pytest.approx(values, abs=1e-6)


def test_loose_hold_is_nearer_than_exact_values():
    rng = np.random.default_rng(1)
    motion = np.cumsum(rng.normal(size=(31, 2)), axis=0)
    miss = []
    for hold in (1e9, 1.0):
        spline = curves.fit_spline(FRAMES, motion, KEYED, hold)
        rebuilt = curves.evaluate(FRAMES[KEYED], *spline, FRAMES)
        miss.append(np.square(rebuilt - motion).sum())
    assert miss[1] < miss[0]


def test_keys_hold_the_fitted_curve():
    motion = np.sin(FRAMES / 4.0)[:, None]
    values, slopes = curves.fit_spline(FRAMES, motion, KEYED, 1.0)
    keys = curves.spline_keys(FRAMES[KEYED], values[:, 0], slopes[:, 0])
    for frame in (101.0, 109.5, 121.25):
        x, y = bezier(keys, frame)
        assert x == pytest.approx(frame, abs=1e-3)
        wanted = curves.evaluate(FRAMES[KEYED], values, slopes, [frame])[0, 0]
        assert y == pytest.approx(wanted, abs=1e-4)
    assert (keys["handle_left_type"] == take.ALIGNED).all()


def test_single_key_is_constant():
    values, slopes = curves.fit_spline([5.0, 6.0], np.ones((2, 1)), [0], 1.0)
    assert curves.evaluate([5.0], values, slopes, [1.0, 9.0]).ravel().tolist() == [1.0, 1.0]


def test_take_survives_packing():
    keys = curves.spline_keys([1, 5], [0.0, 1.0], [0.0, 0.0])
    channels = [take.Channel('pose.bones["a"].location', i, "a", keys) for i in range(3)]
    source = take.Provenance("blocking", {"net": "ab"})
    before = take.Take(channels, source, (1.0, 5.0), notes=["x"])
    after = take.Take.unpack(*before.pack())
    assert [c.data_path for c in after.channels] == [c.data_path for c in channels]
    assert all((a.keys == keys).all() for a in after.channels)
    assert after.provenance == before.provenance and after.notes == ["x"]
    empty = take.Take([], take.Provenance("blocking"), (1.0, 1.0))
    assert take.Take.unpack(*empty.pack()).channels == []
