"""A picture of a mesh without a window or a graphics card, in which each pixel can be traced back.

Every triangle is covered with points closer together than pixels, and each pixel keeps the point
nearest to the viewer. Beside the picture stays which triangle each pixel shows, and where on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DENSITY = 1.6  # points along an edge for each pixel
_MOST = 1500  # points along an edge
_LIGHTS = np.array([[0.35, 0.55, 0.75], [-0.6, 0.15, 0.65]])
_STRENGTHS = (0.65, 0.3)
_AMBIENT = 0.22


@dataclass
class Surface:
    """Triangles in the face's own frame: x to its left, y up, z out of the face.

    Attributes
    ----------
    points : (V, 3)
    triangles : (T, 3) int
    colours : (T, 3), 0 to 1, RGB as shown
    """

    points: NDArray
    triangles: NDArray
    colours: NDArray

    def normals(self) -> NDArray:
        """Return (V, 3) unit normals of the points."""
        a, b, c = (self.points[self.triangles[:, i]] for i in range(3))
        flat = np.cross(b - a, c - a)
        out = np.zeros_like(self.points)
        for i in range(3):
            np.add.at(out, self.triangles[:, i], flat)
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


@dataclass
class View:
    """What is seen: a square around `centre`, straight on.

    Attributes
    ----------
    centre : (2,) x, y in the face's frame
    size : length of a side there
    pixels : pixels along a side
    """

    centre: NDArray
    size: float
    pixels: int

    def to_pixels(self, points: NDArray) -> NDArray:
        """Return (N, 2) pixels, from the top left, of (N, 3 or 2) points.

        The viewer faces the character, whose left is on the picture's right.
        """
        scaled = (np.asarray(points)[:, :2] - self.centre) / self.size * self.pixels
        return np.stack([self.pixels / 2 + scaled[:, 0], self.pixels / 2 - scaled[:, 1]], axis=1)

    def around(self, pixel: NDArray, side: float) -> View:
        """Return the view of a square of this picture, `side` pixels wide around a pixel."""
        offset = (np.asarray(pixel) - self.pixels / 2) / self.pixels * self.size
        return View(self.centre + offset * [1, -1], self.size * side / self.pixels, self.pixels)


@dataclass
class Picture:
    """What `draw` made.

    Attributes
    ----------
    image : (H, W, 3) uint8, BGR
    triangle : (H, W) int, -1 where nothing is seen
    bary : (H, W, 3) weights of the triangle's corners
    depth : (H, W) z in the face's frame
    """

    image: NDArray
    triangle: NDArray
    bary: NDArray
    depth: NDArray


def draw(surface: Surface, view: View, background: float = 0.35) -> Picture:
    """Draw a surface."""
    side = view.pixels
    best = np.full(side * side, -np.inf)
    triangle = np.full(side * side, -1)
    bary = np.zeros((side * side, 3))
    flat = view.to_pixels(surface.points)
    corners = flat[surface.triangles]
    low, high = corners.min(axis=1), corners.max(axis=1)
    seen = (high >= 0).all(axis=1) & (low < side).all(axis=1)
    extent = np.where(seen, (high - low).max(axis=1), 0.0)
    steps = np.clip(np.ceil(_DENSITY * extent).astype(int) + 1, 2, _MOST)
    for count in np.unique(steps[seen]):
        rows = np.flatnonzero(seen & (steps == count))
        weights = _grid(int(count))
        for part in np.array_split(rows, max(len(rows) * len(weights) // 2_000_000, 1)):
            _splat(surface, flat, part, weights, side, best, triangle, bary)
    shape = (side, side)
    image = _shade(surface, triangle, bary, background).reshape(*shape, 3)
    depth = best.reshape(shape)
    return Picture(image, triangle.reshape(shape), bary.reshape(*shape, 3), depth)


def _grid(count: int) -> NDArray:
    """Return (N, 3) weights evenly over a triangle, `count` along an edge."""
    i, j = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    inside = i + j < count
    u, v = i[inside] / (count - 1), j[inside] / (count - 1)
    return np.stack([1 - u - v, u, v], axis=1)


def _splat(
    surface: Surface,
    flat: NDArray,
    rows: NDArray,
    weights: NDArray,
    side: int,
    best: NDArray,
    triangle: NDArray,
    bary: NDArray,
) -> None:
    corners = surface.triangles[rows]
    at = np.einsum("nk,tkc->tnc", weights, flat[corners]).reshape(-1, 2)
    depth = np.einsum("nk,tk->tn", weights, surface.points[corners, 2]).ravel()
    pixel = np.floor(at).astype(int)
    inside = ((pixel >= 0) & (pixel < side)).all(axis=1)
    index = pixel[:, 1] * side + pixel[:, 0]
    inside[inside] &= depth[inside] > best[index[inside]]
    chosen = np.flatnonzero(inside)
    # The nearest point of each pixel comes last, and so wins.
    chosen = chosen[np.argsort(depth[chosen], kind="stable")]
    where = index[chosen]
    best[where] = depth[chosen]
    triangle[where] = rows[chosen // len(weights)]
    bary[where] = weights[chosen % len(weights)]


def _shade(surface: Surface, triangle: NDArray, bary: NDArray, background: float) -> NDArray:
    seen = triangle >= 0
    corners = surface.triangles[triangle[seen]]
    normal = np.einsum("nk,nkc->nc", bary[seen], surface.normals()[corners])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    normal *= np.where(normal[:, 2:] < 0, -1.0, 1.0)  # a surface may be inside out
    lights = _LIGHTS / np.linalg.norm(_LIGHTS, axis=1, keepdims=True)
    light = _AMBIENT + np.clip(normal @ lights.T, 0, None) @ np.array(_STRENGTHS)
    image = np.full((len(triangle), 3), background)
    image[seen] = surface.colours[triangle[seen]] * light[:, None]
    return (np.clip(image[:, ::-1], 0, 1) * 255).astype(np.uint8)
