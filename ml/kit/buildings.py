"""Buildings, from a house to a castle."""

from __future__ import annotations

import numpy as np

from .form import TAU, Form, arc
from .parts import Job, band, kind, opening, ring_of
from .structure import cap, stairs, tower


def windows(
    job: Job, w: float, d: float, low: float, high: float, rows: int, lit: float = 0.3
) -> None:
    """Put framed windows on the four sides of a block."""
    f, s = job.form, job.style
    for j in range(rows):
        z, tall = low + (high - low) * (j + 0.3) / rows, (high - low) / rows * 0.46
        for side, length, reach, turn in (
            (1, w, d / 2, 0),
            (-1, w, d / 2, 0),
            (1, d, w / 2, 1),
            (-1, d, w / 2, 1),
        ):
            count = max(1, int(length / 2.2))
            for i in range(count):
                u, half = ((i + 0.5) / count - 0.5) * length * 0.9, min(0.5, length / count * 0.3)
                role = s.light if f.rng.random() < lit else "glass"
                for grow, out, what in ((1.25, 0.03, s.trim), (1.0, 0.05, role)):
                    a, b = (
                        np.array([u - half * grow, reach * side - out, z - (grow - 1) * 0.3]),
                        np.array(
                            [u + half * grow, reach * side + out, z + tall + (grow - 1) * 0.3]
                        ),
                    )
                    if turn:
                        a, b = a[[1, 0, 2]], b[[1, 0, 2]]
                    f.box(a, b, what)


def front_door(
    job: Job, y: float, width: float = 1.0, height: float = 2.1, low: float = 0.0
) -> None:
    """Put a door in a façade whose surface is at `y`."""
    f, s = job.form, job.style
    hole = opening(s, width, height) + (0, low)
    f.prism(hole, y - 0.05, y + 0.04, s.body, 1)
    band(f, hole, 0.12, y + 0.08, y - 0.05, s.frame)


@kind("house")
def house(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    bw, bd, wall = w * 0.86, d * 0.86, h * (0.6 if s.top != "flat" else 0.9)
    f.block((0, 0, 0), (bw + 0.2, bd + 0.2, 0.25), "stone", 0.04)
    f.block((0, 0, 0.2), (bw, bd, wall - 0.2), s.wall, 0.02)
    if s.name in ("medieval", "asian", "rustic", "gothic", "fantasy"):
        for x in np.linspace(-bw / 2, bw / 2, max(3, int(bw / 1.4))):
            for y in (-bd / 2, bd / 2):
                f.block((x, y, 0.2), (0.16, 0.14, wall - 0.2), s.frame)
        for z in (wall * 0.52, wall - 0.16):
            f.box(
                (-bw / 2 - 0.07, -bd / 2 - 0.07, z),
                (bw / 2 + 0.07, bd / 2 + 0.07, z + 0.16),
                s.frame,
            )
    floors = max(1, round(wall / 2.9))
    windows(job, bw, bd, 0.5, wall - 0.1, floors)
    front_door(job, bd / 2 + 0.02, min(1.0, bw * 0.25), min(2.1, wall * 0.7), 0.2)
    f.block((0, bd / 2 + 0.2, 0), (1.4, 0.5, 0.2), "stone", 0.03)
    cap(job, w, d, wall - 0.02, h)
    if s.top in ("gable", "hip"):
        f.block((w * 0.26, -d * 0.1, wall), (0.5, 0.5, (h - wall) * 0.98), "brick", 0.03)


@kind("facade")
def facade(job: Job) -> None:
    # The wall's surface is the front of the box, flat, so that signs hang on it.
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    shop = min(3.2, h * 0.42)
    f.box((-w / 2, -d / 2, 0), (w / 2, d * 0.4, h * 0.97), s.wall)
    f.box((-w / 2, -d / 2, h * 0.94), (w / 2, d / 2, h), s.frame, 0.05)
    floors = max(1, round((h * 0.94 - shop) / 2.9))
    step, columns = (h * 0.94 - shop) / floors, max(2, int(w / 1.9))
    y0, y1 = d * 0.4, d / 2
    for x in np.linspace(-w / 2, w / 2, columns + 1):
        a, b = max(x - 0.3, -w / 2), min(x + 0.3, w / 2)
        f.box((a, y0, 0), (b, y1, h * 0.94), s.wall)
    f.box((-w / 2, y0, shop - 0.5), (w / 2, y1, shop), s.frame)
    for j in range(floors):
        z = shop + j * step
        f.box((-w / 2, y0, z), (w / 2, y1, z + step * 0.28), s.wall)
        f.box((-w / 2, y0, z + step * 0.86), (w / 2, y1, z + step), s.wall)
        for i in range(columns):
            x = -w / 2 + w * (i + 0.5) / columns
            role = s.light if f.rng.random() < 0.4 else "glass"
            f.box(
                (x - w / columns / 2 + 0.3, y0, z + step * 0.28),
                (x + w / columns / 2 - 0.3, y0 + 0.02, z + step * 0.86),
                role,
            )
            f.box((x - 0.03, y0, z + step * 0.28), (x + 0.03, y0 + 0.06, z + step * 0.86), s.frame)
    door = columns // 2
    for i in range(columns):
        x, half = -w / 2 + w * (i + 0.5) / columns, w / columns / 2 - 0.3
        if i == door:
            f.box((x - half, y0, 0), (x + half, y0 + 0.05, shop - 0.5), s.body)
            f.box(
                (x - half * 0.6, y0 + 0.05, 0.3), (x + half * 0.6, y0 + 0.07, shop - 0.7), "glass"
            )
        else:
            f.box(
                (x - half, y0, 0.5),
                (x + half, y0 + 0.03, shop - 0.5),
                s.light if s.strips or i % 2 else "glass",
            )
            f.box((x - half, y0, 0), (x + half, y0 + 0.08, 0.5), s.trim)
    if s.strips:
        f.box((-w / 2, y1 - 0.03, shop - 0.06), (w / 2, y1, shop), s.light)


@kind("skyscraper")
def skyscraper(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    low = 0.0
    for k, (share, reach) in enumerate(((0.16, 1.0), (0.5, 0.86), (0.24, 0.66))):
        high = low + h * share
        bw, bd = w * reach, d * reach
        f.block((0, 0, low), (bw, bd, high - low), "dark metal" if k else "concrete", 0.06)
        floors, columns = max(2, int((high - low) / 3.2)), max(3, int(bw / 1.8))
        for j in range(floors):
            z = low + (high - low) * (j + 0.22) / floors
            for turn in (0, 1):
                length, depth = (bw, bd) if turn == 0 else (bd, bw)
                for side in (-1, 1):
                    # A floor is dark but for a stretch with light.
                    cuts = np.sort(f.rng.integers(0, columns + 1, 2))
                    for a, b, role in (
                        (0, cuts[0], "glass"),
                        (cuts[0], cuts[1], s.light if f.rng.random() < 0.45 else "glass"),
                        (cuts[1], columns, "glass"),
                    ):
                        if b <= a:
                            continue
                        u0, u1 = (
                            ((a / columns) - 0.5) * length * 0.94,
                            ((b / columns) - 0.5) * length * 0.94,
                        )
                        p = np.array([u0, side * depth / 2 - 0.04, z])
                        q = np.array(
                            [u1, side * depth / 2 + 0.04, z + (high - low) / floors * 0.56]
                        )
                        if turn:
                            p, q = p[[1, 0, 2]], q[[1, 0, 2]]
                        f.box(p, q, role)
        f.block(
            (0, 0, high - 0.3), (bw + 0.3, bd + 0.3, 0.5), s.trim if s.strips else "concrete", 0.05
        )
        low = high
    f.block((w * 0.1, 0, low), (w * 0.2, d * 0.2, h * 0.03), "metal", 0.05)
    f.rod((0, 0, low), (0, 0, h), w * 0.012, "metal", 6)


@kind("pagoda")
def pagoda(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w * 0.94, d * 0.94, h * 0.05), "stone", 0.06)
    f.block((0, d * 0.46, 0), (w * 0.26, d * 0.08, h * 0.028), "stone", 0.03)
    tiers = max(1, min(5, round(h / 3.2)))
    low, inner = (
        h * 0.05,
        Job(
            f,
            w,
            d,
            h,
            s
            if s.top in ("pagoda", "spire", "dome")
            else s.__class__(**{**s.__dict__, "top": "pagoda"}),
        ),
    )
    step = (h * 0.88 - low) / tiers
    for k in range(tiers):
        size = 1.0 - 0.62 * k / max(tiers, 2)
        bw, bd = w * 0.6 * size, d * 0.6 * size
        f.block((0, 0, low), (bw, bd, step * 0.62), s.wall, 0.02)
        for x in np.linspace(-bw / 2, bw / 2, 4):
            for y in (-bd / 2 - 0.06, bd / 2 + 0.06):
                f.rod((x, y, low), (x, y, low + step * 0.6), 0.09 * w / 6, s.frame, 7)
        f.box((-bw * 0.14, bd / 2, low), (bw * 0.14, bd / 2 + 0.07, low + step * 0.46), s.body)
        for x in (-0.32, 0.32):
            f.box(
                (x * bw - bw * 0.09, bd / 2, low + step * 0.14),
                (x * bw + bw * 0.09, bd / 2 + 0.06, low + step * 0.44),
                s.light,
            )
        top = low + step * (1.0 if k < tiers - 1 else 1.12)
        cap(inner, w * size, d * size, low + step * 0.56, min(top, h * 0.9))
        low += step
    f.lathe(
        [(0.5, 0.84), (0.5, 0.88), (0.2, 0.9), (0.34, 0.93), (0.12, 0.95), (0.2, 0.97), (0, 1)]
        * np.array([w * 0.06, h]),
        s.trim,
    )


@kind("castle")
def castle(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role = s.wall if s.wall != "plaster" else "stone"
    wall = h * 0.42
    f.block((0, 0, 0), (w * 0.82, d * 0.8, wall), role, 0.06)
    for side, length, axis in (
        (1, w * 0.82, 0),
        (-1, w * 0.82, 0),
        (1, d * 0.8, 1),
        (-1, d * 0.8, 1),
    ):
        count = max(3, int(length / 1.2))
        for i in range(count):
            u = ((i + 0.5) / count - 0.5) * length
            reach = side * (d * 0.4 if axis == 0 else w * 0.41) - side * 0.15
            at = (u, reach, wall) if axis == 0 else (reach, u, wall)
            f.block(at, (0.6, 0.3, h * 0.05) if axis == 0 else (0.3, 0.6, h * 0.05), role)
    keep = Form(f.rng)
    f.block((0, -d * 0.1, wall), (w * 0.34, d * 0.4, h * 0.24), role, 0.05)
    cap(job.__class__(keep, w, d, h, s), w * 0.38, d * 0.46, 0, h * 0.3)
    f.join(keep, (0, -d * 0.1, wall + h * 0.24))
    for sx in (-1, 1):
        for sy in (-1, 1):
            one = Form(f.rng)
            tower(Job(one, min(w, d) * 0.26, min(w, d) * 0.26, h * (0.9 if sy < 0 else 0.76), s))
            f.join(one, (sx * (w / 2 - min(w, d) * 0.13), sy * (d / 2 - min(w, d) * 0.13), 0))
    front_door(job, d * 0.4 + 0.03, w * 0.14, h * 0.26)
    windows(job, w * 0.34, d * 0.4 - d * 0.2, wall + 0.4, wall + h * 0.22, 1)


@kind("temple")
def temple(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    base = h * 0.1
    for k in range(3):
        f.block((0, 0, base * k / 3), (w - k * 0.5, d - k * 0.5, base / 3), "stone", 0.03)
    top = h * 0.7
    f.block((0, -d * 0.06, base), (w * 0.6, d * 0.62, top - base), s.wall, 0.03)
    across, along = max(4, int(w / 1.8)), max(3, int(d / 1.8))
    spots = [
        (-w * 0.43 + w * 0.86 * i / (across - 1), y)
        for i in range(across)
        for y in (-d * 0.42, d * 0.42)
    ]
    spots += [
        (x, -d * 0.42 + d * 0.84 * j / along)
        for j in range(1, along)
        for x in (-w * 0.43, w * 0.43)
    ]
    for x, y in spots:
        shaft = np.array([(1.1, 0), (1.1, 0.03), (0.85, 0.05), (0.72, 0.94), (1.1, 0.98), (1.1, 1)])
        f.lathe(shaft * (w * 0.035, top - base), s.wall, (x, y, base), 9)
    f.block(
        (0, 0, top),
        (w * 0.96, d * 0.94, h * 0.07),
        "stone" if s.wall == "plaster" else s.wall,
        0.04,
    )
    low = top + h * 0.07
    if s.top in ("dome", "pagoda", "spire"):
        cap(job, w * 0.98, d * 0.96, low, h)
    else:
        f.prism([(-w / 2, low), (w / 2, low), (0, h)], -d * 0.48, d * 0.48, s.roof, 1)
        f.prism(
            [(-w * 0.36, low + h * 0.02), (w * 0.36, low + h * 0.02), (0, h * 0.95)],
            d * 0.48,
            d * 0.49,
            s.trim,
            1,
        )
    front_door(job, d * 0.25 + 0.02, w * 0.16, (top - base) * 0.7, base)


@kind("windmill")
def windmill(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    hub, reach = h * 0.66, min(h * 0.33, w / 2)
    f.lathe(
        [(0.36, 0), (0.34, 0.1), (0.24, 0.66)] * np.array([w, h]),
        s.wall,
        sides=12,
        smooth=False,
        squash=(1, d / w * 0.9),
    )
    f.lathe(
        [(0.27, 0.65), (0.26, 0.68), (0.02, 0.82)] * np.array([w, h]),
        s.roof,
        sides=12,
        smooth=False,
    )
    front_door(job, d * 0.3, w * 0.2, h * 0.22)
    f.rod((0, d * 0.2, hub), (0, d * 0.46, hub), w * 0.03, "dark wood", 8)
    for k in range(4):
        a = k * TAU / 4 + TAU / 16
        way, side = np.array([np.cos(a), 0, np.sin(a)]), np.array([-np.sin(a), 0, np.cos(a)])
        at = np.array([0, d * 0.46, hub])
        f.rod(at, at + way * reach, w * 0.014, "dark wood", 5)
        quad = [
            at + way * reach * p + side * reach * q
            for p, q in ((0.2, 0.0), (1.0, 0.0), (1.0, 0.24), (0.2, 0.2))
        ]
        f.add(
            [*quad, *(np.array(quad) - (0, 0.04, 0))],
            [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)],
            "light cloth",
        )
        for p in (0.35, 0.6, 0.85):
            f.rod(
                at + way * reach * p,
                at + way * reach * p + side * reach * 0.23,
                0.02,
                "dark wood",
                4,
            )
    f.rod((0, 0, h * 0.8), (0, 0, h), 0.03, "dark metal", 5)


@kind("dome")
def dome(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    tent = s.name in ("rustic", "desert", "nature", "medieval")
    role = "light cloth" if tent else "snow" if s.wall == "snow" else s.wall
    f.lathe(
        [(0.5, 0), (0.5, 0.06), (0.49, 0.07)] * np.array([w * 0.98, h]),
        s.trim,
        sides=16,
        squash=(1, d / w),
    )
    r = arc(0, np.pi / 2, 6)
    f.lathe(
        [(a * 0.48, 0.06 + b * 0.88) for a, b in r[:-1]] * np.array([w, h]),
        role,
        sides=16,
        squash=(1, d / w),
        smooth=False,
    )
    f.lathe(
        [(0.16, 0.88), (0.14, 0.93), (0.05, 0.97), (0, 1)] * np.array([w, h]),
        "glass" if not tent else s.trim,
        sides=12,
        squash=(1, d / w),
    )
    for x, y, a in ring_of(8, 0.5):
        path = [
            (x * w * 0.97 * np.cos(t), y * d * 0.97 * np.cos(t), h * (0.06 + 0.89 * np.sin(t)))
            for t in np.linspace(0, 1.2, 6)
        ]
        f.tube(path, 0.06, s.frame, 5)
        del a
    f.box((-w * 0.12, d * 0.36, 0), (w * 0.12, d * 0.5, min(2.2, h * 0.66)), s.frame, 0.06)
    f.box(
        (-w * 0.09, d * 0.49, 0.05),
        (w * 0.09, d * 0.505, min(2.0, h * 0.58)),
        s.light if s.strips else s.body,
        0.02,
    )


@kind("pyramid")
def pyramid(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    role, steps = s.wall if s.wall != "plaster" else "sand", max(5, int(h / 0.9))
    for k in range(steps):
        size = 1 - k / steps * 0.84
        f.block((0, 0, h * 0.88 * k / steps), (w * size, d * size, h * 0.88 / steps), role, 0.05)
    f.block((0, 0, h * 0.88), (w * 0.13, d * 0.13, h * 0.12), s.trim, 0.03, top=(0.6, 0.6))
    rise = Form(f.rng)
    stairs(Job(rise, w * 0.16, d * 0.42, h * 0.88, s))
    f.join(rise, (0, d * 0.29, 0))


@kind("module")
def module(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    shape = np.array(
        [
            (-0.5, 0.3),
            (-0.36, 0.1),
            (0.36, 0.1),
            (0.5, 0.3),
            (0.5, 0.72),
            (0.36, 0.94),
            (-0.36, 0.94),
            (-0.5, 0.72),
        ]
    ) * (w, h)
    f.prism(shape, -d * 0.46, d * 0.46, "paint", 1, 0.1)
    for y in np.linspace(-d * 0.4, d * 0.4, max(3, int(d / 1.4))):
        f.prism(
            (shape - (0, h * 0.5)) * (1.0, 1.03) + (0, h * 0.5), y - 0.08, y + 0.08, "dark metal", 1
        )
    for end in (-1, 1):
        f.prism(
            (shape - (0, h * 0.5)) * 0.7 + (0, h * 0.46),
            *sorted((end * d * 0.46, end * d / 2)),
            "dark metal",
            1,
            0.03,
        )
        for y in (-0.32, 0.32):
            f.block((end * w * 0.36, y * d, 0), (0.3, 0.3, h * 0.2), "dark metal", 0.03)
        for y in (-0.2, 0.1):
            f.box(
                (end * w * 0.5 - 0.03, y * d - 0.3, h * 0.44),
                (end * w * 0.5 + 0.02, y * d + 0.3, h * 0.62),
                s.light if s.strips else "glass",
                0.01,
            )
    f.box((-w * 0.16, d * 0.49, h * 0.14), (w * 0.16, d * 0.505, h * 0.72), "accent", 0.02)
    f.block((w * 0.1, -d * 0.2, h * 0.92), (w * 0.3, d * 0.14, h * 0.08), "metal", 0.03)
