"""Doors, windows, fences, bridges: what closes and what leads across."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .parts import Job, band, kind, opening, planks


@kind("door frame", "door")
def door(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    t = min(0.1, w * 0.1)
    hole = opening(s, w - 2 * t, h - t)
    band(f, hole, t, d / 2, -d / 2, s.frame)
    leaf = hole * (0.985, 0.99)
    f.prism(leaf, -d * 0.2, d * 0.2, s.body, 1, 0.008)
    rows = 3 if s.ornate > 0.5 else 2
    if s.leg == "square":  # boards and iron
        for z in (0.2, 0.7):
            f.box(
                (-w * 0.4, d * 0.2, h * z), (w * 0.4, d * 0.28, h * z + 0.06), "dark metal", 0.006
            )
    else:
        for i in range(rows):
            for side in (-1, 1):
                x, low = side * w * 0.18, h * (0.07 + i * 0.66 / rows)
                f.box(
                    (x - w * 0.13, d * 0.19, low),
                    (x + w * 0.13, d * 0.25, low + h * 0.56 / rows),
                    s.body,
                    0.015,
                )
    f.block((w * 0.32, d * 0.28, h * 0.46), (0.05, 0.06, 0.05), "gold", 0.015)
    if s.strips:
        f.box((-w * 0.3, d * 0.2, h * 0.5), (w * 0.3, d * 0.24, h * 0.515), s.light)


@kind("window frame", "window")
def window(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    t = min(0.07, w * 0.08, h * 0.08)
    sill = h * 0.05
    hole = opening(s, w - 2 * t, h - t - sill)
    hole[:, 1] += sill
    band(f, hole, t, d * 0.4, -d / 2, s.frame)
    f.prism(hole, -d * 0.06, d * 0.06, "glass", 1)
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, sill), s.frame, 0.01)
    f.box((-t * 0.3, -d * 0.16, sill), (t * 0.3, d * 0.16, h - t), s.frame)
    for z in (0.36, 0.66) if h > 1 else (0.5,):
        f.box(
            (-w / 2 + t, -d * 0.14, h * z - t * 0.25),
            (w / 2 - t, d * 0.14, h * z + t * 0.25),
            s.frame,
        )


@kind("curtain")
def curtain(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.rod((-w / 2, 0, h - 0.03), (w / 2, 0, h - 0.03), 0.015, "metal")
    folds = max(3, int(w / 0.14))
    for side in (-1, 1):
        u = np.linspace(0.12 if w > 0.6 else 0, 1, folds + 1)
        z = np.linspace(0, h - 0.03, 4)
        grid = np.array(
            [
                [
                    (
                        side * w / 2 * a * (1 - 0.12 * (1 - b / h))
                        if a < 0.9
                        else side * w / 2 * a,
                        d * 0.36 * (-1) ** i,
                        b,
                    )
                    for b in z
                ]
                for i, a in enumerate(u)
            ]
        )
        f.sheet(grid, s.cloth, 0.008)


@kind("fence")
def fence(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    metal = s.name in ("modern", "gothic", "industrial", "cyberpunk", "scifi", "classical")
    role = "dark metal" if metal else s.body if s.body != "coral" else "coral"
    posts = max(2, int(w / 1.8) + 1)
    for x in np.linspace(-w / 2 + 0.06, w / 2 - 0.06, posts):
        f.block((x, 0, 0), (0.1, d, h * 0.96), role, 0.012)
        f.block((x, 0, h * 0.96), (0.08, d * 0.8, h * 0.04), s.trim, top=(0.3, 0.3))
    for z in (0.25, 0.75):
        f.box((-w / 2, -d * 0.2, h * z - 0.03), (w / 2, d * 0.2, h * z + 0.03), role, 0.006)
    if metal:
        for x in np.linspace(-w / 2 + 0.2, w / 2 - 0.2, max(3, int(w / 0.22))):
            f.rod((x, 0, h * 0.06), (x, 0, h * 0.92), 0.012, role, 4, smooth=False)
    else:
        for x in np.arange(-w / 2 + 0.16, w / 2 - 0.1, 0.16):
            top = h * f.rng.uniform(0.84, 0.94)
            f.prism(
                [
                    (x - 0.05, 0.05),
                    (x + 0.05, 0.05),
                    (x + 0.05, top - 0.06),
                    (x, top),
                    (x - 0.05, top - 0.06),
                ],
                d * 0.16,
                d * 0.36,
                role,
                1,
            )


@kind("railing")
def railing(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h - 0.08), (w / 2, d / 2, h), s.frame, 0.015)
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, 0.08), s.frame, 0.015)
    for x in np.linspace(-w / 2 + 0.12, w / 2 - 0.12, max(2, int(w / 0.26))):
        if s.ornate > 0.35:
            f.lathe(
                [(0.6, 0), (0.5, 0.1), (1, 0.35), (0.4, 0.7), (0.4, 0.9), (0.6, 1)]
                * np.array([min(0.06, d / 2), h - 0.16]),
                s.frame,
                (x, 0, 0.08),
                8,
            )
        else:
            f.rod((x, 0, 0.08), (x, 0, h - 0.08), 0.015, "metal", 5)


@kind("bridge")
def bridge(job: Job) -> None:
    # It leads from front to back: made along x, then turned.
    f, s, d, w, h = Form(job.form.rng), job.style, job.width, job.depth, job.height
    x = np.linspace(-1, 1, 11)
    deck, rail = h * 0.5 * (1 - x**2) + h * 0.12, h * 0.34
    for (a, za), (b, zb) in zip(
        zip(x[:-1], deck[:-1], strict=True), zip(x[1:], deck[1:], strict=True), strict=True
    ):
        f.prism(
            [
                (a * w / 2, za - h * 0.1),
                (b * w / 2, zb - h * 0.1),
                (b * w / 2, zb),
                (a * w / 2, za),
            ],
            -d / 2,
            d / 2,
            s.floor if s.floor != "asphalt" else "concrete",
            1,
        )
    for side in (-1, 1):
        y = side * d * 0.46
        for a, z in zip(x[::2], deck[::2], strict=True):
            f.block((a * w * 0.49, y, z - 0.02), (w * 0.02, d * 0.06, rail * 0.95), s.frame)
        f.tube(
            np.column_stack([x * w * 0.49, np.full(11, y), deck + rail * 0.95]),
            d * 0.03,
            s.frame,
            6,
        )
        f.block((side * w * 0.46, 0, 0), (w * 0.08, d, h * 0.2), s.wall, 0.03)
    job.form.join(f, turn=TAU / 4)


@kind("jetty")
def dock(job: Job) -> None:
    f, d, w, h = Form(job.form.rng), job.width, job.depth, job.height
    planks(f, (-w / 2, -d / 2, h - 0.07), (w / 2, d / 2, h), max(3, int(w / 0.3)), "wood", 0)
    for y in (-d * 0.36, d * 0.36):
        f.box((-w / 2 + 0.02, y - 0.07, h - 0.2), (w / 2 - 0.02, y + 0.07, h - 0.06), "dark wood")
        for x in np.linspace(-w * 0.44, w * 0.44, max(2, int(w / 2) + 1)):
            f.rod((x, y, 0), (x, y, h - 0.06), 0.09, "bark", 7)
    job.form.join(f, turn=TAU / 4)
