"""Polygons under construction: a few solid primitives, each with rounded or broken edges.

All is in metres, Z up. Nothing here knows Blender: a form becomes a mesh in `addon.kitmesh`, and
triangles for a thumbnail in `ml.raster`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

TAU = 2.0 * np.pi


@dataclass(frozen=True)
class Solid:
    """A finished form.

    Attributes
    ----------
    verts : (V, 3) float32, metres; the box's bottom centre is the origin, the front faces +Y
    corners : (C,) int32, corner to vertex, polygon after polygon
    counts : (P,) int32, corners a polygon
    slots : (P,) int32, polygon to its entry in `roles`
    smooth : (P,) bool
    roles : names of the materials, as `ml.kit.style.ROLES`
    """

    verts: NDArray
    corners: NDArray
    counts: NDArray
    slots: NDArray
    smooth: NDArray
    roles: tuple[str, ...]

    def triangles(self) -> tuple[NDArray, NDArray]:
        """Return (T, 3) vertex numbers and (T,) polygon numbers: a fan a polygon."""
        starts = np.concatenate([[0], np.cumsum(self.counts)[:-1]])
        fans = self.counts - 2
        polygon = np.repeat(np.arange(len(fans)), fans)
        step = np.arange(fans.sum()) - np.repeat(np.cumsum(fans) - fans, fans)
        first = starts[polygon]
        places = np.stack([first, first + step + 1, first + step + 2], axis=1)
        return self.corners[places], polygon


@dataclass
class Form:
    """Collects polygons; every method adds some and returns nothing.

    Attributes
    ----------
    rng : random numbers of this form, for what is irregular
    """

    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    _verts: list[NDArray] = field(default_factory=list)
    _faces: list[tuple[int, ...]] = field(default_factory=list)
    _roles: list[str] = field(default_factory=list)
    _smooth: list[bool] = field(default_factory=list)
    _count: int = 0

    def add(
        self, verts: ArrayLike, faces: Sequence[Sequence[int]], role: str, smooth: bool = False
    ) -> None:
        """Add polygons, counter-clockwise seen from outside."""
        verts = np.asarray(verts, float).reshape(-1, 3)
        self._verts.append(verts)
        self._faces += [tuple(int(i) + self._count for i in face) for face in faces]
        self._roles += [role] * len(faces)
        self._smooth += [smooth] * len(faces)
        self._count += len(verts)

    def join(self, other: Form, at: ArrayLike = (0, 0, 0), turn: float = 0.0, scale=1.0) -> None:
        """Add another form, scaled, turned by `turn` radians about Z, then moved."""
        c, s = np.cos(turn), np.sin(turn)
        matrix = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        verts = np.concatenate(other._verts) * np.broadcast_to(scale, 3)
        self._verts.append(verts @ matrix.T + np.asarray(at, float))
        self._faces += [tuple(i + self._count for i in face) for face in other._faces]
        self._roles += other._roles
        self._smooth += other._smooth
        self._count += len(verts)

    def box(
        self,
        low: ArrayLike,
        high: ArrayLike,
        role: str,
        bevel: float = 0.0,
        top: tuple[float, float] = (1.0, 1.0),
        shift: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Add a box with chamfered edges.

        Parameters
        ----------
        low, high : (3,) corners
        bevel : width of the chamfers, kept below a third of the shortest side
        top : scale of the upper face in x and y, for legs that taper and roofs
        shift : how far the upper face leans
        """
        low, high = np.asarray(low, float), np.asarray(high, float)
        middle, half = (low + high) / 2, np.abs(high - low) / 2
        bevel = min(bevel, half.min() * 0.66)
        signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
        if bevel <= 0:
            local, faces = signs * half, _BOX
        else:
            # Three vertices a corner: one on each of the faces that meet there.
            local = np.concatenate([signs * (half - bevel * (1 - np.eye(3)[a])) for a in range(3)])
            faces = _CHAMFERED
        level = (local[:, 2:] / np.maximum(half[2], 1e-9) + 1) / 2
        local[:, :2] *= 1 + (np.asarray(top) - 1) * level
        local[:, :2] += np.asarray(shift) * level
        self.add(local + middle, faces, role)

    def block(self, middle: ArrayLike, size: ArrayLike, role: str, bevel: float = 0.0, **kw):
        """Add a box by its bottom centre and size."""
        middle, size = np.asarray(middle, float), np.asarray(size, float)
        low = middle - size * (0.5, 0.5, 0)
        self.box(low, low + size, role, bevel, **kw)

    def lathe(
        self,
        profile: ArrayLike,
        role: str,
        at: ArrayLike = (0, 0, 0),
        sides: int = 12,
        smooth: bool = True,
        squash: tuple[float, float] = (1.0, 1.0),
        turn: float = 0.0,
    ) -> None:
        """Add a turned body.

        Parameters
        ----------
        profile : (N, 2) radius and height, from the bottom up; a radius of 0 ends in a point,
            any other end is closed by a flat cap
        squash : scale in x and y
        """
        profile = np.asarray(profile, float)
        angles = np.arange(sides) * TAU / sides + turn
        ring = np.stack([np.cos(angles) * squash[0], np.sin(angles) * squash[1]], axis=1)
        rings = [np.column_stack([ring * r, np.full(sides, z)]) for r, z in profile]
        self.loft(rings, role, at, smooth)

    def loft(
        self, rings: Sequence[NDArray], role: str, at: ArrayLike = (0, 0, 0), smooth: bool = True
    ) -> None:
        """Skin closed rings of equal length, counter-clockwise seen from the far end.

        A ring whose points are all one becomes a tip; other ends get a flat cap.
        """
        rings = [np.asarray(r, float) + np.asarray(at, float) for r in rings]
        tips = [np.ptp(r, axis=0).max() < 1e-9 for r in rings]
        starts, verts, count = [], [], 0
        for ring, tip in zip(rings, tips, strict=True):
            starts.append(count)
            verts.append(ring[:1] if tip else ring)
            count += 1 if tip else len(ring)
        sides, faces = len(rings[0]), []
        after = np.roll(np.arange(sides), -1)
        for k in range(len(rings) - 1):
            a, b = starts[k], starts[k + 1]
            if tips[k] and tips[k + 1]:
                continue
            for i in range(sides):
                j = after[i]
                if tips[k]:
                    faces.append((a, b + j, b + i))
                elif tips[k + 1]:
                    faces.append((a + i, a + j, b))
                else:
                    faces.append((a + i, a + j, b + j, b + i))
        verts = np.concatenate(verts)
        sides_of = np.arange(sides)
        caps = []
        if not tips[0]:
            caps.append(tuple(starts[0] + sides_of[::-1]))
        if not tips[-1]:
            caps.append(tuple(starts[-1] + sides_of))
        first = self._count
        self.add(verts, faces, role, smooth)
        self._faces += [tuple(int(i) + first for i in cap) for cap in caps]
        self._roles += [role] * len(caps)
        self._smooth += [False] * len(caps)

    def tube(
        self,
        path: ArrayLike,
        radius: ArrayLike,
        role: str,
        sides: int = 6,
        smooth: bool = True,
        flat: float = 1.0,
    ) -> None:
        """Add a round body along a path; a radius of 0 at an end gives a point.

        Parameters
        ----------
        path : (N, 3)
        radius : one number, or one a point
        flat : scale of the section across, for blades and ribbons
        """
        path = np.asarray(path, float)
        radius = np.broadcast_to(radius, len(path))
        ahead = np.gradient(path, axis=0)
        ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
        # One reference for the whole path, so that the section does not turn on the way.
        aid = np.eye(3)[np.argmin(np.abs(ahead).max(axis=0))]
        across = np.cross(aid, ahead)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        up = np.cross(ahead, across)
        angles = np.arange(sides) * TAU / sides
        rings = [
            p + r * (np.cos(angles)[:, None] * a + flat * np.sin(angles)[:, None] * u)
            for p, r, a, u in zip(path, radius, across, up, strict=True)
        ]
        self.loft(rings, role, smooth=smooth)

    def rod(self, start: ArrayLike, end: ArrayLike, radius: float, role: str, sides: int = 6, **kw):
        """Add a straight round bar."""
        self.tube([start, end], radius, role, sides, **kw)

    def prism(
        self, outline: ArrayLike, low: float, high: float, role: str, axis: int = 2, rim: float = 0
    ) -> None:
        """Extrude a convex or gently concave outline.

        Parameters
        ----------
        outline : (N, 2), either way round; the plane is (x, y), (y, z) or (x, z) for the
            axis 2, 0 or 1
        rim : width of a chamfer round both ends
        """
        outline = np.asarray(outline, float)
        if axis == 1:  # x and z are left-handed about y
            outline = outline[:, ::-1]
        u, v = outline.T
        if u @ np.roll(v, -1) < v @ np.roll(u, -1):
            outline = outline[::-1]
        steps = [(outline, low), (outline, high)]
        if rim > 0:
            middle = outline.mean(axis=0)
            reach = np.maximum(np.ptp(outline, axis=0), 1e-6)
            small = middle + (outline - middle) * np.maximum(1 - 2 * rim / reach, 0.1)
            rim = min(rim, (high - low) / 3)
            steps = [(small, low), (outline, low + rim), (outline, high - rim), (small, high)]
        rings = []
        for plane, along in steps:
            flat = np.column_stack([plane, np.full(len(plane), along)])
            rings.append(np.roll(flat, (axis + 1) % 3, axis=1))
        self.loft(rings, role, smooth=False)

    def blob(
        self,
        middle: ArrayLike,
        radii: ArrayLike,
        role: str,
        rough: float = 0.15,
        fine: int = 2,
        smooth: bool = False,
        cut: float = -1.0,
    ) -> None:
        """Add an irregular round body, such as a rock or a crown of leaves.

        Parameters
        ----------
        rough : share of the radius by which points wander
        fine : 1 is 20 faces, 2 is 80, 3 is 320
        cut : height, of the radius, below which it is flat; -1 for nowhere
        """
        points, faces = sphere(fine)
        # A few broad waves, not noise a point: facets stay large and look hewn.
        waves = self.rng.normal(size=(5, 3)) * 1.7
        wander = np.sin(points @ waves.T + self.rng.uniform(0, TAU, 5)).mean(axis=1) * 1.6
        points = points * (1 + rough * wander)[:, None]
        points[:, 2] = np.maximum(points[:, 2], cut)
        self.add(
            points * np.broadcast_to(radii, 3) + np.asarray(middle, float), faces, role, smooth
        )

    def sheet(self, grid: NDArray, role: str, thick: float = 0.0, smooth: bool = True) -> None:
        """Add an open surface from a (rows, columns, 3) grid of points, or a slab of it.

        Rows run along the first axis; the outside is where rows × columns points.
        """
        rows, columns = grid.shape[:2]
        number = np.arange(rows * columns).reshape(rows, columns)
        quads = np.stack(
            [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1
        ).reshape(-1, 4)
        flat = grid.reshape(-1, 3)
        if thick <= 0:
            self.add(flat, quads, role, smooth)
            return
        up = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1)).reshape(-1, 3)
        up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
        total = len(flat)
        faces = [tuple(q) for q in quads] + [tuple(q[::-1] + total) for q in quads]
        edge = np.concatenate(
            [number[:, 0], number[-1, 1:], number[-2::-1, -1], number[0, -2:0:-1]]
        )
        for a, b in zip(edge, np.roll(edge, -1), strict=True):
            faces.append((b, a, a + total, b + total))
        self.add(np.concatenate([flat, flat - up * thick]), faces, role, smooth)

    def flatten(self, low: float) -> None:
        """Press what lies below a height flat onto it, so that round things stand."""
        for verts in self._verts:
            verts[:, 2] = np.maximum(verts[:, 2], low)

    def finish(self, size: tuple[float, float, float] | None = None) -> Solid:
        """Return the solid, moved and scaled so that it fills a box exactly.

        Parameters
        ----------
        size : (width, depth, height) along x, y, z; None leaves it as it was made
        """
        verts = np.concatenate(self._verts)
        if size is not None:
            low, high = verts.min(axis=0), verts.max(axis=0)
            span = high - low
            scale = np.where(span > 1e-9, np.asarray(size, float) / np.maximum(span, 1e-9), 1.0)
            verts = (verts - (low + high) / 2 * (1, 1, 0) - low * (0, 0, 1)) * scale
        roles = tuple(dict.fromkeys(self._roles))
        number = {role: i for i, role in enumerate(roles)}
        return Solid(
            verts=verts.astype(np.float32),
            corners=np.fromiter((i for face in self._faces for i in face), np.int32),
            counts=np.array([len(face) for face in self._faces], np.int32),
            slots=np.array([number[role] for role in self._roles], np.int32),
            smooth=np.array(self._smooth, bool),
            roles=roles,
        )


# Corners of a box are numbered 4x + 2y + z, with 0 for low and 1 for high.
_BOX = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def _chamfered() -> list[tuple[int, ...]]:
    """Return the faces of a chamfered box: 6 sides, 12 edges, 8 corners."""
    bit = (4, 2, 1)
    faces = [
        tuple(axis * 8 + i for i in _BOX[2 * axis + side]) for axis in range(3) for side in range(2)
    ]
    for side in _BOX:
        for a, b in zip(side, (*side[1:], side[0]), strict=True):
            if a < b:  # each edge once; the axes it does not run along meet there
                along = bit.index(a ^ b)
                p, q = (axis for axis in range(3) if axis != along)
                faces.append((p * 8 + a, p * 8 + b, q * 8 + b, q * 8 + a))
    faces += [(corner, 8 + corner, 16 + corner) for corner in range(8)]
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    points = np.concatenate([signs * (1 - 0.3 * (1 - np.eye(3)[a])) for a in range(3)])
    outward = []
    for face in faces:
        p = points[list(face)]
        normal = np.cross(p[1] - p[0], p[2] - p[0])
        outward.append(face if normal @ p.mean(axis=0) > 0 else face[::-1])
    return outward


_CHAMFERED = _chamfered()


def sphere(fine: int) -> tuple[NDArray, list[tuple[int, int, int]]]:
    """Return points and faces of an icosahedron split `fine` - 1 times, of radius 1."""
    if fine not in _SPHERES:
        if fine <= 1:
            g = (1 + 5**0.5) / 2
            points = [
                (-1, g, 0),
                (1, g, 0),
                (-1, -g, 0),
                (1, -g, 0),
                (0, -1, g),
                (0, 1, g),
                (0, -1, -g),
                (0, 1, -g),
                (g, 0, -1),
                (g, 0, 1),
                (-g, 0, -1),
                (-g, 0, 1),
            ]
            faces = [
                (0, 11, 5),
                (0, 5, 1),
                (0, 1, 7),
                (0, 7, 10),
                (0, 10, 11),
                (1, 5, 9),
                (5, 11, 4),
                (11, 10, 2),
                (10, 7, 6),
                (7, 1, 8),
                (3, 9, 4),
                (3, 4, 2),
                (3, 2, 6),
                (3, 6, 8),
                (3, 8, 9),
                (4, 9, 5),
                (2, 4, 11),
                (6, 2, 10),
                (8, 6, 7),
                (9, 8, 1),
            ]
            unit = np.array(points) / np.linalg.norm(points[0])
            _SPHERES[fine] = unit, faces
        else:
            _SPHERES[fine] = _split(*sphere(fine - 1))
    points, faces = _SPHERES[fine]
    return points.copy(), faces


def _split(points: NDArray, faces: list) -> tuple[NDArray, list[tuple[int, int, int]]]:
    points, known, out = list(points), {}, []

    def middle(a: int, b: int) -> int:
        key = min(a, b), max(a, b)
        if key not in known:
            known[key] = len(points)
            between = points[a] + points[b]
            points.append(between / np.linalg.norm(between))
        return known[key]

    for a, b, c in faces:
        ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
        out += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.array(points), out


_SPHERES: dict[int, tuple[NDArray, list]] = {}


def arc(start: float, end: float, steps: int, radius: float = 1.0, middle=(0.0, 0.0)) -> NDArray:
    """Return (steps, 2) points of an arc, angles in radians."""
    angles = np.linspace(start, end, steps)
    return np.column_stack([np.cos(angles), np.sin(angles)]) * radius + np.asarray(middle)
