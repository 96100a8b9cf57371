"""What holds things, and loose things on the floor."""

from __future__ import annotations

import numpy as np

from .form import arc
from .parts import Job, kind, ring_of


@kind("crate")
def crate(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    if s.name in ("scifi", "cyberpunk"):
        f.block((0, 0, 0), (w, d, h), s.body, w * 0.08)
        for z in (0.2, 0.72):
            f.box((-w / 2, -d / 2, h * z), (w / 2, d / 2, h * (z + 0.06)), "dark metal")
        f.box((-w * 0.2, d * 0.49, h * 0.4), (w * 0.2, d / 2, h * 0.46), s.light)
        return
    t = min(w, d, h) * 0.11
    f.box((-w / 2 + t * 0.4, -d / 2 + t * 0.4, 0), (w / 2 - t * 0.4, d / 2 - t * 0.4, h), "wood")
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block(
                (sx * (w / 2 - t / 2), sy * (d / 2 - t / 2), 0), (t, t, h), "dark wood", t * 0.15
            )
    for z in (0, h - t):
        for side in (-1, 1):
            f.box(
                (-w / 2 + t, side * (d / 2 - t / 2) - t / 2, z),
                (w / 2 - t, side * (d / 2 - t / 2) + t / 2, z + t),
                "dark wood",
                t * 0.15,
            )
            f.box(
                (side * (w / 2 - t / 2) - t / 2, -d / 2 + t, z),
                (side * (w / 2 - t / 2) + t / 2, d / 2 - t, z + t),
                "dark wood",
                t * 0.15,
            )
    for side in (-1, 1):
        y0, y1 = sorted((side * d / 2, side * (d / 2 - t * 0.7)))
        f.prism(
            [(-w / 2 + t, t), (-w / 2 + 2 * t, t), (w / 2 - t, h - t), (w / 2 - 2 * t, h - t)],
            y0,
            y1,
            "dark wood",
            1,
        )


@kind("barrel")
def barrel(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    squash, r = (1, d / w), np.array([w / 2, h])
    if s.name in ("modern", "industrial", "cyberpunk", "scifi"):
        f.lathe(
            [
                (0.95, 0),
                (0.95, 0.02),
                (0.9, 0.03),
                (0.9, 0.3),
                (0.97, 0.33),
                (0.9, 0.36),
                (0.9, 0.64),
                (0.97, 0.67),
                (0.9, 0.7),
                (0.9, 0.97),
                (1, 0.98),
                (1, 1),
                (0.92, 0.99),
                (0.9, 0.97),
            ]
            * r,
            s.body,
            sides=14,
            squash=squash,
        )
        return
    f.lathe(
        [(0.8, 0), (0.93, 0.2), (0.98, 0.5), (0.93, 0.8), (0.8, 1), (0.72, 0.99), (0.72, 0.96)] * r,
        "wood",
        sides=14,
        squash=squash,
    )
    for z, k in ((0.06, 0.87), (0.28, 0.98), (0.68, 0.98), (0.9, 0.87)):
        f.lathe(
            [(k - 0.02, z - 0.005), (k + 0.02, z), (k + 0.02, z + 0.05), (k - 0.02, z + 0.055)] * r,
            "dark metal",
            sides=14,
            squash=squash,
        )


@kind("chest")
def chest(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    base = h * 0.58
    f.box((-w / 2 + 0.01, -d / 2 + 0.01, 0), (w / 2 - 0.01, d / 2 - 0.03, base), s.body, 0.01)
    lid = arc(0, np.pi, 8) * (d / 2 - 0.02, h - base) + (-0.01, base)
    f.prism(lid, -w / 2 + 0.01, w / 2 - 0.01, s.body, 0)
    for x in (-w * 0.4, 0.0, w * 0.4):
        band = arc(0, np.pi, 8) * (d / 2 - 0.01, h - base) + (-0.01, base)
        f.prism(
            np.concatenate([band, [[-d / 2, 0], [d / 2 - 0.02, 0]]]),
            x - w * 0.035,
            x + w * 0.035,
            "gold",
            0,
        )
    f.block((0, d / 2 - 0.03, base - 0.09), (w * 0.12, 0.05, 0.14), "gold", 0.01)


@kind("basket")
def basket(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    rings = [(0.78 + 0.2 * k / 7 + (0.02 if k % 2 else 0), k / 8) for k in range(8)]
    f.lathe(
        [*rings, (1, 0.9), (1, 1), (0.92, 1), (0.8, 0.6), (0, 0.55)] * np.array([w / 2, h]),
        "wood",
        sides=12,
        squash=(1, d / w),
        smooth=False,
    )


@kind("bin")
def rubbish_bin(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.8, 0), (0.94, 0.84), (1, 0.85), (1, 0.89), (0.6, 0.97), (0.14, 0.97), (0.14, 1)]
        * np.array([w / 2, h]),
        "metal",
        sides=14,
        squash=(1, d / w),
    )
    for z in (0.25, 0.6):
        k = 0.8 + 0.14 * z / 0.84
        f.lathe(
            [(k, z - 0.01), (k + 0.05, z), (k, z + 0.01)] * np.array([w / 2, h]),
            "dark metal",
            sides=14,
            squash=(1, d / w),
        )


@kind("sack")
def sack(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [
            (0.6, 0),
            (0.98, 0.12),
            (1, 0.35),
            (0.8, 0.62),
            (0.34, 0.78),
            (0.22, 0.82),
            (0.42, 0.95),
            (0.36, 1),
            (0.2, 0.9),
        ]
        * np.array([w / 2, h]),
        "light cloth",
        sides=11,
        squash=(1, d / w),
        smooth=False,
    )
    f.lathe([(0.26, 0.8), (0.3, 0.82), (0.26, 0.84)] * np.array([w / 2, h]), "leather", sides=8)


@kind("jar large")
def jar_large(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [
            (0.4, 0),
            (0.5, 0.03),
            (0.95, 0.45),
            (0.9, 0.65),
            (0.45, 0.82),
            (0.4, 0.9),
            (0.56, 0.96),
            (0.54, 1),
            (0.4, 0.97),
        ]
        * np.array([w / 2, h]),
        "tile",
        sides=14,
        squash=(1, d / w),
    )
    f.lathe(
        [(0.9, 0.54), (0.965, 0.55), (0.95, 0.6), (0.88, 0.61)] * np.array([w / 2, h]),
        "paper",
        sides=14,
        squash=(1, d / w),
    )
    for side in (-1, 1):
        f.tube(
            [
                (side * w * 0.4, 0, h * 0.7),
                (side * w * 0.46, 0, h * 0.84),
                (side * w * 0.22, 0, h * 0.9),
            ],
            w * 0.03,
            "tile",
            5,
        )


@kind("cargo container")
def cargo_container(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w * 0.47, -d * 0.49, h * 0.04), (w * 0.47, d * 0.49, h * 0.97), "accent")
    ribs = max(6, int(d / 0.45))
    for side in (-1, 1):
        for k in range(ribs):
            y = -d * 0.47 + d * 0.94 * (k + 0.5) / ribs
            f.block((side * w * 0.475, y, h * 0.05), (w * 0.03, d * 0.45 / ribs, h * 0.9), "accent")
        for end in (-1, 1):
            f.block(
                (side * w * 0.48, end * d * 0.49, 0), (w * 0.04, d * 0.02, h), "dark metal", 0.01
            )
        f.box(
            (-w / 2, side * d * 0.49 - d * 0.01, 0),
            (w / 2, side * d * 0.49 + d * 0.01, h * 0.05),
            "dark metal",
        )
        for x in (-0.12, 0.12):
            f.rod(
                (x * w, d * 0.494, h * 0.06),
                (x * w, d * 0.494, h * 0.95),
                min(0.02, d * 0.006),
                "metal",
                5,
            )


@kind("dumpster")
def dumpster(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.prism(
        [(-d / 2, h * 0.1), (d * 0.4, h * 0.1), (d / 2, h * 0.8), (-d / 2, h * 0.95)],
        -w * 0.48,
        w * 0.48,
        "leaf",
        0,
        0.02,
    )
    f.prism(
        [(-d / 2, h * 0.93), (d / 2, h * 0.78), (d / 2, h * 0.84), (-d / 2, h)],
        -w / 2,
        w / 2,
        "rubber",
        0,
        0.02,
    )
    for k in range(5):
        x = (k - 2) * w * 0.2
        f.prism(
            [(d * 0.4, h * 0.14), (d * 0.44, h * 0.14), (d / 2, h * 0.76), (d * 0.47, h * 0.76)],
            x - 0.03,
            x + 0.03,
            "leaf",
            0,
        )
    for sx in (-1, 1):
        for y in (-0.36, 0.3):
            f.tube(
                [(sx * w * 0.4 - 0.03, d * y, h * 0.06), (sx * w * 0.4 + 0.03, d * y, h * 0.06)],
                h * 0.06,
                "rubber",
                10,
            )


@kind("hay bale")
def hay_bale(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box(
        (-w / 2 * 0.97, -d / 2 * 0.95, 0),
        (w / 2 * 0.97, d / 2 * 0.95, h * 0.96),
        "sand",
        min(w, d, h) * 0.1,
    )
    for x in (-w * 0.24, w * 0.24):
        f.box((x - 0.012, -d / 2, 0), (x + 0.012, d / 2, h), "leather")
    for _ in range(14):
        a = f.rng.uniform(-0.45, 0.45, 2)
        f.rod(
            (a[0] * w, d * 0.45, h * (0.5 + a[1])),
            (a[0] * w + 0.08, d * 0.5, h * (0.5 + a[1]) + 0.05),
            0.006,
            "sand",
            3,
        )


@kind("log pile")
def log_pile(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = min(h / 5.5, w / 8)
    rows = max(2, int(h / (r * 1.75)))
    for j in range(rows):
        count = max(1, int(w / (2 * r)) - j)
        for i in range(count):
            x, z = (i - (count - 1) / 2) * 2 * r, r + j * r * 1.74
            rr = r * f.rng.uniform(0.86, 1.0)
            y = f.rng.uniform(-0.04, 0.04) * d
            f.tube([(x, -d * 0.45 + y, z), (x, d * 0.45 + y, z)], rr, "bark", 7)
            f.tube([(x, d * 0.45 + y, z), (x, d * 0.455 + y, z)], rr * 0.85, "wood", 7)


@kind("rubble")
def rubble(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, 0), (w * 0.46, d * 0.46, h * 0.5), "earth", 0.2, 2, cut=0.0)
    for k in range(15):
        a, r = k * 2.399, 0.42 * (k / 15) ** 0.5
        size = np.array([w, d, h]) * f.rng.uniform(0.06, 0.13, 3)
        size[2] = h * f.rng.uniform(0.14, 0.26)
        z = h * max(0.0, 0.55 - r * 0.9)
        f.box(
            np.array([np.cos(a) * w * r, np.sin(a) * d * r, z]) - size * (1, 1, 0.2),
            np.array([np.cos(a) * w * r, np.sin(a) * d * r, z]) + size * (1, 1, 1.4),
            job.style.wall if k % 3 else "stone",
            0.02,
            shift=(f.rng.uniform(-0.05, 0.05) * w, f.rng.uniform(-0.05, 0.05) * d),
        )


@kind("cauldron")
def cauldron(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [
            (0.3, 0.12),
            (0.8, 0.25),
            (0.97, 0.5),
            (0.85, 0.82),
            (0.86, 0.9),
            (1, 0.95),
            (1, 1),
            (0.85, 0.98),
            (0.82, 0.84),
        ]
        * np.array([w / 2, h]),
        "dark metal",
        sides=14,
        squash=(1, d / w),
    )
    f.lathe(
        [(0.8, 0.8), (0.4, 0.83), (0, 0.84)] * np.array([w / 2, h]),
        "light leaf",
        sides=12,
        squash=(1, d / w),
    )
    for x, y, _ in ring_of(3, 0.32):
        f.rod(
            (x * w * 1.1, y * d * 1.1, 0),
            (x * w * 0.8, y * d * 0.8, h * 0.26),
            w * 0.05,
            "dark metal",
            6,
        )
    for side in (-1, 1):
        f.tube(
            [
                (side * w * 0.42, 0, h * 0.76),
                (side * w * 0.5, 0, h * 0.7),
                (side * w * 0.47, 0, h * 0.56),
            ],
            w * 0.025,
            "dark metal",
            5,
        )


@kind("coffin")
def coffin(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = s.body if s.wall == "wood" else "stone"
    shape = np.array(
        [(-0.3, -0.5), (0.3, -0.5), (0.5, -0.2), (0.32, 0.5), (-0.32, 0.5), (-0.5, -0.2)]
    ) * (w, d)
    f.prism(shape * 0.94, 0, h * 0.72, role, 2, 0.02)
    f.prism(shape, h * 0.72, h * 0.9, role, 2, 0.03)
    f.prism(shape * 0.8, h * 0.9, h * 0.96, role, 2, 0.02)
    f.box((-w * 0.05, -d * 0.3, h * 0.96), (w * 0.05, d * 0.3, h), s.trim, 0.006)
    f.box((-w * 0.2, -d * 0.15, h * 0.96), (w * 0.2, -d * 0.08, h), s.trim, 0.006)


@kind("suitcase")
def suitcase(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, h * 0.04), (w / 2, d / 2, h * 0.82), "leather", min(w, d) * 0.16)
    for x in (-w * 0.3, w * 0.3):
        f.box(
            (x - w * 0.04, -d * 0.505, h * 0.06),
            (x + w * 0.04, d * 0.505, h * 0.83),
            "dark wood",
            0.01,
        )
        f.block((x, 0, 0), (w * 0.1, d * 0.8, h * 0.06), "rubber", 0.006)
        f.rod((x * 0.5, 0, h * 0.8), (x * 0.5, 0, h * 0.98), 0.012, "metal", 5)
    f.rod((-w * 0.16, 0, h * 0.975), (w * 0.16, 0, h * 0.975), h * 0.025, "rubber", 6)


@kind("anvil")
def anvil(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe([(0.9, 0), (1, 0.05), (0.95, 0.55)] * np.array([min(w, d) / 2, h]), "wood", sides=10)
    f.block((0, 0, h * 0.55), (w * 0.5, d * 0.8, h * 0.1), "dark metal", 0.01, top=(0.7, 0.6))
    f.block((0, 0, h * 0.64), (w * 0.34, d * 0.44, h * 0.16), "dark metal", 0.01)
    f.block((0, 0, h * 0.8), (w * 0.62, d * 0.6, h * 0.2), "dark metal", 0.012)
    f.tube(
        [(w * 0.28, 0, h * 0.9), (w * 0.4, 0, h * 0.92), (w * 0.5, 0, h * 0.95)],
        [d * 0.2, d * 0.13, 0.0],
        "dark metal",
        8,
    )
    f.box((-w / 2, -d * 0.2, h * 0.86), (-w * 0.28, d * 0.2, h * 0.98), "dark metal", 0.01)
