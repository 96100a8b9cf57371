"""Checks of a written layout on its meshes, as Blender has them: overlaps, floating, falling.

The boxes of a Layout are checked in `ml.layout.verify`; this looks at what really stands there,
assets included, through the dependency graph and Blender's own trees and rigid bodies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import bpy
import numpy as np
from bpy.types import Object, Scene
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from ..ml.layout.kinds import KINDS
from ..ml.layout.plan import Item, Layout, Opening, Room
from ..ml.layout.space import HEAD, STEP_OVER, Space, Walk
from .scene import root_of, stored
from .surfaces import ITEM, OWNED

TOUCH = 0.01
"""Metres by which a thing may stand off from, or sink into, what carries it."""
_SHRINK = 0.003
_INWARDS = 0.02
_SETTLED = 0.05
_WALKER = 0.25
_BEFORE = 0.5
_GRAIN = 0.1
"""Metres between the points by which a triangle blocks the ground."""


@dataclass
class Body:
    """One item as triangles in the world."""

    obj: Object
    item: Item
    verts: NDArray
    triangles: NDArray

    @property
    def low(self) -> NDArray:
        """Return the lower corner of the box round it."""
        return self.verts.min(axis=0)

    @property
    def high(self) -> NDArray:
        """Return the upper corner of the box round it."""
        return self.verts.max(axis=0)


@dataclass
class Findings:
    """What is wrong, by the names of objects.

    Attributes
    ----------
    items : how many were looked at
    collisions : pairs whose surfaces cut each other
    floating : off the floor, the wall or what carries them
    sunk : below the floor
    outside : beyond the place's outline
    blocked : how many entrances have a thing before them
    walkable : share of the other entrances that can be walked to from the first
    """

    items: int = 0
    collisions: list[tuple[str, str]] = field(default_factory=list)
    floating: list[str] = field(default_factory=list)
    sunk: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    blocked: int = 0
    walkable: float = 1.0

    def counts(self) -> dict[str, int]:
        """Return the number of each fault."""
        names = ("collisions", "floating", "sunk", "outside")
        found = {n: len(getattr(self, n)) for n in names}
        return {"items": self.items, **found, "blocked": self.blocked}


def bodies(scene: Scene) -> list[Body]:
    """Return every item of the scene's layout with its evaluated triangles."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    root = root_of(scene)
    found: dict[Object, list[tuple[NDArray, NDArray]]] = {
        o: [] for o in (root.all_objects if root is not None else ()) if ITEM in o
    }
    for instance in depsgraph.object_instances:
        owner = instance.parent.original if instance.is_instance else instance.object.original
        if owner not in found or instance.object.type != "MESH":
            continue
        mesh = instance.object.data
        mesh.calc_loop_triangles()
        verts = np.empty(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", verts)
        corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
        mesh.loop_triangles.foreach_get("vertices", corners)
        matrix = np.array(instance.matrix_world)
        world = verts.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        found[owner].append((world, corners.reshape(-1, 3)))
    out = []
    for obj, parts in found.items():
        if not parts:
            continue
        starts = np.cumsum([0, *(len(v) for v, _ in parts[:-1])])
        verts = np.concatenate([v for v, _ in parts])
        triangles = np.concatenate([t + s for (_, t), s in zip(parts, starts, strict=True)])
        out.append(Body(obj, Item(**json.loads(obj[ITEM])), verts, triangles))
    return out


def check(scene: Scene) -> Findings:
    """Look at all items of the scene's layout."""
    layout, all_bodies = stored(scene), bodies(scene)
    found = Findings(items=len(all_bodies))
    if layout is None:
        return found
    found.collisions = _collisions(layout, all_bodies)
    trees: dict[int, BVHTree] = {}
    for body in all_bodies:
        _check_place(layout, body, all_bodies, trees, found)
    if layout.room.outline:
        found.blocked, found.walkable = _walk(layout.room, all_bodies)
    return found


def _walk(room: Room, all_bodies: list[Body]) -> tuple[int, float]:
    """Return (entrances that are blocked, share of the others that the first one reaches)."""
    from scipy.spatial import cKDTree

    walk = Walk(Space(room), radius=_WALKER)
    points = [_in_the_way(b) for b in all_bodies if _stops(b.item)]
    points = np.concatenate([np.zeros((0, 2)), *points])
    doors = [o for o in room.openings if o.entrance]
    shut = [_stands_before(room, o, points) for o in doors]
    if len(points):
        far = cKDTree(points).query(walk.points, distance_upper_bound=_WALKER)[0]
        walk.free &= far > _WALKER
    entries = [walk.entry(o) for o in doors]
    blocked = sum(e is None or b for e, b in zip(entries, shut, strict=True))
    known = [e for e in entries if e is not None]
    if len(known) < 2:
        return blocked, 1.0
    seen = walk.reach(known[0])
    return blocked, float(np.mean([seen[tuple(e)] for e in known[1:]]))


def _stands_before(room: Room, opening: Opening, points: NDArray) -> bool:
    """Tell whether something stands in the first half metre behind an entrance."""
    a, b = np.asarray(opening.start, float), np.asarray(opening.end, float)
    width = float(np.linalg.norm(b - a))
    way = (b - a) / max(width, 1e-9)
    inward = np.array([-way[1], way[0]])
    if (np.asarray(room.outline, float).mean(axis=0) - a) @ inward < 0:
        inward = -inward
    along, deep = (points - a) @ way, (points - a) @ inward
    return bool(((along > 0.05) & (along < width - 0.05) & (deep > 0) & (deep < _BEFORE)).any())


def _stops(item: Item) -> bool:
    kind = KINDS.get(item.kind)
    return item.support != "ceiling" and (kind is None or (kind.solid and not kind.passable))


def _in_the_way(body: Body) -> NDArray:
    """Return points (N, 2), on a body's triangles, at heights where somebody walks."""
    corners = body.verts[body.triangles]
    near = (corners[..., 2].min(axis=1) < HEAD) & (corners[..., 2].max(axis=1) > STEP_OVER)
    found = [corners[near].reshape(-1, 3)]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    for count in np.unique(np.ceil(longest[near] / _GRAIN)).astype(int):
        chosen = corners[near & (np.ceil(longest / _GRAIN) == count)]
        i, j = (n.ravel() for n in np.meshgrid(np.arange(count + 1), np.arange(count + 1)))
        i, j = i[i + j <= count] / count, j[i + j <= count] / count
        weights = np.column_stack([i, j, 1 - i - j])
        found.append((weights @ chosen).reshape(-1, 3))
    points = np.concatenate(found)
    points = points[(points[:, 2] > STEP_OVER) & (points[:, 2] < HEAD), :2]
    return np.unique(np.round(points / (_GRAIN / 4)), axis=0) * (_GRAIN / 4)


def _tree(body: Body) -> BVHTree:
    # Drawn in by a hair: faces that only touch are no collision.
    middle = (body.low + body.high) / 2
    half = np.maximum((body.high - body.low) / 2, 1e-6)
    verts = middle + (body.verts - middle) * np.maximum(1 - _SHRINK / half, 0.5)
    return BVHTree.FromPolygons(verts.tolist(), body.triangles.tolist(), all_triangles=True)


def _collisions(layout: Layout, all_bodies: list[Body]) -> list[tuple[str, str]]:
    solid = [b for b in all_bodies if b.item.kind not in KINDS or KINDS[b.item.kind].solid]
    lows, highs = (np.array([getattr(b, end) for b in solid]) for end in ("low", "high"))
    names = [item.name for item in layout.items]
    trees: dict[int, BVHTree] = {}
    pairs = []
    for i, body in enumerate(solid):
        near = (lows[i + 1 :] < highs[i]).all(axis=1) & (highs[i + 1 :] > lows[i]).all(axis=1)
        for j in np.flatnonzero(near) + i + 1:
            other = solid[j]
            if _carries(body.item, other.item, names) or _carries(other.item, body.item, names):
                continue
            for k in (i, j):
                if k not in trees:
                    trees[k] = _tree(solid[k])
            if trees[i].overlap(trees[j]):
                pairs.append((body.obj.name, other.obj.name))
    return pairs


def _carries(one: Item, other: Item, names: list[str]) -> bool:
    """Tell whether `other` hangs on or stands on `one`, and so may touch it."""
    return 0 <= other.parent < len(names) and names[other.parent] == one.name


def _check_place(
    layout: Layout,
    body: Body,
    others: list[Body],
    trees: dict[int, BVHTree],
    found: Findings,
) -> None:
    item, low, high = body.item, body.low, body.high
    name = body.obj.name
    if low[2] < -TOUCH and item.support != "water":
        found.sunk.append(name)
    if item.support == "floor" and low[2] > TOUCH:
        carrier = _below(body, others, trees)
        if carrier is None or low[2] - carrier > TOUCH:
            found.floating.append(name)
    elif item.support == "surface":
        carrier = _below(body, others, trees)
        if carrier is None or low[2] - carrier > TOUCH:
            found.floating.append(name)
    elif item.support == "ceiling":
        if abs(high[2] - layout.room.height) > 2 * TOUCH and layout.room.roofed:
            found.floating.append(name)
    elif item.support == "wall" and not _at_wall(layout.room, body, others):
        found.floating.append(name)
    if len(layout.room.outline) >= 3 and not _inside(layout.room, body):
        found.outside.append(name)


def _below(body: Body, others: list[Body], trees: dict[int, BVHTree]) -> float | None:
    """Return the height of the highest surface straight below a thing's foot; None without."""
    low = body.low
    foot = body.verts[body.verts[:, 2] < low[2] + 0.02]
    best = 0.0 if low[2] < 0.02 else None
    for number, other in enumerate(others):
        if other is body or (other.high < (*low[:2], low[2] - 0.1)).any():
            continue
        if (other.low[:2] > body.high[:2]).any():
            continue
        if number not in trees:
            trees[number] = BVHTree.FromPolygons(
                other.verts.tolist(), other.triangles.tolist(), all_triangles=True
            )
        tree = trees[number]
        middle = Vector(foot.mean(axis=0)) + Vector((0, 0, 0.05))
        for start in (
            middle,
            *(Vector(p) + Vector((0, 0, 0.05)) for p in foot[:: len(foot) // 6 + 1]),
        ):
            hit = tree.ray_cast(start, Vector((0, 0, -1)), 0.2)[0]
            if hit is not None and (best is None or hit.z > best):
                best = hit.z
    return best


def _at_wall(room: Room, body: Body, others: list[Body]) -> bool:
    """Tell whether a thing's back is at a wall, or at something large that carries it."""
    middle = (body.low + body.high)[:2] / 2
    half = np.linalg.norm(body.item.size[:2]) / 2 + 0.06
    outline = np.asarray(room.outline, float)
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        way = b - a
        share = np.clip((middle - a) @ way / max(way @ way, 1e-12), 0, 1)
        if np.linalg.norm(middle - a - share * way) <= half:
            return True
    grown = 0.06
    return any(
        o is not body and o.item.size[2] > 1.2
        and (o.low - grown < body.high).all() and (o.high + grown > body.low).all()
        for o in others
    )  # fmt: skip


def _inside(room: Room, body: Body) -> bool:
    outline = np.asarray(room.outline, float)
    points = body.verts[:, :2]
    points = points[np.unique(np.r_[points.argmin(axis=0), points.argmax(axis=0)])]
    for p in points:
        crossed, nearest = False, np.inf
        for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            way = b - a
            share = np.clip((p - a) @ way / max(way @ way, 1e-12), 0, 1)
            nearest = min(nearest, float(np.linalg.norm(p - a - share * way)))
            if (a[1] > p[1]) != (b[1] > p[1]):
                crossed ^= bool(p[0] < a[0] + (p[1] - a[1]) / way[1] * way[0])
        if not crossed and nearest > _INWARDS:
            return False
    return True


def settle(scene: Scene, seconds: float = 1.0) -> dict[str, object]:
    """Let Blender's rigid bodies act on what stands, and put everything back.

    Things on the floor and on tops are active bodies of their convex hulls; the rest is fixed.

    Returns
    -------
    items : how many could move
    moved : names of those that moved more than 5 cm
    """
    everything = [b for b in bodies(scene) if b.obj.type == "MESH"]
    loose = [b.obj for b in everything if b.item.support in ("floor", "surface")
             and (b.item.kind not in KINDS or KINDS[b.item.kind].solid)]  # fmt: skip
    hanging = [b.obj for b in everything if b.item.support not in ("floor", "surface")]
    floors = [o for o in scene.objects if o.get("understudy_ground")]
    keep_frame, keep_world = scene.frame_current, scene.rigidbody_world
    if keep_world is not None:
        return {"items": 0, "moved": [], "note": "the scene has rigid bodies of its own"}
    before = {o.name: o.matrix_world.copy() for o in loose}
    first, fps = scene.frame_start, scene.render.fps / scene.render.fps_base
    try:
        bpy.ops.rigidbody.world_add()
        world = scene.rigidbody_world
        world.collection = bpy.data.collections.new("Understudy Settle")
        world.substeps_per_frame, world.solver_iterations = 10, 20
        world.point_cache.frame_start, world.point_cache.frame_end = first, first + int(fps) + 2
        for group, kind in ((loose, "ACTIVE"), (floors + hanging, "PASSIVE")):
            for obj in group:
                world.collection.objects.link(obj)
                body = obj.rigid_body
                body.type = kind
                body.collision_shape = "CONVEX_HULL" if kind == "ACTIVE" else "MESH"
                body.use_margin, body.collision_margin = True, 0.0
                body.friction = 0.8
        for frame in range(first, first + round(seconds * fps) + 1):
            scene.frame_set(frame)
        depsgraph = bpy.context.evaluated_depsgraph_get()
        after = {o.name: o.evaluated_get(depsgraph).matrix_world.copy() for o in loose}
    finally:
        _end_world(scene)
        scene.frame_set(keep_frame)
    moved = [n for n, m in after.items()
             if (m.translation - before[n].translation).length > _SETTLED]  # fmt: skip
    return {"items": len(loose), "moved": sorted(moved)}


def _end_world(scene: Scene) -> None:
    world = scene.rigidbody_world
    if world is None:
        return
    group = world.collection
    for obj in list(group.objects) if group is not None else []:
        group.objects.unlink(obj)
    bpy.ops.rigidbody.world_remove()
    if group is not None:
        bpy.data.collections.remove(group)


def ours(scene: Scene) -> int:
    """Return how many objects of the scene a layout made."""
    return sum(OWNED in o for o in scene.objects)
