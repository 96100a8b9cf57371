"""Small pictures of triangles without a graphics card: a depth buffer in numpy.

For thumbnails and storyboards: flat faces, one sun, haze with distance, soft dark corners. It is
as exact as pictures a hand wide need, gives the same picture everywhere, and touches no scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIDES = (4, 8, 16, 32, 64, 128, 256)
_MOST = 4_000_000  # samples looked at in one go


@dataclass
class View:
    """A camera.

    Attributes
    ----------
    eye, target : (3,) metres
    lens : millimetres of a sensor whose longer side has 36 mm
    width, height : pixels
    roll : degrees
    """

    eye: NDArray
    target: NDArray
    lens: float = 35.0
    width: int = 256
    height: int = 144
    roll: float = 0.0

    @property
    def focal(self) -> float:
        """The lens in pixels of this width and height."""
        return self.lens / 36.0 * max(self.width, self.height)

    def axes(self) -> NDArray:
        """Return (3, 3): right, up, ahead, each a row."""
        ahead = np.asarray(self.target, float) - np.asarray(self.eye, float)
        ahead /= max(np.linalg.norm(ahead), 1e-9)
        right = np.cross(ahead, (0.0, 0.0, 1.0))
        if np.linalg.norm(right) < 1e-6:
            right = np.array([1.0, 0.0, 0.0])
        right /= np.linalg.norm(right)
        up = np.cross(right, ahead)
        c, s = np.cos(np.radians(self.roll)), np.sin(np.radians(self.roll))
        return np.array([c * right + s * up, c * up - s * right, ahead])


@dataclass
class Light:
    """How all is lit: a sun from one side, and a sky."""

    way: NDArray
    sun: NDArray
    sky: NDArray
    ground: NDArray
    fog: float = 0.0
    fog_colour: NDArray | None = None
    horizon: NDArray | None = None


def draw(
    corners: NDArray, colours: NDArray, glow: NDArray, view: View, light: Light, samples: int = 2
) -> NDArray:
    """Return a (height, width, 3) uint8 picture, sRGB.

    Parameters
    ----------
    corners : (T, 3, 3) triangles, world metres, counter-clockwise from outside
    colours : (T, 3) linear
    glow : (T,) 0 for what is lit, more for what shines by itself
    samples : along each side of a pixel
    """
    width, height = view.width * samples, view.height * samples
    flat, depth_of, normal, keep = _project(corners, view, width, height)
    colours, glow = colours[keep], glow[keep]
    shade = _shade(normal, colours, glow, light)
    nearest, owner = _fill(flat, depth_of, width, height)
    picture = _sky(view, light, width, height)
    seen = owner >= 0
    picture[seen] = shade[owner[seen]]
    distance = np.where(seen, 1.0 / np.maximum(nearest, 1e-6), 120.0)
    picture *= _corners(distance, seen)[..., None]
    if light.fog > 0 and light.fog_colour is not None:
        veil = (1 - np.exp(-light.fog * distance))[..., None]
        veil[owner >= 0] *= (1 - np.clip(glow[owner[seen]], 0, 1) * 0.6)[:, None]
        picture = picture * (1 - veil) + np.asarray(light.fog_colour) * veil
    picture = picture.reshape(view.height, samples, view.width, samples, 3).mean(axis=(1, 3))
    return _display(picture)


def surfaces(corners: NDArray, view: View) -> tuple[NDArray, NDArray]:
    """Return (height, width) int: which triangle each pixel shows, -1 for none, and how far off.

    Distances are metres along the camera's axis, inf where there is nothing.
    """
    flat, depth_of, _, keep = _project(corners, view, view.width, view.height)
    nearest, owner = _fill(flat, depth_of, view.width, view.height)
    seen = owner >= 0
    return (
        np.where(seen, keep[np.maximum(owner, 0)] if len(keep) else -1, -1),
        np.where(seen, 1.0 / np.maximum(nearest, 1e-9), np.inf),
    )


def _project(corners: NDArray, view: View, width: int, height: int) -> tuple:
    """Return pixel triangles, 1/depth at their corners, normals, and which were kept."""
    local = (corners - np.asarray(view.eye, float)) @ view.axes().T
    local, source = _clip(local, 0.05)
    scale = view.focal * width / view.width
    x = width / 2 + local[..., 0] / local[..., 2] * scale
    y = height / 2 - local[..., 1] / local[..., 2] * scale
    flat = np.stack([x, y], axis=-1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    inside = (high >= 0).all(axis=1) & (low[:, 0] < width) & (low[:, 1] < height)
    # What shows its back is hidden by its front, or is a thin sheet that has two.
    a, b = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    facing = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0
    keep = inside & facing
    source = source[keep]
    edges = corners[source, 1:] - corners[source, :1]
    normal = np.cross(edges[:, 0], edges[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return flat[keep], 1.0 / local[keep][..., 2], normal, source


def _clip(local: NDArray, near: float) -> tuple[NDArray, NDArray]:
    """Cut triangles at the near plane; return them and which each one came from."""
    before = local[..., 2] > near
    count = before.sum(axis=1)
    whole = np.flatnonzero(count == 3)
    parts, sources = [local[whole]], [whole]
    for k in (1, 2):
        cut = np.flatnonzero(count == k)
        if not len(cut):
            continue
        # Turn each so that its lone corner comes first.
        lone = np.argmax(before[cut] if k == 1 else ~before[cut], axis=1)
        turned = local[cut[:, None], (lone[:, None] + np.arange(3)) % 3]
        a, b, c = turned[:, 0], turned[:, 1], turned[:, 2]

        ab, ac = (a + (p - a) * ((near - a[:, 2:]) / (p[:, 2:] - a[:, 2:])) for p in (b, c))
        if k == 1:
            parts.append(np.stack([a, ab, ac], axis=1))
            sources.append(cut)
        else:
            parts += [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
            sources += [cut, cut]
    return np.concatenate(parts), np.concatenate(sources)


def _fill(flat: NDArray, depth: NDArray, width: int, height: int) -> tuple[NDArray, NDArray]:
    """Return 1/depth and the number of the nearest triangle at each sample, -1 for none."""
    nearest = np.zeros(width * height, np.float32)
    owner = np.full(width * height, -1, np.int32)
    low = np.clip(np.floor(flat.min(axis=1)), 0, (width - 1, height - 1)).astype(np.int32)
    high = np.clip(np.ceil(flat.max(axis=1)), 0, (width - 1, height - 1)).astype(np.int32)
    span = (high - low + 1).max(axis=1)
    wide, start = max(width, height) + 1, 0
    for side in (*(s for s in _SIDES if s < wide), wide):
        chosen = np.flatnonzero((span > start) & (span <= side))
        start = side
        # Small ones many at a time; large ones, which are few, each over its own rectangle.
        step = max(1, _MOST // (side * side)) if side <= 64 else 1
        for i in range(0, len(chosen), step):
            part = chosen[i : i + step]
            size = (side, side) if side <= 64 else tuple((high - low + 1)[part[0]])
            _fill_some((flat, depth), part, (low, size), (nearest, owner), (width, height))
    return nearest.reshape(height, width), owner.reshape(height, width)


def _fill_some(triangles: tuple, part: NDArray, where: tuple, into: tuple, limits: tuple) -> None:
    """Fill the triangles `part`, all over rectangles of one size, from their low corners."""
    (flat, depth), (low, (columns, rows)) = triangles, where
    (nearest, owner), (width, height) = into, limits
    x = low[part, 0][:, None] + np.arange(columns)
    y = low[part, 1][:, None] + np.arange(rows)
    px, py = (x + 0.5)[:, None, :], (y + 0.5)[:, :, None]
    (ax, ay), (bx, by), (cx, cy) = (
        (flat[part, k, 0][:, None, None], flat[part, k, 1][:, None, None]) for k in range(3)
    )
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    area = np.where(np.abs(area) < 1e-9, -1e-9, area)
    u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area
    v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area
    w = 1.0 - u - v
    hit = (u >= 0) & (v >= 0) & (w >= 0)
    hit &= (x < width)[:, None, :] & (y < height)[:, :, None]
    which, row, column = np.nonzero(hit)
    if not len(which):
        return
    shares = np.stack([a[which, row, column] for a in (u, v, w)], axis=1)
    value = (shares * depth[part[which]]).sum(axis=1).astype(np.float32)
    place = y[which, row] * width + x[which, column]
    # The nearest of those that meet in one place is written last, and so it stays.
    order = np.argsort(value, kind="stable")
    place, value, which = place[order], value[order], which[order]
    better = value > nearest[place]
    place, value, which = place[better], value[better], which[better]
    nearest[place], owner[place] = value, part[which]


def _shade(normal: NDArray, colours: NDArray, glow: NDArray, light: Light) -> NDArray:
    way = np.asarray(light.way, float) / np.linalg.norm(light.way)
    direct = np.clip(normal @ way, 0, 1)[:, None]
    up = (normal[:, 2:] + 1) / 2
    around = np.asarray(light.sky) * up + np.asarray(light.ground) * (1 - up)
    lit = colours * (around + np.asarray(light.sun) * direct)
    return np.where(glow[:, None] > 0, colours * (0.8 + 0.5 * np.minimum(glow, 2))[:, None], lit)


def _sky(view: View, light: Light, width: int, height: int) -> NDArray:
    """Return the background: from the horizon's colour to the sky's."""
    axes, scale = view.axes(), view.focal * width / view.width
    up = axes[2, 2] + axes[1, 2] * (height / 2 - np.arange(height)) / scale
    share = np.clip(up / 0.5, 0, 1)[:, None] ** 0.7
    horizon = np.asarray(light.horizon if light.horizon is not None else light.sky)
    column = horizon * (1 - share) + np.asarray(light.sky) * share
    return np.repeat(column[:, None], width, axis=1)


def _corners(distance: NDArray, seen: NDArray) -> NDArray:
    """Return how much each sample is darkened by what stands before it close by."""
    dark = np.zeros_like(distance)
    rings = ((2, 0), (-2, 0), (0, 2), (0, -2), (4, 4), (-4, 4), (4, -4), (-4, -4))
    for dy, dx in rings:
        step = distance - np.roll(distance, (dy, dx), axis=(0, 1))
        share = step / np.maximum(distance * 0.03, 0.02)
        dark += np.where((share > 0.3) & (share < 12), 1.0, 0.0)
    return np.where(seen, 1 - 0.4 * dark / len(rings), 1.0)


def _display(linear: NDArray) -> NDArray:
    """Return sRGB bytes; what is too bright is rolled off, not cut."""
    x = np.maximum(linear, 0)
    x = np.where(x > 0.7, 0.7 + 0.3 * np.tanh((x - 0.7) / 0.6), x)
    code = np.where(
        x <= 0.0031308, 12.92 * x, 1.055 * np.power(np.maximum(x, 1e-9), 1 / 2.4) - 0.055
    )
    return np.clip(np.round(code * 255), 0, 255).astype(np.uint8)
