"""How far frames are trusted."""

from __future__ import annotations

from dataclasses import replace

import body_double
import numpy as np
import pytest
from understudy.ml.blocking import solver, trust

LEGS = list(range(25, 33))


def seen(fps: float = 30.0, swings_a_second: float = 0.0):
    """Return landmarks of somebody who squats once a second, and moves as much again."""
    marks = body_double.seen(*body_double.squats(round(2 * fps) + 1, fps))
    shift = 0.3 * 100.0 * np.sin(2 * np.pi * swings_a_second * marks.time)
    image = marks.image_raw.copy()
    image[:, LEGS, 0] += shift[:, None]
    return replace(marks, image_raw=image.astype(np.float32))


@pytest.mark.parametrize("fps", [12.0, 24.0, 30.0, 60.0])
def test_who_moves_fast_does_not_tremble(fps):
    marks = seen(fps, swings_a_second=1.5)
    assert trust.trembling(marks, marks.time).max() < 0.03


def test_what_leaps_to_and_fro_trembles_and_is_doubtful():
    marks = seen()
    image = marks.image_raw.copy()
    image[30:40:2, LEGS, 0] += 120.0
    leaping = replace(marks, image_raw=image)
    off = trust.trembling(leaping, marks.time)
    assert off[32:38].min() > 0.2 > 0.01 > off[:20].max()
    sure = solver.solve(leaping, marks.time).confidence
    assert sure[32:38].max() < 0.4 and sure[:20].min() > 0.8


def test_a_shaking_camera_is_no_trembling():
    marks = seen()
    shake = 40.0 * (-1.0) ** np.arange(len(marks.time))
    image = marks.image_raw + shake[:, None, None].astype(np.float32)
    assert trust.trembling(replace(marks, image_raw=image), marks.time).max() < 0.01


def test_too_few_frames_say_nothing():
    marks = seen()
    found = np.arange(len(marks.time)) < 2
    assert not trust.trembling(replace(marks, found=found), marks.time).any()
