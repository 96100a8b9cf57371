"""Machines of the house and the shop, special tables and beds."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .furniture import table
from .lamps import flame
from .parts import Job, band, case, cushion, four_legs, holed_wall, kind, opening, planks


@kind("workbench")
def workbench(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x in (-w * 0.44, w * 0.44):
        for y in (-d * 0.38, d * 0.38):
            f.block((x, y, 0), (0.09, 0.09, h - 0.06), "wood", 0.012)
        f.box((x - 0.04, -d * 0.38, h * 0.15), (x + 0.04, d * 0.38, h * 0.22), "wood")
    planks(f, (-w / 2, -d / 2, h - 0.06), (w / 2, d / 2, h), max(3, int(d / 0.16)), "wood", 1)
    # Close below the planks: what stands on a gap between two must not float.
    f.block((0, 0, h - 0.05), (w * 0.96, d * 0.94, 0.046), "dark wood")
    f.block((0, 0, h * 0.2), (w * 0.86, d * 0.7, 0.03), "dark wood")
    f.block((w * 0.3, d * 0.44, h - 0.18), (0.16, d * 0.12, 0.12), "dark metal", 0.01)
    for k in range(3):
        f.block(
            (-w * 0.3 + k * w * 0.2, 0, h * 0.2 + 0.03),
            (0.24, 0.2, 0.16),
            ("dark metal", "accent", "wood")[k],
            0.012,
        )


@kind("operating table")
def operating_table(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w * 0.4, d * 0.7, h * 0.1), "dark metal", 0.02)
    f.block((0, 0, h * 0.1), (w * 0.14, d * 0.3, h * 0.66), "metal", 0.02)
    f.box((-w / 2, -d * 0.46, h * 0.76), (w / 2, d * 0.46, h * 0.84), "metal", 0.015)
    cushion(f, (-w / 2 + 0.02, -d * 0.44, h * 0.84), (w * 0.26, d * 0.44, h), "light cloth")
    cushion(f, (w * 0.28, -d * 0.36, h * 0.84), (w / 2 - 0.02, d * 0.36, h), "light cloth")
    for side in (-1, 1):
        f.rod(
            (-w * 0.4, side * d * 0.485, h * 0.8),
            (w * 0.4, side * d * 0.485, h * 0.8),
            d * 0.015,
            "metal",
            5,
        )


@kind("pool table")
def pool_table(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    table(Job(f, w, d, h * 0.86, job.style))
    f.block((0, 0, h * 0.84), (w * 0.9, d * 0.82, h * 0.1), "leaf")
    for side in (-1, 1):
        f.box(
            (-w / 2, side * d * 0.45 - d * 0.05, h * 0.82),
            (w / 2, side * d * 0.45 + d * 0.05, h),
            "dark wood",
            0.02,
        )
        f.box(
            (side * w * 0.47 - w * 0.03, -d / 2, h * 0.82),
            (side * w * 0.47 + w * 0.03, d / 2, h),
            "dark wood",
            0.02,
        )
    for k, role in enumerate(("paper", "accent", "gold", "cloth", "rubber")):
        f.blob(
            (w * (-0.24 + 0.1 * k), d * 0.1 * np.sin(k * 2.0), h * 0.94 + 0.028),
            0.028,
            role,
            0,
            2,
            True,
        )


@kind("bunk bed")
def bunk_bed(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block((sx * (w / 2 - 0.04), sy * (d / 2 - 0.04), 0), (0.08, 0.08, h), s.frame, 0.01)
    for low in (h * 0.14, h * 0.64):
        f.box(
            (-w / 2 + 0.02, -d / 2 + 0.02, low),
            (w / 2 - 0.02, d / 2 - 0.02, low + 0.08),
            s.body,
            0.01,
        )
        cushion(
            f,
            (-w / 2 + 0.05, -d / 2 + 0.05, low + 0.06),
            (w / 2 - 0.05, d / 2 - 0.05, low + 0.22),
            s.cloth,
        )
        cushion(
            f,
            (-w * 0.36, -d / 2 + 0.08, low + 0.2),
            (w * 0.36, -d / 2 + 0.42, low + 0.3),
            "light cloth",
        )
    for side in (-1, 1):
        f.box(
            (side * (w / 2 - 0.03) - 0.015, -d / 2, h * 0.88),
            (side * (w / 2 - 0.03) + 0.015, d * 0.2, h * 0.94),
            s.body,
        )
        for y in (-d / 2 + 0.03, d / 2 - 0.03):
            f.box((-w / 2, y - 0.015, h * 0.86), (w / 2, y + 0.015, h * 0.94), s.body)
    for z in np.linspace(0.12, 0.62, 4):
        f.rod((w * 0.1, d * 0.49, h * z), (w * 0.46, d * 0.49, h * z), 0.016, s.frame, 5)


@kind("futon")
def futon(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    cushion(f, (-w / 2, -d / 2, 0), (w / 2, d / 2, h * 0.6), "light cloth")
    cushion(f, (-w / 2 + 0.01, -d * 0.2, h * 0.4), (w / 2 - 0.01, d / 2 - 0.01, h * 0.9), s.cloth)
    cushion(f, (-w * 0.3, -d / 2 + 0.06, h * 0.5), (w * 0.3, -d * 0.28, h), "light cloth")


@kind("sleep pod")
def sleep_pod(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height

    def ring(k: float, z: float, y: float = 1.0) -> np.ndarray:
        a = np.arange(14) * TAU / 14
        x, yy = np.cos(a), np.sin(a)
        return np.column_stack(
            [
                np.sign(x) * np.abs(x) ** 0.6 * w / 2 * k,
                np.sign(yy) * np.abs(yy) ** 0.6 * d / 2 * y,
                np.full(14, z),
            ]
        )

    f.loft(
        [
            ring(0.8, 0, 0.9),
            ring(0.9, h * 0.1, 0.95),
            ring(1, h * 0.3),
            ring(1, h * 0.42),
            ring(0.94, h * 0.46, 0.97),
        ],
        "paint",
    )
    f.loft(
        [
            ring(0.9, h * 0.46, 0.9),
            ring(0.86, h * 0.7, 0.86),
            ring(0.66, h * 0.9, 0.74),
            ring(0.3, h, 0.5),
        ],
        "glass",
    )
    f.loft([ring(1.0, h * 0.435, 1.0), ring(1.002, h * 0.45, 1.0)], s.light)
    f.box((-w * 0.2, d * 0.47, h * 0.18), (w * 0.2, d * 0.5, h * 0.32), "screen", 0.01)


@kind("weapon rack")
def weapon_rack(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for side in (-1, 1):
        f.block((side * w * 0.47, -d * 0.2, 0), (w * 0.06, d * 0.6, h * 0.9), s.body, 0.015)
        f.block((side * w * 0.47, 0, 0), (w * 0.06, d, h * 0.07), s.body, 0.015)
    for z in (0.3, 0.72):
        f.box((-w * 0.47, -d * 0.3, h * z), (w * 0.47, -d * 0.1, h * z + 0.06), s.body, 0.01)
    for k in range(5):
        x = (k - 2) * w * 0.17
        if k % 2:
            f.rod((x, d * 0.1, h * 0.02), (x, -d * 0.06, h * 0.84), 0.016, "wood", 6)
            f.tube(
                [(x, -d * 0.06, h * 0.82), (x, -d * 0.07, h * 0.88), (x, -d * 0.08, h)],
                [0.012, 0.045, 0],
                "metal",
                4,
                smooth=False,
                flat=0.3,
            )
        else:
            f.tube(
                [(x, d * 0.1, h * 0.06), (x, d * 0.08, h * 0.12), (x, -d * 0.04, h * 0.66)],
                [0.0, 0.04, 0.045],
                "metal",
                4,
                smooth=False,
                flat=0.25,
            )
            f.box((x - 0.1, -d * 0.08, h * 0.66), (x + 0.1, 0.0, h * 0.69), "gold", 0.008)
            f.rod((x, -d * 0.04, h * 0.69), (x, -d * 0.05, h * 0.82), 0.018, "leather", 6)


@kind("server rack")
def server_rack(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.46, h), "dark metal", 0.012)
    rows = max(6, int(h / 0.15))
    for k in range(rows):
        low, high = h * (0.04 + 0.92 * k / rows), h * (0.04 + 0.92 * (k + 0.86) / rows)
        f.box((-w * 0.43, d * 0.46, low), (w * 0.43, d * 0.485, high), "rubber", 0.004)
        for j in range(3):
            role = ("neon", "light leaf", "neon 2")[int(f.rng.integers(3))]
            x = w * (0.1 + 0.1 * j)
            f.box((x, d * 0.485, low + 0.03), (x + 0.02, d * 0.495, low + 0.045), role)
        f.box((-w * 0.38, d * 0.485, low + 0.02), (-w * 0.05, d * 0.5, high - 0.03), "dark metal")


@kind("washing machine")
def washing_machine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0.02), (w / 2, d * 0.44, h), "ceramic", 0.015)
    f.block((0, 0, 0), (w * 0.9, d * 0.8, 0.03), "rubber")
    f.tube([(0, d * 0.44, h * 0.45), (0, d * 0.485, h * 0.45)], w * 0.33, "metal", 18)
    f.tube([(0, d * 0.484, h * 0.45), (0, d * 0.497, h * 0.45)], w * 0.25, "glass", 18)
    f.box((-w * 0.46, d * 0.44, h * 0.86), (w * 0.46, d * 0.46, h * 0.97), "paint")
    f.tube([(w * 0.3, d * 0.46, h * 0.915), (w * 0.3, d / 2, h * 0.915)], w * 0.05, "metal", 10)
    f.box((-w * 0.1, d * 0.46, h * 0.89), (w * 0.16, d * 0.47, h * 0.94), "screen")


@kind("vending machine")
def vending_machine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.44, h), "accent", 0.02)
    f.box((-w * 0.44, d * 0.44, h * 0.34), (w * 0.26, d * 0.45, h * 0.92), "glow")
    roles = ("accent", "neon", "light leaf", "paper", "gold")
    for i in range(5):
        for j in range(3):
            x, z = w * (-0.38 + 0.14 * i), h * (0.38 + 0.19 * j)
            f.block((x, d * 0.47, z), (w * 0.08, d * 0.04, h * 0.11), roles[(i * 2 + j) % 5])
    f.box((-w * 0.46, d * 0.44, h * 0.12), (w * 0.28, d * 0.48, h * 0.26), "rubber", 0.01)
    f.box((w * 0.32, d * 0.44, h * 0.5), (w * 0.46, d * 0.47, h * 0.72), "dark metal", 0.01)
    f.box((w * 0.34, d * 0.47, h * 0.62), (w * 0.44, d / 2, h * 0.68), "screen")
    for a, b in (((-w / 2, h * 0.94), (w / 2, h)), ((-w / 2, 0), (w / 2, h * 0.05))):
        f.box((a[0], d * 0.42, a[1]), (b[0], d / 2, b[1]), "paint", 0.015)


@kind("arcade machine")
def arcade_machine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    parts = (  # role, half width, side view in shares of depth and height
        ("accent", 0.5, [(-0.5, 0), (0.3, 0), (0.36, 0.4), (0.5, 0.5), (0.1, 0.6), (-0.5, 0.6)]),
        ("accent", 0.5, [(-0.5, 0.6), (0.1, 0.6), (-0.02, 0.82), (-0.5, 0.82)]),
        ("accent", 0.5, [(-0.5, 0.82), (-0.02, 0.82), (0.3, 0.88), (0.26, 1), (-0.5, 1)]),
        (
            "dark metal",
            0.0,
            [(-0.46, 0.44), (0.4, 0.44), (0.46, 0.49), (0.06, 0.57), (-0.46, 0.57)],
        ),
        ("screen", 0.0, [(-0.4, 0.57), (0.04, 0.58), (-0.08, 0.82), (-0.4, 0.82)]),
        ("neon 2", 0.0, [(-0.4, 0.84), (0.26, 0.89), (0.22, 0.98), (-0.4, 0.98)]),
    )
    for role, outer, side in parts:
        outline = np.array(side) * (d, h)
        if outer:
            f.prism(outline, -w / 2, -w * 0.44, role, 0)
            f.prism(outline, w * 0.44, w / 2, role, 0)
        else:
            f.prism(outline, -w * 0.44, w * 0.44, role, 0)
    f.box((-w * 0.44, -d * 0.46, 0), (w * 0.44, d * 0.28, h * 0.44), "rubber")
    f.rod((-w * 0.2, d * 0.3, h * 0.52), (-w * 0.2, d * 0.3, h * 0.58), 0.012, "metal", 5)
    f.blob((-w * 0.2, d * 0.3, h * 0.59), 0.028, "accent", 0, 1, True)
    for k, role in enumerate(("neon", "gold", "accent")):
        at = (w * (0.06 + 0.1 * k), d * 0.3, h * 0.525)
        f.block(at, (0.04, 0.04, 0.02), role, 0.008)


@kind("fireplace")
def fireplace(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = s.wall if s.wall in ("stone", "brick", "dark stone", "sand") else "brick"
    inner = Form(f.rng)
    hole = opening(s, w * 0.54, h * 0.62)
    holed_wall(inner, w * 0.92, h * 0.86, hole, d * 0.34, -d * 0.4, role)
    band(inner, hole, w * 0.04, d * 0.4, d * 0.3, s.trim if s.ornate > 0.4 else "stone")
    f.join(inner)
    f.box((-w * 0.46, -d / 2, 0), (w * 0.46, -d * 0.38, h * 0.86), "dark stone")
    f.box((-w / 2, -d / 2, h * 0.86), (w / 2, d / 2, h), s.body, 0.02)
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, 0.05), "stone", 0.01)
    for k in range(3):
        f.rod(
            (-w * 0.16, -d * 0.2 + k * d * 0.12, 0.1),
            (w * 0.16, -d * 0.1 + k * d * 0.08, 0.12 + 0.05 * k),
            0.05,
            "bark",
            7,
        )
    flame(f, (0, -d * 0.05, 0.12), w * 0.14, h * 0.38)


@kind("shower")
def shower(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.05), "ceramic", 0.02)
    t = 0.02
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block((sx * (w / 2 - t), sy * (d / 2 - t), 0), (2 * t, 2 * t, h), "metal", 0.004)
    f.box((-w / 2 + t, d / 2 - t * 1.5, h * 0.06), (w * 0.1, d / 2 - t, h * 0.98), "glass")
    f.box((-w / 2 + t * 0.6, -d / 2 + t, h * 0.06), (-w / 2 + t, d / 2 - t, h * 0.98), "glass")
    f.box((-w / 2, -d / 2, h * 0.05), (w / 2, -d / 2 + t, h * 0.96), "ceramic")
    f.tube(
        [(0, -d * 0.46, h * 0.45), (0, -d * 0.46, h * 0.93), (0, -d * 0.2, h * 0.95)],
        0.014,
        "metal",
        6,
    )
    f.lathe(
        [(0.3, 0), (1, 0.4), (0.94, 1)] * np.array([0.1, 0.03]),
        "metal",
        (0, -d * 0.2, h * 0.92),
        12,
    )


@kind("server", "freezer")
def plain_case(job: Job) -> None:
    case(job)
    four_legs(job, 0.05, 0.05)
