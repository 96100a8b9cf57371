"""Parts of buildings: walls, columns, arches, stairs, roofs, towers."""

from __future__ import annotations

import numpy as np

from .form import TAU, arc
from .parts import Job, band, holed_wall, kind, opening


@kind("wall")
def wall(job: Job) -> None:
    # Its faces are flat, so that what hangs there touches it.
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    low, high = min(0.14, h * 0.06), h - min(0.1, h * 0.05)
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, low), s.trim, 0.012)
    f.box((-w / 2, -d / 2, high), (w / 2, d / 2, h), s.trim, 0.012)
    parts = max(1, round(w / 2.0)) if s.ornate > 0.35 or s.wall in ("wood", "paint") else 1
    if s.wall in ("stone", "brick", "dark stone", "sand"):
        rows = max(2, int((high - low) / 0.45))
        for i in range(rows):
            a, b = low + (high - low) * i / rows, low + (high - low) * (i + 1) / rows
            cuts = np.arange(-w / 2 + (0.45 if i % 2 else 0.9), w / 2 - 0.3, 0.9)
            for left, right in zip([-w / 2, *cuts], [*cuts, w / 2], strict=True):
                f.box((left, -d / 2, a), (right, d / 2, b), s.wall, 0.014)
        return
    edges = np.linspace(-w / 2, w / 2, parts + 1)
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        f.box((a, -d / 2, low), (b, d / 2, high), s.wall, 0.012)
    if s.strips:
        f.box((-w / 2, -d / 2, low), (w / 2, d / 2, low + 0.03), s.light)


@kind("ruined wall")
def ruined_wall(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    count = max(4, int(w / 0.5))
    tops = (
        h
        * (0.35 + 0.65 * np.abs(np.sin(np.linspace(0.4, 4.5, count))))
        * f.rng.uniform(0.75, 1, count)
    )
    tops[np.argmax(tops)] = h
    edges = np.linspace(-w / 2, w / 2, count + 1)
    for a, b, top in zip(edges[:-1], edges[1:], tops, strict=True):
        z = 0.0
        while z < top - 0.05:
            step = min(f.rng.uniform(0.25, 0.5), top - z)
            f.box(
                (a, -d / 2 * f.rng.uniform(0.8, 1), z),
                (b, d / 2 * f.rng.uniform(0.8, 1), z + step),
                s.wall if s.wall != "plaster" else "stone",
                0.03,
            )
            z += step


@kind("platform")
def floor(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    if h < 0.12:
        f.block((0, 0, 0), (w, d, h), s.floor, min(h * 0.3, 0.02))
        return
    steps = 2 if h > 0.3 else 1
    for i in range(steps):
        inset = i * min(0.3, w * 0.04)
        f.block((0, 0, i * h / steps), (w - 2 * inset, d - 2 * inset, h / steps), s.floor, job.edge)
    f.block((0, 0, h * 0.999), (w - 0.4 * (steps), d - 0.4 * steps, h * 0.001), s.trim)


@kind("column")
def column(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    r, squash = w / 2, (1, d / w)
    role = s.wall if s.frame in ("wood", "dark wood") and s.name != "asian" else s.frame
    if s.name in ("scifi", "cyberpunk", "industrial"):
        f.block((0, 0, 0), (w, d, h * 0.08), s.frame, r * 0.2)
        f.lathe(
            [(0.62, 0.08), (0.62, 0.92)] * np.array([r, h]),
            s.wall,
            sides=8,
            smooth=False,
            squash=squash,
            turn=TAU / 16,
        )
        f.block((0, 0, h * 0.92), (w, d, h * 0.08), s.frame, r * 0.2)
        for z in (0.2, 0.5, 0.8):
            f.lathe(
                [(0.66, z), (0.7, z + 0.01), (0.66, z + 0.02)] * np.array([r, h]),
                s.light if s.strips else s.frame,
                sides=8,
                smooth=False,
                squash=squash,
                turn=TAU / 16,
            )
        return
    f.block((0, 0, 0), (w, d, r * 0.3), s.wall, r * 0.05)
    base, cap = r * 0.3, h - r * 0.5
    shaft = [
        (0.92, 0),
        (0.96, 0.02),
        (0.8, 0.04),
        (0.74, 0.06),
        (0.77, 0.35),
        (0.66, 0.97),
        (0.75, 0.98),
        (0.68, 1),
    ]
    f.lathe([(a * r, base + b * (cap - base)) for a, b in shaft], role, sides=12, squash=squash)
    f.lathe(
        [(0.68, cap), (0.95, cap + r * 0.26), (0.95, cap + r * 0.3)] * np.array([r, 1]),
        s.trim if s.ornate > 0.5 else role,
        sides=12,
        squash=squash,
    )
    f.block((0, 0, cap + r * 0.3), (w, d, r * 0.2), s.wall, r * 0.04)


@kind("broken column")
def broken_column(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    r = w / 2
    f.block((0, 0, 0), (w, d, r * 0.3), s.wall, r * 0.05)
    angles = np.arange(10) * TAU / 10
    rings = [
        np.column_stack([np.cos(angles) * r * k, np.sin(angles) * r * k * d / w, np.full(10, z)])
        for k, z in ((0.95, r * 0.3), (0.78, r * 0.5), (0.72, h * 0.7))
    ]
    top = rings[-1].copy() * (0.97, 0.97, 1)
    top[:, 2] = h * (0.8 + 0.2 * np.sin(angles + 1) * f.rng.uniform(0.5, 1, 10))
    f.loft([*rings, top], s.wall, smooth=False)
    f.blob((w * 0.36, d * 0.3, r * 0.2), r * 0.24, s.wall, 0.2, 1)


@kind("arch", "gate")
def arch(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    hole = opening(s, w * 0.66, h * 0.84)
    stone = s.wall if s.wall != "plaster" or s.name == "classical" else "stone"
    holed_wall(f, w * 0.96, h * 0.94, hole, d * 0.36, -d * 0.36, stone)
    band(f, hole, w * 0.05, d / 2, -d / 2, s.trim if s.ornate > 0.5 else s.frame)
    f.box((-w / 2, -d * 0.46, h * 0.93), (w / 2, d * 0.46, h), s.frame, job.edge)
    for side in (-1, 1):
        f.block((side * w * 0.415, 0, 0), (w * 0.17, d * 0.96, h * 0.08), s.frame, job.edge)
        if s.strips:
            f.block((side * w * 0.35, 0, h * 0.08), (w * 0.02, d * 1.0, h * 0.5), s.light)
    if s.ornate > 0.5:
        f.blob((0, d * 0.42, h * 0.89), (w * 0.05, d * 0.08, w * 0.05), s.light, 0, 1)


@kind("torii")
def torii(job: Job) -> None:
    f, w, d, h = job.form, job.width, job.depth, job.height
    r = min(w * 0.045, d * 0.3)
    for side in (-1, 1):
        f.rod((side * w * 0.38, 0, 0), (side * w * 0.35, 0, h * 0.88), r, "accent", 10)
        f.lathe(
            [(1.5, 0), (1.5, 0.8), (1.2, 1)] * np.array([r, h * 0.08]),
            "dark stone",
            (side * w * 0.38, 0, 0),
            10,
        )
    f.box((-w * 0.44, -r, h * 0.66), (w * 0.44, r, h * 0.72), "accent", 0.02)
    x = np.linspace(-1, 1, 9)
    for low, high, reach, deep, role in (
        (0.83, 0.9, 0.47, 0.8, "accent"),
        (0.89, 0.97, 0.5, 1.0, "dark metal"),
    ):
        lift = 0.03 * h * np.abs(x) ** 2.5
        rings = [
            np.array(
                [
                    [u * w * reach, y * d / 2 * deep, z + up]
                    for y, z in ((1, low * h), (-1, low * h), (-1, high * h), (1, high * h))
                ]
            )
            for u, up in zip(x, lift, strict=True)
        ]
        f.loft([ring[::-1] for ring in rings], role, smooth=False)
    f.box((-w * 0.05, -r * 0.6, h * 0.72), (w * 0.05, r * 0.6, h * 0.83), "gold", 0.01)


@kind("stairs")
def stairs(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    count = max(2, min(24, round(h / 0.18)))
    role = s.floor if s.floor not in ("asphalt", "earth") else "stone"
    for i in range(count):
        # They rise towards the back: one comes from +Y.
        y = d / 2 - i * d / count
        f.box(
            (-w / 2 * 0.94, -d / 2, i * h / count),
            (w / 2 * 0.94, y, (i + 1) * h / count),
            role,
            0.015,
        )
        if s.strips:
            f.box(
                (-w / 2 * 0.9, y, (i + 0.8) * h / count),
                (w / 2 * 0.9, y + 0.01, (i + 0.9) * h / count),
                s.light,
            )
    for side in (-1, 1):
        a, b = sorted((side * w * 0.465, side * w / 2))
        f.prism([(d / 2, 0), (d / 2, h / count), (-d / 2, h), (-d / 2, 0)], a, b, s.frame, 0)


@kind("ladder")
def ladder(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    for side in (-1, 1):
        f.rod(
            (side * w * 0.44, d * 0.4, 0),
            (side * w * 0.44, -d * 0.4, h),
            min(w * 0.06, d * 0.2),
            s.frame,
        )
    for k in np.linspace(0.06, 0.94, max(3, int(h / 0.3))):
        f.rod(
            (-w * 0.44, d * (0.4 - 0.8 * k), h * k),
            (w * 0.44, d * (0.4 - 0.8 * k), h * k),
            min(w * 0.05, d * 0.15),
            s.body,
            5,
        )


@kind("roof")
def roof(job: Job) -> None:
    cap(job, job.width, job.depth, 0, job.height)


def cap(job: Job, w: float, d: float, low: float, high: float) -> None:
    """Roof a w × d block from `low` to `high` in the style's manner."""
    f, s, h = job.form, job.style, high - low
    if s.top == "flat":
        _flat(job, w, d, low, high)
    elif s.top == "dome":
        r = arc(0, np.pi / 2, 7)
        f.lathe(
            [(a * 0.5, low + b * h * 0.85) for a, b in r[:-1]]
            + [(0.02, low + h * 0.86), (0.02, high)],
            s.roof,
            sides=16,
            squash=(w, d),
        )
    elif s.top == "spire":
        f.lathe(
            [
                (0.5, low),
                (0.46, low + h * 0.06),
                (0.2, low + h * 0.5),
                (0.02, low + h * 0.92),
                (0.035, low + h * 0.94),
                (0, high),
            ],
            s.roof,
            sides=8,
            smooth=False,
            squash=(w, d),
            turn=TAU / 16,
        )
    elif s.top == "pagoda":
        _swept(job, w, d, low, high)
    elif s.top == "hip":
        f.block((0, 0, low), (w, d, h * 0.12), s.trim, 0.01)
        f.block((0, 0, low + h * 0.12), (w * 0.98, d * 0.98, h * 0.88), s.roof, top=(0.35, 0.1))
    else:
        over = 0.0
        f.prism(
            [
                (-d / 2 - over, low),
                (d / 2 + over, low),
                (d / 2, low + h * 0.08),
                (0, high),
                (-d / 2, low + h * 0.08),
            ],
            -w / 2,
            w / 2,
            s.roof,
            0,
        )
        for side in (-1, 1):
            a, b = sorted((side * w * 0.49, side * w * 0.44))
            f.prism(
                [(-d * 0.46, low - 0.01), (d * 0.46, low - 0.01), (0, high - h * 0.1)],
                a,
                b,
                s.trim,
                0,
            )


def _flat(job: Job, w: float, d: float, low: float, high: float) -> None:
    """Make a flat roof with a parapet."""
    f, s, h = job.form, job.style, high - low
    f.block((0, 0, low), (w, d, h * 0.5), s.roof, job.edge)
    for side in (-1, 1):
        f.box(
            (-w / 2, side * d / 2 - (0.15 if side > 0 else 0), low),
            (w / 2, side * d / 2 + (0 if side > 0 else 0.15), high),
            s.wall,
            0.02,
        )
        f.box(
            (side * w / 2 - (0.15 if side > 0 else 0), -d / 2, low),
            (side * w / 2 + (0 if side > 0 else 0.15), d / 2, high),
            s.wall,
            0.02,
        )


def _swept(job: Job, w: float, d: float, low: float, high: float) -> None:
    """Make a roof whose eaves sweep up at the corners."""
    f, s, h = job.form, job.style, high - low
    steps = []
    for k, level in ((1.0, 0.0), (0.98, 0.1), (0.72, 0.32), (0.5, 0.55), (0.34, 0.8), (0.3, 0.88)):
        ring = []
        for cx, cy in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
            lift = 0.16 * h * max(k - 0.5, 0) * 2
            # A corner, and the middle of the eave that follows it.
            ring.append((cx * k * w / 2, cy * k * d / 2, low + level * h + lift))
            nx, ny = (
                (1, 0)
                if (cx, cy) == (1, -1)
                else (0, 1)
                if (cx, cy) == (1, 1)
                else ((-1, 0) if (cx, cy) == (-1, 1) else (0, -1))
            )
            ring.append((nx * k * w / 2 * 0.97, ny * k * d / 2 * 0.97, low + level * h))
        steps.append(np.array(ring))
    f.loft(steps, s.roof, smooth=False)
    f.box((-w * 0.17, -d * 0.03, low + h * 0.85), (w * 0.17, d * 0.03, high), s.trim, 0.03)


@kind("tower")
def tower(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    body = h * (0.72 if s.top in ("spire", "pagoda", "gable", "hip") else 0.86)
    stone = s.wall
    if s.name in ("modern", "scifi", "cyberpunk", "industrial"):
        f.block((0, 0, 0), (w * 0.9, d * 0.9, body), stone, w * 0.04)
        rows, columns = max(3, int(body / 3)), max(2, int(w / 2))
        for side in (-1, 1):
            for i in range(rows):
                for j in range(columns):
                    x, z = (j + 0.5) / columns * w * 0.84 - w * 0.42, body * (i + 0.3) / rows
                    role = "glass" if f.rng.random() < 0.65 else s.light
                    y = side * d * 0.45
                    f.box(
                        (x - w * 0.3 / columns, y - 0.03, z),
                        (x + w * 0.3 / columns, y + 0.03, z + body * 0.5 / rows),
                        role,
                    )
    else:
        f.lathe(
            [(0.5, 0), (0.44, body * 0.08), (0.4, body * 0.85), (0.5, body * 0.92), (0.5, body)],
            stone,
            sides=12,
            squash=(w, d),
            smooth=False,
        )
        for k in range(12):
            a = k * TAU / 12
            if s.top in ("flat", "gable", "hip") and k % 2 == 0:
                f.block(
                    (np.cos(a) * w * 0.45, np.sin(a) * d * 0.45, body),
                    (w * 0.12, d * 0.12, h * 0.05),
                    stone,
                    0.03,
                )
        for z in (0.3, 0.55, 0.78):
            a = z * 9
            f.block(
                (np.cos(a) * w * 0.41, np.sin(a) * d * 0.41, body * z),
                (w * 0.08, d * 0.08, h * 0.07),
                s.light,
                0.02,
            )
    f.block((0, d * 0.42, 0), (w * 0.26, d * 0.1, min(2.4, h * 0.2)), s.frame, 0.04)
    inner = 0.78 if s.top in ("gable", "hip") else 1.0 if s.top in ("pagoda", "spire") else 0.8
    cap(job, w * inner, d * inner, body - 0.02, h)


@kind("battlement")
def battlement(job: Job) -> None:
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    walk = h * 0.82
    role = s.wall if s.wall != "plaster" else "stone"
    f.box((-w / 2, -d * 0.42, 0), (w / 2, d * 0.42, walk), role, 0.04)
    f.box((-w / 2, -d / 2, walk - h * 0.05), (w / 2, d / 2, walk), role, 0.03)
    count = max(2, int(w / 1.1))
    step = w / count
    for i in range(count):
        x = -w / 2 + (i + 0.5) * step
        f.box((x - step * 0.3, d * 0.34, walk), (x + step * 0.3, d / 2, h), role, 0.03)
    f.box((-w / 2, d * 0.34, walk), (w / 2, d / 2, walk + (h - walk) * 0.35), role)
    f.box((-w / 2, -d / 2, 0), (w / 2, d / 2, h * 0.06), role, 0.03)
