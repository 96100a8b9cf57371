"""What people sit on, lie on and eat at."""

from __future__ import annotations

import numpy as np

from .parts import Job, board, cushion, four_legs, kind, planks


@kind("chair")
def chair(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    padded = s.ornate > 0.3
    seat, t = h * 0.5 - 0.05 * padded, min(w, d) * 0.1
    four_legs(job, seat - 0.03, t)
    f.block((0, 0.0, seat - 0.04), (w, d, 0.04), s.body, 0.012)
    if padded:
        cushion(f, (-w * 0.42, -d * 0.36, seat), (w * 0.42, d * 0.42, seat + 0.05), s.cloth)
    for side in (-1, 1):
        x = side * (w / 2 - t / 2)
        f.block((x, -d / 2 + t / 2, seat), (t, t, h - seat), s.frame, t * 0.2)
    if s.leg in ("turned", "square"):
        for x in np.linspace(-w * 0.26, w * 0.26, 4):
            f.block((x, -d / 2 + t / 2, seat), (t * 0.5, t * 0.4, h - seat - 0.05), s.frame)
        f.box((-w / 2, -d / 2, h - 0.1), (w / 2, -d / 2 + t, h), s.body, 0.015)
    else:
        f.box(
            (-w / 2 + t * 0.4, -d / 2 + t * 0.2, h * 0.66),
            (w / 2 - t * 0.4, -d / 2 + t * 0.8, h),
            s.body,
            0.02,
        )


@kind("stool")
def stool(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        f.rod(
            (x * w * 0.4, y * d * 0.4, 0), (x * w * 0.26, y * d * 0.26, h - 0.03), w * 0.05, s.frame
        )
    for z in (0.35,):
        for side in (-1, 1):
            f.rod(
                (-w * 0.34, side * d * 0.34, h * z),
                (w * 0.34, side * d * 0.34, h * z),
                w * 0.03,
                s.frame,
                5,
            )
    f.lathe(
        [(0.9, 0), (1, 0.4), (1, 0.7), (0.9, 1)] * np.array([w / 2, 0.06]),
        s.body,
        (0, 0, h - 0.06),
        14,
        squash=(1, d / w),
    )


@kind("bench")
def bench(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    seat = h if h < 0.65 else h * 0.52
    ends = [-w * 0.42, w * 0.42] + ([0.0] if w > 2.2 else [])
    for x in ends:
        f.block((x, 0, 0), (0.09, d * 0.85, seat - 0.05), s.frame, 0.015, top=(0.9, 1.0))
    planks(f, (-w / 2, -d / 2, seat - 0.05), (w / 2, d / 2, seat), max(2, int(d / 0.13)), s.body, 1)
    if h > seat:
        for x in ends:
            f.block(
                (x, -d / 2 + 0.05, seat - 0.05),
                (0.07, 0.06, h - seat + 0.05),
                s.frame,
                0.01,
                shift=(0, -0.04),
            )
        planks(
            f, (-w / 2, -d / 2, seat + (h - seat) * 0.3), (w / 2, -d / 2 + 0.04, h), 3, s.body, 2
        )


@kind("sofa", "armchair")
def sofa(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    arm, seat, back = min(0.18, w * 0.14), h * 0.5, min(0.24, d * 0.28)
    four_legs(job, 0.1, 0.06, 0.05)
    f.box(
        (-w / 2 + 0.01, -d / 2 + 0.01, 0.09),
        (w / 2 - 0.01, d / 2 - 0.03, seat * 0.62),
        s.cloth,
        0.03,
    )
    for side in (-1, 1):
        x = side * (w / 2 - arm / 2)
        cushion(f, (x - arm / 2, -d / 2, 0.09), (x + arm / 2, d / 2, seat + h * 0.2), s.cloth)
    cushion(
        f, (-w / 2 + arm * 0.6, -d / 2, seat * 0.5), (w / 2 - arm * 0.6, -d / 2 + back, h), s.cloth
    )
    count = max(1, round((w - 2 * arm) / 0.75))
    step = (w - 2 * arm) / count
    for i in range(count):
        x = -w / 2 + arm + i * step
        cushion(
            f,
            (x + 0.005, -d / 2 + back * 0.9, seat * 0.6),
            (x + step - 0.005, d / 2, seat),
            s.cloth,
        )
        cushion(
            f,
            (x + 0.02, -d / 2 + back * 0.7, seat),
            (x + step - 0.02, -d / 2 + back * 1.5, h * 0.95),
            s.cloth,
        )


@kind("throne")
def throne(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    base, seat = h * 0.08, h * 0.27
    f.block((0, 0, 0), (w, d, base), "stone", 0.03)
    f.block((0, -d * 0.02, base), (w * 0.8, d * 0.8, seat - base), s.wall, 0.03)
    cushion(f, (-w * 0.34, -d * 0.3, seat), (w * 0.34, d * 0.4, seat + h * 0.045), s.cloth)
    f.prism(
        [
            (-w * 0.36, seat),
            (w * 0.36, seat),
            (w * 0.4, h * 0.72),
            (w * 0.2, h * 0.86),
            (0, h),
            (-w * 0.2, h * 0.86),
            (-w * 0.4, h * 0.72),
        ],
        -d * 0.45,
        -d * 0.3,
        s.body,
        1,
        0.02,
    )
    f.prism(
        [
            (-w * 0.24, seat + 0.08),
            (w * 0.24, seat + 0.08),
            (w * 0.27, h * 0.66),
            (0, h * 0.78),
            (-w * 0.27, h * 0.66),
        ],
        -d * 0.31,
        -d * 0.28,
        s.cloth,
        1,
        0.01,
    )
    for side in (-1, 1):
        x = side * w * 0.42
        f.box((x - w * 0.06, -d * 0.36, base), (x + w * 0.06, d * 0.34, h * 0.42), s.body, 0.03)
        f.blob((x, d * 0.34, h * 0.42), w * 0.09, s.trim, 0.0, 2, True)
        f.lathe(
            [(0.03, 0), (0.05, 0.02), (0.05, 0.7), (0.09, 0.76), (0.04, 0.85), (0, 1)]
            * np.array([w, h - base]),
            s.trim,
            (x, -d * 0.38, base),
            8,
        )
    f.blob((0, -d * 0.3, h * 0.84), (w * 0.07, w * 0.05, w * 0.07), s.light, 0, 1)


@kind("bed", "single bed")
def bed(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    low, top = min(0.3, h * 0.42), min(h * 0.72, 0.56)  # room for what is kept under it
    four_legs(job, low, 0.09)
    f.box(
        (-w / 2 + 0.02, -d / 2 + 0.03, low - 0.04),
        (w / 2 - 0.02, d / 2 - 0.02, low + 0.09),
        s.body,
        0.015,
    )
    cushion(
        f,
        (-w / 2 + 0.04, -d / 2 + 0.08, low + 0.08),
        (w / 2 - 0.04, d / 2 - 0.04, top),
        "light cloth",
    )
    # The blanket lies over the foot and hangs at the sides.
    f.box(
        (-w / 2 + 0.005, -d * 0.18, low + 0.12), (w / 2 - 0.005, d / 2, top + 0.03), s.cloth, 0.04
    )
    f.box(
        (-w / 2 + 0.01, -d * 0.24, top - 0.05),
        (w / 2 - 0.01, -d * 0.15, top + 0.045),
        "light cloth",
        0.02,
    )
    count = 2 if w > 1.2 else 1
    for i in range(count):
        x = (i - (count - 1) / 2) * w * 0.46
        cushion(
            f,
            (x - w * 0.2 / count - 0.1, -d / 2 + 0.1, top - 0.02),
            (x + w * 0.2 / count + 0.1, -d / 2 + 0.45, top + 0.12),
            "light cloth",
        )
    f.box((-w / 2, -d / 2, 0), (w / 2, -d / 2 + 0.06, h), s.body, 0.02)
    if s.ornate > 0.4:
        for side in (-1, 1):
            f.lathe(
                [(1, 0), (1, 0.9), (1.6, 0.93), (1.3, 1)] * np.array([0.045, h]),
                s.frame,
                (side * (w / 2 - 0.045), -d / 2 + 0.05, 0),
                8,
            )


@kind("canopy bed")
def canopy_bed(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    bed(Job(f, w, d, min(1.1, h * 0.5), s))
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.lathe(
                [(1.3, 0), (1, 0.1), (1, 0.45), (1.4, 0.5), (0.8, 0.6), (0.8, 1)]
                * np.array([0.05, h]),
                s.frame,
                (sx * (w / 2 - 0.06), sy * (d / 2 - 0.06), 0),
                8,
            )
            f.box(
                (sx * (w / 2 - 0.09) - 0.07, sy * (d / 2 - 0.09) - 0.07, h * 0.3),
                (sx * (w / 2 - 0.09) + 0.07, sy * (d / 2 - 0.09) + 0.07, h * 0.97),
                s.cloth,
                0.03,
                top=(1.3, 1.3),
            )
    f.box((-w / 2, -d / 2, h - 0.12), (w / 2, d / 2, h), s.cloth, 0.03)


@kind("table")
def table(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    t = min(0.05, h * 0.08)
    four_legs(job, h - t, min(0.09, w * 0.1), 0.03)
    for side in (-1, 1):
        f.box(
            (-w / 2 + 0.08, side * (d / 2 - 0.07) - 0.012, h - t - 0.09),
            (w / 2 - 0.08, side * (d / 2 - 0.07) + 0.012, h - t),
            s.frame,
        )
        f.box(
            (side * (w / 2 - 0.07) - 0.012, -d / 2 + 0.08, h - t - 0.09),
            (side * (w / 2 - 0.07) + 0.012, d / 2 - 0.08, h - t),
            s.frame,
        )
    if s.leg == "square":
        planks(f, (-w / 2, -d / 2, h - t), (w / 2, d / 2, h), max(3, int(d / 0.18)), s.body, 1)
        f.block((0, 0, h - t), (w * 0.9, d * 0.9, t), s.body)
    else:
        board(job, h - t, t, s.body)


@kind("round table")
def round_table(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    r = w / 2
    f.lathe(
        [(0.96, 0), (1, 0.3), (1, 0.7), (0.96, 1)] * np.array([r, 0.05]),
        s.body,
        (0, 0, h - 0.05),
        20,
        squash=(1, d / w),
    )
    f.lathe(
        [(0.55, 0), (0.5, 0.04), (0.14, 0.1), (0.1, 0.4), (0.16, 0.55), (0.1, 0.7), (0.3, 1)]
        * np.array([r, h - 0.05]),
        s.frame,
        (0, 0, 0),
        12,
    )


@kind("coffee table")
def coffee_table(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    four_legs(job, h - 0.04, 0.06, 0.03)
    board(job, h - 0.045, 0.045, s.body)
    f.block((0, 0, h * 0.35), (w * 0.86, d * 0.8, 0.025), s.frame, 0.006)
