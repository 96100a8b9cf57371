"""Machines and consoles."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .parts import Job, kind, ring_of


@kind("console")
def console(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.prism(
        [
            (-d / 2, 0),
            (d * 0.3, 0),
            (d * 0.36, h * 0.5),
            (d / 2, h * 0.56),
            (d * 0.0, h * 0.78),
            (-d * 0.16, h),
            (-d / 2, h),
        ],
        -w * 0.48,
        w * 0.48,
        s.body if s.strips else "paint",
        0,
        0.02,
    )
    for side in (-1, 1):
        f.box(
            (side * w * 0.49 - w * 0.01, -d / 2, 0),
            (side * w * 0.49 + w * 0.01, d * 0.32, h * 0.9),
            "dark metal",
            0.004,
        )
    f.prism(
        [
            (d * 0.01, h * 0.79),
            (-d * 0.15, h * 0.99),
            (-d * 0.13, h * 0.995),
            (d * 0.03, h * 0.795),
        ],
        -w * 0.42,
        w * 0.42,
        "screen",
        0,
    )
    for i in range(8):
        for j in range(2):
            y, z = d * (0.34 - 0.16 * j), h * (0.63 + 0.07 * j)
            role = ("neon", "accent", "gold", "paper")[int(f.rng.integers(4))]
            f.block((w * (-0.38 + 0.108 * i), y, z), (w * 0.05, d * 0.06, h * 0.035), role)
    f.box((-w * 0.44, d * 0.31, h * 0.1), (w * 0.44, d * 0.34, h * 0.14), "neon")


@kind("machine")
def machine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.1), "dark metal", 0.03)
    f.block((-w * 0.16, 0, h * 0.1), (w * 0.6, d * 0.84, h * 0.6), "paint", 0.04)
    f.block((-w * 0.16, 0, h * 0.7), (w * 0.4, d * 0.6, h * 0.14), "metal", 0.03)
    f.rod((-w * 0.28, 0, h * 0.84), (-w * 0.28, 0, h), w * 0.05, "dark metal", 10)
    f.tube([(w * 0.14, 0, h * 0.5), (w * 0.42, 0, h * 0.5)], h * 0.2, "metal", 14)
    f.tube([(w * 0.42, 0, h * 0.5), (w * 0.48, 0, h * 0.5)], h * 0.24, "dark metal", 14)
    f.block((w * 0.32, 0, h * 0.1), (w * 0.2, d * 0.5, h * 0.24), "dark metal", 0.02)
    f.tube(
        [
            (-w * 0.06, d * 0.2, h * 0.7),
            (-w * 0.02, d * 0.3, h * 0.92),
            (w * 0.3, d * 0.3, h * 0.92),
            (w * 0.34, d * 0.2, h * 0.66),
        ],
        w * 0.04,
        "gold",
        8,
    )
    f.box((-w * 0.36, d * 0.42, h * 0.3), (-w * 0.06, d * 0.46, h * 0.56), "dark metal", 0.01)
    for k in range(3):
        f.tube(
            [(-w * (0.3 - 0.09 * k), d * 0.46, h * 0.48), (-w * (0.3 - 0.09 * k), d / 2, h * 0.48)],
            w * 0.03,
            "paper",
            10,
        )
        f.block(
            (-w * (0.3 - 0.09 * k), d * 0.47, h * 0.36),
            (w * 0.04, d * 0.03, h * 0.03),
            ("accent", "gold", "neon")[k],
        )


@kind("generator")
def generator(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for y in (-d * 0.4, d * 0.4):
        f.block((0, y, 0), (w, d * 0.1, h * 0.1), "dark metal", 0.01)
    f.box((-w * 0.48, -d * 0.42, h * 0.1), (w * 0.1, d * 0.42, h * 0.86), "gold", 0.04)
    f.tube([(w * 0.1, 0, h * 0.48), (w * 0.48, 0, h * 0.48)], h * 0.34, "dark metal", 14)
    for k in range(4):
        f.tube(
            [(w * (0.14 + 0.08 * k), 0, h * 0.48), (w * (0.17 + 0.08 * k), 0, h * 0.48)],
            h * 0.37,
            "metal",
            14,
        )
    for k in range(6):
        f.box(
            (-w * 0.42, d * 0.42, h * (0.26 + 0.08 * k)),
            (-w * 0.06, d * 0.45, h * (0.3 + 0.08 * k)),
            "rubber",
        )
    f.tube(
        [(-w * 0.3, 0, h * 0.84), (-w * 0.3, 0, h * 0.97), (-w * 0.4, 0, h)],
        w * 0.035,
        "dark metal",
        8,
    )
    f.box((-w * 0.02, d * 0.42, h * 0.5), (w * 0.08, d / 2, h * 0.74), "screen", 0.01)


@kind("reactor")
def reactor(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    squash = (1, d / w)
    f.lathe(
        [(1, 0), (1, 0.06), (0.9, 0.1), (0.7, 0.12), (0.62, 0.2)] * np.array([w / 2, h]),
        "dark metal",
        sides=16,
        smooth=False,
        squash=squash,
    )
    f.lathe(
        [(0.34, 0.18), (0.4, 0.3), (0.34, 0.5), (0.4, 0.7), (0.34, 0.84)] * np.array([w / 2, h]),
        s.light if s.strips else "neon",
        sides=14,
        squash=squash,
    )
    for z in (0.3, 0.5, 0.7):
        f.lathe(
            [(0.42, z - 0.02), (0.56, z - 0.015), (0.56, z + 0.015), (0.42, z + 0.02)]
            * np.array([w / 2, h]),
            "metal",
            sides=16,
            squash=squash,
        )
    f.lathe(
        [(0.62, 0.82), (0.74, 0.88), (0.74, 0.95), (0.5, 1)] * np.array([w / 2, h]),
        "dark metal",
        sides=16,
        smooth=False,
        squash=squash,
    )
    for x, y, _ in ring_of(4, 0.36, TAU / 8):
        f.tube(
            [
                (x * w * 1.25, y * d * 1.25, h * 0.06),
                (x * w * 1.1, y * d * 1.1, h * 0.4),
                (x * w, y * d, h * 0.9),
            ],
            w * 0.045,
            "paint",
            6,
            smooth=False,
        )


@kind("tank")
def tank(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    squash = (1, d / w)
    for x, y, _ in ring_of(4, 0.38, TAU / 8):
        f.block((x * w, y * d, 0), (w * 0.08, d * 0.08, h * 0.24), "dark metal", 0.01)
    f.lathe(
        [
            (0.2, 0.1),
            (0.7, 0.14),
            (0.94, 0.22),
            (0.94, 0.84),
            (0.7, 0.93),
            (0.2, 0.96),
            (0.2, 1),
            (0.1, 1),
        ]
        * np.array([w / 2, h]),
        "metal",
        sides=16,
        squash=squash,
    )
    for z in (0.24, 0.52, 0.8):
        f.lathe(
            [(0.94, z), (0.985, z + 0.01), (0.985, z + 0.03), (0.94, z + 0.04)]
            * np.array([w / 2, h]),
            "dark metal",
            sides=16,
            squash=squash,
        )
    f.tube(
        [(0, d * 0.4, h * 0.34), (0, d * 0.48, h * 0.34), (0, d * 0.48, h * 0.02)],
        w * 0.035,
        "gold",
        7,
    )
    f.tube([(w * 0.2, d * 0.4, h * 0.66), (w * 0.2, d * 0.49, h * 0.66)], w * 0.08, "paper", 12)


@kind("pipes", "wall pipe")
def pipes(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    if h > w:  # a bundle that climbs a wall
        for k, (x, r) in enumerate(((-0.26, 0.2), (0.14, 0.14), (0.38, 0.08))):
            role = ("metal", "dark metal", "gold")[k]
            f.rod((x * w, -d * 0.1, 0), (x * w, -d * 0.1, h), r * min(w, d), role, 10)
            for z in np.arange(0.3, h - 0.1, max(0.8, h / 4)):
                f.tube(
                    [(x * w, -d * 0.1, z), (x * w, -d * 0.1, z + 0.06)],
                    r * min(w, d) * 1.25,
                    role,
                    10,
                )
        for z in (0.2, 0.5, 0.8):
            f.box((-w / 2, -d / 2, h * z), (w / 2, -d * 0.1, h * z + 0.05), "dark metal", 0.005)
        f.tube(
            [
                (-w * 0.26, -d * 0.1, h * 0.6),
                (-w * 0.26, d * 0.34, h * 0.6),
                (-w * 0.26, d * 0.5, h * 0.6),
            ],
            d * 0.1,
            "accent",
            8,
        )
        return
    for k, z in enumerate((0.2, 0.5, 0.8)):
        r, y = h * (0.11, 0.08, 0.13)[k], d * (0.1, -0.2, 0.05)[k]
        role = ("metal", "accent", "dark metal")[k]
        f.tube([(-w / 2, y, h * z), (w / 2, y, h * z)], r, role, 10)
        for x in np.linspace(-0.4, 0.4, 4):
            f.tube([(x * w - 0.03, y, h * z), (x * w + 0.03, y, h * z)], r * 1.25, role, 10)
    f.tube(
        [(w * 0.2, d * 0.1, h * 0.2), (w * 0.2, d * 0.4, h * 0.3), (w * 0.2, d * 0.4, h * 0.84)],
        h * 0.05,
        "gold",
        8,
    )
    f.tube([(w * 0.2, d * 0.38, h * 0.6), (w * 0.2, d * 0.5, h * 0.6)], h * 0.12, "accent", 12)
    for x in (-w * 0.3, w * 0.36):
        f.block((x, 0, 0), (w * 0.04, d * 0.6, h), "dark metal", 0.01)


@kind("robot arm")
def robot_arm(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.9, 0), (0.9, 0.05), (0.7, 0.1), (0.6, 0.22), (0.4, 0.24)] * np.array([w / 2, h]),
        "dark metal",
        sides=14,
        squash=(1, d / w),
    )
    joints = np.array([(0, -0.12, 0.26), (0, -0.34, 0.62), (0, 0.1, 0.9), (0, 0.4, 0.66)]) * (
        w,
        d,
        h,
    )
    for a, b, r in zip(joints[:-1], joints[1:], (0.13, 0.1, 0.07), strict=True):
        f.tube([a, b], [r * w, r * w * 0.8], "gold", 8, smooth=False)
    for p, r in zip(joints, (0.17, 0.15, 0.12, 0.09), strict=True):
        f.tube([p - (r * w, 0, 0), p + (r * w, 0, 0)], r * w, "dark metal", 12)
    for side in (-1, 1):
        f.tube(
            [
                joints[-1],
                joints[-1] + (side * w * 0.1, d * 0.06, -h * 0.08),
                joints[-1] + (side * w * 0.04, d * 0.08, -h * 0.17),
            ],
            w * 0.025,
            "metal",
            5,
        )


@kind("conveyor")
def conveyor(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w * 0.42, -d / 2, h * 0.86), (w * 0.42, d / 2, h * 0.96), "rubber", 0.02)
    for side in (-1, 1):
        f.box(
            (side * w * 0.46 - w * 0.04, -d / 2, h * 0.78),
            (side * w * 0.46 + w * 0.04, d / 2, h),
            "gold",
            0.012,
        )
        for y in np.linspace(-d * 0.42, d * 0.42, max(2, int(d / 1.2))):
            f.block((side * w * 0.44, y, 0), (0.07, 0.07, h * 0.8), "dark metal", 0.01)
    for y in np.linspace(-d * 0.46, d * 0.46, max(4, int(d / 0.35))):
        f.tube([(-w * 0.42, y, h * 0.9), (w * 0.42, y, h * 0.9)], h * 0.075, "metal", 8)
