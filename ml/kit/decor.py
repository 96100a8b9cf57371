"""Decoration that lies, hangs or stands."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .objects import dial
from .parts import Job, kind, planks, ring_of


@kind("rug")
def rug(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.7), s.cloth)
    f.block(
        (0, 0, h * 0.7), (w * 0.9, d * 0.86, h * 0.12), s.trim if s.trim != "paint" else "paper"
    )
    f.block((0, 0, h * 0.82), (w * 0.82, d * 0.74, h * 0.1), s.cloth)
    f.prism(
        np.array([(0, -0.26), (0.3, 0), (0, 0.26), (-0.3, 0)]) * (w, d), h * 0.92, h, "paper", 2
    )


@kind("puddle")
def puddle(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    a = np.arange(18) * TAU / 18
    r = 1 + 0.14 * np.sin(2 * a + 1) + 0.1 * np.sin(3 * a + f.rng.uniform(0, 6))
    f.prism(np.column_stack([np.cos(a) * r * w / 2, np.sin(a) * r * d / 2]), 0, h, "water", 2)


@kind("painting")
def painting(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    t = min(w, h) * (0.09 if s.ornate > 0.4 else 0.05)
    for a, b in (
        ((-w / 2, 0), (w / 2, t)),
        ((-w / 2, h - t), (w / 2, h)),
        ((-w / 2, t), (-w / 2 + t, h - t)),
        ((w / 2 - t, t), (w / 2, h - t)),
    ):
        f.box(
            (a[0], -d / 2, a[1]),
            (b[0], d / 2, b[1]),
            s.trim if s.ornate > 0.4 else s.frame,
            d * 0.2,
        )
    f.box((-w / 2 + t, -d / 2, t), (w / 2 - t, d * 0.1, h - t), "water")
    # A landscape: hills before the sky.
    f.prism(
        [
            (-w / 2 + t, t),
            (w / 2 - t, t),
            (w / 2 - t, h * 0.4),
            (w * 0.1, h * 0.6),
            (-w * 0.2, h * 0.35),
            (-w / 2 + t, h * 0.5),
        ],
        d * 0.1,
        d * 0.16,
        "leaf",
        1,
    )
    f.blob((w * 0.2, d * 0.12, h * 0.72), (w * 0.07, d * 0.06, w * 0.07), "paper", 0, 1)


@kind("mirror")
def mirror(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    a = np.arange(20) * TAU / 20
    oval = np.column_stack([np.cos(a) * w / 2, np.sin(a) * h / 2 + h / 2])
    if s.ornate < 0.3:
        oval = np.array([(-w / 2, 0), (w / 2, 0), (w / 2, h), (-w / 2, h)])
    f.prism(oval, -d / 2, d * 0.3, s.trim if s.ornate > 0.3 else s.frame, 1, d * 0.2)
    f.prism((oval - (0, h / 2)) * 0.88 + (0, h / 2), d * 0.3, d / 2, "glass", 1)


@kind("wall clock")
def wall_clock(job: Job) -> None:
    dial(job, (0, -job.depth / 2, job.height / 2), min(job.width, job.height) / 2, job.depth)


@kind("blackboard")
def blackboard(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h * 0.02), (w / 2, d * 0.1, h), "wood", 0.01)
    f.box((-w * 0.48, d * 0.1, h * 0.07), (w * 0.48, d * 0.18, h * 0.96), "leaf")
    f.box((-w * 0.48, -d / 2, 0), (w * 0.48, d / 2, h * 0.04), "wood", 0.005)
    for k in range(4):
        f.box(
            (-w * 0.4, d * 0.18, h * (0.8 - 0.14 * k)),
            (w * f.rng.uniform(-0.1, 0.36), d * 0.2, h * (0.815 - 0.14 * k)),
            "paper",
        )


@kind("tapestry")
def tapestry(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    r = min(d * 0.4, 0.03)
    f.rod((-w / 2, 0, h - r), (w / 2, 0, h - r), r, s.trim)
    cloth = [
        (-0.46, 0.1),
        (-0.23, 0.0),
        (0, 0.1),
        (0.23, 0.0),
        (0.46, 0.1),
        (0.46, 0.98),
        (-0.46, 0.98),
    ]
    f.prism(np.array(cloth) * (w, h), -d * 0.2, d * 0.1, s.cloth, 1)
    f.prism(
        np.array([(-0.38, 0.16), (0.38, 0.16), (0.38, 0.2), (-0.38, 0.2)]) * (w, h),
        d * 0.1,
        d * 0.16,
        s.trim,
        1,
    )
    f.prism(
        np.array([(0, 0.36), (0.2, 0.55), (0, 0.76), (-0.2, 0.55)]) * (w, h),
        d * 0.1,
        d * 0.16,
        s.trim,
        1,
    )


@kind("wall screen")
def wall_screen(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.3, h), "dark metal", d * 0.2)
    f.box((-w * 0.47, d * 0.3, h * 0.05), (w * 0.47, d * 0.42, h * 0.95), "screen")
    for k in range(5):
        tall = h * f.rng.uniform(0.1, 0.45)
        f.box(
            (w * (-0.4 + k * 0.1), d * 0.42, h * 0.14),
            (w * (-0.34 + k * 0.1), d / 2, h * 0.14 + tall),
            "neon",
        )
    f.box((w * 0.16, d * 0.42, h * 0.3), (w * 0.4, d / 2, h * 0.7), "neon 2")


@kind("air conditioner")
def air_conditioner(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.42, h), "paint", 0.02)
    r = min(w * 0.26, h * 0.4)
    f.tube([(-w * 0.16, d * 0.42, h / 2), (-w * 0.16, d * 0.47, h / 2)], r, "rubber", 14)
    for k in range(3):
        a = k * TAU / 6
        end = np.array([np.cos(a) * r, 0, np.sin(a) * r])
        f.rod(
            np.array([-w * 0.16, d * 0.48, h / 2]) - end,
            np.array([-w * 0.16, d * 0.48, h / 2]) + end,
            d * 0.02,
            "metal",
            4,
        )
    for k in range(5):
        f.box(
            (w * 0.2, d * 0.42, h * (0.2 + 0.13 * k)),
            (w * 0.44, d * 0.5, h * (0.26 + 0.13 * k)),
            "metal",
        )


@kind("wall sign")
def wall_sign(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.2, h), s.body, d * 0.2)
    f.box(
        (-w * 0.47, d * 0.2, h * 0.1),
        (w * 0.47, d * 0.3, h * 0.9),
        s.light if s.strips else "paper",
    )
    count = max(2, int(w / h * 1.2))
    for k in range(count):
        x = (k + 0.5) / count * 0.84 - 0.42
        g = 0.3 / count
        for z in (0.28, 0.5, 0.7):
            if f.rng.random() < 0.85:
                f.box(((x - g) * w, d * 0.3, h * z), ((x + g) * w, d / 2, h * (z + 0.08)), "accent")
        f.box(
            ((x - g * 0.15) * w, d * 0.3, h * 0.24), ((x + g * 0.15) * w, d / 2, h * 0.8), "accent"
        )


@kind("shop awning")
def shop_awning(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    count = max(4, int(w / 0.3))
    edges = np.linspace(-w / 2, w / 2, count + 1)
    for k, (a, b) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        f.prism(
            [
                (-d / 2, h * 0.94),
                (d / 2, h * 0.3),
                (d / 2, 0),
                (d * 0.48, 0),
                (d * 0.48, h * 0.24),
                (-d / 2, h * 0.88),
            ][:],
            a,
            b,
            s.cloth if k % 2 else "light cloth",
            0,
        )
    f.rod((-w / 2, -d * 0.46, h * 0.95), (w / 2, -d * 0.46, h * 0.95), h * 0.05, "metal")


@kind("screen divider")
def screen_divider(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    count = 4
    step, t = w / count, 0.03
    for k in range(count):
        y0, y1 = ((-d / 2 + t, d / 2 - t), (d / 2 - t, -d / 2 + t))[k % 2]
        x0, x1 = -w / 2 + k * step, -w / 2 + (k + 1) * step
        for low, high, role in (
            (0.03, 0.1, s.frame),
            (0.1, 0.94, "paper"),
            (0.94, 1.0, s.frame),
            (0.5, 0.53, s.frame),
        ):
            f.prism(
                [(x0, y0 - t / 2), (x1, y1 - t / 2), (x1, y1 + t / 2), (x0, y0 + t / 2)],
                h * low,
                h * high,
                role,
                2,
            )
        f.block((x0 + t / 2, y0, 0), (t, t * 1.4, h), s.frame)
    f.block((w / 2 - t / 2, -d / 2 + t, 0), (t, t * 1.4, h), s.frame)


@kind("easel")
def easel(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x in (-1, 1):
        f.rod((x * w * 0.46, d * 0.4, 0), (x * w * 0.06, -d * 0.1, h), 0.02, "wood", 5)
    f.rod((0, -d * 0.5, 0), (0, -d * 0.1, h * 0.94), 0.02, "wood", 5)
    f.box((-w * 0.4, d * 0.12, h * 0.36), (w * 0.4, d * 0.2, h * 0.39), "wood")
    f.prism(
        [(d * 0.12, h * 0.39), (d * 0.16, h * 0.39), (-d * 0.06, h * 0.88), (-d * 0.1, h * 0.88)],
        -w / 2,
        w / 2,
        "paper",
        0,
    )
    f.prism(
        [(d * 0.15, h * 0.45), (d * 0.17, h * 0.45), (d * 0.04, h * 0.74), (d * 0.02, h * 0.74)],
        -w * 0.3,
        w * 0.1,
        "accent",
        0,
    )


@kind("mannequin")
def mannequin(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = "metal" if s.name in ("medieval", "gothic", "fantasy") else "light cloth"
    f.lathe(
        [(0.9, 0), (0.8, 0.02), (0.1, 0.03)] * np.array([w / 2, h]),
        s.frame,
        sides=12,
        squash=(1, d / w),
    )
    f.rod((0, 0, h * 0.02), (0, 0, h * 0.45), 0.025, s.frame)
    f.lathe(
        [
            (0.5, 0.44),
            (0.56, 0.5),
            (0.42, 0.6),
            (0.62, 0.74),
            (0.66, 0.8),
            (0.3, 0.85),
            (0.16, 0.87),
        ]
        * np.array([w / 2, h]),
        role,
        sides=12,
        squash=(1, 0.7 * d / w),
    )
    f.blob((0, 0, h * 0.93), (w * 0.2, d * 0.26, h * 0.07), role, 0, 2, True)
    for side in (-1, 1):
        f.tube(
            [
                (side * w * 0.33, 0, h * 0.8),
                (side * w * 0.46, 0, h * 0.62),
                (side * w * 0.44, d * 0.2, h * 0.46),
            ],
            [w * 0.09, w * 0.07, w * 0.05],
            role,
            7,
        )


@kind("telescope")
def telescope(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x, y, _ in ring_of(3, 0.48, TAU / 4):
        f.rod((x * w, y * d * 0.7, 0), (0, 0, h * 0.6), 0.025, "wood", 6)
    f.blob((0, 0, h * 0.62), 0.08, "gold", 0, 2, True)
    f.tube(
        [
            (0, -d * 0.48, h * 0.46),
            (0, d * 0.1, h * 0.74),
            (0, d * 0.12, h * 0.75),
            (0, d * 0.46, h * 0.93),
        ],
        [w * 0.07, w * 0.09, w * 0.12, w * 0.13],
        "gold",
        10,
    )


@kind("punching bag")
def punching_bag(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    squash = (1, d / w)
    f.lathe(
        [(1, 0), (0.98, 0.05), (0.6, 0.1), (0.2, 0.13), (0.2, 0.3)] * np.array([w / 2, h]),
        "rubber",
        squash=squash,
    )
    f.lathe(
        [(0.6, 0.28), (0.72, 0.32), (0.74, 0.9), (0.6, 0.98), (0.2, 1)] * np.array([w / 2, h]),
        "accent",
        squash=squash,
    )
    for z in (0.4, 0.8):
        f.lathe(
            [(0.73, z), (0.77, z + 0.01), (0.73, z + 0.02)] * np.array([w / 2, h]),
            "paper",
            squash=squash,
        )


@kind("fishing net")
def fishing_net(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, 0), (w * 0.46, d * 0.46, h * 0.6), "light cloth", 0.24, 3, cut=0.0)
    for k in range(3):
        f.blob(
            (np.cos(k * 2.1) * w * 0.34, np.sin(k * 2.1) * d * 0.34, h * 0.4),
            h * 0.2,
            "accent",
            0,
            2,
            True,
        )
    a = np.linspace(0, TAU * 2.5, 26)
    r = np.linspace(0.16, 0.24, 26)
    f.tube(
        np.column_stack(
            [w * 0.14 + np.cos(a) * r * w, np.sin(a) * r * d, h * (0.55 + 0.05 * a / TAU)]
        ),
        h * 0.06,
        "wood",
        5,
    )


@kind("anchor")
def anchor(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    t = min(d * 0.4, w * 0.07)
    f.rod((0, 0, h * 0.06), (0, 0, h * 0.86), t, "dark metal", 8)
    a = np.linspace(np.pi * 1.06, TAU * 0.97, 9)
    f.tube(
        np.column_stack([np.cos(a) * w * 0.44, np.zeros(9), h * 0.44 + np.sin(a) * h * 0.4]),
        t * 1.1,
        "dark metal",
        8,
    )
    for side in (-1, 1):
        f.prism(
            np.array([(0.5, 0.5), (0.38, 0.28), (0.3, 0.42)]) * (side * w, h),
            -d * 0.45,
            d * 0.45,
            "dark metal",
            1,
        )
    f.rod((-w * 0.26, 0, h * 0.76), (w * 0.26, 0, h * 0.76), t * 0.8, "dark metal", 8)
    b = np.linspace(0, TAU, 11)
    f.tube(
        np.column_stack([np.cos(b) * w * 0.08, np.zeros(11), h * 0.92 + np.sin(b) * h * 0.07]),
        t * 0.5,
        "dark metal",
        5,
    )


@kind("piano")
def piano(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = "dark wood" if s.body == "wood" else s.body
    f.box((-w / 2, -d / 2, 0.05), (w / 2, d * 0.02, h), role, 0.015)
    f.box((-w / 2, d * 0.0, h * 0.48), (w / 2, d * 0.46, h * 0.58), role, 0.01)
    f.box((-w * 0.46, d * 0.1, h * 0.58), (w * 0.46, d * 0.42, h * 0.6), "paper")
    for k in range(20):
        if k % 7 not in (2, 6):
            x = -w * 0.44 + w * 0.88 * (k + 1) / 21
            f.box((x - 0.008, d * 0.1, h * 0.6), (x + 0.008, d * 0.3, h * 0.615), "rubber")
    for side in (-1, 1):
        f.block((side * w * 0.47, d * 0.4, 0), (0.07, 0.07, h * 0.49), role, 0.01, top=(1.2, 1.2))
        f.box(
            (side * w * 0.48 - 0.03, d * 0.0, h * 0.58),
            (side * w * 0.48 + 0.03, d * 0.44, h * 0.66),
            role,
            0.01,
        )
    f.box((-w * 0.3, d * 0.02, h * 0.7), (w * 0.3, d * 0.06, h * 0.9), "paper")
    f.block((0, 0, 0), (w * 0.96, d * 0.9, 0.06), role)
    planks(f, (-w * 0.04, d * 0.1, 0.02), (w * 0.04, d * 0.3, 0.06), 3, "gold", 0)
