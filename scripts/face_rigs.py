"""Heads and rigs to measure face retargeting on: a Rigify face fitted to any head."""

from __future__ import annotations

import addon_utils
import bpy
import numpy as np
from mathutils import Vector

_FITTED = {
    "lip.T.L": 0, "lip.T.L.001": 269, "lip.B.L": 17, "lip.B.L.001": 405,
    "cheek.B.L": 291, "cheek.B.L.001": 427, "lid.T.L": 263, "lid.T.L.001": 388,
    "lid.T.L.002": 386, "lid.T.L.003": 384, "lid.B.L": 362, "lid.B.L.001": 381,
    "lid.B.L.002": 374, "lid.B.L.003": 390, "brow.T.L.001": 300, "brow.T.L.002": 334,
    "brow.T.L.003": 336, "brow.B.L": 446, "nose": 168, "nose.001": 5, "nose.002": 4,
    "nose.L.001": 358, "chin": 152, "chin.001": 199, "cheek.T.L.001": 330, "jaw.L": 356,
    "jaw.L.001": 397, "forehead.L": 338, "forehead.L.001": 332,
}  # fmt: skip
"""Bone of Rigify's human template, whose beginning lies on this point of the face mesh."""

_ALONG = 9  # points along a bone
_UNREACHED = 1.0  # metres

_MIRRORED = {
    0: 0, 269: 39, 17: 17, 405: 181, 291: 61, 427: 207, 263: 33, 388: 161, 386: 159, 384: 157,
    362: 133, 381: 154, 374: 145, 390: 163, 300: 70, 334: 105, 336: 107, 446: 226, 168: 168,
    5: 5, 4: 4, 358: 129, 152: 152, 199: 199, 330: 101, 356: 127, 397: 172, 338: 109, 332: 103,
}  # fmt: skip


def fit_rigify(points: np.ndarray) -> bpy.types.Object:
    """Generate Rigify's human with its face on (468, 3) points of the world.

    The template is bent by a thin-plate spline through the points that its bones lie on.
    """
    from scipy.interpolate import RBFInterpolator

    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    template = bpy.context.object
    middle = np.mean([points[p] for p, q in _MIRRORED.items() if p == q], axis=0)[0]
    here, there = [], []
    for bone, point in _FITTED.items():
        # As a rigger would: the same on both sides, whatever either side's points say.
        mirrored = (2 * middle, 0, 0) + points[_MIRRORED[point]] * (-1, 1, 1)
        place = (points[point] + mirrored) / 2
        head = template.data.bones[bone].head_local
        here.append(head[:])
        there.append(place)
        if point != _MIRRORED[point]:
            here.append((-head.x, head.y, head.z))
            there.append((2 * middle, 0, 0) + place * (-1, 1, 1))
    bend = RBFInterpolator(here, there, kernel="thin_plate_spline", smoothing=1e-6)
    here, there = np.array(here), np.array(there)
    scale = there.std(axis=0).mean() / here.std(axis=0).mean()
    bpy.ops.object.mode_set(mode="EDIT")
    face = {b.name for b in template.data.edit_bones if _of_face(b)}
    ends = {}
    for bone in template.data.edit_bones:
        ends[bone.name] = np.array([bone.head[:], bone.tail[:]])
    for bone in template.data.edit_bones:
        moved = scale * (ends[bone.name] - here.mean(axis=0)) + there.mean(axis=0)
        if bone.name in face:
            moved = bend(ends[bone.name])
        if bone.name.startswith("eye."):
            # Straight ahead: an eye that is bent looks to its target at rest, and lifts its lids.
            moved[1] = moved[0] + scale * np.subtract(*ends[bone.name][::-1])
        bone.head, bone.tail = Vector(moved[0]), Vector(moved[1])
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.pose.rigify_generate()
    rig = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o is not template)
    bpy.data.objects.remove(template)
    return rig


def _of_face(bone: bpy.types.EditBone) -> bool:
    return bone.name == "face" or any(p.name == "face" for p in bone.parent_recursive)


def bind(mesh: bpy.types.Object, rig: bpy.types.Object, *, still: np.ndarray | None = None) -> None:
    """Weight a head to the rig's face bones by the way along its skin, and bind it.

    Along the skin, since lips and lids that touch at rest belong to different bones.

    Parameters
    ----------
    still : (V,) bool, optional
        Vertices that are not skin: eyes and teeth. They go with the head, and with the jaw what
        of them lies below the lips.
    """
    points = np.array([mesh.matrix_world @ v.co for v in mesh.data.vertices])
    skin = np.ones(len(points), bool) if still is None else ~still
    names = [b.name for b in rig.data.bones if b.use_deform and _is_face(b.name)]
    edges = np.array([e.vertices[:] for e in mesh.data.edges])
    away = _along_skin(points, edges, skin, [_samples(rig, name) for name in names])
    near = away.min(axis=1, keepdims=True)
    reach = np.maximum(near, 0.004)
    weights = np.exp(-(((away - near) / (0.6 * reach)) ** 2))
    weights[weights < 0.02] = 0.0
    # Far from every face bone, the skull takes over.
    skull = np.where(skin, np.clip((near[:, 0] - 0.02) / 0.03, 0, 1), 1.0)
    weights *= ((1 - skull) / weights.sum(axis=1))[:, None]
    lips = np.mean([_samples(rig, name)[0, 2] for name in ("DEF-lip.T.L", "DEF-lip.B.L")])
    below = _below(points, edges, ~skin, lips)
    skull[below], weights[below, names.index("DEF-jaw")] = 0.0, 1.0
    mesh.vertex_groups.clear()
    for name, column in (*zip(names, weights.T, strict=True), ("DEF-spine.006", skull)):
        group = mesh.vertex_groups.new(name=name)
        for vertex in np.flatnonzero(column > 1e-3):
            group.add([int(vertex)], float(column[vertex]), "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = rig
    mesh.parent = rig


def _below(points: np.ndarray, edges: np.ndarray, of: np.ndarray, height: float) -> np.ndarray:
    """Return (V,) bool: the parts of the vertices `of` that lie below a height, as wholes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = edges[of[edges].all(axis=1)]
    graph = coo_array((np.ones(len(inside)), inside.T), (len(points),) * 2)
    _, part = connected_components(graph, directed=False)
    middle = np.bincount(part, points[:, 2]) / np.bincount(part)
    return of & (middle[part] < height)


def _is_face(name: str) -> bool:
    parts = ("lip", "lid", "brow", "nose", "cheek", "chin", "jaw", "forehead", "temple")
    return name.removeprefix("DEF-").split(".")[0] in parts


def _samples(rig: bpy.types.Object, name: str) -> np.ndarray:
    """Return (N, 3) points of the world along a bone."""
    bone = rig.data.bones[name]
    head, tail = (np.array(rig.matrix_world @ p) for p in (bone.head_local, bone.tail_local))
    return head + np.linspace(0, 1, _ALONG)[:, None] * (tail - head)


def _along_skin(
    points: np.ndarray, edges: np.ndarray, skin: np.ndarray, bones: list[np.ndarray]
) -> np.ndarray:
    """Return (V, B): the shortest way from each bone to the skin and along its edges.

    Parameters
    ----------
    edges : (E, 2) vertices; those that lie in one place count as one, whatever their seams
    skin : (V,) bool, where bones hold; elsewhere the way is long
    bones : (N, 3) points of each bone, as many of each
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    _, one, every = np.unique(points.round(6), axis=0, return_index=True, return_inverse=True)
    places, every = points[one], every.ravel()
    edges = np.unique(np.sort(every[edges[skin[edges].all(axis=1)]], axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    ways = np.linalg.norm(places[edges[:, 0]] - places[edges[:, 1]], axis=1)
    graph = coo_array((ways, edges.T), (len(places),) * 2).tocsr()
    held = np.unique(every[skin])
    gaps, nearest = cKDTree(places[held]).query(np.array(bones))
    ways = dijkstra(graph, directed=False, indices=held[nearest].ravel())
    ways = ways.reshape(*nearest.shape, -1) + gaps[..., None]
    return np.minimum(ways.min(axis=1)[:, every].T, _UNREACHED)
