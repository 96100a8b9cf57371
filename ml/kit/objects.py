"""Small things that stand on tops."""

from __future__ import annotations

import numpy as np

from .form import Form
from .parts import Job, cushion, kind, ring_of

COVERS = ("accent", "cloth", "leather", "paint", "dark wood")


@kind("book")
def book(job: Job) -> None:
    volume(job, (0, 0, 0), (job.width, job.depth, job.height), str(job.form.rng.choice(COVERS)))


def volume(job: Job, at: tuple, size: tuple, cover: str, turn: float = 0.0) -> None:
    """Add one lying book: pages between two covers and a back."""
    one, (w, d, h) = Form(job.form.rng), size
    t = min(h * 0.16, 0.008)
    one.box((-w / 2, -d / 2, 0), (w / 2, d / 2, t), cover)
    one.box((-w / 2, -d / 2, h - t), (w / 2, d / 2, h), cover)
    one.box((-w / 2, -d / 2, t), (-w / 2 + t, d / 2, h - t), cover)
    one.box((-w / 2 + t, -d / 2 + t, t), (w / 2 - t, d / 2 - t, h - t), "paper")
    job.form.join(one, at, turn)


@kind("book stack")
def book_stack(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    parts = f.rng.uniform(0.7, 1.3, 5)
    levels = np.concatenate([[0], np.cumsum(parts / parts.sum() * h)])
    for k in range(5):
        size = (
            w * f.rng.uniform(0.78, 0.94),
            d * f.rng.uniform(0.78, 0.94),
            levels[k + 1] - levels[k],
        )
        volume(job, (0, 0, levels[k]), size, COVERS[k], f.rng.uniform(-0.12, 0.12))


@kind("laptop")
def laptop(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.box((-w / 2, -d * 0.34, 0), (w / 2, d / 2, 0.018), "metal", 0.004)
    f.box((-w * 0.44, -d * 0.24, 0.018), (w * 0.44, d * 0.18, 0.022), "rubber")
    f.prism(
        [(-d * 0.34, 0.012), (-d * 0.31, 0.012), (-d * 0.46, h), (-d * 0.5, h)],
        -w / 2,
        w / 2,
        "metal",
        0,
    )
    f.prism(
        [(-d * 0.315, 0.03), (-d * 0.3, 0.03), (-d * 0.445, h * 0.97), (-d * 0.46, h * 0.97)],
        -w * 0.46,
        w * 0.46,
        "screen",
        0,
    )


@kind("monitor")
def monitor(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w * 0.4, d, 0.015), "dark metal", 0.005)
    f.rod((0, -d * 0.1, 0.01), (0, -d * 0.1, h * 0.4), 0.02, "metal")
    f.box((-w / 2, -d * 0.14, h * 0.2), (w / 2, d * 0.06, h), "rubber", 0.01)
    f.box((-w * 0.47, d * 0.06, h * 0.24), (w * 0.47, d * 0.08, h * 0.97), "screen")


@kind("television")
def television(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x in (-w * 0.3, w * 0.3):
        f.block((x, 0, 0), (0.04, d, 0.02), "dark metal", 0.006)
        f.block((x, 0, 0.015), (0.03, d * 0.2, h * 0.1), "dark metal")
    f.box((-w / 2, -d * 0.15, h * 0.08), (w / 2, d * 0.12, h), "rubber", 0.012)
    f.box((-w * 0.485, d * 0.12, h * 0.11), (w * 0.485, d * 0.14, h * 0.98), "screen")


@kind("cup")
def cup(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.7, 0), (0.95, 0.2), (1, 1), (0.88, 0.98), (0.8, 0.3), (0, 0.28)]
        * np.array([w * 0.4, h]),
        "ceramic",
        (-w * 0.08, 0, 0),
        10,
        squash=(1, d / w),
    )
    f.tube(
        [
            (w * 0.28, 0, h * 0.8),
            (w * 0.48, 0, h * 0.7),
            (w * 0.48, 0, h * 0.4),
            (w * 0.26, 0, h * 0.25),
        ],
        w * 0.05,
        "ceramic",
        5,
    )


@kind("bowl")
def bowl(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.45, 0), (0.45, 0.1), (0.85, 0.45), (1, 0.85), (0.94, 0.84), (0.7, 0.45), (0, 0.3)]
        * np.array([w / 2, h]),
        "ceramic",
        sides=14,
        squash=(1, d / w),
    )
    for x, y, _ in ring_of(4, 0.2):
        f.blob(
            (x * w, y * d, h * 0.66),
            (w * 0.18, d * 0.18, h * 0.34),
            ("food", "accent")[int(x > 0)],
            0.05,
            1,
            True,
        )


@kind("plate")
def plate(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(0.5, 0), (0.6, 0.15), (1, 0.9), (0.97, 1), (0.6, 0.45), (0, 0.4)] * np.array([w / 2, h]),
        "ceramic",
        sides=16,
        squash=(1, d / w),
    )


@kind("bottle")
def bottle(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [
            (0.9, 0),
            (1, 0.04),
            (1, 0.55),
            (0.75, 0.68),
            (0.34, 0.78),
            (0.32, 0.95),
            (0.4, 0.96),
            (0.4, 1),
        ]
        * np.array([w / 2, h]),
        "glass",
        sides=10,
        squash=(1, d / w),
    )
    f.lathe(
        [(1.02, 0.2), (1.02, 0.46)] * np.array([w / 2, h]), "paper", sides=10, squash=(1, d / w)
    )


@kind("vase")
def vase(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = np.array([w / 2, h * 0.62])
    f.lathe(
        [(0.45, 0), (0.5, 0.04), (0.78, 0.4), (0.6, 0.75), (0.4, 0.88), (0.52, 1), (0.4, 0.98)] * r,
        "ceramic",
        sides=12,
        squash=(1, d / w),
    )
    for k in range(7):
        a, z = k * 2.4, h * f.rng.uniform(0.8, 0.94)
        x, y = np.cos(a) * w * 0.34, np.sin(a) * d * 0.34
        f.rod((0, 0, h * 0.5), (x, y, z), w * 0.018, "leaf", 3)
        f.blob((x, y, z), (w * 0.14, d * 0.14, h * 0.07), "flower" if k % 3 else "accent", 0.2, 1)


@kind("clock")
def clock(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for x in (-w * 0.25, w * 0.25):
        f.rod((x, 0, 0), (x * 0.8, 0, h * 0.2), w * 0.04, "metal")
        f.blob((x, 0, h * 0.9), w * 0.13, "gold", 0, 1)
    dial(job, (0, -d * 0.4, h * 0.5), min(w, h) * 0.44, d * 0.8)


def dial(job: Job, at: tuple, radius: float, deep: float) -> None:
    """Add a clock face towards +Y with its hands; `at` is the middle of its back."""
    f = job.form
    x, y, z = at
    for r, y0, y1, role in ((1.0, 0, 0.8, job.style.frame), (0.85, 0.8, 0.86, "paper")):
        f.tube([(x, y + deep * y0, z), (x, y + deep * y1, z)], radius * r, role, 16, smooth=False)
    for a, length in ((0.6, 0.45), (2.6, 0.7)):
        tip = (x + np.sin(a) * radius * length, y + deep * 0.93, z + np.cos(a) * radius * length)
        f.rod((x, y + deep * 0.93, z), tip, min(radius * 0.04, deep * 0.07), "rubber", 4)


@kind("small box")
def small_box(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, h * 0.68), s.body, 0.006)
    f.box((-w / 2, -d / 2, h * 0.7), (w / 2, d / 2, h), s.body, 0.008)
    for x in (-w * 0.34, w * 0.34):
        f.box((x - w * 0.04, -d / 2, 0.0), (x + w * 0.04, d / 2, h), s.trim)
    f.block((0, d * 0.48, h * 0.58), (w * 0.12, d * 0.04, h * 0.2), "gold", 0.003)


@kind("picture frame")
def picture_frame(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    lean = [(d * 0.3, 0), (d * 0.44, 0), (d * 0.06, h), (-d * 0.06, h)]
    f.prism(lean, -w / 2, w / 2, s.frame, 0, 0.004)
    f.prism(
        [(d * 0.42, h * 0.1), (d * 0.45, h * 0.1), (d * 0.12, h * 0.9), (d * 0.09, h * 0.9)],
        -w * 0.4,
        w * 0.4,
        "paper",
        0,
    )
    f.prism(
        [(-d / 2, 0), (-d * 0.44, 0), (d * 0.02, h * 0.7), (-d * 0.02, h * 0.7)],
        -w * 0.06,
        w * 0.06,
        s.frame,
        0,
    )


@kind("toy")
def toy(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    soft = "leather"
    f.blob((0, 0, h * 0.3), (w * 0.32, d * 0.34, h * 0.3), soft, 0, 2, True)
    f.blob((0, d * 0.04, h * 0.7), (w * 0.28, d * 0.34, h * 0.2), soft, 0, 2, True)
    f.blob((0, d * 0.36, h * 0.66), (w * 0.11, d * 0.13, h * 0.08), "paper", 0, 1, True)
    for side in (-1, 1):
        f.blob((side * w * 0.24, 0, h * 0.9), (w * 0.1, d * 0.08, h * 0.1), soft, 0, 1, True)
        f.blob((side * w * 0.38, d * 0.1, h * 0.4), (w * 0.12, d * 0.2, h * 0.1), soft, 0, 1, True)
        f.blob((side * w * 0.24, d * 0.32, h * 0.1), (w * 0.12, d * 0.2, h * 0.1), soft, 0, 1, True)
        f.blob((side * w * 0.1, d * 0.32, h * 0.76), w * 0.025, "rubber", 0, 1)


@kind("phone")
def phone(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.prism(
        [(-d / 2, 0), (d / 2, 0), (d / 2, h * 0.25), (-d * 0.2, h * 0.6), (-d / 2, h * 0.6)],
        -w / 2,
        w / 2,
        "rubber",
        0,
        0.006,
    )
    f.tube(
        [
            (-w * 0.5, -d * 0.3, h * 0.7),
            (-w * 0.42, -d * 0.3, h * 0.95),
            (w * 0.42, -d * 0.3, h * 0.95),
            (w * 0.5, -d * 0.3, h * 0.7),
        ],
        h * 0.14,
        "rubber",
        6,
    )
    for i in range(3):
        for j in range(3):
            f.block(
                ((i - 1) * w * 0.2, d * (0.3 - 0.14 * j), h * (0.3 + 0.13 * j)),
                (w * 0.1, d * 0.08, h * 0.06),
                "paper",
            )


@kind("pot")
def pot(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = min(w * 0.4, d * 0.5)
    f.lathe(
        [
            (0.9, 0),
            (1, 0.08),
            (1, 0.7),
            (1.04, 0.74),
            (0.6, 0.86),
            (0.12, 0.88),
            (0.1, 0.95),
            (0.14, 1),
        ]
        * np.array([r, h]),
        "metal",
        sides=14,
    )
    for side in (-1, 1):
        f.tube(
            [
                (side * r * 0.95, -r * 0.3, h * 0.55),
                (side * w / 2, -r * 0.2, h * 0.6),
                (side * w / 2, r * 0.2, h * 0.6),
                (side * r * 0.95, r * 0.3, h * 0.55),
            ],
            h * 0.05,
            "dark metal",
            5,
        )


@kind("food")
def food(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.12), "wood", h * 0.04)
    f.blob((-w * 0.14, 0, h * 0.5), (w * 0.3, d * 0.26, h * 0.46), "food", 0.1, 2, True, cut=-0.8)
    for k in range(3):
        f.blob(
            (w * 0.3, d * (k - 1) * 0.28, h * 0.34),
            h * 0.22,
            ("accent", "light leaf", "accent")[k],
            0,
            1,
            True,
        )


@kind("globe")
def globe(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe(
        [(0.7, 0), (0.66, 0.05), (0.2, 0.1), (0.12, 0.26)] * np.array([w / 2, h]), s.frame, sides=12
    )
    f.blob((0, 0, h * 0.6), (w * 0.4, d * 0.4, h * 0.34), "water", 0, 3, True)
    f.blob((w * 0.08, d * 0.1, h * 0.64), (w * 0.36, d * 0.34, h * 0.28), "leaf", 0.3, 2)
    a = np.linspace(-1.5, 1.5, 9)
    f.tube(
        np.column_stack([np.cos(a) * w * 0.48, np.zeros(9), h * 0.6 + np.sin(a) * h * 0.4]),
        w * 0.02,
        "gold",
        5,
    )


@kind("microscope")
def microscope(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.08), "dark metal", 0.008)
    f.tube(
        [(0, -d * 0.36, h * 0.06), (0, -d * 0.42, h * 0.45), (0, -d * 0.1, h * 0.7)],
        w * 0.12,
        "paint",
        8,
    )
    f.rod((0, d * 0.1, h * 0.36), (0, -d * 0.12, h), w * 0.13, "rubber", 10)
    f.block((0, d * 0.12, h * 0.28), (w * 0.6, d * 0.4, h * 0.04), "metal")


@kind("papers")
def papers(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    for k in range(4):
        turn = f.rng.uniform(-0.3, 0.3)
        c, s = np.cos(turn), np.sin(turn)
        outline = np.array([(-0.34, -0.36), (0.34, -0.36), (0.34, 0.36), (-0.34, 0.36)]) * (w, d)
        f.prism(outline @ np.array([[c, s], [-s, c]]), h * k / 4, h * (k + 0.8) / 4, "paper", 2)


@kind("hologram")
def hologram(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.lathe(
        [(1, 0), (0.95, 0.1), (0.6, 0.16), (0.5, 0.15)] * np.array([w / 2, h]),
        "dark metal",
        sides=12,
        squash=(1, d / w),
        smooth=False,
    )
    f.lathe(
        [(0.62, 0.1), (0.7, 0.13), (0.62, 0.165)] * np.array([w / 2, h]),
        "neon",
        sides=12,
        squash=(1, d / w),
    )
    f.blob((0, 0, h * 0.62), (w * 0.26, d * 0.26, h * 0.24), "neon", 0, 2)
    for z, r in ((0.62, 0.48), (0.86, 0.3), (0.38, 0.34)):
        f.lathe(
            [(r, z), (r + 0.02, z + 0.012), (r, z + 0.024)] * np.array([w, h]),
            "neon",
            sides=18,
            squash=(1, d / w),
        )
    f.rod((0, 0, h * 0.15), (0, 0, h), 0.006, "neon", 4)


@kind("cushion")
def floor_cushion(job: Job) -> None:
    w, d, h = job.width, job.depth, job.height
    cushion(job.form, (-w / 2, -d / 2, 0), (w / 2, d / 2, h), job.style.cloth)
    job.form.blob((0, 0, h * 0.97), (0.03, 0.03, h * 0.03), "gold", 0, 1)


@kind("aquarium")
def aquarium(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.48), s.body, 0.015)
    f.box((-w * 0.48, -d * 0.46, h * 0.48), (w * 0.48, d * 0.46, h * 0.54), "sand")
    f.box((-w * 0.48, -d * 0.46, h * 0.54), (w * 0.48, d * 0.46, h * 0.93), "water")
    f.block((0, 0, h * 0.94), (w, d, h * 0.06), "dark metal", 0.01)
    for k in range(3):  # fish press against the pane, for the pane hides what is behind
        x, z = (k - 1) * w * 0.27, h * (0.62 + 0.1 * (k % 2))
        f.blob(
            (x, d * 0.465, z),
            (w * 0.06, d * 0.03, h * 0.04),
            ("accent", "gold", "neon 2")[k],
            0,
            1,
            True,
        )
    for sx in (-1, 1):
        for sy in (-1, 1):
            f.block(
                (sx * w * 0.485, sy * d * 0.465, h * 0.48),
                (w * 0.03, d * 0.07, h * 0.48),
                "dark metal",
            )


@kind("plant pot")
def plant_pot(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe(
        [(0.6, 0), (0.78, 0.3), (0.86, 0.32), (0.86, 0.36), (0.74, 0.36), (0.7, 0.33), (0, 0.33)]
        * np.array([w * 0.42, h]),
        "ceramic" if s.ornate < 0.5 else s.trim,
        sides=12,
        squash=(1, d / w),
    )
    for k in range(11):
        a, r = k * 2.399, 0.5 * ((k + 1) / 11) ** 0.5
        x, y, top = np.cos(a) * r, np.sin(a) * r, h * (1.0 - 0.45 * r * f.rng.uniform(0.5, 1.5))
        f.tube(
            [
                (0, 0, h * 0.32),
                (x * w * 0.5, y * d * 0.5, h * 0.36 + (top - h * 0.36) * 0.7),
                (x * w, y * d, top),
            ],
            [w * 0.015, w * 0.1, 0],
            "leaf" if k % 3 else "light leaf",
            4,
            smooth=False,
            flat=0.2,
        )


@kind("treasure")
def treasure(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.blob((0, 0, 0), (w / 2, d / 2, h * 0.7), "gold", 0.12, 3, cut=0.0)
    for k in range(16):
        a, r = k * 2.399, 0.42 * (k / 16) ** 0.5
        z = h * 0.66 * np.sqrt(max(0.0, 1 - (2 * r) ** 2))
        f.lathe(
            [(1, 0), (1, 0.3), (0.8, 0.35)] * np.array([w * 0.05, w * 0.05]),
            "gold",
            (np.cos(a) * w * r, np.sin(a) * d * r, z),
            8,
            smooth=False,
        )
    f.lathe(
        [(0.1, 0), (0.05, 0.2), (0.16, 0.5), (0.2, 1), (0.17, 0.98)] * np.array([w * 0.5, h * 0.5]),
        "gold",
        (w * 0.12, 0, h * 0.5),
        10,
    )
    for k, role in enumerate(("crystal", "accent", "neon")):
        f.blob(
            (np.cos(k * 2) * w * 0.24, np.sin(k * 2) * d * 0.24, h * 0.58), w * 0.045, role, 0, 1
        )
