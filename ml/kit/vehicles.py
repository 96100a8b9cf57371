"""Vehicles of the road, long along Y, their fronts towards +Y."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .parts import Job, kind


def wheels(
    job: Job, radius: float, places: tuple, wide: float, role: str = "rubber", spokes: bool = False
) -> None:
    """Put a wheel on both sides at each y of `places`."""
    f, x = job.form, job.width / 2 - wide / 2
    for side in (-1, 1):
        for y in places:
            a = (side * (x - wide / 2), y, radius)
            b = (side * (x + wide / 2), y, radius)
            if spokes:
                t = np.linspace(0, TAU, 15)
                rim = np.column_stack(
                    [
                        np.full(15, side * x),
                        y + np.cos(t) * radius * 0.92,
                        radius + np.sin(t) * radius * 0.92,
                    ]
                )
                f.tube(rim, radius * 0.08, role, 5)
                for k in range(4):
                    way = np.array([0, np.cos(k * TAU / 8), np.sin(k * TAU / 8)]) * radius * 0.9
                    f.rod(
                        np.array([side * x, y, radius]) - way,
                        np.array([side * x, y, radius]) + way,
                        radius * 0.05,
                        role,
                        4,
                    )
                f.tube([a, b], radius * 0.16, "dark metal", 8)
            else:
                f.tube([a, b], radius, role, 14)
                hub = side * (x - wide * 0.5)
                f.tube(
                    [(hub, y, radius), (side * (x + wide * 0.5), y, radius)],
                    radius * 0.55,
                    "metal",
                    10,
                )


@kind("car")
def car(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = h * 0.23
    body(
        job,
        [
            (-0.5, 0.32),
            (-0.49, 0.56),
            (-0.3, 0.6),
            (0.18, 0.6),
            (0.46, 0.5),
            (0.5, 0.34),
            (0.48, 0.16),
            (-0.48, 0.16),
        ],
        "paint",
    )
    cabin = np.array([(-0.36, 0.58), (-0.24, 0.97), (0.02, 1.0), (0.2, 0.6)]) * (d, h)
    f.prism(cabin, -w * 0.42, w * 0.42, "paint", 0, w * 0.06)
    f.prism(
        (cabin - cabin.mean(axis=0)) * (0.86, 0.76) + cabin.mean(axis=0) + (0, h * 0.01),
        -w * 0.426,
        w * 0.426,
        "glass",
        0,
    )
    for a, b in ((cabin[3], cabin[2]), (cabin[1], cabin[0])):
        way = (a - b) / np.linalg.norm(a - b)
        out = np.array([-way[1], way[0]]) * 0.01
        out = out if (out[0] > 0) == (a[0] > 0 or b[0] > 0) else -out
        f.prism(
            [
                a - way * 0.06 + out,
                b + way * 0.06 + out,
                b + way * 0.06 - out,
                a - way * 0.06 - out,
            ],
            -w * 0.36,
            w * 0.36,
            "glass",
            0,
        )
    wheels(job, r, (-d * 0.31, d * 0.31), w * 0.12)
    for side in (-1, 1):
        f.box(
            (side * w * 0.34 - w * 0.08, d * 0.485, h * 0.38),
            (side * w * 0.34 + w * 0.08, d * 0.497, h * 0.46),
            "glow",
            0.01,
        )
        f.box(
            (side * w * 0.34 - w * 0.08, -d * 0.5, h * 0.42),
            (side * w * 0.34 + w * 0.08, -d * 0.49, h * 0.5),
            "accent",
            0.004,
        )
    f.box((-w * 0.46, d * 0.47, h * 0.18), (w * 0.46, d * 0.5, h * 0.28), "dark metal", 0.02)
    f.box((-w * 0.46, -d * 0.5, h * 0.18), (w * 0.46, -d * 0.47, h * 0.28), "dark metal", 0.02)


def body(job: Job, side: list, role: str) -> None:
    """Add a car's body from its side view, in shares of depth and height."""
    job.form.prism(
        np.array(side) * (job.depth, job.height),
        -job.width * 0.48,
        job.width * 0.48,
        role,
        0,
        job.width * 0.07,
    )


@kind("hover car")
def hover_car(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    body(
        job,
        [
            (-0.5, 0.34),
            (-0.46, 0.62),
            (-0.2, 0.66),
            (0.24, 0.62),
            (0.5, 0.4),
            (0.46, 0.26),
            (-0.4, 0.22),
        ],
        "paint",
    )
    f.prism(
        np.array([(-0.3, 0.62), (-0.16, 0.98), (0.06, 1.0), (0.28, 0.6)]) * (d, h),
        -w * 0.38,
        w * 0.38,
        "glass",
        0,
        w * 0.08,
    )
    for side in (-1, 1):
        for y in (-0.3, 0.26):
            f.lathe(
                [(0.7, 0), (1, 0.3), (1, 0.8), (0.8, 1)] * np.array([w * 0.17, h * 0.24]),
                "dark metal",
                (side * w * 0.32, y * d, 0.02 * h),
                12,
            )
            f.lathe(
                [(0.55, 0), (0.6, 0.5), (0.5, 1)] * np.array([w * 0.17, h * 0.03]),
                "neon",
                (side * w * 0.32, y * d, 0),
                12,
            )
        f.box(
            (side * w * 0.45 - w * 0.05, -d * 0.5, h * 0.42),
            (side * w * 0.45 + w * 0.05, -d * 0.22, h * 0.8),
            "dark metal",
            0.03,
        )
        f.box(
            (side * w * 0.3 - w * 0.1, d * 0.46, h * 0.36),
            (side * w * 0.3 + w * 0.1, d * 0.485, h * 0.4),
            "neon",
        )
        f.box((side * w * 0.46, -d * 0.3, h * 0.44), (side * w * 0.49, d * 0.3, h * 0.47), "neon 2")
    f.box((-w * 0.3, -d * 0.5, h * 0.44), (w * 0.3, -d * 0.49, h * 0.48), "neon 2")


@kind("truck")
def truck(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w * 0.44, -d / 2, h * 0.16), (w * 0.44, d * 0.46, h * 0.24), "dark metal")
    f.box((-w / 2, -d / 2, h * 0.24), (w / 2, d * 0.16, h), "light cloth", 0.05)
    f.prism(
        np.array([(0.19, 0.16), (0.5, 0.16), (0.5, 0.46), (0.44, 0.52), (0.38, 0.82), (0.19, 0.84)])
        * (d, h),
        -w * 0.47,
        w * 0.47,
        "accent",
        0,
        0.05,
    )
    f.prism(
        np.array([(0.445, 0.54), (0.465, 0.54), (0.405, 0.8), (0.385, 0.8)]) * (d, h),
        -w * 0.4,
        w * 0.4,
        "glass",
        0,
    )
    for side in (-1, 1):
        f.box(
            (side * w * 0.47 - 0.015, d * 0.24, h * 0.54),
            (side * w * 0.47 + 0.015, d * 0.38, h * 0.76),
            "glass",
        )
        f.box(
            (side * w * 0.34 - 0.12, d * 0.49, h * 0.26),
            (side * w * 0.34 + 0.12, d * 0.503, h * 0.34),
            "glow",
            0.01,
        )
    wheels(job, h * 0.16, (-d * 0.34, -d * 0.16, d * 0.34), w * 0.13)
    for k in range(4):
        f.box(
            (-w * 0.3, d * 0.495, h * (0.28 + 0.04 * k)),
            (w * 0.2, d * 0.505, h * (0.3 + 0.04 * k)),
            "metal",
        )


@kind("motorcycle")
def motorcycle(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = h * 0.28
    for y in (-d / 2 + r, d / 2 - r):
        f.tube([(-w * 0.08, y, r), (w * 0.08, y, r)], r, "rubber", 16)
        f.tube([(-w * 0.09, y, r), (w * 0.09, y, r)], r * 0.6, "metal", 12)
    f.tube(
        [(0, -d * 0.44, h * 0.7), (0, -d * 0.2, h * 0.62), (0, 0.02 * d, h * 0.66)],
        [w * 0.12, w * 0.18, w * 0.12],
        "leather",
        8,
        flat=0.5,
    )
    f.blob((0, d * 0.12, h * 0.68), (w * 0.2, d * 0.17, h * 0.14), "accent", 0, 2, True)
    f.block((0, -0.02 * d, h * 0.24), (w * 0.34, d * 0.28, h * 0.3), "dark metal", 0.03)
    for side in (-1, 1):
        f.rod(
            (side * w * 0.1, d / 2 - r, r),
            (side * w * 0.1, d * 0.22, h * 0.88),
            w * 0.035,
            "metal",
            6,
        )
        f.tube(
            [
                (side * w * 0.06, d * 0.22, h * 0.88),
                (side * w * 0.3, d * 0.2, h * 0.98),
                (side * w * 0.49, d * 0.1, h * 0.96),
            ],
            w * 0.03,
            "dark metal",
            6,
        )
        f.rod(
            (side * w * 0.12, -d / 2 + r, r), (side * w * 0.12, 0, h * 0.3), w * 0.035, "metal", 6
        )
        f.tube(
            [
                (side * w * 0.2, d * 0.1, h * 0.26),
                (side * w * 0.22, -d * 0.2, h * 0.22),
                (side * w * 0.22, -d * 0.46, h * 0.3),
            ],
            w * 0.055,
            "metal",
            7,
        )
    f.tube([(0, d * 0.24, h * 0.78), (0, d * 0.33, h * 0.78)], [w * 0.1, w * 0.16], "glow", 10)


@kind("bicycle")
def bicycle(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = h * 0.32
    t = np.linspace(0, TAU, 19)
    rear, front = (0, -d / 2 + r, r), (0, d / 2 - r, r)
    for hub in (rear, front):
        f.tube(
            np.column_stack(
                [np.zeros(19), hub[1] + np.cos(t) * r * 0.95, r + np.sin(t) * r * 0.95]
            ),
            r * 0.05,
            "rubber",
            5,
        )
        for k in range(5):
            way = np.array([0, np.cos(k * TAU / 10), np.sin(k * TAU / 10)]) * r * 0.93
            f.rod(np.array(hub) - way, np.array(hub) + way, 0.003, "metal", 3)
    seat, head, crank = (0, -d * 0.14, h * 0.8), (0, d * 0.2, h * 0.82), (0, -d * 0.04, r * 0.9)
    for a, b in (
        (rear, crank),
        (rear, (0, -d * 0.12, h * 0.7)),
        (crank, seat),
        (crank, head),
        ((0, -d * 0.12, h * 0.72), head),
        (head, front),
    ):
        f.rod(a, b, 0.016, "accent", 6)
    f.tube(
        [(0, -d * 0.22, h * 0.84), (0, -d * 0.08, h * 0.83)], [0.09, 0.03], "leather", 7, flat=0.4
    )
    f.tube(
        [(-w / 2, d * 0.12, h * 0.97), (0, d * 0.21, h * 0.98), (w / 2, d * 0.12, h * 0.97)],
        0.014,
        "metal",
        6,
    )
    f.rod(head, (0, d * 0.21, h * 0.98), 0.014, "metal")
    f.tube([(-0.03, *crank[1:]), (0.03, *crank[1:])], 0.08, "dark metal", 12)
