"""The shell of a place: ground, floor, walls with their doors and windows, ceiling."""

from __future__ import annotations

import math
from collections.abc import Callable

import bpy
import numpy as np
from bpy.types import Object
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ..ml.kit.form import Form
from ..ml.layout.picture import WALL, ground_role, houses_behind, wall_parts
from ..ml.layout.plan import Layout, Opening
from .surfaces import Surfaces

_DEEP = 0.12  # metres of floor and ceiling slabs
_ROLL = 0.7  # metres by which open ground rises and falls beyond the place

COPLANAR = 0.002
"""Metres: what is nearer to the layout's ground flickers with it."""
SUNK = 0.003
_LEAST_FLOOR = 0.5

New = Callable[[str, object, str], Object]
"""Makes an object: (name, data, collection's key)."""


def build(layout: Layout, surfaces: Surfaces, new: New, sunk: float = 0.0) -> None:
    """Make all of the shell; nothing of it is above z = 0 inside the outline but walls.

    `sunk` metres lower, and even, lies the ground where the artist has a floor of their own.
    """
    if len(layout.room.outline) >= 3:
        if layout.room.walled:
            _walls(layout, surfaces, new)
        if layout.room.walled and layout.room.roofed:
            ceiling = _slab(layout, surfaces, new, "Ceiling", layout.room.height, "plaster")
            ceiling.hide_viewport = True  # one looks into the room from above; renders show it
    _houses(layout, surfaces, new)
    _ground(layout, surfaces, new, sunk)


def _houses(layout: Layout, surfaces: Surfaces, new: New) -> None:
    """Give a street's fronts the houses that they belong to, outside the outline."""
    for number, (frame, half, role) in enumerate(houses_behind(layout)):
        form = Form()
        form.box(tuple(-half), tuple(half), role)
        name = f"{'Roof' if number % 2 else 'House'} {number // 2 + 1}"
        house = new(name, surfaces.mesh(object(), name, form.finish()), "Structure")
        house.matrix_world = Matrix([[*frame[:3, k], frame[3][k]] for k in range(3)]).to_4x4()


def _ring(layout: Layout) -> NDArray:
    """Return the outline moved out by the walls' thickness, so that slabs carry the walls."""
    outline = np.asarray(layout.room.outline, float)
    before, after = np.roll(outline, 1, axis=0), np.roll(outline, -1, axis=0)
    out = []
    for a, b, c in zip(before, outline, after, strict=True):
        u, v = (
            (b - a) / max(np.linalg.norm(b - a), 1e-9),
            (c - b) / max(np.linalg.norm(c - b), 1e-9),
        )
        n = np.array([u[1] + v[1], -u[0] - v[0]])
        out.append(b + n * WALL / max(1 + u @ v, 0.2))
    return np.array(out)


def _slab(layout: Layout, surfaces: Surfaces, new: New, name: str, low: float, role: str) -> Object:
    form = Form()
    form.prism(_ring(layout), 0.0, _DEEP, role)
    slab = new(name, surfaces.mesh(object(), name, form.finish()), "Structure")
    slab.location.z = low
    return slab


def _walls(layout: Layout, surfaces: Surfaces, new: New) -> None:
    outline = np.asarray(layout.room.outline, float)
    for k, (a, b) in enumerate(zip(outline, np.roll(outline, -1, axis=0), strict=True)):
        if np.linalg.norm(b - a) < 1e-6:
            continue
        form = Form()
        for start, end, low, high in wall_parts(layout, k):
            form.box((start, -WALL, low), (end, 0, high), "plaster")
            if low == 0.0 and high > 1.0:
                # A skirting would stand in the way of furniture, so it is set into the wall's foot.
                form.box((start, -WALL - 0.015, 0), (end, -WALL, min(0.3, high * 0.1)), "paint")
        mesh = surfaces.mesh(object(), f"Wall {k + 1}", form.finish())
        wall = new(f"Wall {k + 1}", mesh, "Structure")
        turn = math.atan2(*(b - a)[::-1])
        wall.matrix_world = Matrix.Translation((*a, 0)) @ Matrix.Rotation(turn, 4, "Z")
    for n, opening in enumerate(layout.room.openings, 1):
        if opening.kind != "gap":
            _opening(opening, n, surfaces, new)


def _opening(opening: Opening, number: int, surfaces: Surfaces, new: New) -> None:
    """Frame a door or window; a door's leaf stands open against the wall's outside."""
    a, b = np.asarray(opening.start, float), np.asarray(opening.end, float)
    width, tall = float(np.linalg.norm(b - a)), opening.high - opening.low
    if width < 0.05 or tall < 0.05:
        return
    t, form = min(0.06, width * 0.1), Form()
    form.box((0, -WALL - 0.02, 0), (t, 0, tall), "dark wood", 0.01)
    form.box((width - t, -WALL - 0.02, 0), (width, 0, tall), "dark wood", 0.01)
    form.box((t, -WALL - 0.02, tall - t), (width - t, 0, tall), "dark wood", 0.01)
    if opening.kind == "window":
        form.box((0, -WALL - 0.06, 0), (width, 0, t), "dark wood", 0.01)
        form.box((t, -WALL * 0.55, t), (width - t, -WALL * 0.45, tall - t), "glass")
        form.box((width / 2 - 0.02, -WALL * 0.6, t), (width / 2 + 0.02, -WALL * 0.4, tall - t),
                 "dark wood")  # fmt: skip
    else:
        leaf, side = width - 2 * t, -WALL - 0.03
        form.box((-leaf, side - 0.05, 0.01), (0, side, tall - t), "wood", 0.01)
        for low, high in ((0.08, 0.45), (0.52, 0.9)):
            form.box((-leaf * 0.85, side - 0.065, tall * low), (-leaf * 0.15, side - 0.05,
                     tall * high), "wood", 0.01)  # fmt: skip
    name = f"{opening.kind.capitalize()} {number}"
    frame = new(name, surfaces.mesh(object(), name, form.finish()), "Structure")
    way = b - a
    turn = math.atan2(way[1], way[0])
    frame.matrix_world = Matrix.Translation((*a, opening.low)) @ Matrix.Rotation(turn, 4, "Z")


def _ground(layout: Layout, surfaces: Surfaces, new: New, sunk: float) -> None:
    role = ground_role(layout)
    if layout.room.walled and layout.room.roofed and len(layout.room.outline) >= 3:
        floor = _slab(layout, surfaces, new, "Floor", -_DEEP - sunk, role)
        floor["understudy_ground"] = True
        return
    verts, faces = terrain(layout)
    if sunk:
        verts[:, 2] = -sunk
    mesh = surfaces.polygons("Ground", verts, faces, role)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    ground = new("Ground", mesh, "Structure")
    ground["understudy_ground"] = True


def terrain(layout: Layout, steps: int = 64) -> tuple[NDArray, list[tuple[int, ...]]]:
    """Return vertices and faces of open ground: flat inside the outline, rolling beyond it."""
    outline = np.asarray(layout.room.outline or [(0, 0)], float)
    middle, reach = outline.mean(axis=0), max(layout.ground.extent, 4.0)
    # Closer rings near the place, where the ground is seen best.
    radii = reach * np.linspace(0, 1, 25)[1:] ** 1.4
    angles = np.arange(steps) * 2 * np.pi / steps
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    flat = np.concatenate([middle[None], *(middle + ring * r for r in radii)])
    far = np.maximum(_distance(outline, flat) - 1.0, 0.0)
    rng = np.random.default_rng(layout.seed)
    waves, phase = rng.normal(0, 0.16, (5, 2)), rng.uniform(0, 6, 5)
    noise = np.sin(flat @ waves.T + phase).mean(axis=1)
    even = layout.ground.kind in ("floor", "street", "metal", "water", "wood")
    height = np.zeros(len(flat)) if even else _ROLL * noise * (1 - np.exp(-far / 6.0))
    faces: list[tuple[int, ...]] = [(0, 1 + i, 1 + (i + 1) % steps) for i in range(steps)]
    for k in range(len(radii) - 1):
        a, b = 1 + k * steps, 1 + (k + 1) * steps
        for i in range(steps):
            j = (i + 1) % steps
            faces.append((a + i, b + i, b + j, a + j))
    return np.column_stack([flat, height]), faces


def _distance(outline: NDArray, points: NDArray) -> NDArray:
    """Return (N,) metres from points to an outline, 0 inside."""
    inside = np.zeros(len(points), bool)
    nearest = np.full(len(points), np.inf)
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        way = b - a
        share = np.clip((points - a) @ way / max(way @ way, 1e-12), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(points - a - share[:, None] * way, axis=1))
        crosses = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        rise = way[1] if abs(way[1]) > 1e-12 else 1e-12
        inside ^= crosses & (points[:, 0] < a[0] + (points[:, 1] - a[1]) / rise * way[0])
    return np.where(inside, 0.0, nearest)


def own_floors(scene: bpy.types.Scene, owned: str) -> list[str]:
    """Return the names of the artist's meshes with faces where the layout's ground would lie.

    Two faces in one plane flicker, so the layout's ground has to give way.
    """
    graph, found = bpy.context.evaluated_depsgraph_get(), []
    for obj in artist_objects(scene, owned):
        corners = np.array([obj.matrix_world @ Vector(c) for c in obj.bound_box])
        low, high = corners.min(axis=0), corners.max(axis=0)
        if low[2] > COPLANAR or high[2] < -COPLANAR or (high - low)[:2].min() < _LEAST_FLOOR:
            continue
        if obj.type == "MESH" and _flat_area(obj.evaluated_get(graph)) > _LEAST_FLOOR**2:
            found.append(obj.name)
    return found


def _flat_area(obj: Object) -> float:
    """Return the square metres of a mesh's faces that lie in the plane z = 0 of the world."""
    mesh, world = obj.data, np.array(obj.matrix_world)
    mesh.calc_loop_triangles()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    triangles = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.vertices.foreach_get("co", points)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    corners = (points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])[triangles.reshape(-1, 3)]
    flat = corners[(np.abs(corners[..., 2]) < COPLANAR).all(axis=1)]
    (ux, uy), (vx, vy) = ((flat[:, k, :2] - flat[:, 0, :2]).T for k in (1, 2))
    return float(0.5 * np.abs(ux * vy - uy * vx).sum())


def artist_objects(scene: bpy.types.Scene, owned: str) -> list[Object]:
    """Return the artist's visible things that take room: meshes and the like, not ours."""
    kinds = {"MESH", "CURVE", "SURFACE", "META", "FONT", "EMPTY", "ARMATURE"}
    found = []
    for obj in scene.objects:
        if obj.type in kinds and owned not in obj and not obj.hide_render:
            if obj.type == "EMPTY" and obj.instance_collection is None:
                continue
            found.append(obj)
    return found
