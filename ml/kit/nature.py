"""Trees, bushes and other plants of the land."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .parts import Job, kind, ring_of


def trunk(
    f: Form, height: float, radius: float, lean: float = 0.06, role: str = "bark"
) -> np.ndarray:
    """Add a trunk, wider at the foot; return its top."""
    z = np.array([0, 0.06, 0.3, 0.65, 1.0])
    sway = np.cumsum(f.rng.normal(0, lean, (5, 2)), axis=0) * height * 0.25
    sway[:2] = 0  # the foot stands flat
    path = np.column_stack([sway, z * height])
    f.tube(path, np.array([1.7, 1.15, 0.95, 0.8, 0.55]) * radius, role, 8)
    return path[-1]


def crown(f: Form, middle: np.ndarray, radii: tuple, count: int, role: str, second: str) -> None:
    """Add a crown of a few masses of leaves."""
    radii = np.asarray(radii, float)
    f.blob(middle, radii * 0.72, role, 0.22, 2)
    for k in range(count):
        a, b = k * 2.399 + 0.5, f.rng.uniform(-0.55, 0.65)
        way = np.array([np.cos(a) * np.cos(b), np.sin(a) * np.cos(b), np.sin(b)])
        f.blob(
            middle + way * radii * 0.5,
            radii * f.rng.uniform(0.36, 0.5),
            second if k % 3 == 1 else role,
            0.25,
            2,
        )


@kind("tree")
def tree(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    top = trunk(f, h * 0.6, w * 0.06)
    for k in range(3):
        a = k * 2.1 + 0.3
        f.tube(
            [
                top * (1, 1, 0.62),
                top * (1, 1, 0.8) + (np.cos(a) * w * 0.14, np.sin(a) * d * 0.14, 0),
                top + (np.cos(a) * w * 0.26, np.sin(a) * d * 0.26, h * 0.05),
            ],
            [w * 0.035, w * 0.025, 0.01],
            "bark",
            5,
        )
    crown(f, top + (0, 0, h * 0.1), (w * 0.5, d * 0.5, h * 0.3), 6, "leaf", "light leaf")


@kind("cherry tree")
def cherry_tree(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    top = trunk(f, h * 0.5, w * 0.06, 0.14)
    for k in range(5):
        a = k * 1.26
        end = top + (np.cos(a) * w * 0.32, np.sin(a) * d * 0.32, h * f.rng.uniform(0.1, 0.24))
        f.tube(
            [top * (1, 1, 0.7), (top * (1, 1, 0.9) + end) / 2, end],
            [w * 0.035, w * 0.022, 0.01],
            "bark",
            5,
        )
        f.blob(end, (w * 0.2, d * 0.2, h * 0.13), "flower", 0.3, 2)
    f.blob(top + (0, 0, h * 0.3), (w * 0.3, d * 0.3, h * 0.18), "flower", 0.3, 2)


@kind("willow")
def willow(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    top = trunk(f, h * 0.7, w * 0.06, 0.1)
    f.blob(top + (0, 0, h * 0.1), (w * 0.36, d * 0.36, h * 0.2), "leaf", 0.2, 2)
    for x, y, a in ring_of(16, 0.42):
        r = f.rng.uniform(0.75, 1.05)
        low = h * f.rng.uniform(0.12, 0.35)
        f.tube(
            [
                top + (x * w * 0.5, y * d * 0.5, h * 0.16),
                (x * w * r, y * d * r, h * 0.62),
                (x * w * r * 1.08, y * d * r * 1.08, low),
            ],
            [w * 0.06, w * 0.05, 0.0],
            "light leaf" if int(a * 3) % 2 else "leaf",
            4,
            flat=0.5,
        )


@kind("pine")
def pine(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    trunk(f, h * 0.4, w * 0.045, 0.0)
    for k in range(5):
        low, r = 0.14 + 0.165 * k, 1.0 - 0.17 * k
        high = min(low + 0.3, 1.0) if k < 4 else 1.0
        angles = np.arange(10) * TAU / 10 + k
        jag = np.where(np.arange(10) % 2, 0.8, 1.0)
        ring = np.column_stack(
            [
                np.cos(angles) * w / 2 * r * jag,
                np.sin(angles) * d / 2 * r * jag,
                np.full(10, low * h) + np.where(np.arange(10) % 2, 0.03, 0) * h,
            ]
        )
        f.loft(
            [ring * (0.3, 0.3, 1) + (0, 0, h * 0.03), ring, np.tile([0, 0, high * h], (10, 1))],
            "leaf",
            smooth=False,
        )


@kind("palm")
def palm(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    z = np.linspace(0, 1, 7)
    path = np.column_stack([w * 0.06 * z**2, d * 0.03 * z**2, z * h * 0.86])
    path[1, :2] = path[0, :2]  # the foot stands flat
    f.tube(path, w * 0.055 * (1.3 - 0.5 * z), "bark", 8)
    top = path[-1]
    for k in range(9):
        a = k * TAU / 9 + 0.2
        t = np.linspace(0, 1, 6)
        reach, drop = (
            np.array([np.cos(a), np.sin(a)]),
            0.16 * h * np.sin(t * 2.2) - 0.26 * h * t**2.2,
        )
        spine = top + np.column_stack([np.outer(t, reach) * (w * 0.48, d * 0.48), drop])
        side = np.array([-reach[1], reach[0], 0.0])
        wide = (w * 0.09 * np.sin(np.pi * np.clip(t * 0.92 + 0.08, 0, 1)))[:, None]
        droop = np.array([0, 0, -1.0]) * wide * 0.7
        grid = np.stack([spine - side * wide + droop, spine, spine + side * wide + droop], axis=1)
        f.sheet(grid, "leaf" if k % 2 else "light leaf", 0.012, smooth=False)
    for k in range(3):
        f.blob(
            top + (np.cos(k * 2) * w * 0.06, np.sin(k * 2) * w * 0.06, -0.05 * h),
            w * 0.045,
            "wood",
            0,
            1,
        )


@kind("dead tree")
def dead_tree(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    top = trunk(f, h * 0.62, w * 0.07, 0.14)
    for k in range(7):
        a, z = k * 2.4, f.rng.uniform(0.45, 1.0)
        foot = top * (1, 1, z) * (z, z, 1)
        end = foot + (np.cos(a) * w * 0.4, np.sin(a) * d * 0.4, h * f.rng.uniform(0.14, 0.36))
        mid = (foot + end) / 2 + (0, 0, -h * 0.04)
        f.tube([foot, mid, end], [w * 0.035, w * 0.022, 0], "bark", 5)
        twig = mid + f.rng.normal(0, 1, 3) * (w * 0.12, d * 0.12, h * 0.02) + (0, 0, h * 0.16)
        f.tube([mid, twig], [w * 0.016, 0], "bark", 4)


@kind("giant mushroom")
def giant_mushroom(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    squash = (1, d / w)
    f.lathe(
        [(0.32, 0), (0.22, 0.1), (0.17, 0.4), (0.2, 0.6), (0.2, 0.68)] * np.array([w / 2, h]),
        "paper",
        squash=squash,
    )
    f.lathe(
        [(0.2, 0.6), (0.9, 0.58), (1, 0.62), (0.94, 0.76), (0.7, 0.9), (0.36, 0.98), (0, 1)]
        * np.array([w / 2, h]),
        "accent" if s.light != "neon" else s.light,
        sides=14,
        squash=squash,
    )
    for k in range(7):
        a, r = k * 2.4, 0.16 + 0.1 * (k % 3)
        z = h * (0.985 - (2 * r) ** 2.4 * 0.5)
        f.blob(
            (np.cos(a) * w * r, np.sin(a) * d * r, z), (w * 0.06, d * 0.06, h * 0.02), "paper", 0, 1
        )


@kind("stump")
def stump(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    angles = np.arange(10) * TAU / 10
    wave = 1 + 0.12 * np.sin(angles * 3 + 1) + 0.06 * f.rng.normal(size=10)
    rings = [
        np.column_stack(
            [
                np.cos(angles) * w / 2 * k * wave,
                np.sin(angles) * d / 2 * k * wave,
                np.full(10, z * h),
            ]
        )
        for k, z in ((1, 0), (0.8, 0.25), (0.72, 0.97))
    ]
    f.loft(rings, "bark")
    f.loft([rings[-1] * (0.96, 0.96, 1), rings[-1] * (0.94, 0.94, 1) + (0, 0, h * 0.03)], "wood")


@kind("bush")
def bush(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    crown(f, np.array([0, 0, h * 0.45]), (w * 0.5, d * 0.5, h * 0.55), 5, "leaf", "light leaf")
    f.flatten(h * 0.12)


@kind("hedge")
def hedge(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2 * 0.94, -d / 2 * 0.9, 0), (w / 2 * 0.94, d / 2 * 0.9, h * 0.95), "leaf", d * 0.12)
    for k in range(max(4, int(w / 0.4))):
        x = -w * 0.44 + 0.88 * w * (k + 0.5) / max(4, int(w / 0.4))
        f.blob(
            (x, (-1) ** k * d * 0.2, h * f.rng.uniform(0.4, 0.86)),
            (w * 0.12, d * 0.3, h * 0.13),
            "light leaf" if k % 3 == 0 else "leaf",
            0.3,
            1,
        )


def blades(
    f: Form, count: int, w: float, d: float, h: float, role: str, wide: float, bend=0.35
) -> None:
    """Add blades that bend outwards from a middle."""
    for k in range(count):
        a, r = k * 2.399, (k / count) ** 0.5
        reach = np.array([np.cos(a), np.sin(a)]) * (w / 2, d / 2)
        foot, tall = reach * 0.35 * r, h * f.rng.uniform(0.6, 1.0)
        path = [
            (*foot, 0),
            (*(foot + reach * bend * 0.3 * r), tall * 0.55),
            (*(foot + reach * bend * 1.6 * r), tall),
        ]
        f.tube(path, [wide * 0.7, wide, 0], role, 3, smooth=False, flat=0.4)


@kind("grass tuft")
def grass_tuft(job: Job) -> None:
    blades(job.form, 18, job.width, job.depth, job.height, "grass", job.width * 0.03)


@kind("flowers")
def flowers(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    blades(f, 10, w, d, h * 0.6, "leaf", w * 0.03, 0.5)
    for k in range(9):
        a, r = k * 2.399, 0.42 * (k / 9) ** 0.5
        x, y, z = np.cos(a) * w * r, np.sin(a) * d * r, h * f.rng.uniform(0.6, 0.94)
        f.rod((x * 0.7, y * 0.7, 0), (x, y, z), w * 0.012, "leaf", 3)
        f.lathe(
            [(0.0, 0), (0.07, 0.035), (0.075, 0.05), (0, 0.06)] * np.array([w, h]),
            ("flower", "accent", "paper")[k % 3],
            (x, y, z - 0.02),
            6,
        )


@kind("bamboo")
def bamboo(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(7):
        a, r = k * 2.399, 0.34 * (k / 7) ** 0.5
        foot = np.array([np.cos(a) * w * r, np.sin(a) * d * r])
        tall = h * f.rng.uniform(0.75, 1.0) if k else h
        joints = 7
        profile = []
        for j in range(joints):
            profile += [(1.15, j / joints), (1.0, j / joints + 0.015), (1.0, (j + 0.96) / joints)]
        f.lathe(profile * np.array([w * 0.035, tall]), "light leaf", (*foot, 0), 6)
        for j in range(3):
            b, z = a + j * 2, tall * (0.6 + 0.17 * j)
            reach = np.array([np.cos(b) * w * 0.22, np.sin(b) * d * 0.22])
            f.tube(
                [(*foot, z), (*(foot + reach * 0.6), z + h * 0.04), (*(foot + reach), z)],
                [0.005, w * 0.045, 0],
                "leaf",
                4,
                flat=0.25,
            )


@kind("cactus")
def cactus(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    ribs = {"sides": 12, "smooth": False}
    r = min(w, d) * 0.22
    f.lathe(
        [(0.9, 0), (1, 0.3), (0.95, 0.85), (0.6, 0.97), (0, 1)] * np.array([r, h]), "leaf", **ribs
    )
    for side, z, top in ((-1, 0.35, 0.75), (1, 0.5, 0.9)):
        x = side * (w / 2 - r * 0.6)
        f.tube(
            [(0, 0, h * z), (x * 0.8, 0, h * z), (x, 0, h * (z + 0.12)), (x, 0, h * top)],
            [r * 0.5, r * 0.55, r * 0.6, r * 0.4],
            "leaf",
            8,
        )
        f.blob((x, 0, h * top), r * 0.4, "flower", 0, 1)
