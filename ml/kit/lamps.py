"""What gives light: lamps, lanterns, fires, neon, crystals."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .parts import Job, kind, ring_of


@kind("floor lamp")
def floor_lamp(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe([(0.7, 0), (0.7, 0.015), (0.3, 0.025)] * np.array([w / 2, h]), s.frame, sides=12)
    f.rod((0, 0, 0.02), (0, 0, h * 0.85), 0.014, "metal")
    shade(f, w / 2, h * 0.76, h, s.light if s.strips else "light cloth", d / w)


@kind("table lamp")
def table_lamp(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe(
        [(0.5, 0), (0.5, 0.05), (0.2, 0.1), (0.42, 0.28), (0.3, 0.45), (0.1, 0.55)]
        * np.array([w / 2, h]),
        "ceramic" if s.ornate < 0.5 else "gold",
        sides=10,
    )
    shade(f, w / 2, h * 0.5, h, "light cloth", d / w)


def shade(f: Form, radius: float, low: float, high: float, role: str, squash: float = 1.0) -> None:
    """Add a lamp shade with its bulb."""
    f.lathe(
        [(0.98, low), (1.0, low + 0.01), (0.62, high)] * np.array([radius, 1]),
        role,
        sides=14,
        squash=(1, squash),
    )
    f.lathe(
        [(0, low - 0.01), (0.5, low - 0.006), (0.6, low - 0.001)] * np.array([radius, 1]),
        "glow",
        sides=8,
        squash=(1, squash),
    )


@kind("ceiling lamp")
def ceiling_lamp(job: Job) -> None:
    f, s, w, h = job.form, job.style, job.width, job.height
    f.lathe([(0.16, 0.95), (0.2, 0.97), (0.2, 1)] * np.array([w / 2, h]), "metal", sides=8)
    f.rod((0, 0, h * 0.4), (0, 0, h * 0.96), 0.01, "rubber", 5)
    if s.ornate > 0.5:
        f.lathe(
            [(0, 0), (0.7, 0.04), (1, 0.2), (0.8, 0.38), (0.2, 0.42)] * np.array([w / 2, h]),
            s.light,
        )
    else:
        shade(f, w / 2, 0.012, h * 0.42, "dark metal" if s.strips else s.trim)


@kind("chandelier")
def chandelier(job: Job) -> None:
    f, s, w, h = job.form, job.style, job.width, job.height
    metal = "gold" if s.ornate > 0.3 else "dark metal"
    f.rod((0, 0, h * 0.3), (0, 0, h), 0.02, metal)
    f.lathe(
        [(0, 0), (0.12, 0.06), (0.06, 0.2), (0.14, 0.3), (0.05, 0.5)] * np.array([w / 2, h]), metal
    )
    for x, y, a in ring_of(8, w * 0.46):
        mid = np.array([np.cos(a), np.sin(a), 0]) * w * 0.26
        f.tube([(0, 0, h * 0.3), mid + (0, 0, h * 0.12), (x, y, h * 0.3)], 0.014, metal, 5)
        f.lathe(
            [(0.05, 0), (0.04, 0.02), (0.018, 0.03), (0.018, 0.12)] * np.array([w * 0.8, h]),
            "light cloth",
            (x, y, h * 0.3),
            6,
        )
        f.lathe([(0, 0), (0.014, 0.03), (0, 0.09)] * np.array([w, h]), "glow", (x, y, h * 0.42), 5)
    f.lathe(
        [(0.5, 0), (0.53, 0.015), (0.5, 0.03)] * np.array([w * 0.93, h]),
        metal,
        (0, 0, h * 0.28),
        16,
    )


@kind("strip light")
def strip_light(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h * 0.45), (w / 2, d / 2, h), "paint", 0.01)
    for y in (-d * 0.22, d * 0.22):
        f.rod((-w * 0.47, y, h * 0.24), (w * 0.47, y, h * 0.24), h * 0.24, "glow", 8)


@kind("lantern", "hanging lantern")
def lantern(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    if s.name == "asian":
        r = np.array([w / 2, h])
        f.lathe([(0.45, 0.04), (0.5, 0.08), (0.5, 0.1)] * r, "dark wood", sides=14)
        ribs = [
            (0.55 + 0.45 * np.sin(k / 8 * np.pi) - (0.03 if k % 2 else 0), 0.1 + 0.78 * k / 8)
            for k in range(9)
        ]
        f.lathe(ribs * r, "glow", sides=14, squash=(1, d / w))
        f.lathe([(0.5, 0.88), (0.5, 0.93), (0.1, 0.95)] * r, "dark wood", sides=14)
        f.rod((0, 0, h * 0.94), (0, 0, h), 0.012, "dark wood", 5)
        f.rod((0, 0, 0), (0, 0, h * 0.06), 0.02, "accent", 5)
        return
    t = w * 0.09
    f.block((0, 0, 0), (w, d, h * 0.1), "dark metal", t * 0.4)
    f.block((0, 0, h * 0.1), (w * 0.66, d * 0.66, h * 0.52), s.light, t * 0.4)
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block((sx * w * 0.4, sy * d * 0.4, h * 0.1), (t, t, h * 0.54), "dark metal")
    f.block((0, 0, h * 0.64), (w * 0.96, d * 0.96, h * 0.2), "dark metal", top=(0.3, 0.3))
    f.tube(
        [
            (-w * 0.14, 0, h * 0.83),
            (-w * 0.14, 0, h * 0.95),
            (0, 0, h),
            (w * 0.14, 0, h * 0.95),
            (w * 0.14, 0, h * 0.83),
        ],
        w * 0.025,
        "dark metal",
        4,
    )


@kind("stone lantern")
def stone_lantern(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    six = {"sides": 6, "smooth": False, "squash": (1, d / w)}
    r = np.array([w / 2, h])
    f.lathe([(0.8, 0), (0.8, 0.06), (0.55, 0.1)] * r, "stone", **six)
    f.lathe([(0.32, 0.1), (0.28, 0.3), (0.32, 0.48)] * r, "stone", sides=8, squash=(1, d / w))
    f.lathe([(0.4, 0.48), (0.68, 0.53), (0.68, 0.57)] * r, "stone", **six)
    f.lathe([(0.34, 0.57), (0.34, 0.74)] * r, "glow", **six)
    for x, y, _ in ring_of(6, w * 0.21):
        f.block((x, y * d / w, h * 0.57), (w * 0.08, w * 0.08, h * 0.17), "stone")
    f.lathe([(0.9, 0.74), (1, 0.76), (0.5, 0.86), (0.16, 0.9)] * r, "stone", **six)
    f.lathe([(0.1, 0.9), (0.18, 0.94), (0, 1)] * r, "stone", sides=6)


@kind("torch")
def torch(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w * 0.3, -d / 2, h * 0.1), (w * 0.3, -d * 0.4, h * 0.5), "dark metal", 0.01)
    f.tube(
        [(0, -d * 0.42, h * 0.16), (0, -d * 0.1, h * 0.2), (0, d * 0.12, h * 0.34)],
        w * 0.1,
        "dark metal",
    )
    f.rod((0, d * 0.02, 0), (0, d * 0.2, h * 0.6), w * 0.15, "wood", 7)
    f.lathe(
        [(0.3, 0.5), (0.5, 0.6), (0.42, 0.64)] * np.array([w, h]), "dark metal", (0, d * 0.2, 0), 8
    )
    flame(f, (0, d * 0.2, h * 0.62), w * 0.42, h * 0.38)


def flame(f: Form, at: tuple[float, float, float], radius: float, height: float) -> None:
    """Add a flame of a few tongues."""
    for k, (lean, tall, thick) in enumerate(((0.0, 1.0, 0.7), (0.5, 0.7, 0.5), (0.55, 0.62, 0.5))):
        a = k * 2.3
        foot = np.array([np.cos(a), np.sin(a)]) * radius * lean
        path = [(foot[0] + at[0], foot[1] + at[1], at[2])]
        for z, side in ((0.35, 0.18), (0.7, -0.1), (1.0, 0.06)):
            path.append(
                (
                    at[0] + foot[0] * (1 - z * 0.6) + side * radius,
                    at[1] + foot[1] * (1 - z * 0.6),
                    at[2] + height * tall * z,
                )
            )
        f.tube(path, np.array([0.55, 0.75, 0.42, 0.0]) * radius * thick * 1.2, "fire", 6)


@kind("brazier")
def brazier(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x, y, _ in ring_of(3, 0.42, TAU / 4):
        f.rod((x * w, y * d, 0), (x * w * 0.5, y * d * 0.5, h * 0.55), w * 0.035, "dark metal", 5)
    f.lathe(
        [(0.3, 0.34), (0.8, 0.46), (1, 0.62), (0.94, 0.63), (0.7, 0.54), (0, 0.52)]
        * np.array([w / 2, h]),
        "dark metal",
        sides=12,
        squash=(1, d / w),
    )
    for x, y, _ in ring_of(5, w * 0.22):
        f.blob((x, y, h * 0.56), w * 0.11, "dark stone", 0.2, 1)
    flame(f, (0, 0, h * 0.54), w * 0.34, h * 0.46)


@kind("campfire")
def campfire(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x, y, a in ring_of(9, 0.42):
        f.blob((x * w, y * d, h * 0.09), (w * 0.085, d * 0.085, h * 0.13), "stone", 0.25, 1)
        if int(a * 10) % 2 == 0:
            f.rod(
                (x * w * 0.8, y * d * 0.8, h * 0.04),
                (-x * w * 0.1, -y * d * 0.1, h * 0.4),
                w * 0.045,
                "bark",
                6,
            )
    f.lathe([(0.36, 0), (0.3, 0.06), (0, 0.09)] * np.array([w, h]), "dark stone", sides=10)
    flame(f, (0, 0, h * 0.1), w * 0.26, h * 0.9)


@kind("candle")
def candle(job: Job) -> None:
    f, w, h = job.form, job.width, job.height
    r = np.array([w / 2, h])
    f.lathe([(1, 0), (1, 0.06), (0.6, 0.09)] * r, "gold", sides=10)
    f.lathe([(0.52, 0.08), (0.55, 0.4), (0.5, 0.72), (0.3, 0.7)] * r, "light cloth", sides=8)
    f.lathe([(0, 0.72), (0.2, 0.8), (0.12, 0.9), (0, 1)] * r, "glow", sides=6)


@kind("candelabra")
def candelabra(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    metal = "gold" if s.ornate > 0.3 else "dark metal"
    f.lathe(
        [(1, 0), (0.9, 0.02), (0.2, 0.05), (0.12, 0.1), (0.2, 0.4), (0.1, 0.45), (0.1, 0.8)]
        * np.array([w / 2, h]),
        metal,
        sides=10,
        squash=(1, d / w),
    )
    for x in (-0.42, -0.22, 0, 0.22, 0.42):
        low = h * (0.66 if x else 0.78)
        if x:
            f.tube(
                [(0, 0, h * 0.62), (x * w * 0.6, 0, h * 0.58), (x * w, 0, low)], w * 0.03, metal, 5
            )
        f.lathe(
            [(0.08, 0), (0.07, 0.02), (0.04, 0.025), (0.04, 0.14)] * np.array([w, h]),
            "light cloth",
            (x * w, 0, low),
            6,
        )
        f.lathe(
            [(0, 0), (0.025, 0.03), (0, 0.08)] * np.array([w, h]),
            "glow",
            (x * w, 0, low + h * 0.14),
            5,
        )


@kind("streetlight")
def streetlight(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    if s.name in ("classical", "gothic", "medieval", "fantasy", "rustic"):
        f.lathe(
            [(0.5, 0), (0.5, 0.02), (0.3, 0.05), (0.2, 0.1), (0.14, 0.14), (0.1, 0.7), (0.2, 0.72)]
            * np.array([w, h]),
            "dark metal",
            (0, 0, 0),
            8,
        )
        f.lathe([(0.26, 0.74), (0.44, 0.88)] * np.array([w, h]), "glow", (0, 0, 0), 6, smooth=False)
        f.lathe(
            [(0.5, 0.88), (0.2, 0.95), (0.06, 0.96), (0, 1)] * np.array([w, h]),
            "dark metal",
            (0, 0, 0),
            6,
            smooth=False,
        )
        f.rod((0, -d / 2, h * 0.66), (0, d / 2, h * 0.66), w * 0.05, "dark metal", 5)
        return
    y = -d / 2 + w * 0.25
    f.block((0, 0, 0), (w, d, 0.12), "concrete", 0.02)
    f.lathe(
        [(0.5, 0), (0.5, 0.015), (0.2, 0.03), (0.16, 0.5), (0.12, 0.93)] * np.array([w / 2, h]),
        "dark metal",
        (0, y, 0),
        8,
    )
    f.tube(
        [(0, y, h * 0.9), (0, y + d * 0.12, h * 0.97), (0, d * 0.3, h * 0.985)],
        w * 0.07,
        "dark metal",
    )
    f.box((-w * 0.3, d * 0.12, h * 0.965), (w * 0.3, d / 2, h), "dark metal", 0.02)
    f.box((-w * 0.24, d * 0.15, h * 0.955), (w * 0.24, d * 0.47, h * 0.966), s.light)
    if s.strips:
        f.box((-w * 0.03, y + w * 0.09, h * 0.2), (w * 0.03, y + w * 0.13, h * 0.7), s.light)


@kind("neon sign")
def neon_sign(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.1, h), "dark metal", 0.02)
    f.box((-w * 0.46, d * 0.1, h * 0.06), (w * 0.46, d * 0.14, h * 0.94), "rubber")
    r, y = min(d * 0.16, h * 0.05), d * 0.5 - min(d * 0.16, h * 0.05)
    edge = [(-0.44, 0.1), (0.44, 0.1), (0.44, 0.9), (-0.44, 0.9), (-0.44, 0.1)]
    f.tube([(x * w, y, z * h) for x, z in edge], r, "neon", 5)
    # Strokes that read as letters of no alphabet.
    count = max(2, int(w / h * 1.4))
    for i in range(count):
        x = (i + 0.5) / count * 0.76 - 0.38
        g = 0.3 / count
        strokes = (
            ((-g, 0.25), (-g, 0.75), (g, 0.5), (g, 0.25)),
            ((-g, 0.75), (g, 0.75), (0, 0.5), (0, 0.25)),
            ((g, 0.75), (-g, 0.6), (g, 0.4), (-g, 0.25)),
            ((-g, 0.25), (0, 0.75), (g, 0.25)),
        )
        shape = strokes[int(f.rng.integers(4))]
        f.tube([((x + a) * w, y, z * h) for a, z in shape], r * 0.9, "neon 2", 5)


@kind("crystal")
def crystal(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, h * 0.06), (w * 0.42, d * 0.42, h * 0.12), "stone", 0.2, 2, cut=-0.6)
    for k in range(7):
        a, lean = k * 2.4, 0.0 if k == 0 else f.rng.uniform(0.1, 0.3)
        tall = h * (1.0 if k == 0 else f.rng.uniform(0.35, 0.7))
        foot = np.array([np.cos(a) * w * lean * 0.5, np.sin(a) * d * lean * 0.5, 0.02])
        top = foot + (np.cos(a) * w * lean, np.sin(a) * d * lean, tall - 0.02)
        r = w * (0.16 if k == 0 else f.rng.uniform(0.07, 0.11))
        f.tube(
            [foot, foot + (top - foot) * 0.7, top], [r * 0.8, r, 0.0], "crystal", 6, smooth=False
        )


@kind("glow orb")
def glow_orb(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe(
        [(0.8, 0), (0.7, 0.08), (0.3, 0.14), (0.24, 0.4), (0.55, 0.5)] * np.array([w / 2, h]),
        s.frame,
        sides=8,
        squash=(1, d / w),
        smooth=False,
    )
    f.blob((0, 0, h * 0.73), (w * 0.46, d * 0.46, h * 0.27), s.light, 0.0, 3, True)
    for x, y, a in ring_of(3, 0.46):
        f.tube(
            [
                (x * w * 0.5, y * d * 0.5, h * 0.46),
                (x * w, y * d, h * 0.66),
                (x * w * 0.9, y * d * 0.9, h * (0.86 + 0.0 * a)),
            ],
            [w * 0.05, w * 0.04, 0],
            s.trim,
            5,
        )


@kind("spotlight")
def spotlight(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x, y, _ in ring_of(3, 0.47, TAU / 4):
        f.rod((x * w, y * d, 0.01), (0, 0, h * 0.4), 0.016, "dark metal", 5)
    f.rod((0, 0, h * 0.36), (0, 0, h * 0.84), 0.02, "metal")
    f.tube(
        [(0, -d * 0.36, h * 0.94), (0, d * 0.1, h * 0.89), (0, d * 0.4, h * 0.86)],
        np.array([0.28, 0.36, 0.46]) * w,
        "dark metal",
        10,
    )
    f.tube([(0, d * 0.4, h * 0.86), (0, d * 0.43, h * 0.857)], w * 0.4, "glow", 10)
    for side in (-1, 1):
        f.box(
            (side * w * 0.46 - 0.012, d * 0.1, h * 0.76),
            (side * w * 0.46 + 0.012, d * 0.16, h * 0.9),
            "metal",
        )
