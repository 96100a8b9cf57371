"""The camera's movement from the background: found when it is there, and not when it is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import camera, camerapath

SIZE = (640, 360)
BOX = np.array([260.0, 60.0, 380.0, 340.0])


@pytest.fixture(scope="module")
def texture():
    """A large picture with things to hold on to."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (90, 130, 3), np.uint8)
    return cv2.resize(coarse, (1040, 720), interpolation=cv2.INTER_CUBIC)


def film(texture, places, rolls):
    """Frames of the texture seen from other places (pixels) and rolls (radians), a person in it.

    Returns the frames and, a frame, what takes its pixels to the first one's.
    """
    frames, ways = [], []
    for k, ((x, y), roll) in enumerate(zip(places, rolls, strict=True)):
        way = np.vstack([cv2.getRotationMatrix2D((520, 360), np.degrees(roll), 1.0), [0, 0, 1]])
        way[:2, 2] -= [x, y]
        frame = cv2.warpAffine(texture, way[:2], SIZE)
        left = int(BOX[0] + 20 * np.sin(k))  # the person moves by themselves
        frame[int(BOX[1]) : int(BOX[3]), left : left + 100] = (40, 60, 200)
        frames.append(frame)
        ways.append(way)
    return frames, [ways[0] @ np.linalg.inv(w) for w in ways]


def follow(frames):
    tracker = camera.BackgroundTracker()
    return np.array([tracker.step(f, BOX + [-25, 0, 25, 0]) for f in frames]), tracker


def test_shake_and_pan_are_found(texture):
    rng = np.random.default_rng(1)
    places = [200.0, 180.0] + np.cumsum(rng.normal(0.0, 2.0, (60, 2)), axis=0)
    made = film(texture, places, np.cumsum(rng.normal(0, 2e-3, 60)))
    found, tracker = follow(made[0])
    points = np.array([[50, 50, 1], [600, 60, 1], [320, 330, 1.0]]).T
    miss = np.linalg.norm(((found - np.array(made[1])) @ points)[:, :2], axis=1)
    assert np.max(miss) < 4.0 and tracker.unsure == 0
    assert camerapath.moves(found, SIZE)


def test_tripod_gives_exactly_none(texture):
    rng = np.random.default_rng(2)
    frames, _ = film(texture, [[200.0, 180.0]] * 30, np.zeros(30))
    noisy = [np.clip(f + rng.normal(0, 2.0, f.shape), 0, 255).astype(np.uint8) for f in frames]
    found, _ = follow(noisy)
    assert (found == np.eye(3)).all() and not camerapath.moves(found, SIZE)


def test_plain_background_is_taken_for_none():
    frames = [np.full((360, 640, 3), 20 * k, np.uint8) for k in range(10)]
    found, tracker = follow(frames)
    assert (found == np.eye(3)).all() and tracker.unsure == 9


def test_turns_of_a_pan_and_a_roll():
    shift = np.eye(3)
    shift[0, 2] = 500.0 * np.tan(0.2)
    way = np.eye(3)
    way[:2] = cv2.getRotationMatrix2D((320, 180), -np.degrees(0.3), 1.0)
    pan, roll = rt.to_rotvec(camerapath.turns(np.array([shift, way]), SIZE, 500.0))
    assert pan == pytest.approx([0.0, 0.2, 0.0], abs=1e-6)
    assert roll == pytest.approx([0.0, 0.0, 0.3], abs=1e-6)
