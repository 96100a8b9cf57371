"""Monuments, shelters and other single works that stand outdoors."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form
from .parts import Job, kind, planks, ring_of
from .structure import cap, column


@kind("statue")
def statue(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = "gold" if s.name in ("asian", "fantasy") else "stone"
    f.block((0, 0, 0), (w, d, h * 0.06), "stone", 0.03)
    f.block((0, 0, h * 0.06), (w * 0.84, d * 0.84, h * 0.2), "stone", 0.03, top=(0.92, 0.92))
    f.block((0, 0, h * 0.26), (w * 0.92, d * 0.92, h * 0.04), "stone", 0.02)
    # A robed figure, arms before the chest.
    body = h * 0.7
    f.lathe(
        [
            (0.34, 0),
            (0.36, 0.04),
            (0.26, 0.3),
            (0.22, 0.48),
            (0.28, 0.62),
            (0.3, 0.72),
            (0.12, 0.8),
            (0.08, 0.83),
        ]
        * np.array([w, body]),
        role,
        (0, 0, h * 0.3),
        12,
        squash=(1, 0.72 * d / w),
    )
    for k in range(5):
        a = TAU * (0.12 + 0.065 * k)
        f.tube(
            [
                (np.cos(a) * w * 0.34, np.sin(a) * d * 0.26, h * 0.3),
                (np.cos(a) * w * 0.22, np.sin(a) * d * 0.17, h * 0.6),
            ],
            [0.05 * w, 0.02 * w],
            role,
            5,
        )
    f.blob((0, 0.0, h * 0.3 + body * 0.9), (w * 0.11, d * 0.12, body * 0.1), role, 0, 2, True)
    for side in (-1, 1):
        f.tube(
            [
                (side * w * 0.27, 0, h * 0.3 + body * 0.72),
                (side * w * 0.32, d * 0.1, h * 0.3 + body * 0.54),
                (side * w * 0.06, d * 0.26, h * 0.3 + body * 0.56),
            ],
            [w * 0.075, w * 0.06, w * 0.04],
            role,
            7,
        )
    f.lathe(
        [(0.11, 0.95), (0.13, 0.96), (0.05, 0.99), (0, 1.0)] * np.array([w, body]),
        s.trim,
        (0, 0, h * 0.3),
        10,
    )


@kind("fountain")
def fountain(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r, squash = np.array([w / 2, h]), (1, d / w)
    f.lathe(
        [
            (1, 0),
            (1, 0.04),
            (0.94, 0.06),
            (0.94, 0.2),
            (1, 0.22),
            (1, 0.26),
            (0.86, 0.26),
            (0.86, 0.14),
        ]
        * r,
        "stone",
        sides=20,
        squash=squash,
    )
    f.lathe([(0.87, 0.18), (0.4, 0.185), (0, 0.19)] * r, "water", sides=20, squash=squash)
    f.lathe(
        [(0.2, 0.1), (0.14, 0.3), (0.1, 0.46), (0.46, 0.56), (0.5, 0.6), (0.44, 0.6), (0.12, 0.54)]
        * r,
        "stone",
        sides=16,
        squash=squash,
    )
    f.lathe([(0.44, 0.575), (0, 0.585)] * r, "water", sides=16, squash=squash)
    f.lathe(
        [(0.08, 0.54), (0.06, 0.74), (0.24, 0.82), (0.26, 0.85), (0.06, 0.83), (0.05, 0.92), (0, 1)]
        * r,
        "stone",
        sides=12,
        squash=squash,
    )
    for x, y, _ in ring_of(8, 1.0):
        f.tube(
            [
                (x * w * 0.23, y * d * 0.23, h * 0.57),
                (x * w * 0.29, y * d * 0.29, h * 0.5),
                (x * w * 0.33, y * d * 0.33, h * 0.2),
            ],
            w * 0.008,
            "water",
            4,
        )


@kind("well")
def well(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.lathe(
        [(0.84, 0), (0.84, 0.32), (0.9, 0.33), (0.9, 0.38), (0.66, 0.38), (0.66, 0.2)]
        * np.array([w / 2, h]),
        "stone",
        sides=14,
        squash=(1, d / w),
        smooth=False,
    )
    f.lathe([(0.67, 0.22), (0, 0.23)] * np.array([w / 2, h]), "water", sides=14)
    for side in (-1, 1):
        f.block((side * w * 0.38, 0, h * 0.2), (0.1, 0.1, h * 0.6), "dark wood", 0.01)
    f.rod((-w * 0.44, 0, h * 0.64), (w * 0.44, 0, h * 0.64), 0.05, "wood", 8)
    f.rod((0, 0, h * 0.64), (0, 0, h * 0.48), 0.012, "leather", 4)
    f.lathe([(0.8, 0), (1, 1), (0.8, 0.9)] * np.array([0.12, 0.2]), "wood", (0, 0, h * 0.4), 9)
    cap(
        Job(
            f,
            w,
            d,
            h,
            s
            if s.top in ("gable", "pagoda", "hip")
            else s.__class__(**{**s.__dict__, "top": "gable"}),
        ),
        w,
        d,
        h * 0.78,
        h,
    )


@kind("tombstone")
def tombstone(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.12), "stone", 0.02)
    shape = np.concatenate(
        [
            [(-0.42, 0.1), (0.42, 0.1)],
            np.column_stack(
                [
                    np.cos(np.linspace(0, np.pi, 9)) * 0.42,
                    0.7 + np.sin(np.linspace(0, np.pi, 9)) * 0.3,
                ]
            ),
        ]
    )
    f.prism(shape * (w, h), -d * 0.3, d * 0.3, "stone", 1, 0.015)
    f.box((-w * 0.05, d * 0.3, h * 0.56), (w * 0.05, d * 0.36, h * 0.86), "dark stone")
    f.box((-w * 0.16, d * 0.3, h * 0.72), (w * 0.16, d * 0.36, h * 0.78), "dark stone")
    for z in (0.3, 0.4):
        f.box((-w * 0.28, d * 0.3, h * z), (w * 0.28, d * 0.33, h * z + 0.02), "dark stone")


@kind("obelisk")
def obelisk(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w, d, h * 0.06), "stone", 0.03)
    f.block(
        (0, 0, h * 0.06),
        (w * 0.7, d * 0.7, h * 0.84),
        "dark stone" if s.strips else "stone",
        0.03,
        top=(0.66, 0.66),
    )
    f.block(
        (0, 0, h * 0.9),
        (w * 0.46, d * 0.46, h * 0.1),
        s.trim if s.trim != "paint" else "gold",
        top=(0.02, 0.02),
    )
    for z in np.linspace(0.16, 0.8, 7):
        k = 0.35 - 0.12 * (z - 0.06) / 0.84
        f.box(
            (-w * k * 0.5, d * k - 0.02, h * z),
            (w * k * 0.5, d * k + 0.01, h * z + h * 0.03),
            s.light if s.strips else "dark stone",
        )


@kind("shrine")
def shrine(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w * 0.9, d * 0.9, h * 0.18), "stone", 0.04)
    f.block((0, 0, h * 0.18), (w * 0.7, d * 0.7, h * 0.07), "stone", 0.03)
    f.block((0, -d * 0.06, h * 0.25), (w * 0.54, d * 0.46, h * 0.38), s.wall, 0.02)
    for sx in (-1, 1):
        f.rod(
            (sx * w * 0.3, d * 0.26, h * 0.25), (sx * w * 0.3, d * 0.26, h * 0.64), 0.05, s.frame, 8
        )
        f.box(
            (sx * w * 0.1 - w * 0.08, d * 0.17, h * 0.3),
            (sx * w * 0.1 + w * 0.08, d * 0.19, h * 0.58),
            s.body,
        )
        f.block((sx * w * 0.3, d * 0.34, h * 0.44), (0.1, 0.1, 0.16), s.light, 0.02)
    cap(job, w, d, h * 0.62, h)


@kind("sundial")
def sundial(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    squash = (1, d / w)
    f.lathe(
        [(0.8, 0), (0.8, 0.06), (0.5, 0.12), (0.3, 0.3), (0.34, 0.5), (0.28, 0.7), (0.5, 0.8)]
        * np.array([w / 2, h]),
        "stone",
        squash=squash,
    )
    f.lathe(
        [(0.95, 0.8), (1, 0.83), (1, 0.87), (0.9, 0.88)] * np.array([w / 2, h]),
        "stone",
        sides=16,
        squash=squash,
    )
    f.prism(np.array([(-0.3, 0.88), (0.26, 0.88), (-0.3, 1.0)]) * (d, h), -0.012, 0.012, "gold", 0)
    for x, y, a in ring_of(12, 0.4):
        f.block((x * w, y * d, h * 0.875), (0.03, 0.03, h * 0.012), "gold")
        del a


@kind("cross")
def cross(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    f.block((0, 0, 0), (w * 0.56, d, h * 0.1), "stone", 0.03)
    f.block((0, 0, h * 0.1), (w * 0.2, d * 0.6, h * 0.9), "stone", 0.025)
    f.box((-w / 2, -d * 0.29, h * 0.64), (w / 2, d * 0.29, h * 0.76), "stone", 0.025)
    a = np.linspace(0, TAU, 17)
    f.tube(
        np.column_stack([np.cos(a) * w * 0.3, np.zeros(17), h * 0.7 + np.sin(a) * w * 0.3]),
        w * 0.05,
        "stone",
        5,
    )


@kind("dragon")
def dragon(job: Job) -> None:
    # It lies in a curve, its head towards the front.
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    colours = {"asian": ("accent", "gold"), "underwater": ("coral 2", "shell")}
    role, belly = colours.get(s.name, ("leaf", "sand"))
    t = np.linspace(0, 1, 22)
    x = np.sin(t * 2.4 * np.pi) * w * 0.36 * (1 - t * 0.7)
    y = (t - 0.5) * d * 0.86
    z = h * (0.14 + 0.1 * np.abs(np.sin(t * 6)) + 0.58 * np.clip((t - 0.72) / 0.28, 0, 1) ** 1.3)
    r = w * 0.13 * np.sin(np.pi * np.clip(t * 0.86 + 0.06, 0, 1)) ** 0.7 + 0.02
    r[0] = 0
    path = np.column_stack([x, y, z])
    f.tube(path, r, role, 10)
    for k in range(2, 21):
        top = path[k] + (0, -0.1, r[k] + h * 0.09)
        f.tube([path[k] + (0, 0, r[k] * 0.7), top], [0.07, 0.0], belly, 4, smooth=False)
    head = path[-1]
    for low, high, bevel, what in (
        ((-0.1, -0.02, -0.06), (0.1, 0.14, 0.09), 0.06, role),
        ((-0.065, 0.1, -0.05), (0.065, 0.3, 0.03), 0.03, role),
        ((-0.055, 0.1, -0.09), (0.055, 0.26, -0.055), 0.015, belly),
    ):
        f.box(head + np.array(low) * w, head + np.array(high) * w, what, bevel * w, top=(0.8, 0.9))
    for side in (-1, 1):
        _dragon_side(job, side, path, r, (role, belly))


def _dragon_side(job: Job, side: int, path: np.ndarray, r: np.ndarray, roles: tuple) -> None:
    """Add one side's horn, eye, legs and wing."""
    f, w, d, h = job.form, job.width, job.depth, job.height
    (role, belly), head = roles, path[-1]
    horn = np.array([(0.06, 0.0, 0.08), (0.1, -0.1, 0.14), (0.09, -0.2, 0.22)]) * (side * w, w, w)
    f.tube(head + horn, [0.03 * w, 0.02 * w, 0], "bone", 6)
    f.blob(head + np.array((side * 0.075, 0.1, 0.06)) * w, 0.022 * w, "fire", 0, 1, True)
    for k in (7, 14):
        foot = path[k] + (side * w * 0.2, w * 0.08, 0)
        knee = (foot + path[k]) / 2 + (side * w * 0.04, 0, 0.04 * h)
        f.tube([path[k], knee, (*foot[:2], 0.03)], np.array([0.6, 0.4, 0.3]) * r[k], role, 7)
        f.block((foot[0], foot[1] + 0.06 * w, 0), (0.1 * w, 0.16 * w, 0.05 * h), belly, 0.02)
    root = path[13] + (side * r[13] * 0.6, 0, r[13] * 0.5)
    tips = [(0.1, 0.1, 0.62), (0.32, -0.06, 0.7), (0.42, -0.24, 0.34), (0.3, -0.3, 0.2)]
    tips = root * (0, 1, 0) + np.array(tips) * (side * w, d, h)
    for a, b in zip(tips[:-1], tips[1:], strict=True):
        skin = np.array([root, a, b])
        f.add([*skin, *(skin - (0, 0.02, 0.02))], [(0, 1, 2), (5, 4, 3)], belly)
    for tip in tips[:-1]:
        f.tube([root, tip], [0.03 * w, 0.012 * w], role, 5)


@kind("tent")
def tent(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = s.cloth if s.ornate > 0.35 else "light cloth"
    for side in (-1, 1):
        quad = np.array(
            [
                (side * w / 2, -d / 2, 0),
                (side * w / 2, d / 2, 0),
                (0, d * 0.46, h * 0.97),
                (0, -d * 0.46, h * 0.97),
            ]
        )
        grid = np.array(
            [
                [
                    quad[0]
                    + (quad[3] - quad[0]) * u
                    + ((quad[1] - quad[0]) + ((quad[2] - quad[3]) - (quad[1] - quad[0])) * u) * v
                    - np.array([side * 0.06 * w * np.sin(u * np.pi), 0, 0])
                    for v in (0, 0.5, 1)
                ]
                for u in np.linspace(0, 1, 5)
            ]
        )
        f.sheet(grid if side < 0 else grid[:, ::-1], role, 0.02)
        f.prism(
            [(side * w / 2 * 0.98, 0.01), (side * w * 0.12, 0.01), (side * 0.02, h * 0.93)],
            d * 0.44,
            d * 0.46,
            role,
            1,
        )
    f.prism(
        [(-w / 2 * 0.98, 0.01), (w / 2 * 0.98, 0.01), (0, h * 0.95)], -d * 0.46, -d * 0.44, role, 1
    )
    for y in (-d * 0.47, d * 0.47):
        f.rod((0, y, 0), (0, y, h), 0.03, "wood", 6)
    f.rod((0, -d * 0.48, h * 0.975), (0, d * 0.48, h * 0.975), 0.03, "wood", 6)


@kind("pavilion")
def pavilion(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    base, top = h * 0.07, h * 0.62
    f.block((0, 0, 0), (w * 0.92, d * 0.92, base), "stone" if s.floor != "wood" else "wood", 0.04)
    for sx in (-1, 1):
        for sy in (-1, 1):
            one = Form(f.rng)
            column(Job(one, w * 0.07, w * 0.07, top - base, s))
            f.join(one, (sx * w * 0.39, sy * d * 0.39, base))
    f.box((-w * 0.43, -d * 0.43, top), (w * 0.43, d * 0.43, top + h * 0.05), s.frame, 0.03)
    cap(job, w, d, top + h * 0.04, h)


@kind("tarp")
def tarp(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for sx in (-1, 1):
        f.rod((sx * w * 0.48, d * 0.47, 0), (sx * w * 0.48, d * 0.47, h * 0.74), 0.035, "wood", 6)
        f.rod((sx * w * 0.48, -d * 0.47, 0), (sx * w * 0.48, -d * 0.47, h), 0.035, "wood", 6)
    u = np.linspace(-1, 1, 7)
    grid = np.array(
        [
            [
                (
                    a * w / 2,
                    -d / 2 + (b + 1) / 2 * d,
                    h * (0.86 - 0.12 * b) - 0.12 * (1 - a * a) * (1 - b * b) * h,
                )
                for b in u
            ]
            for a in u
        ]
    )
    f.sheet(grid, s.cloth, 0.015)


@kind("boathouse")
def boathouse(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    wall = h * 0.62
    for side in (-1, 1):
        planks(
            f,
            (side * w * 0.44 - 0.05, -d * 0.46, 0),
            (side * w * 0.44 + 0.05, d * 0.46, wall),
            max(4, int(d / 0.7)),
            "wood",
            1,
        )
    planks(
        f, (-w * 0.44, -d * 0.46, 0), (w * 0.44, -d * 0.44, wall), max(4, int(w / 0.7)), "wood", 0
    )
    f.box((-w * 0.44, d * 0.44, wall * 0.8), (w * 0.44, d * 0.47, wall), "dark wood", 0.02)
    for sx in (-1, 1):
        planks(
            f,
            (min(sx * w * 0.44, sx * w * 0.26), d * 0.44, 0),
            (max(sx * w * 0.44, sx * w * 0.26), d * 0.46, wall),
            3,
            "wood",
            0,
        )
        f.block((sx * w * 0.26, d * 0.46, 0), (0.14, 0.1, wall), "dark wood", 0.01)
    plain = s if s.top in ("gable", "pagoda") else s.__class__(**{**s.__dict__, "top": "gable"})
    turned = Form(f.rng)
    cap(Job(turned, d, w, h, plain), d, w, wall - 0.02, h)
    f.join(turned, turn=TAU / 4)
