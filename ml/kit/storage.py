"""What people work at and keep things in; the bathroom and the kitchen."""

from __future__ import annotations

import numpy as np

from .parts import Job, board, case, cushion, four_legs, fronts, kind, leg

BOTH_SIDES_M = 0.5
"""Depth from which a book shelf has two fronts."""


@kind("desk")
def desk(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    board(job, h - 0.04, 0.04, s.body)
    part = min(0.45, w * 0.34)
    x = w / 2 - part / 2 - 0.02
    f.block((x, -0.01, 0.03), (part, d - 0.06, h - 0.07), s.body, 0.008)
    # The person sits at +Y, where the drawers open.
    low, step = 0.05, (h - 0.12) / 3
    for i in range(3):
        f.box(
            (x - part / 2 + 0.02, d / 2 - 0.05, low + i * step + 0.01),
            (x + part / 2 - 0.02, d / 2 - 0.025, low + (i + 1) * step - 0.01),
            s.frame,
            0.006,
        )
        f.block((x, d / 2 - 0.02, low + (i + 0.5) * step), (0.1, 0.02, 0.015), "metal")
    for y in (-d / 2 + 0.05, d / 2 - 0.05):
        leg(job, -w / 2 + 0.06, y, h - 0.04, 0.06)
    f.box((-w / 2 + 0.06, -d / 2 + 0.03, h * 0.45), (w / 2 - 0.1, -d / 2 + 0.05, h - 0.05), s.body)


@kind("dresser", "counter")
def dresser(job: Job) -> None:
    case(job)
    columns = max(1, round(job.width / 0.6))
    rows = max(1, min(5, round((job.height - 0.1) / 0.25)))
    fronts(job, 0.07, job.height - 0.04, rows, columns, job.style.body)


@kind("side table")
def nightstand(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    four_legs(job, h * 0.45, 0.05)
    f.box(
        (-w / 2 + 0.01, -d / 2 + 0.01, h * 0.4),
        (w / 2 - 0.01, d / 2 - 0.02, h - 0.03),
        s.body,
        0.008,
    )
    board(job, h - 0.03, 0.03, s.body)
    fronts(job, h * 0.43, h - 0.04, 1, 1, s.frame)


@kind("wardrobe", "locker")
def wardrobe(job: Job) -> None:
    case(job, 0.08, 0.05)
    fronts(job, 0.1, job.height - 0.07, 1, max(2, round(job.width / 0.6)), job.style.body)


@kind("cabinet")
def cabinet(job: Job) -> None:
    case(job)
    fronts(
        job,
        0.08,
        job.height - 0.05,
        2 if job.height > 1.2 else 1,
        max(1, round(job.width / 0.5)),
        job.style.body,
    )


@kind("shelf")
def bookshelf(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    t = 0.03
    for side in (-1, 1):
        f.box(
            (side * (w / 2 - t / 2) - t / 2, -d / 2, 0),
            (side * (w / 2 - t / 2) + t / 2, d / 2, h),
            s.body,
            0.006,
        )
    # A deep one stands free, and is filled from both sides.
    back = 0.0 if d >= BOTH_SIDES_M else -d / 2
    f.box((-w / 2 + t, back, 0), (w / 2 - t, back + 0.015, h), s.frame)
    rows = max(2, round(h / 0.36))
    levels = np.linspace(0.04, h - t, rows + 1)
    for z in levels:
        f.box((-w / 2 + t, back + 0.015, z), (w / 2 - t, d / 2 - 0.005, z + t), s.body, 0.005)
        if back == 0.0:
            f.box((-w / 2 + t, -d / 2 + 0.005, z), (w / 2 - t, 0.0, z + t), s.body, 0.005)
    room = levels[1] - levels[0] - t
    for z in levels[:-1]:
        _books(job, z + t, room, back + 0.03, d * 0.28 if back < 0 else d * 0.42)
        if back == 0.0:
            _books(job, z + t, room, -d * 0.42, -0.015)


def _books(job: Job, low: float, room: float, y0: float, y1: float) -> None:
    """Fill a board from `y0` to `y1`: books stand in blocks of a few, of one height each."""
    f, w = job.form, job.width
    roles = ("accent", "cloth", "leather", "paper", "paint", "dark wood")
    x = -w / 2 + 0.05
    while x < w / 2 - 0.15:
        thick = f.rng.uniform(0.05, 0.13)
        if f.rng.random() < 0.8:
            tall = room * f.rng.uniform(0.6, 0.92)
            f.box((x, y0, low), (x + thick, y1, low + tall), str(f.rng.choice(roles)))
        x += thick + 0.006


@kind("wall shelf")
def wall_shelf(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h - 0.03), (w / 2, d / 2, h), s.body, 0.008)
    for side in (-1, 1):
        f.prism(
            [(-d / 2, 0), (-d / 2 + 0.03, 0), (d * 0.35, h - 0.03), (-d / 2, h - 0.03)],
            side * w * 0.38 - 0.015,
            side * w * 0.38 + 0.015,
            s.frame,
            0,
        )


@kind("tv stand")
def tv_stand(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    four_legs(job, h * 0.3, 0.05, 0.04)
    f.box((-w / 2 + 0.005, -d / 2, h * 0.28), (w / 2 - 0.005, d / 2 - 0.02, h - 0.03), s.body, 0.01)
    board(job, h - 0.035, 0.035, s.body)
    fronts(job, h * 0.31, h - 0.045, 1, max(2, round(w / 0.55)), s.frame)


@kind("fridge")
def fridge(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0.03), (w / 2, d / 2 - 0.07, h), "paint", 0.02)
    f.block((0, -0.02, 0), (w * 0.9, d * 0.8, 0.04), "rubber")
    for low, high in ((0.05, h * 0.62), (h * 0.635, h - 0.01)):
        f.box((-w / 2, d / 2 - 0.065, low), (w / 2, d / 2 - 0.03, high), "paint", 0.014)
        f.box(
            (w * 0.36, d / 2 - 0.032, low + 0.08),
            (w * 0.40, d / 2, low + 0.08 + h * 0.2),
            "metal",
            0.006,
        )


@kind("stove")
def stove(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0.04), (w / 2, d / 2 - 0.03, h - 0.02), "paint", 0.01)
    f.box((-w * 0.42, d / 2 - 0.035, h * 0.18), (w * 0.42, d / 2 - 0.015, h * 0.72), "glass", 0.008)
    f.rod((-w * 0.4, d / 2 - 0.012, h * 0.78), (w * 0.4, d / 2 - 0.012, h * 0.78), 0.012, "metal")
    f.block((0, -0.02, 0), (w * 0.92, d * 0.86, 0.05), "rubber")
    f.block((0, 0, h - 0.025), (w, d, 0.015), "dark metal", 0.004)
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.lathe(
                [(1, 0), (1, 0.6), (0.7, 1)] * np.array([w * 0.15, 0.018]),
                "rubber",
                (sx * w * 0.24, sy * d * 0.22, h - 0.018),
                12,
            )
        for k in (0.1, 0.3):
            f.block((sx * w * k, d / 2 - 0.01, h * 0.86), (0.035, 0.018, 0.035), "metal", 0.008)


@kind("sink")
def sink(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.55, 0), (0.4, 0.05), (0.3, 0.5), (0.35, 0.75)] * np.array([w / 2, h]),
        "ceramic",
        (0, -d * 0.12, 0),
        10,
        squash=(1, 0.8 * d / w),
    )
    f.lathe(
        [(0.35, 0.72), (0.9, 0.8), (1, 0.95), (0.97, 0.97), (0.85, 0.95), (0.5, 0.8), (0, 0.79)]
        * np.array([w / 2, h]),
        "ceramic",
        (0, 0, 0),
        16,
        squash=(1, d / w),
    )
    f.tube(
        [
            (0, -d * 0.4, h * 0.9),
            (0, -d * 0.4, h * 0.99),
            (0, -d * 0.2, h * 0.995),
            (0, -d * 0.16, h * 0.96),
        ],
        0.014,
        "metal",
    )


@kind("toilet")
def toilet(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h * 0.45), (w / 2, -d / 2 + d * 0.28, h * 0.97), "ceramic", 0.03)
    f.box((-w / 2, -d / 2, h * 0.96), (w / 2, -d / 2 + d * 0.3, h), "ceramic", 0.012)
    f.lathe(
        [(0.5, 0), (0.45, 0.2), (0.6, 0.6), (0.95, 0.95), (0.98, 1)] * np.array([w / 2, h * 0.5]),
        "ceramic",
        (0, d * 0.12, 0),
        14,
        squash=(1, 0.75 * d / w),
    )
    f.lathe(
        [(0.98, 0), (1, 0.5), (0.9, 1)] * np.array([w / 2, 0.05]),
        "ceramic",
        (0, d * 0.12, h * 0.5),
        14,
        squash=(1, 0.75 * d / w),
    )


@kind("bathtub")
def bathtub(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    t = 0.08

    def ring(inset: float, z: float) -> np.ndarray:
        x, y, cut = w / 2 - inset, d / 2 - inset, min(w, d) * 0.16
        return np.array(
            [
                [x, y - cut, z],
                [x - cut, y, z],
                [cut - x, y, z],
                [-x, y - cut, z],
                [-x, cut - y, z],
                [cut - x, -y, z],
                [x - cut, -y, z],
                [x, cut - y, z],
            ]
        )

    f.loft(
        [
            ring(0.06, 0.02),
            ring(0, h - 0.03),
            ring(0.01, h),
            ring(t, h - 0.005),
            ring(t + 0.05, 0.12),
        ],
        "ceramic",
        smooth=False,
    )
    f.tube([(-w * 0.44, 0, h - 0.02), (-w * 0.44, 0, h), (-w * 0.36, 0, h)], 0.015, "metal")


@kind("crib")
def crib(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    four_legs(job, h * 0.98, 0.05)
    cushion(
        f,
        (-w / 2 + 0.04, -d / 2 + 0.04, h * 0.35),
        (w / 2 - 0.04, d / 2 - 0.04, h * 0.5),
        "light cloth",
    )
    for z in (h * 0.3, h * 0.94):
        for side in (-1, 1):
            f.box(
                (-w / 2, side * (d / 2 - 0.02) - 0.015, z),
                (w / 2, side * (d / 2 - 0.02) + 0.015, z + 0.04),
                s.body,
            )
    for x in np.linspace(-w / 2 + 0.1, w / 2 - 0.1, 8):
        for side in (-1, 1):
            f.block((x, side * (d / 2 - 0.02), h * 0.32), (0.02, 0.015, h * 0.64), s.body)


@kind("altar")
def altar(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.14), s.wall, job.edge)
    f.block((0, 0, h * 0.14), (w * 0.82, d * 0.8, h * 0.68), s.wall, job.edge)
    f.block((0, 0, h * 0.82), (w, d, h * 0.18), s.wall, job.edge * 1.5)
    f.box((-w * 0.2, d * 0.39, h * 0.2), (w * 0.2, d * 0.42, h * 0.95), s.cloth, 0.005)
    f.block((0, d * 0.415, h * 0.45), (w * 0.14, d * 0.02, h * 0.16), s.trim, 0.01)
