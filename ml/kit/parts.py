"""What many kinds share: the register of kinds, legs, boards, mouldings, arches, drawers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .form import TAU, Form, arc
from .style import Style


@dataclass(frozen=True)
class Job:
    """What a kind is asked for: a box of width × depth × height metres, and a style."""

    form: Form
    width: float
    depth: float
    height: float
    style: Style

    @property
    def edge(self) -> float:
        """Return the width of an ordinary chamfer here."""
        return 0.012 * self.style.bevel * min(1.0 + max(self.width, self.depth, self.height), 6.0)


KINDS: dict[str, Callable[[Job], None]] = {}
"""Kind to what makes it."""


def kind(*names: str) -> Callable:
    """Register a maker under one or several names, as in `ml.layout.kinds`, or further ones."""

    def register(make: Callable[[Job], None]) -> Callable[[Job], None]:
        KINDS.update((name.replace(" ", "_"), make) for name in names)
        return make

    return register


def leg(job: Job, x: float, y: float, top: float, thick: float, role: str | None = None) -> None:
    """Stand one leg of the job's style at (x, y), from the floor up to `top`."""
    f, s, role = job.form, job.style, role or job.style.frame
    r = thick / 2
    if s.leg == "turned":
        profile = [
            (0.7, 0),
            (0.75, 0.05),
            (0.55, 0.12),
            (0.9, 0.35),
            (1.0, 0.5),
            (0.5, 0.72),
            (0.95, 0.82),
            (0.95, 1),
        ]
        f.lathe([(a * r, b * top) for a, b in profile], role, (x, y, 0), 8)
    elif s.leg == "hairpin":
        for side in (-1, 1):
            f.rod((x, y, 0), (x + side * thick, y, top), r * 0.3, "dark metal", 5)
    elif s.leg == "tapered":
        f.block((x, y, 0), (thick * 0.6, thick * 0.6, top), role, top=(1.6, 1.6))
    elif s.leg == "slab":
        f.block((x, y, 0), (thick * 1.3, thick * 1.3, top), role, thick * 0.2)
    else:
        f.block((x, y, 0), (thick, thick, top), role, thick * 0.12)


def four_legs(job: Job, top: float, thick: float, inset: float = 0.0) -> None:
    """Stand legs in the four corners of the box."""
    x, y = job.width / 2 - thick / 2 - inset, job.depth / 2 - thick / 2 - inset
    for sx in (-1, 1):
        for sy in (-1, 1):
            leg(job, sx * x, sy * y, top, thick)


def board(job: Job, low: float, thick: float, role: str, inset: float = 0.0) -> None:
    """Lay a board over the whole box, `inset` from its sides."""
    w, d = job.width - 2 * inset, job.depth - 2 * inset
    job.form.block((0, 0, low), (w, d, thick), role, min(job.edge, thick * 0.3))


def fronts(job: Job, low: float, high: float, rows: int, columns: int, role: str) -> None:
    """Put drawer or door fronts with knobs on the front (+Y) of a case."""
    f, gap = job.form, 0.012
    w, h = (job.width - 0.03) / columns, (high - low) / rows
    y = job.depth / 2
    for i in range(columns):
        for j in range(rows):
            x, z = -job.width / 2 + 0.015 + (i + 0.5) * w, low + j * h
            f.box(
                (x - w / 2 + gap, y - 0.02, z + gap),
                (x + w / 2 - gap, y - 0.004, z + h - gap),
                role,
                0.006,
            )
            tall = h > 1.4 * w
            knob = (
                x + (w * 0.36 if i % 2 == 0 else -w * 0.36) if tall else x,
                y - 0.004,
                z + h / 2,
            )
            f.block((knob[0], knob[1], knob[2] - 0.015), (0.03, 0.016, 0.03), "metal", 0.006)


def case(job: Job, low: float = 0.06, top: float = 0.03) -> None:
    """Make the body of a cupboard: plinth, box and a top board that stands proud."""
    f, s, w, d, h = job.form, job.style, job.width, job.depth, job.height
    f.block((0, 0, 0), (w - 0.04, d - 0.06, low), s.frame)
    f.box((-w / 2 + 0.01, -d / 2 + 0.01, low), (w / 2 - 0.01, d / 2 - 0.02, h - top), s.body, 0.008)
    f.block((0, 0, h - top), (w, d, top), s.body, job.edge * 0.5)
    if s.ornate > 0.5:
        f.box(
            (-w / 2 + 0.02, d / 2 - 0.03, h - top - 0.03),
            (w / 2 - 0.02, d / 2 - 0.008, h - top),
            s.trim,
            0.008,
        )
    if s.strips:
        f.box(
            (-w / 2 + 0.03, d / 2 - 0.03, low * 0.4),
            (w / 2 - 0.03, d / 2 - 0.02, low * 0.8),
            s.light,
        )


def opening(style: Style, width: float, height: float, steps: int = 9) -> NDArray:
    """Return (N, 2) points x, z of an opening's edge, from its left foot over its crown.

    The shape is the style's arch, `width` wide and `height` high.
    """
    half = width / 2
    spring = max(height - half, height * 0.45)
    rise = height - spring
    if style.arch == "flat":
        top = np.array([[-half, height], [half, height]])
    elif style.arch == "chamfer":
        cut = min(rise, half) * 0.6
        top = np.array(
            [
                [-half, height - cut],
                [-half + cut, height],
                [half - cut, height],
                [half, height - cut],
            ]
        )
    elif style.arch == "pointed":
        t = np.linspace(0, 1, steps // 2 + 1)
        side = np.column_stack([-half * (1 - t**1.6), spring + rise * np.sin(t * np.pi / 2)])
        top = np.concatenate([side, (side * (-1, 1))[-2::-1]])
    elif style.arch == "horseshoe":
        top = arc(np.pi * 1.12, -np.pi * 0.12, steps) * (half, rise * 0.86)
        top[:, 1] += height - rise * 0.86
        top[:, 0] *= half / np.abs(top[:, 0]).max()
    else:
        top = arc(np.pi, 0, steps) * (half, rise)
        top[:, 1] += spring
    foot = [] if style.arch in ("round", "pointed") and spring < 1e-6 else [[-half, 0.0]]
    ends = [[half, 0.0]] if len(foot) else []
    return np.array([*foot, *top.tolist(), *ends])


def band(form: Form, path: NDArray, width: float, front: float, back: float, role: str) -> None:
    """Run a rectangular moulding along an x, z path, outside of it, from y `back` to `front`."""
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    outward = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    # At a corner the outward step is longer, so that the moulding keeps its width.
    before = np.diff(path, axis=0, prepend=path[:1] - ahead[:1])
    before /= np.maximum(np.linalg.norm(before, axis=1, keepdims=True), 1e-9)
    cosine = np.abs((ahead * before).sum(axis=1)).clip(0.5, 1)
    outer = path + outward * (width / cosine)[:, None]
    outer[[0, -1], 1] = path[[0, -1], 1]
    rings = [
        np.array([[a[0], front, a[1]], [b[0], front, b[1]], [b[0], back, b[1]], [a[0], back, a[1]]])
        for a, b in zip(path, outer, strict=True)
    ]
    form.loft(rings, role, smooth=False)


def holed_wall(
    form: Form, width: float, height: float, hole: NDArray, front: float, back: float, role: str
) -> None:
    """Make a wall with an opening that reaches the floor: two piers, and strips round the crown.

    Parameters
    ----------
    hole : (N, 2) x, z of the opening's edge, from its left foot to its right foot
    """
    half = np.abs(hole[:, 0]).max()
    for side in (-1, 1):
        a, b = sorted((side * half, side * width / 2))
        if b - a > 1e-6:
            form.box((a, back, 0), (b, front, height), role)
    left, right = np.argmin(hole[:, 0]), len(hole) - 1 - np.argmin(-hole[::-1, 0])
    for k, (a, b) in enumerate(zip(hole[:-1], hole[1:], strict=True)):
        if k < left or k >= right:  # beside the opening
            edge = -half if k < left else half
            strip = [(edge, a[1]), a, b, (edge, b[1])]
        else:
            strip = [a, b, (b[0], height), (a[0], height)]
        x, z = np.array(strip).T
        if abs(x @ np.roll(z, -1) - z @ np.roll(x, -1)) > 1e-6:
            form.prism(strip, back, front, role, 1)


def planks(form: Form, low: NDArray, high: NDArray, count: int, role: str, axis: int = 0) -> None:
    """Fill a box with boards side by side; its upper face stays flat."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    edges = np.linspace(low[axis], high[axis], count + 1)
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        one, other = low.copy(), high.copy()
        one[axis], other[axis] = a + 0.004, b - 0.004
        form.box(one, other, role, 0.006)


def cushion(form: Form, low: tuple, high: tuple, role: str) -> None:
    """Add a soft block: chamfered and swollen."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    form.box(low, high, role, min(high - low) * 0.28)


def ring_of(count: int, radius: float, start: float = 0.0) -> NDArray:
    """Return (count, 3) of x, y and angle round a circle."""
    angles = start + np.arange(count) * TAU / count
    return np.column_stack([np.cos(angles) * radius, np.sin(angles) * radius, angles])
