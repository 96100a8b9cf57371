"""Climbing and water plants, reefs and rocks."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .parts import Job, kind


@kind("vine")
def vine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(5):
        x = (k - 2) * w * 0.19
        t = np.linspace(0, 1, 6)
        low = h * f.rng.uniform(0.0, 0.4) if k != 2 else 0.0
        path = np.column_stack(
            [x + np.sin(t * 5 + k) * w * 0.05, np.full(6, -d * 0.3), h - t * (h - low)]
        )
        f.tube(path, 0.012, "bark", 4)
        for p in path:
            for side in (-1, 1):
                tip = p + (side * w * 0.1, d * 0.5, -h * 0.05)
                f.tube(
                    [p, (p + tip) / 2 + (0, d * 0.1, h * 0.02), tip],
                    [0.004, w * 0.05, 0],
                    "leaf" if side > 0 else "light leaf",
                    4,
                    smooth=False,
                    flat=0.3,
                )


@kind("lily pad")
def lily_pad(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k, (x, y, r) in enumerate(((-0.15, -0.1, 0.34), (0.25, 0.16, 0.24), (0.16, -0.3, 0.18))):
        a = np.linspace(0.25, TAU - 0.25, 13) + k * 2
        outline = np.column_stack([np.cos(a) * w * r, np.sin(a) * d * r])
        outline = np.concatenate([outline, [[0.0, 0.0]]]) + (x * w, y * d)
        f.prism(outline, 0, h * 0.4, "leaf", 2)
    f.lathe(
        [(0.05, 0.3), (0.14, 0.7), (0.12, 1.0), (0, 0.6)] * np.array([w, h]),
        "flower",
        (0.25 * w, 0.16 * d, 0),
        8,
        smooth=False,
    )


@kind("coral")
def coral(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.08), (w * 0.34, d * 0.34, h * 0.16), "stone", 0.25, 2, cut=-0.5)

    def grow(foot: np.ndarray, way: np.ndarray, length: float, thick: float, depth: int) -> None:
        end = foot + way * length
        f.tube([foot, (foot + end) / 2, end], [thick, thick * 0.85, thick * 0.7], "coral", 5)
        if depth == 0:
            f.blob(end, thick * 1.1, "coral", 0.1, 1)
            return
        for k in range(2 + (depth > 1)):
            turn = f.rng.normal(0, 0.5, 3) + (0, 0, 0.35)
            way2 = way + turn + np.array([np.cos(k * 2.4), np.sin(k * 2.4), 0]) * 0.5
            grow(end, way2 / np.linalg.norm(way2), length * 0.72, thick * 0.7, depth - 1)

    for k in range(3):
        a = k * 2.1
        way = np.array([np.cos(a) * 0.5, np.sin(a) * 0.5, 1.0])
        grow(
            np.array([np.cos(a) * w * 0.1, np.sin(a) * d * 0.1, h * 0.1]),
            way / np.linalg.norm(way),
            h * 0.3,
            min(w, d) * 0.055,
            2,
        )


@kind("fan coral")
def fan_coral(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.05), (w * 0.14, d * 0.46, h * 0.08), "stone", 0.2, 1)
    f.tube([(0, 0, 0), (0, 0, h * 0.3)], [w * 0.05, w * 0.04], "coral 2", 6)
    for k in range(9):
        a = np.radians(22 + 17 * k)
        r = 0.72 + 0.1 * np.sin(k * 2.2)
        t = np.linspace(0, 1, 4)
        x, z = np.cos(a) * w * 0.48 * r * t, h * (0.26 + 0.72 * r * np.sin(a) * t)
        y = np.sin(t * 3 + k) * d * 0.12
        f.tube(np.column_stack([x, y, z]), np.linspace(w * 0.028, w * 0.012, 4), "coral 2", 4)
    for r in (0.4, 0.6, 0.78):
        a = np.radians(np.linspace(20, 160, 11))
        f.tube(
            np.column_stack(
                [np.cos(a) * w * 0.48 * r, np.zeros(11), h * (0.26 + 0.68 * r * np.sin(a))]
            ),
            w * 0.012,
            "coral 2",
            4,
        )


@kind("seaweed")
def seaweed(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(6):
        a, r = k * 2.399, 0.3 * (k / 6) ** 0.5
        tall = h * (1.0 if k == 0 else f.rng.uniform(0.55, 0.95))
        t = np.linspace(0, 1, 8)
        sway = np.sin(t * 6 + k) * 0.13 * t
        path = np.column_stack(
            [
                np.cos(a) * w * r + sway * w,
                np.sin(a) * d * r + np.cos(t * 5 + k) * 0.12 * t * d,
                t * tall,
            ]
        )
        wide = w * 0.09 * np.clip(np.sin(np.pi * (t * 0.9 + 0.1)), 0.05, 1)
        wide[-1] = 0
        f.tube(path, wide, "leaf" if k % 2 else "light leaf", 4, flat=0.2)


@kind("anemone")
def anemone(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.5, 0), (0.42, 0.2), (0.5, 0.4), (0.3, 0.44)] * np.array([w * 0.7, h]),
        "coral 2",
        sides=10,
        squash=(1, d / w),
    )
    for k in range(20):
        a, r = k * 2.399, 0.32 * (k / 20) ** 0.5
        x, y = np.cos(a) * r, np.sin(a) * r
        f.tube(
            [
                (x * w, y * d, h * 0.36),
                (x * w * 1.3, y * d * 1.3, h * 0.7),
                (x * w * 1.5, y * d * 1.5, h),
            ],
            [w * 0.03, w * 0.028, w * 0.012],
            "coral",
            4,
        )


@kind("giant clam")
def giant_clam(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for lid in (0, 1):
        u, v = np.linspace(0.04, 1, 5), np.linspace(-1, 1, 13)
        grid = np.zeros((5, 13, 3))
        for i, r in enumerate(u):
            wave = 0.06 * h * np.cos(v * 6 * np.pi) * r
            x, y = np.sin(v * 1.35) * r * w * 0.5, -d / 2 + np.cos(v * 1.2) * r * d * 0.98
            if lid:
                z = h * 0.14 + r * h * 0.82 + wave
            else:
                z = h * 0.1 + r**2 * h * 0.16 + wave
            grid[i] = np.column_stack([x, y, np.full(13, 0.0) + z])
        f.sheet(grid if not lid else grid[:, ::-1], "shell", 0.04 * h)
    f.blob((0, d * 0.05, h * 0.36), w * 0.13, "ceramic", 0, 3, True)
    f.blob((0, -d * 0.05, h * 0.18), (w * 0.34, d * 0.3, h * 0.16), "coral", 0.15, 2)


@kind("alien plant")
def alien_plant(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(6):
        a = k * TAU / 6
        x, y = np.cos(a), np.sin(a)
        f.tube(
            [
                (0, 0, 0.0),
                (x * w * 0.2, y * d * 0.2, h * 0.4),
                (x * w * 0.4, y * d * 0.4, h * 0.62),
                (x * w * 0.44, y * d * 0.44, h * 0.45),
            ],
            [w * 0.07, w * 0.05, w * 0.035, w * 0.02],
            "coral 2",
            6,
        )
        f.blob((x * w * 0.44, y * d * 0.44, h * 0.43), w * 0.06, "neon", 0, 1, True)
    f.tube([(0, 0, 0), (0, 0, h * 0.7)], [w * 0.1, w * 0.06], "leaf", 8)
    f.lathe([(0.06, 0.64), (0.2, 0.78), (0.14, 0.92), (0, 1)] * np.array([w, h]), "neon 2", sides=8)


@kind("rock")
def rock(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.35), (w / 2, d / 2, h * 0.62), "stone", 0.22, 2, cut=-0.56)
    f.blob((w * 0.3, d * 0.25, h * 0.14), (w * 0.2, d * 0.2, h * 0.26), "stone", 0.25, 2, cut=-0.5)


@kind("boulder")
def boulder(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.42), (w / 2, d / 2, h * 0.58), "stone", 0.2, 3, cut=-0.72)


@kind("cliff")
def cliff(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(6):
        x = (k - 2.5) / 6 * w
        tall = h * (1.0 if k == 2 else f.rng.uniform(0.5, 0.9))
        angles = np.arange(7) * TAU / 7 + k
        rings = []
        for z, r in ((0, 1.05), (0.3, 0.95), (0.62, 0.8), (0.9, 0.66), (1.0, 0.4)):
            wave = 1 + 0.18 * f.rng.normal(size=7)
            rings.append(
                np.column_stack(
                    [
                        x + np.cos(angles) * w * 0.15 * r * wave,
                        np.sin(angles) * d * 0.42 * r * wave - d * 0.05,
                        np.full(7, z * tall) + (f.rng.normal(size=7) * h * 0.03 if z else 0),
                    ]
                )
            )
        f.loft(rings, "stone" if k % 2 else "dark stone", smooth=False)


@kind("stalagmite")
def stalagmite(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k, (x, y, r, tall) in enumerate(
        (
            (0, 0, 0.3, 1),
            (0.26, 0.1, 0.2, 0.55),
            (-0.24, -0.16, 0.2, 0.42),
            (-0.06, 0.28, 0.16, 0.3),
        )
    ):
        f.lathe(
            [(1, 0), (0.72, 0.18), (0.5, 0.45), (0.28, 0.75), (0, 1)] * np.array([r * w, tall * h]),
            "stone",
            (x * w, y * d, 0),
            7,
            smooth=False,
            turn=k,
        )


@kind("stalactite")
def stalactite(job: Job) -> None:
    one = Form(job.form.rng)
    stalagmite(Job(one, job.width, job.depth, job.height, job.style))
    job.form.join(one, scale=(1, -1, -1))  # upside down: half a turn about X


@kind("rock arch")
def rock_arch(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    a = np.linspace(np.pi, 0, 9)
    path = np.column_stack([np.cos(a) * w * 0.38, np.sin(a * 2) * d * 0.06, np.sin(a) * h * 0.8])
    rings = []
    for p, t in zip(path, a, strict=True):
        thick = 0.24 - 0.08 * np.sin(t)
        angle = np.arange(8) * TAU / 8
        wave = 1 + 0.14 * f.rng.normal(size=8)
        across = np.array([np.cos(t), 0, np.sin(t)])
        rings.append(
            p
            + np.outer(np.cos(angle) * wave * thick * h * 0.8, across)
            + np.outer(np.sin(angle) * wave * thick * d * 1.6, (0, 1, 0))
        )
    for k in (0, -1):
        rings[k][:, 2] = 0
    f.loft([ring[::-1] for ring in rings], "stone", smooth=False)


@kind("snow pile")
def snow_pile(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, 0), (w / 2, d / 2, h), "snow", 0.12, 3, True, cut=0.0)
    f.blob((w * 0.2, -d * 0.1, 0), (w * 0.28, d * 0.3, h * 0.7), "snow", 0.12, 2, True, cut=0.0)
