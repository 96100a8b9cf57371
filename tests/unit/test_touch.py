"""Hands that touch the body are found, and touch it on a body of other proportions."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import rotations as rt
from understudy.ml.blocking import solver
from understudy.ml.blocking.body import ROLES, Motion
from understudy.ml.blocking.plant import bend_limb
from understudy.ml.blocking.touch import find_touches, hold_hands

FPS, FRAMES = 30.0, 60


def offsets(width=1.0, arm=1.0) -> dict:
    """Return a body's proportions: hips and thighs `width` times as far out, arms `arm` as long."""
    made = {
        "spine": ("hips", [0, 0, 0.1]), "chest": ("spine", [0, 0, 0.15]),
        "neck": ("chest", [0, 0, 0.25]), "head": ("neck", [0, 0, 0.1]),
        "nose": ("head", [0, -0.1, 0.05]),
    }  # fmt: skip
    for side, x in (("L", 1.0), ("R", -1.0)):
        made |= {
            f"shoulder.{side}": ("chest", [0, 0, 0.22]),
            f"upper_arm.{side}": (f"shoulder.{side}", [0.18 * x, 0, 0]),
            f"forearm.{side}": (f"upper_arm.{side}", [0.28 * arm * x, 0, 0]),
            f"hand.{side}": (f"forearm.{side}", [0.25 * arm * x, 0, 0]),
            f"fingers.{side}": (f"hand.{side}", [0.16 * x, 0, 0]),
            f"thigh.{side}": ("hips", [0.1 * width * x, 0, 0]),
            f"shin.{side}": (f"thigh.{side}", [0, 0, -0.42]),
            f"foot.{side}": (f"shin.{side}", [0, 0, -0.4]),
            f"toe.{side}": (f"foot.{side}", [0, -0.12, -0.06]),
            f"heel.{side}": (f"foot.{side}", [0, 0.05, -0.06]),
            f"toes.{side}": (f"foot.{side}", [0, -0.2, -0.06]),
        }
    return {name: (role, np.array(v, float)) for name, (role, v) in made.items()}


def reach(goals: dict[str, np.ndarray]) -> Motion:
    """Return somebody who stands and brings each wrist (side to (F, 3)) to a place."""
    body = offsets()
    rot = np.tile(rt.IDENTITY, (FRAMES, len(ROLES), 1))
    rest = dict(zip(solver.JOINT_NAMES, solver.forward(rot, body)[0], strict=True))
    for side, x in (("L", 1.0), ("R", -1.0)):
        upper, lower, hand = (ROLES.index(f"{p}.{side}") for p in ("upper_arm", "forearm", "hand"))
        down = rt.from_rotvec([0.0, 1.2 * x, 0.0])
        rot[:, upper] = rot[:, lower] = down
        goal = goals.get(side, np.tile([0.35 * x, 0.0, 0.1], (FRAMES, 1)))
        shoulder = np.tile(rest[f"upper_arm.{side}"], (FRAMES, 1))
        wrist = shoulder + rt.rotate(down, [0.53 * x, 0, 0])
        rot[:, upper], rot[:, lower] = bend_limb(
            rot[:, upper], rot[:, lower], shoulder, wrist, goal, (0.28, 0.25),
            np.array([x, 0, 0]), np.array([0.0, 1.0, 0.0]))  # fmt: skip
        rot[:, hand] = rot[:, lower]
    return Motion(np.arange(FRAMES) / FPS, rot, np.zeros((FRAMES, 3)), 0.9,
                  np.zeros((FRAMES, 4), bool), np.ones(FRAMES), solver.forward(rot, body),
                  solver.JOINT_NAMES, body)  # fmt: skip


def away_and_back(place: list[float], far: list[float]) -> np.ndarray:
    """Return a wrist that comes to a place, stays from frame 20 to 40, and leaves."""
    t = np.interp(np.arange(FRAMES), [5, 20, 40, 55], [0.0, 1.0, 1.0, 0.0])[:, None]
    t = t * t * (3 - 2 * t)
    return (1 - t) * np.array(far) + t * np.array(place)


def on(motion: Motion, rot, body) -> dict[str, np.ndarray]:
    places = solver.forward(rot, body)
    return dict(zip(solver.JOINT_NAMES, np.swapaxes(places, 0, 1), strict=True))


def palm(joints: dict, side: str) -> np.ndarray:
    return 0.5 * (joints[f"hand.{side}"] + joints[f"fingers.{side}"])


@pytest.mark.parametrize(("size", "arm"), [(1.0, 1.3), (2.0, 1.05)])
def test_a_hand_on_the_thigh_stays_on_a_wider_one(size, arm):
    motion = reach({"L": away_and_back([0.16, -0.08, -0.02], [0.5, -0.2, 0.3])})
    touches = find_touches(motion, FPS)
    assert [(t.side, t.part) for t in touches] == [("L", "thigh.L")]
    assert touches[0].start <= 24 and touches[0].stop >= 37
    other = {n: (r, size * o) for n, (r, o) in offsets(1.4, arm).items()}
    rot = hold_hands(motion, on(motion, motion.rot, other), size, touches, FPS)
    before, after = (on(motion, r, other) for r in (motion.rot, rot))
    own = on(motion, motion.rot, offsets())

    line = own["shin.L"] - own["thigh.L"]
    share = ((palm(own, "L") - own["thigh.L"]) * line).sum(-1) / (line * line).sum(-1)
    beside = palm(own, "L") - (own["thigh.L"] + share[:, None] * line)

    def miss(joints):
        there = joints["thigh.L"] + share[:, None] * (joints["shin.L"] - joints["thigh.L"])
        return np.linalg.norm(palm(joints, "L") - there - size * beside, axis=-1)[25:36] / size

    assert miss(after).max() < 0.002 and miss(before).min() > 0.03
    np.testing.assert_allclose(rot[[0, -1]], motion.rot[[0, -1]], atol=1e-12)
    jump = np.linalg.norm(np.diff(after["hand.L"], 2, axis=0), axis=-1) / size
    assert jump.max() < 0.03


def test_hands_that_hold_each_other_do_so_on_short_arms():
    motion = reach({s: away_and_back([0.02 * x, -0.35, 0.3], [0.4 * x, -0.2, 0.1])
                    for s, x in (("L", 1.0), ("R", -1.0))})  # fmt: skip
    touches = find_touches(motion, FPS)
    assert {(t.side, t.part) for t in touches} == {("L", "hands"), ("R", "hands")}
    other = offsets(arm=0.85)
    rot = hold_hands(motion, on(motion, motion.rot, other), 1.0, touches, FPS)
    apart = [np.linalg.norm(j["hand.L"] - j["hand.R"], axis=-1)[25:36]
             for j in (on(motion, rot, other), on(motion, motion.rot, offsets()))]  # fmt: skip
    np.testing.assert_allclose(*apart, atol=0.01)


def test_arms_that_swing_past_touch_nothing():
    t = np.linspace(0, 4 * np.pi, FRAMES)
    goals = {s: np.stack([0.3 * x + 0 * t, 0.3 * x * np.sin(t), 0.05 + 0 * t], axis=1)
             for s, x in (("L", 1.0), ("R", -1.0))}  # fmt: skip
    assert find_touches(reach(goals), FPS) == []
