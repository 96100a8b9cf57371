"""What a base, a laboratory or a building site holds."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .parts import Job, kind, ring_of


@kind("antenna")
def antenna(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    feet = ring_of(3, 0.42)
    for x, y, _ in feet:
        f.rod((x * w, y * d, 0), (x * w * 0.1, y * d * 0.1, h * 0.8), w * 0.03, "metal", 5)
    for z in np.linspace(0.08, 0.7, 6):
        k = 1 - z / 0.8 * 0.9
        ring = [(x * w * k, y * d * k, h * z) for x, y, _ in feet]
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            f.rod(a, b, w * 0.015, "dark metal", 4)
    f.rod((0, 0, h * 0.76), (0, 0, h), w * 0.02, "metal", 5)
    for z, r in ((0.84, 0.3), (0.9, 0.22), (0.95, 0.14)):
        f.rod((-w * r, 0, h * z), (w * r, 0, h * z), w * 0.012, "metal", 4)
    f.blob((0, 0, h * 0.985), w * 0.05, "neon 2", 0, 1, True)


@kind("satellite dish")
def satellite_dish(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.5, 0), (0.44, 0.04), (0.16, 0.1), (0.12, 0.4)] * np.array([w / 2, h]),
        "dark metal",
        sides=10,
        squash=(1, d / w),
    )
    tilt = np.array([[1, 0, 0], [0, 0.62, 0.78], [0, -0.78, 0.62]])
    angles = np.arange(18) * TAU / 18
    rings = []
    for r, z in (
        (0.08, 0.0),
        (0.5, 0.07),
        (0.85, 0.2),
        (1.0, 0.3),
        (0.96, 0.3),
        (0.8, 0.21),
        (0.45, 0.09),
        (0.06, 0.04),
    ):
        ring = np.column_stack([np.cos(angles) * r, np.sin(angles) * r, np.full(18, z)]) @ tilt.T
        rings.append(ring * w * 0.5 * (1, d / w, 1) + (0, 0, h * 0.5))
    f.loft(rings, "paint")
    tip = tilt @ np.array([0, 0, 0.62]) * w * 0.5 * (1, d / w, 1) + (0, 0, h * 0.5)
    for k in (2, 8, 14):
        f.rod(rings[3][k], tip, w * 0.012, "metal", 4)
    f.blob(tip, w * 0.04, "dark metal", 0, 1)


@kind("solar panel")
def solar_panel(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    low, high = (d / 2 * 0.96, h * 0.24), (-d / 2 * 0.96, h * 0.97)
    f.prism(
        [low, (low[0], low[1] + h * 0.03), (high[0], high[1] + h * 0.03), high],
        -w / 2,
        w / 2,
        "metal",
        0,
    )
    for i in range(4):
        for j in range(3):
            a, b = np.array(low), np.array(high)
            p, q = a + (b - a) * (j + 0.06) / 3, a + (b - a) * (j + 0.94) / 3
            up = np.array([0, h * 0.036])
            f.prism(
                [p + up * 0.8, q + up * 0.8, q + up, p + up],
                w * (-0.49 + 0.245 * i + 0.006),
                w * (-0.49 + 0.245 * (i + 1)),
                "water",
                0,
            )
    for x in (-w * 0.36, w * 0.36):
        f.rod((x, -d * 0.3, 0), (x, -d * 0.3, h * 0.78), 0.03, "metal", 6)
        f.rod((x, d * 0.3, 0), (x, d * 0.3, h * 0.36), 0.03, "metal", 6)


@kind("cannon")
def cannon(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = min(w * 0.2, h * 0.2)
    f.tube(
        [
            (0, -d * 0.42, h * 0.56),
            (0, -d * 0.36, h * 0.57),
            (0, d * 0.1, h * 0.68),
            (0, d * 0.46, h * 0.78),
            (0, d / 2, h * 0.79),
        ],
        [r * 0.5, r * 1.2, r, r * 0.8, r],
        "dark metal",
        12,
    )
    f.tube([(0, d * 0.495, h * 0.79), (0, d * 0.502, h * 0.79)], r * 0.6, "rubber", 12)
    for side in (-1, 1):
        x = side * w * 0.4
        f.tube(
            [(x - w * 0.05, d * 0.1, h * 0.36), (x + w * 0.05, d * 0.1, h * 0.36)],
            h * 0.36,
            "wood",
            14,
        )
        f.tube(
            [(x - w * 0.07, d * 0.1, h * 0.36), (x + w * 0.07, d * 0.1, h * 0.36)],
            h * 0.08,
            "dark metal",
            10,
        )
        f.prism(
            [
                (-d / 2, 0.02),
                (-d * 0.44, 0.0),
                (d * 0.24, h * 0.4),
                (d * 0.2, h * 0.62),
                (-d * 0.1, h * 0.5),
            ],
            side * w * 0.22 - w * 0.04,
            side * w * 0.22 + w * 0.04,
            "wood",
            0,
        )
    f.rod((-w * 0.4, d * 0.1, h * 0.36), (w * 0.4, d * 0.1, h * 0.36), h * 0.04, "dark metal", 7)


@kind("glass tube")
def glass_tube(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    squash = (1, d / w)
    for a, b, c in ((0.0, 0.05, 0.14), (1.0, 0.95, 0.86)):
        profile = sorted([(1, a), (1, b), (0.84, c)], key=lambda p: p[1])
        f.lathe(profile * np.array([w / 2, h]), "dark metal", sides=16, squash=squash, smooth=False)
    f.lathe([(0.8, 0.13), (0.8, 0.87)] * np.array([w / 2, h]), "water", sides=16, squash=squash)
    for z in (0.14, 0.855):
        f.lathe(
            [(0.82, z - 0.008), (0.88, z), (0.82, z + 0.008)] * np.array([w / 2, h]),
            "neon",
            sides=16,
            squash=squash,
        )
    for x, y, _ in ring_of(4, 0.405, TAU / 8):
        f.rod((x * w, y * d, h * 0.13), (x * w, y * d, h * 0.87), w * 0.022, "metal", 6)


@kind("drone")
def drone(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.5), (w * 0.2, d * 0.24, h * 0.28), "paint", 0, 2, True)
    f.blob((0, d * 0.2, h * 0.44), w * 0.07, "neon", 0, 1, True)
    for x, y, _ in ring_of(4, 0.34, TAU / 8):
        f.rod((0, 0, h * 0.55), (x * w, y * d, h * 0.7), w * 0.03, "dark metal", 6)
        f.lathe(
            [(0.14, 0), (0.16, 0.06), (0.14, 0.12)] * np.array([w, h]),
            "rubber",
            (x * w, y * d, h * 0.72),
            14,
            squash=(1, d / w),
        )
        f.rod((x * w, y * d, h * 0.6), (x * w, y * d, h), w * 0.02, "metal", 6)
    for side in (-1, 1):
        f.tube(
            [
                (side * w * 0.12, 0, h * 0.3),
                (side * w * 0.2, 0, 0.02),
                (side * w * 0.2, d * 0.2, 0.0),
                (side * w * 0.2, -d * 0.2, 0.0),
            ],
            w * 0.015,
            "dark metal",
            4,
        )


@kind("cage")
def cage(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for z, t in ((0, 0.06), (h - 0.06, 0.06), (h * 0.5, 0.03)):
        for side in (-1, 1):
            f.box(
                (-w / 2, side * d / 2 - (0.05 if side > 0 else 0), z),
                (w / 2, side * d / 2 + (0 if side > 0 else 0.05), z + t),
                "dark metal",
            )
            f.box(
                (side * w / 2 - (0.05 if side > 0 else 0), -d / 2, z),
                (side * w / 2 + (0 if side > 0 else 0.05), d / 2, z + t),
                "dark metal",
            )
    f.box((-w / 2, -d / 2, h - 0.03), (w / 2, d / 2, h), "dark metal")
    count = max(4, int(w / 0.16))
    for k in range(count + 1):
        u = k / count - 0.5
        for side in (-1, 1):
            f.rod(
                (u * (w - 0.05), side * (d / 2 - 0.025), 0),
                (u * (w - 0.05), side * (d / 2 - 0.025), h - 0.02),
                0.015,
                "dark metal",
                4,
            )
            f.rod(
                (side * (w / 2 - 0.025), u * (d - 0.05), 0),
                (side * (w / 2 - 0.025), u * (d - 0.05), h - 0.02),
                0.015,
                "dark metal",
                4,
            )


@kind("scaffold")
def scaffold(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = 0.03
    xs = np.linspace(-w / 2 + r, w / 2 - r, max(2, int(w / 1.4) + 1))
    levels = np.linspace(0, h, max(2, int(h / 1.7)) + 1)[1:]
    for x in xs:
        for y in (-d / 2 + r, d / 2 - r):
            f.rod((x, y, 0), (x, y, h), r, "metal", 6)
        for z in levels[:-1]:
            f.rod((x, -d / 2 + r, z), (x, d / 2 - r, z), r * 0.8, "metal", 5)
    for z in levels:
        for y in (-d / 2 + r, d / 2 - r):
            f.rod((-w / 2, y, z - r), (w / 2, y, z - r), r * 0.8, "metal", 5)
    for z in levels[:-1]:
        f.box((-w / 2, -d / 2 + 0.06, z + r), (w / 2, d / 2 - 0.06, z + r + 0.05), "wood", 0.01)
    f.rod((xs[0], d / 2 - r, 0.1), (xs[1], d / 2 - r, levels[0]), r * 0.7, "accent", 5)


@kind("barricade")
def barricade(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    rows = max(3, int(h / 0.2))
    high = h / rows
    for j in range(rows):
        count = max(2, int(w / 0.5) - (j % 2))
        deep = d * (1 - 0.5 * j / rows)
        for i in range(count):
            x = (i - (count - 1) / 2) * w / max(2, int(w / 0.5))
            for y in (-deep * 0.26, deep * 0.26) if deep > 0.5 * d else (0,):
                f.block(
                    (x, y, j * high),
                    (w / max(2, int(w / 0.5)) * 0.97, deep * 0.5, high),
                    "sand",
                    high * 0.28,
                )
