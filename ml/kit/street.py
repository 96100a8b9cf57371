"""Street furniture, signs and stalls."""

from __future__ import annotations

import numpy as np

from .form import TAU
from .parts import Job, kind, planks


@kind("hydrant")
def hydrant(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [
            (0.8, 0),
            (0.8, 0.06),
            (0.55, 0.08),
            (0.55, 0.7),
            (0.66, 0.72),
            (0.66, 0.76),
            (0.5, 0.86),
            (0.2, 0.92),
            (0.12, 1),
        ]
        * np.array([w / 2, h]),
        "accent",
        sides=12,
        squash=(1, d / w),
    )
    f.tube([(-w / 2, 0, h * 0.55), (w / 2, 0, h * 0.55)], w * 0.15, "gold", 8)
    f.tube([(0, 0, h * 0.5), (0, d / 2, h * 0.5)], w * 0.19, "gold", 8)


@kind("mailbox")
def mailbox(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block((sx * w * 0.4, sy * d * 0.38, 0), (0.05, 0.05, h * 0.2), "dark metal")
    a = np.linspace(0, np.pi, 8)
    top = np.column_stack([np.cos(a) * d * 0.46, h * 0.76 + np.sin(a) * h * 0.24])
    f.prism(
        np.concatenate([[(-d * 0.46, h * 0.14), (d * 0.46, h * 0.14)], top]),
        -w / 2,
        w / 2,
        "accent",
        0,
        0.015,
    )
    f.box((-w * 0.34, d * 0.45, h * 0.7), (w * 0.34, d * 0.5, h * 0.78), "dark metal", 0.008)
    f.box((-w * 0.3, d * 0.455, h * 0.36), (w * 0.3, d * 0.475, h * 0.56), "paper")


@kind("phone booth")
def phone_booth(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.05), "accent", 0.02)
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block(
                (sx * (w / 2 - 0.06), sy * (d / 2 - 0.06), 0),
                (0.11, 0.11, h * 0.9),
                "accent",
                0.015,
            )
    for side in (-1, 1):
        f.box(
            (-w / 2 + 0.1, side * (d / 2 - 0.06) - 0.01, h * 0.06),
            (w / 2 - 0.1, side * (d / 2 - 0.06) + 0.01, h * 0.86),
            "glass",
        )
        f.box(
            (side * (w / 2 - 0.06) - 0.01, -d / 2 + 0.1, h * 0.06),
            (side * (w / 2 - 0.06) + 0.01, d / 2 - 0.1, h * 0.86),
            "glass",
        )
        for z in np.linspace(0.06, 0.84, 6):
            f.box(
                (-w / 2 + 0.1, side * (d / 2 - 0.06) - 0.02, h * z),
                (w / 2 - 0.1, side * (d / 2 - 0.06) + 0.02, h * z + 0.025),
                "accent",
            )
            f.box(
                (side * (w / 2 - 0.06) - 0.02, -d / 2 + 0.1, h * z),
                (side * (w / 2 - 0.06) + 0.02, d / 2 - 0.1, h * z + 0.025),
                "accent",
            )
    f.block((0, 0, h * 0.86), (w, d, h * 0.09), "accent", 0.02)
    f.box((-w * 0.36, d * 0.485, h * 0.88), (w * 0.36, d / 2, h * 0.93), "glow")
    f.block((0, 0, h * 0.95), (w * 0.94, d * 0.94, h * 0.05), "accent", 0.02, top=(0.7, 0.7))
    f.box((-w * 0.14, -d * 0.42, h * 0.45), (w * 0.14, -d * 0.3, h * 0.66), "rubber", 0.02)


@kind("utility pole")
def utility_pole(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    foot = np.array([(1, 0), (1, 0.6), (0.7, 1)]) * (min(w, d) / 2, 0.25)
    f.lathe(foot, "concrete", sides=10)
    f.tube([(0, 0, 0), (0, 0, h)], [min(w, d) * 0.34, min(w, d) * 0.22], "concrete", 10)
    for z, k in ((0.93, 1.0), (0.84, 0.8)):
        f.box((-w / 2 * k, -0.05, h * z), (w / 2 * k, 0.05, h * z + 0.1), "dark metal", 0.01)
        for x in (-0.45, -0.2, 0.2, 0.45):
            f.lathe(
                [(1, 0), (0.5, 0.4), (1, 0.6), (0.5, 1)] * np.array([0.035, 0.14]),
                "ceramic",
                (x * w * k, 0, h * z + 0.1),
                7,
            )
    f.tube([(w * 0.24, 0, h * 0.66), (w * 0.24, 0, h * 0.78)], min(w * 0.22, d * 0.48), "metal", 12)
    f.block((-w * 0.26, 0, h * 0.4), (w * 0.3, d * 0.6, h * 0.06), "metal", 0.02)


@kind("bus stop")
def bus_stop(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h * 0.93), (w / 2, d / 2, h), "dark metal", 0.03)
    for x in (-0.46, 0.46):
        f.block((x * w, -d * 0.42, 0), (0.08, 0.08, h * 0.94), "dark metal", 0.01)
        f.box((x * w - 0.015, -d * 0.4, 0.2), (x * w + 0.015, d * 0.2, h * 0.88), "glass")
        f.block((x * w, d * 0.2, 0), (0.05, 0.05, h * 0.94), "dark metal", 0.01)
    f.box((-w * 0.44, -d * 0.44, 0.2), (w * 0.44, -d * 0.41, h * 0.88), "glass")
    planks(f, (-w * 0.34, -d * 0.36, 0.42), (w * 0.2, -d * 0.06, 0.47), 3, "wood", 1)
    for x in (-0.28, 0.14):
        f.block((x * w, -d * 0.2, 0), (0.06, d * 0.2, 0.43), "dark metal")
    f.box((w * 0.26, -d * 0.4, h * 0.3), (w * 0.42, -d * 0.37, h * 0.75), "screen")


@kind("traffic cone")
def traffic_cone(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.07), "rubber", 0.015)
    f.lathe([(0.72, 0.06), (0.56, 0.3)] * np.array([w / 2, h]), "accent", sides=14)
    f.lathe([(0.57, 0.3), (0.42, 0.52)] * np.array([w / 2, h]), "paper", sides=14)
    f.lathe([(0.42, 0.52), (0.3, 0.7)] * np.array([w / 2, h]), "accent", sides=14)
    f.lathe([(0.3, 0.7), (0.22, 0.84)] * np.array([w / 2, h]), "paper", sides=14)
    f.lathe([(0.22, 0.84), (0.12, 1)] * np.array([w / 2, h]), "accent", sides=14)


def stripes(job: Job, low: float, high: float, drop: float) -> None:
    """Lay a striped awning over the whole box, from `high` at the back to `low` at the front."""
    f, w, d = job.form, job.width, job.depth
    count = max(5, int(w / 0.35))
    edges = np.linspace(-w / 2, w / 2, count + 1)
    for k, (a, b) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        role = job.style.cloth if k % 2 else "light cloth"
        f.prism(
            [(-d / 2, high - 0.03), (d / 2, low - 0.03), (d / 2, low), (-d / 2, high)],
            a,
            b,
            role,
            0,
        )
        f.box((a, d / 2 - 0.02, low - drop), (b, d / 2, low - 0.02), role)


@kind("market stall")
def market_stall(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for sx in (-1, 1):
        f.block((sx * (w / 2 - 0.06), d / 2 - 0.1, 0), (0.08, 0.08, h * 0.8), s.frame, 0.01)
        f.block((sx * (w / 2 - 0.06), -d / 2 + 0.08, 0), (0.08, 0.08, h * 0.96), s.frame, 0.01)
    stripes(job, h * 0.82, h, 0.16)
    table = h * 0.36
    f.box((-w * 0.46, -d * 0.1, 0.04), (w * 0.46, d * 0.36, table - 0.05), s.body, 0.012)
    planks(f, (-w * 0.48, -d * 0.14, table - 0.05), (w * 0.48, d * 0.42, table), 4, "wood", 1)
    for k in range(5):
        x, role = (k - 2) * w * 0.18, ("accent", "light leaf", "food", "gold", "flower")[k]
        f.box((x - w * 0.08, 0, table), (x + w * 0.08, d * 0.36, table + 0.12), "wood", 0.01)
        for j in range(4):
            f.blob(
                (x + (j % 2 - 0.5) * w * 0.07, d * (0.1 + 0.16 * (j // 2)), table + 0.14),
                w * 0.034,
                role,
                0,
                1,
                True,
            )
    f.block((0, d * 0.3, h * 0.62), (0.14, 0.14, 0.2), s.light, 0.03)
    f.rod((0, d * 0.3, h * 0.7), (0, d * 0.3, h * 0.85), 0.01, "rubber", 4)


@kind("food cart")
def food_cart(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for side in (-1, 1):
        f.tube(
            [(side * w * 0.42, -d * 0.2, h * 0.15), (side * w * 0.5, -d * 0.2, h * 0.15)],
            h * 0.15,
            "rubber",
            14,
        )
        for y in (-0.42, 0.36):
            f.block((side * w * 0.4, y * d, 0), (0.07, 0.07, h * 0.88), s.frame, 0.01)
    f.box((-w * 0.42, -d * 0.44, h * 0.12), (w * 0.42, d * 0.36, h * 0.42), s.body, 0.02)
    f.box((-w * 0.48, -d * 0.46, h * 0.42), (w * 0.48, d * 0.46, h * 0.46), "wood", 0.012)
    f.box((-w / 2, -d / 2, h * 0.88), (w / 2, d / 2, h * 0.92), s.roof, 0.015)
    f.block((0, 0, h * 0.92), (w * 0.96, d * 0.96, h * 0.08), s.roof, top=(0.3, 0.9))
    for k in range(4):
        f.box(
            (-w * 0.45 + w * 0.23 * k, d * 0.46, h * 0.7),
            (-w * 0.25 + w * 0.23 * k, d * 0.475, h * 0.88),
            s.cloth,
        )
    f.lathe(
        [(0.9, 0), (1, 0.9), (0.8, 1)] * np.array([w * 0.18, 0.26]),
        "metal",
        (-w * 0.14, -d * 0.1, h * 0.46),
        12,
    )
    for k in range(3):
        f.lathe(
            [(0.5, 0), (1, 1), (0.8, 0.9)] * np.array([0.08, 0.07]),
            "ceramic",
            (w * 0.2, d * (-0.2 + 0.2 * k), h * 0.46),
            9,
        )
    for side in (-1, 1):
        f.lathe(
            [(0.5, 0), (1, 0.3), (1, 0.7), (0.5, 1)] * np.array([0.11, 0.26]),
            "glow",
            (side * w * 0.38, d * 0.42, h * 0.72),
            10,
        )


@kind("parasol")
def parasol(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe([(0.9, 0), (0.9, 0.5), (0.3, 1)] * np.array([0.26, 0.08]), "stone", sides=10)
    f.rod((0, 0, 0.05), (0, 0, h), 0.025, "wood", 6)
    angles = np.arange(9) * TAU / 8
    for k in range(8):
        a, b = angles[k], angles[k + 1]
        rim = [(np.cos(t) * w / 2, np.sin(t) * d / 2, h * 0.8) for t in (a, b)]
        role = s.cloth if k % 2 else "light cloth"
        top = (0, 0, h * 0.985)
        f.add(
            [*rim, top, *(np.array([*rim, top]) - (0, 0, 0.02))],
            [(0, 1, 2), (5, 4, 3), (1, 0, 3, 4)],
            role,
        )
        f.add(
            [*rim, *(np.array(rim) * (1, 1, 1) - (0, 0, 0.14))], [(1, 0, 2, 3), (0, 1, 3, 2)], role
        )


@kind("deck chair")
def deck_chair(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    path = [(d / 2, h * 0.4), (d * 0.1, h * 0.34), (-d * 0.16, h * 0.36), (-d / 2, h)]
    for side in (-1, 1):
        x = side * (w / 2 - 0.025)
        f.tube([(x, y, z - 0.02) for y, z in path], 0.022, "wood", 5)
        f.rod((x, d * 0.34, 0), (x, d * 0.3, h * 0.38), 0.022, "wood", 5)
        f.rod((x, -d * 0.3, 0), (x, -d * 0.24, h * 0.56), 0.022, "wood", 5)
    for k, ((y0, z0), (y1, z1)) in enumerate(zip(path[:-1], path[1:], strict=True)):
        f.prism(
            [(y0, z0), (y1, z1), (y1, z1 + 0.03), (y0, z0 + 0.03)],
            -w / 2 + 0.05,
            w / 2 - 0.05,
            s.cloth if k != 1 else "light cloth",
            0,
        )


@kind("swing")
def swing(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.rod((-w / 2, 0, h - 0.05), (w / 2, 0, h - 0.05), 0.045, "accent", 8)
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.rod(
                (sx * (w / 2 - 0.05), sy * (d / 2 - 0.05), 0),
                (sx * (w / 2 - 0.12), 0, h - 0.05),
                0.04,
                "accent",
                7,
            )
        x = sx * w * 0.2
        f.block((x, d * 0.1 * sx, h * 0.22), (w * 0.2, 0.18, 0.03), "wood", 0.008)
        for e in (-1, 1):
            f.rod(
                (x + e * w * 0.09, d * 0.1 * sx, h * 0.23),
                (x + e * w * 0.09, 0, h - 0.06),
                0.008,
                "metal",
                4,
            )


@kind("signpost")
def signpost(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (min(0.11, w * 0.2), min(0.11, d), h), "dark wood", 0.012)
    for z, side in ((0.86, 1), (0.7, -1), (0.55, 1)):
        arrow = np.array(
            [(-0.34, -0.06), (0.34, -0.06), (0.5, 0.0), (0.34, 0.06), (-0.34, 0.06)]
        ) * (side * w, h)
        f.prism(arrow + (0, h * z), d * 0.2, d * 0.45, "wood", 1, 0.008)
        f.box((-w * 0.26, d * 0.45, h * z - 0.02), (w * 0.2, d * 0.48, h * z + 0.015), "dark wood")


@kind("billboard")
def billboard(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for x in (-0.32, 0.32):
        f.block((x * w, -d * 0.2, 0), (0.22, min(0.22, d * 0.5), h * 0.6), "dark metal", 0.02)
    f.box((-w / 2, -d * 0.3, h * 0.44), (w / 2, d * 0.2, h), "dark metal", 0.05)
    f.box(
        (-w * 0.48, d * 0.2, h * 0.47),
        (w * 0.48, d * 0.26, h * 0.98),
        "screen" if s.strips else "paper",
    )
    f.box(
        (-w * 0.42, d * 0.26, h * 0.54),
        (w * 0.05, d * 0.3, h * 0.6),
        "neon" if s.strips else "accent",
    )
    f.box(
        (-w * 0.42, d * 0.26, h * 0.64),
        (-w * 0.1, d * 0.3, h * 0.68),
        "neon 2" if s.strips else "cloth",
    )
    f.prism(
        np.array([(0.14, 0.52), (0.42, 0.52), (0.28, 0.9)]) * (w, h),
        d * 0.26,
        d * 0.32,
        "neon 2" if s.strips else "accent",
        1,
    )
    for x in (-0.36, 0, 0.36):
        f.tube(
            [(x * w, d * 0.1, h * 0.44), (x * w, d * 0.46, h * 0.42), (x * w, d * 0.5, h * 0.45)],
            0.03,
            "dark metal",
            5,
        )
    f.box((-w / 2, -d * 0.5, h * 0.4), (w / 2, d * 0.1, h * 0.42), "metal")


@kind("banner")
def banner(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    x = -w / 2 + 0.03
    f.block((0, 0, 0), (w, d, min(0.08, h * 0.05)), "stone", 0.02)
    f.rod((x + w * 0.2, 0, 0.03), (x + w * 0.2, 0, h * 0.97), 0.022, s.frame, 6)
    f.blob((x + w * 0.2, 0, h * 0.975), (0.05, 0.05, h * 0.025), s.trim, 0, 1)
    u, v = np.linspace(0, 1, 5), np.linspace(0, 1, 6)
    grid = np.array(
        [
            [
                (
                    x + w * 0.22 + a * w * 0.72,
                    np.sin(a * 4 + b * 2) * d * 0.22 * a,
                    h * 0.94 - b * h * (0.66 - 0.1 * abs(a - 0.5)),
                )
                for b in v
            ]
            for a in u
        ]
    )
    f.sheet(grid, s.cloth, 0.008)
    f.rod((x + w * 0.2, 0, h * 0.945), (w / 2, 0, h * 0.945), 0.014, s.frame, 5)


@kind("standing sign")
def standing_sign(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for side in (-1, 1):
        y0, y1 = side * d / 2, side * d * 0.06
        f.prism(
            [(y0, 0), (y0 - side * 0.03, 0), (y1 - side * 0.03, h), (y1, h)],
            -w / 2,
            w / 2,
            "wood",
            0,
            0.006,
        )
        a, b = np.array([y0, 0.0]), np.array([y1, h])
        p, q = a + (b - a) * 0.16, a + (b - a) * 0.9
        out = np.array([side * 0.008, 0.003])
        f.prism([p + out, q + out, q - out, p - out], -w * 0.4, w * 0.4, "rubber", 0)


@kind("traffic light")
def traffic_light(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.rod((0, -d * 0.3, 0), (0, -d * 0.3, h * 0.98), min(w, d) * 0.14, "dark metal", 8)
    f.lathe(
        [(1, 0), (1, 0.6), (0.6, 1)] * np.array([min(w, d) * 0.3, 0.12]),
        "dark metal",
        (0, -d * 0.2, 0),
        8,
    )
    f.box((-w / 2, -d * 0.16, h * 0.68), (w / 2, d * 0.24, h), "rubber", 0.03)
    for k, role in enumerate(("leaf", "gold", "fire")):
        z = h * (0.735 + 0.1 * k)
        f.tube([(0, d * 0.22, z), (0, d * 0.28, z)], min(w * 0.32, h * 0.04), role, 12)
        f.prism(
            [(d * 0.24, z + h * 0.035), (d * 0.5, z + h * 0.03), (d * 0.24, z + h * 0.045)],
            -w * 0.34,
            w * 0.34,
            "rubber",
            0,
        )


@kind("totem")
def totem(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.7, 0), (0.72, 1)] * np.array([w * 0.42, h * 0.97]), "wood", sides=10, squash=(1, d / w)
    )
    for k in range(3):
        low = h * (0.04 + 0.31 * k)
        step = h * 0.3
        role = ("accent", "gold", "cloth")[k]
        f.block(
            (0, d * 0.04, low),
            (w * 0.66, d * 0.7, step * 0.92),
            "wood" if k % 2 else "dark wood",
            0.05,
        )
        for side in (-1, 1):
            f.block(
                (side * w * 0.17, d * 0.38, low + step * 0.55),
                (w * 0.18, d * 0.1, step * 0.18),
                "paper",
                0.02,
            )
            f.block(
                (side * w * 0.17, d * 0.44, low + step * 0.59),
                (w * 0.07, d * 0.06, step * 0.1),
                "rubber",
            )
            f.prism(
                np.array([(0.3, 0.5), (0.5, 0.62), (0.5, 0.8), (0.3, 0.72)]) * (side * w, step)
                + (0, low),
                -d * 0.06,
                d * 0.06,
                role,
                1,
            )
        f.box(
            (-w * 0.2, d * 0.36, low + step * 0.14),
            (w * 0.2, d * 0.42, low + step * 0.3),
            role,
            0.02,
        )
        f.block((0, d * 0.4, low + step * 0.36), (w * 0.12, d * 0.18, step * 0.16), role, 0.02)
    for side in (-1, 1):
        wing = np.array([(0.1, 0.8), (0.5, 0.96), (0.5, 0.84), (0.3, 0.72)]) * (side * w, h)
        f.prism(wing, -d * 0.06, d * 0.06, "accent", 1)
    f.lathe([(0.6, 0.96), (0.5, 1.0)] * np.array([w * 0.4, h]), "gold", sides=10)
