"""Lids that meet over a ball, and the controls that bring them there."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml.face import blink, geometry
from understudy.ml.face.raster import Surface

SOURCE = geometry.reference("ict")
BLINK = geometry.BLINKS[blink.SIDES.index("Left")]
CENTRE, RADIUS = np.array([3.0, 3.0, -1.15]), 1.25
WIDE, HIGH = 1.5, 0.55  # half axes of the opening, in a sheet at z = 0


def sheet(opening: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return points and triangles of a sheet around the left eye, with a hole or without one."""
    along = np.linspace(-2.6, 2.6, 105)
    x, y = np.meshgrid(along, along)
    points = np.column_stack([x.ravel(), y.ravel(), 0 * x.ravel()])
    corner = np.arange(105 * 105).reshape(105, 105)[:-1, :-1].ravel()
    squares = np.stack([corner, corner + 1, corner + 106, corner + 105], axis=1)
    if opening:
        middle = points[squares].mean(axis=1)
        squares = squares[np.hypot(middle[:, 0] / WIDE, middle[:, 1] / HIGH) > 1.0]
    points[:, :2] += CENTRE[:2]
    return points, np.concatenate([squares[:, [0, 1, 2]], squares[:, [0, 2, 3]]])


def ball() -> tuple[np.ndarray, np.ndarray]:
    """Return the front of a ball that stands out of the hole."""
    turn, down = np.meshgrid(np.linspace(0, 2 * np.pi, 60), np.linspace(0, np.pi / 2, 30))
    ring = np.sin(down)
    flat = np.stack([ring * np.cos(turn), ring * np.sin(turn), np.cos(down)], axis=-1)
    corner = (np.arange(29)[:, None] * 60 + np.arange(59)).ravel()
    squares = np.stack([corner, corner + 1, corner + 61, corner + 60], axis=1)
    triangles = np.concatenate([squares[:, [0, 1, 2]], squares[:, [0, 2, 3]]])
    return CENTRE + RADIUS * flat.reshape(-1, 3), triangles


def marks() -> np.ndarray:
    """Return (468, 3) points, those of the left eye around the opening."""
    points = SOURCE.points - SOURCE.points.mean(axis=0)
    for ring, sign in zip(geometry.LIDS["Left"], (1, -1), strict=True):
        x = np.linspace(WIDE, -WIDE, len(ring))
        y = sign * HIGH * np.sqrt(1 - (x / WIDE) ** 2)
        points[list(ring)] = CENTRE * [1, 1, 0] + np.column_stack([x, y, 0 * x])
    return points


@pytest.fixture(scope="module")
def eye() -> blink.Lids:
    skin, ends = sheet()
    eyeball, theirs = ball()
    triangles = np.concatenate([ends, theirs + len(skin)])
    surface = Surface(np.concatenate([skin, eyeball]), triangles, np.ones((len(triangles), 3)))
    return blink.lids(surface, np.arange(len(triangles)) < len(ends), marks(), "Left")


def test_lids_meet_and_pass_before_the_ball(eye):
    assert eye.closed(eye.motion) > 0.98 and eye.closed(0 * eye.motion) == 0.0
    assert np.abs(eye.motion[:, 0]).max() == 0.0  # straight up and down
    for share in (0.25, 0.5, 0.75, 1.0):
        for rows in (eye.upper, eye.lower):
            at = eye.rest[rows] + share * eye.motion[rows] - CENTRE
            near = np.hypot(at[:, 0], at[:, 1]) < 0.8 * RADIUS
            front = np.sqrt(RADIUS**2 - (at[near, :2] ** 2).sum(axis=1))
            assert near.any() and (at[near, 2] >= front).all()


def test_an_eye_that_is_painted_on_has_its_lids_where_the_points_are():
    points, triangles = sheet(opening=False)
    surface = Surface(points, triangles, np.ones((len(triangles), 3)))
    lids = blink.lids(surface, np.ones(len(triangles), bool), marks(), "Left")
    gap = lids.rest[lids.upper, 1] - lids.rest[lids.lower, 1]
    assert gap.max() == pytest.approx(2 * HIGH, rel=0.1)
    # A far picture, where nothing is seen of an eye, says nothing.
    assert blink.lids(surface, np.ones(len(triangles), bool), marks() + 100.0, "Left") is None


def test_bones_that_bend_what_each_other_does_shut_the_eye(eye):
    """Lids that turn about the ball, each more slowly the further it is."""
    points = np.concatenate([marks(), eye.rest])
    upper = np.zeros(len(points))
    upper[
        [*geometry.LIDS["Left"][0][1:-1], *(468 + np.setdiff1d(range(len(eye.rest)), eye.lower))]
    ] = 1
    lower = np.zeros(len(points))
    lower[[*geometry.LIDS["Left"][1][1:-1], *(468 + eye.lower)]] = 1

    def moved(values: np.ndarray) -> np.ndarray:
        out = np.zeros((len(values), len(points), 3))
        for row, (down, up, fore, brow) in zip(out, values, strict=True):
            row[:, 1] = -upper * np.sin(down) * (1 - 0.3 * up) + lower * np.sin(up)
            row[:, 2] = (upper + lower) * (fore + 0.2 * np.cos(3 * down) - 0.2)
            row[:468, 1] += brow
        return out

    motion = moved(1e-3 * np.eye(4))[:, :468] / 1e-3
    span = np.array([np.full(4, -2.0), np.full(4, 2.0), np.ones(4)])
    target = np.zeros((468, 3))
    target[geometry.LIDS["Left"][0][1:-1], 1] = -1.0
    usable = np.array([True, True, True, True])
    shutting = blink.Shutting(eye, "Left", motion, span, target, usable)
    assert shutting.used.tolist() == [0, 1, 2]  # a brow shuts no eye
    for _ in range(blink.TURNS):
        tried = shutting.steps(moved(shutting.nudged()))
        if not shutting.take(tried, moved(tried)):
            break
    made = moved(shutting.weights[None])[0]
    assert np.allclose(made, shutting.made) and shutting.quality > 0.5
    assert eye.closed(made[468:]) > 0.85
