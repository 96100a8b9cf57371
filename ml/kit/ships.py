"""Boats, trains and what else carries, long along Y, their fronts towards +Y."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .parts import Job, kind, planks
from .vehicles import wheels


def hull(
    job: Job, low: float, deck: float, role: str, wide: float = 1.0, sheer: float = 0.25
) -> list:
    """Add a hull and return its upper rim, bow first."""
    w, d = job.width * wide, job.depth
    rings = []
    for z, k, n in ((low, 0.35, 0.8), (low + (deck - low) * 0.4, 0.82, 0.9), (deck, 1.0, 1.0)):
        ring = []
        for y in np.linspace(-0.47, 0.5, 9):
            x = (1 - max(0.0, (y + 0.1) / 0.6) ** 2.2) * (1 if y > -0.4 else 0.86) * k / 2
            ring.append(
                (
                    max(x, 0.012) * w,
                    y * d * n,
                    z + (deck - low) * sheer * (2 * abs(y)) ** 2.5 * (z > low),
                )
            )
        rings.append(np.array(ring + [(-x, y, h) for x, y, h in ring[::-1]]))
    job.form.loft(rings, role)
    return rings[-1]


@kind("boat")
def boat(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    rim = hull(job, 0, h * 0.6, "wood", 0.96, 0.5)
    f.tube(np.concatenate([rim, rim[:1]]), min(0.04, w * 0.03), "dark wood", 5)
    inner = rim * (0.86, 0.92, 1) + (0, 0, 0.012)
    f.loft([inner - (0, 0, 0.01), inner], "dark wood")
    for y in (-0.26, 0.02, 0.26):
        f.block(
            (0, y * d, h * 0.62), (w * (0.84 if y < 0.2 else 0.56), d * 0.06, 0.04), "wood", 0.01
        )
    for side in (-1, 1):
        f.rod(
            (side * w * 0.2, -d * 0.3, h * 0.76),
            (side * w * 0.34, d * 0.24, h * 0.7),
            0.02,
            "wood",
            5,
        )


@kind("ship")
def ship(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    deck = h * 0.24
    rim = hull(job, 0, deck, "dark wood", 0.98, 0.5)
    f.tube(np.concatenate([rim, rim[:1]]), w * 0.03, "wood", 5)
    f.loft([rim * (0.9, 0.95, 1) + (0, 0, 0.02), rim * (0.88, 0.94, 1) + (0, 0, 0.03)], "wood")
    f.box(
        (-w * 0.36, -d * 0.46, deck),
        (w * 0.36, -d * 0.26, deck + h * 0.13),
        "wood",
        0.05,
        top=(1.08, 1.0),
    )
    f.box((-w * 0.3, -d * 0.465, deck + h * 0.03), (w * 0.3, -d * 0.455, deck + h * 0.09), "glow")
    f.rod((0, d * 0.44, deck + h * 0.06), (0, d * 0.5, deck + h * 0.14), w * 0.03, "wood", 6)
    for y, tall in ((-0.2, 0.9), (0.04, 1.0), (0.27, 0.84)):
        f.tube([(0, y * d, 0.1 * h), (0, y * d, h * tall)], [w * 0.04, w * 0.02], "wood", 8)
        for z, wide in ((0.46, 0.98), (0.7, 0.74)):
            top, low = h * tall * (z + 0.22), h * tall * z
            f.rod(
                (-w / 2 * wide, y * d + 0.1, top),
                (w / 2 * wide, y * d + 0.1, top),
                w * 0.016,
                "wood",
                5,
            )
            u, v = np.linspace(-1, 1, 7), np.linspace(0, 1, 4)
            grid = np.array(
                [
                    [
                        (
                            a * w / 2 * wide * (0.94 + 0.04 * b),
                            y * d + 0.1 + d * 0.05 * np.sin(b * np.pi) * (1 - a**2 * 0.6),
                            top + (low - top) * b,
                        )
                        for b in v
                    ]
                    for a in u
                ]
            )
            f.sheet(grid, "light cloth", 0.03)
    f.prism([(d * 0.04, h * 0.97), (d * 0.04, h), (-d * 0.04, h * 0.985)], -0.01, 0.01, "accent", 0)


@kind("train")
def train(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = h * 0.12
    shape = np.array(
        [
            (-0.5, 0.16),
            (0.5, 0.16),
            (0.5, 0.78),
            (0.4, 0.94),
            (0.2, 1.0),
            (-0.2, 1.0),
            (-0.4, 0.94),
            (-0.5, 0.78),
        ]
    ) * (w, h)
    f.prism(shape, -d / 2, d / 2, "paint", 1, 0.12)
    count = max(3, int(d / 1.6))
    for side in (-1, 1):
        for k in range(count):
            y = -d * 0.46 + d * 0.92 * (k + 0.5) / count
            role = "accent" if k % 4 == 1 else "glass"
            low = 0.2 if k % 4 == 1 else 0.48
            f.box(
                (side * w * 0.495 - 0.02, y - d * 0.34 / count, h * low),
                (side * w * 0.495 + 0.02, y + d * 0.34 / count, h * 0.76),
                role,
            )
        f.box(
            (side * w * 0.5 - 0.015, -d * 0.49, h * 0.38),
            (side * w * 0.5 + 0.012, d * 0.49, h * 0.44),
            "accent",
        )
    f.box((-w * 0.36, d * 0.49, h * 0.5), (w * 0.36, d * 0.505, h * 0.8), "glass")
    for side in (-1, 1):
        f.box(
            (side * w * 0.34 - 0.12, d * 0.49, h * 0.28),
            (side * w * 0.34 + 0.12, d * 0.507, h * 0.36),
            "glow",
            0.01,
        )
    for y in (-0.38, -0.3, 0.3, 0.38):
        f.tube([(-w * 0.36, y * d, r), (w * 0.36, y * d, r)], r, "dark metal", 12)
    f.box((-w * 0.42, -d * 0.46, h * 0.08), (w * 0.42, d * 0.46, h * 0.17), "dark metal")


@kind("spaceship")
def spaceship(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    rings = []
    for y, k, z in (
        (-0.46, 0.3, 0.5),
        (-0.4, 0.42, 0.5),
        (-0.1, 0.46, 0.52),
        (0.2, 0.36, 0.48),
        (0.42, 0.14, 0.42),
        (0.5, 0.02, 0.4),
    ):
        a = np.arange(10) * TAU / 10
        rings.append(
            np.column_stack(
                [np.cos(a) * k * w * 0.5, np.full(10, y * d), z * h + np.sin(a) * k * h * 0.55]
            )[::-1]
        )
    f.loft(rings, "paint")
    f.blob((0, d * 0.16, h * 0.66), (w * 0.13, d * 0.15, h * 0.14), "glass", 0, 2, True)
    for side in (-1, 1):
        wing = np.array([(0.14, -0.3), (0.5, -0.44), (0.5, -0.3), (0.3, 0.02), (0.16, 0.16)]) * (
            side * w,
            d,
        )
        f.prism(wing, h * 0.42, h * 0.5, "paint", 2, 0.05)
        f.tube(
            [
                (side * w * 0.3, -d * 0.5, h * 0.46),
                (side * w * 0.3, -d * 0.46, h * 0.46),
                (side * w * 0.3, -d * 0.1, h * 0.46),
            ],
            [w * 0.05, w * 0.075, w * 0.05],
            "dark metal",
            10,
        )
        f.tube(
            [(side * w * 0.3, -d * 0.5, h * 0.46), (side * w * 0.3, -d * 0.495, h * 0.46)],
            w * 0.04,
            "neon",
            10,
        )
        f.prism(
            np.array([(-0.46, 0.5), (-0.28, 0.5), (-0.4, 0.98), (-0.48, 1.0)]) * (d, h),
            side * w * 0.1 - 0.06,
            side * w * 0.1 + 0.06,
            "accent",
            0,
        )
        f.rod(
            (side * w * 0.24, -d * 0.2, 0.06),
            (side * w * 0.2, -d * 0.2, h * 0.4),
            w * 0.014,
            "metal",
            6,
        )
        f.block((side * w * 0.24, -d * 0.2, 0), (w * 0.08, w * 0.1, 0.08), "dark metal", 0.02)
    f.rod((0, d * 0.26, 0.06), (0, d * 0.26, h * 0.36), w * 0.014, "metal", 6)
    f.block((0, d * 0.26, 0), (w * 0.08, w * 0.1, 0.08), "dark metal", 0.02)


@kind("carriage")
def carriage(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    wheels(job, h * 0.24, (-d * 0.26,), w * 0.07, "wood", True)
    wheels(job, h * 0.18, (d * 0.2,), w * 0.07, "wood", True)
    f.box(
        (-w * 0.34, -d * 0.4, h * 0.3),
        (w * 0.34, d * 0.14, h * 0.62),
        "accent",
        0.06,
        top=(1.1, 1.06),
    )
    f.box((-w * 0.37, -d * 0.42, h * 0.62), (w * 0.37, d * 0.14, h * 0.94), "dark wood", 0.03)
    f.box(
        (-w * 0.4, -d * 0.44, h * 0.93),
        (w * 0.4, d * 0.17, h),
        s.trim if s.ornate > 0.4 else "dark wood",
        0.03,
    )
    for side in (-1, 1):
        f.box(
            (side * w * 0.36, -d * 0.26, h * 0.66), (side * w * 0.385, d * 0.02, h * 0.9), "glass"
        )
        f.rod(
            (side * w * 0.16, d * 0.14, h * 0.24),
            (side * w * 0.14, d * 0.5, h * 0.3),
            0.03,
            "wood",
            6,
        )
        f.block((side * w * 0.4, d * 0.1, h * 0.66), (0.1, 0.1, 0.2), "glow", 0.02)
    f.box((-w * 0.3, d * 0.14, h * 0.42), (w * 0.3, d * 0.3, h * 0.5), "leather", 0.02)
    f.box((-w * 0.1, -d * 0.4, h * 0.2), (w * 0.1, d * 0.3, h * 0.28), "dark wood")


@kind("cart")
def cart(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    wheels(job, h * 0.34, (-d * 0.1,), w * 0.09, "wood", True)
    planks(f, (-w * 0.36, -d * 0.46, h * 0.46), (w * 0.36, d * 0.24, h * 0.52), 5, "wood", 0)
    for side in (-1, 1):
        for z in (0.6, 0.82):
            f.box(
                (side * w * 0.37 - 0.02, -d * 0.46, h * z),
                (side * w * 0.37 + 0.02, d * 0.24, h * (z + 0.16)),
                "wood",
                0.008,
            )
        for y in (-0.42, -0.1, 0.2):
            f.block((side * w * 0.34, y * d, h * 0.46), (0.05, 0.05, h * 0.54), "dark wood")
        f.rod(
            (side * w * 0.3, d * 0.2, h * 0.44), (side * w * 0.26, d / 2, h * 0.5), 0.03, "wood", 6
        )
        f.rod(
            (side * w * 0.26, d * 0.26, h * 0.46), (side * w * 0.26, d * 0.28, 0), 0.025, "wood", 6
        )
    f.box((-w * 0.36, -d * 0.48, h * 0.6), (w * 0.36, -d * 0.44, h * 0.98), "wood", 0.008)
    for k in range(3):
        f.blob(
            (w * (k - 1) * 0.2, -d * 0.1 * k, h * 0.66),
            (w * 0.16, d * 0.14, h * 0.16),
            "sand",
            0.15,
            2,
            True,
        )


@kind("tractor")
def tractor(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    wheels(job, h * 0.34, (-d * 0.26,), w * 0.2)
    wheels(job, h * 0.2, (d * 0.34,), w * 0.16)
    f.box((-w * 0.2, -d * 0.1, h * 0.3), (w * 0.2, d * 0.47, h * 0.58), "accent", 0.05)
    f.box((-w * 0.26, -d * 0.46, h * 0.28), (w * 0.26, -d * 0.06, h * 0.5), "dark metal", 0.03)
    f.box((-w * 0.28, -d * 0.44, h * 0.5), (w * 0.28, -d * 0.06, h * 0.92), "glass")
    for sx in (-1, 1):
        for y in (-0.43, -0.07):
            f.block((sx * w * 0.28, y * d, h * 0.48), (0.06, 0.06, h * 0.46), "dark metal")
        f.box(
            (sx * w * 0.13 - 0.06, d * 0.465, h * 0.44),
            (sx * w * 0.13 + 0.06, d * 0.48, h * 0.5),
            "glow",
        )
    f.box((-w * 0.32, -d * 0.47, h * 0.92), (w * 0.32, -d * 0.03, h), "accent", 0.03)
    f.rod((w * 0.12, d * 0.2, h * 0.58), (w * 0.12, d * 0.2, h * 0.86), 0.035, "dark metal", 7)
    for k in range(4):
        f.box(
            (-w * 0.16, d * 0.47, h * (0.34 + 0.05 * k)),
            (w * 0.16, d * 0.5, h * (0.36 + 0.05 * k)),
            "rubber",
        )
