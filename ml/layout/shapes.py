"""Coarse shapes of the kit's kinds: what of its box a thing fills, and so what one sees through.

A box says that a table hides what lies behind it; its shape here, a grid of 16 cells a side, knows
the open room between the legs. Shapes are made once a kind and style, at the kind's default size,
and stretched with the box of each thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..kit import build
from .kinds import KINDS
from .plan import Item

CELLS = 16
POINTS = 32
_SAMPLES = 6000


@dataclass(frozen=True)
class Shape:
    """One kind's shape in its box, whose sides are -1 to 1.

    Attributes
    ----------
    cells : (CELLS, CELLS, CELLS) bool along x, y, z: where there is some of the mesh
    points, normals : (POINTS, 3) spread over the surface by area
    fill : (3,) share of the box's picture that is filled, seen along x, y and z
    """

    cells: NDArray
    points: NDArray
    normals: NDArray
    fill: NDArray


def shape_of(item: Item) -> Shape:
    """Return the shape of an item's kind in its style."""
    return _shape(item.kind, item.style)


@lru_cache(maxsize=512)
def _shape(name: str, style: str) -> Shape:
    kind = KINDS.get(name)
    size = np.array(kind.size if kind else (1.0, 1.0, 1.0))
    solid = build(name, tuple(size), style)
    corners = solid.verts[solid.triangles()[0]].astype(float)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(cross, axis=1) / 2
    rng = np.random.default_rng(0)
    places, normals = _sampled(corners, cross, area, rng)
    unit = (places - (0, 0, size[2] / 2)) / (size / 2)
    cells = np.zeros((CELLS,) * 3, bool)
    cells[tuple(cell_of(unit).T)] = True
    picked = rng.permutation(len(unit))[:POINTS]
    return Shape(
        cells=cells,
        points=unit[picked],
        normals=normals[picked],
        fill=np.array([cells.any(axis=k).mean() for k in range(3)]),
    )


def _sampled(
    corners: NDArray, cross: NDArray, area: NDArray, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return (S, 3) points spread evenly over triangles (T, 3, 3), and their unit normals."""
    ends = np.cumsum(area)
    if not len(ends) or ends[-1] <= 0:
        return np.zeros((POINTS, 3)), np.tile([0.0, 0.0, 1.0], (POINTS, 1))
    at = (np.arange(_SAMPLES) + 0.5) / _SAMPLES * ends[-1]
    owner = np.minimum(np.searchsorted(ends, at), len(ends) - 1)
    u, v = rng.random((2, _SAMPLES, 1))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    a, b, c = (corners[owner, k] for k in range(3))
    normal = cross[owner] / np.maximum(2 * area[owner, None], 1e-12)
    return a + u * (b - a) + v * (c - a), normal


def cell_of(unit: NDArray) -> NDArray:
    """Return the (..., 3) cells of points in boxes whose sides are -1 to 1."""
    return np.clip(((unit + 1) * (CELLS / 2)).astype(int), 0, CELLS - 1)
