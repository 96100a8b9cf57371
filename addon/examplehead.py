"""A head that needs no download: Suzanne with the 52 ARKit shape keys, sculpted in code."""

from __future__ import annotations

import bmesh
import bpy
import numpy as np
from bpy.types import Mesh, Object, Scene

from ..ml.face.performance import NAMES

_EYE = np.array([0.35, -0.70, 0.25])
_EYE_RADIUS = 0.20
_BALL, _BALL_RADIUS = np.array([0.332, -0.574, 0.245]), 0.24
_MOUTH = np.array([0.0, -0.75, -0.78])
_JAW_Z = -0.76  # what is lower swings with the jaw
_STRENGTH = 1.4  # a cartoon's
_COLOURS = {"fur": (0.50, 0.30, 0.17), "eyes": (0.9, 0.9, 0.88), "pupils": (0.02, 0.02, 0.02)}

# Part of the face: middle, radius, for the character's left; x turns round for its right.
_PARTS = {
    "brow_inner": ((0.20, -0.75, 0.58), 0.20),
    "brow_outer": ((0.52, -0.62, 0.56), 0.20),
    "cheek": ((0.42, -0.65, -0.05), 0.24),
    "puff": ((0.28, -0.60, -0.62), 0.28),
    "nose": ((0.10, -0.85, -0.15), 0.15),
    "corner": ((0.20, -0.72, -0.76), 0.17),
    "upper": ((0.09, -0.78, -0.66), 0.13),
    "lower": ((0.09, -0.75, -0.90), 0.13),
}
# Expression without its side: part to (to the side, forward, up), in units of the head.
_MOVES = {
    "browDown": {"brow_inner": (-0.05, 0.02, -0.14), "brow_outer": (0, 0, -0.06)},
    "browOuterUp": {"brow_outer": (0, 0, 0.14)},
    "cheekSquint": {"cheek": (0, 0.04, 0.10)},
    "noseSneer": {"nose": (0.02, 0.02, 0.09), "upper": (0, 0, 0.03)},
    "mouthSmile": {"corner": (0.14, -0.02, 0.12), "cheek": (0.02, 0.02, 0.03)},
    "mouthFrown": {"corner": (0.04, 0, -0.12)},
    "mouthDimple": {"corner": (0.08, -0.06, 0.0)},
    "mouthStretch": {"corner": (0.14, -0.03, -0.03)},
    "mouthPress": {"upper": (0, -0.01, -0.04), "lower": (0, -0.01, 0.04)},
    "mouthLowerDown": {"lower": (0.01, 0.01, -0.10)},
    "mouthUpperUp": {"upper": (0.01, 0.02, 0.10)},
}
_BOTH = {
    "browInnerUp": {"brow_inner": (0.0, 0.02, 0.17)},
    "cheekPuff": {"puff": (0.16, 0.08, 0.0)},
    "mouthFunnel": {
        "corner": (-0.07, 0.05, 0),
        "upper": (0, 0.10, 0.05),
        "lower": (0, 0.10, -0.05),
    },
    "mouthPucker": {
        "corner": (-0.10, 0.08, 0),
        "upper": (-0.03, 0.12, 0),
        "lower": (-0.03, 0.12, 0),
    },
    "mouthClose": {"lower": (0, 0, 0.12)},
    "mouthRollLower": {"lower": (0, -0.08, 0.05)},
    "mouthRollUpper": {"upper": (0, -0.08, -0.05)},
    "mouthShrugLower": {"lower": (0, 0.05, 0.07)},
    "mouthShrugUpper": {"upper": (0, 0.03, 0.06)},
    "tongueOut": {"lower": (0, 0.08, 0.0)},
}
_ALONG = {"mouthLeft": 0.12, "mouthRight": -0.12}
_JAW = {"jawOpen": (0, -0.02, -0.20), "jawForward": (0, -0.12, 0), "jawLeft": (0.12, 0, 0),
       "jawRight": (-0.12, 0, 0)}  # fmt: skip


def add(scene: Scene, name: str) -> Object:
    """Put a head into a scene, one metre in size about the origin, facing -y; return it."""
    mesh, eyes = _mesh(scene)
    mesh.name = name
    head = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(head)
    _add_keys(head, eyes)
    return head


def _mesh(scene: Scene) -> tuple[Mesh, np.ndarray]:
    """Return Suzanne, once subdivided, and (V,) bool: which vertices are eyeballs."""
    plain = bpy.data.meshes.new("Suzanne")
    work = bmesh.new()
    bmesh.ops.create_monkey(work)
    work.to_mesh(plain)
    work.free()
    model = bpy.data.objects.new("Suzanne", plain)
    scene.collection.objects.link(model)
    model.modifiers.new("Subdivision", "SUBSURF").levels = 1
    view_layer = scene.view_layers[0]
    view_layer.update()
    mesh = bpy.data.meshes.new_from_object(model.evaluated_get(view_layer.depsgraph))
    bpy.data.objects.remove(model)
    bpy.data.meshes.remove(plain)
    _paint(mesh, eyes := _eyeballs(mesh))
    return mesh, eyes


def _paint(mesh: Mesh, eyes: np.ndarray) -> None:
    for name, colour in _COLOURS.items():
        material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
        material.diffuse_color = (*colour, 1.0)
        mesh.materials.append(material)
    for polygon in mesh.polygons:
        polygon.use_smooth = True
        if eyes[list(polygon.vertices)].all():
            middle = np.array(polygon.center)
            side = np.sign(middle[0])
            near = np.hypot(middle[0] - side * _EYE[0], middle[2] - _EYE[2]) < 0.07
            polygon.material_index = 2 if near else 1


def _eyeballs(mesh: Mesh) -> np.ndarray:
    """Return which vertices belong to the two separate parts of the mesh."""
    work = bmesh.new()
    work.from_mesh(mesh)
    part = np.full(len(work.verts), -1)
    for start in work.verts:
        if part[start.index] >= 0:
            continue
        todo, part[start.index] = [start], start.index
        while todo:
            for edge in todo.pop().link_edges:
                for vertex in edge.verts:
                    if part[vertex.index] < 0:
                        part[vertex.index] = start.index
                        todo.append(vertex)
    work.free()
    return part != np.bincount(part).argmax()


def _field(points: np.ndarray, part: str, side: int) -> np.ndarray:
    """Return (V,) how much each point belongs to a part, 0 to 1."""
    middle, radius = _PARTS[part]
    away = np.linalg.norm(points - np.array(middle) * [side, 1, 1], axis=1)
    return np.exp(-((away / radius) ** 2) * 1.5)


def _moved(points: np.ndarray, name: str) -> np.ndarray:
    """Return (V, 3): how an expression moves the skin."""
    if name in _JAW:
        share = np.clip((_JAW_Z - points[:, 2]) / 0.06, 0, 1) * (points[:, 1] < -0.2)
        return share[:, None] * _JAW[name]
    if name in _ALONG:
        share = np.exp(-((np.linalg.norm(points - _MOUTH, axis=1) / 0.28) ** 2))
        return share[:, None] * [_ALONG[name], 0, 0]
    if name in _BOTH:
        return _pushed(points, _BOTH[name], 1) + _pushed(points, _BOTH[name], -1)
    side = 1 if name.endswith("Left") else -1
    plain = name.removesuffix("Left").removesuffix("Right")
    return _pushed(points, _MOVES[plain], side) if plain in _MOVES else _lids(points, plain, side)


def _pushed(points: np.ndarray, moves: dict, side: int) -> np.ndarray:
    out = np.zeros_like(points)
    for part, (aside, forward, up) in moves.items():
        out += _field(points, part, side)[:, None] * [side * aside, -forward, up]
    return _STRENGTH * out


def _lids(points: np.ndarray, what: str, side: int) -> np.ndarray:
    """Return how a lid's expression moves the skin around an eye."""
    away = points - _EYE * [side, 1, 1]
    ring = np.hypot(away[:, 0], away[:, 2])
    near = np.exp(-((np.maximum(ring - _EYE_RADIUS, 0) / 0.06) ** 2)) * (points[:, 1] < -0.45)
    upper, lower = near * (away[:, 2] > 0), near * (away[:, 2] <= 0)
    out = np.zeros_like(points)
    span = np.abs(away[:, 2])
    amount = {
        "eyeBlink": (-1.55, 0.55), "eyeSquint": (-0.25, 0.45), "eyeWide": (0.35, -0.10),
        "eyeLookDown": (-0.35, -0.10), "eyeLookUp": (0.2, 0.05),
    }  # fmt: skip
    top, bottom = amount.get(what, (0.0, 0.0))
    out[:, 2] = upper * top * span + lower * bottom * span
    return out


def _before_eyeballs(points: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Return the (V, 3) motion of skin that slides over the eyeballs, not into them."""
    out = moved.copy()
    where = points + moved
    for side in (1, -1):
        ring = np.hypot(*(where - _BALL * [side, 1, 1])[:, [0, 2]].T)
        front = _BALL[1] - np.sqrt(np.maximum((1.2 * _BALL_RADIUS) ** 2 - ring**2, 0))
        inside = (ring < _BALL_RADIUS) & (where[:, 1] > front) & (points[:, 1] < _BALL[1])
        share = np.clip(np.linalg.norm(moved, axis=1) / 0.04, 0, 1)
        out[:, 1] += np.where(inside, share * (front - where[:, 1]), 0.0)
    return out


def _looks(points: np.ndarray, name: str) -> np.ndarray:
    """Return (V, 3): how an eyeball turns with eyeLook…"""
    side = 1 if name.endswith("Left") else -1
    turn = {"Up": (0, 0.3), "Down": (0, -0.3), "In": (-side * 0.35, 0), "Out": (side * 0.35, 0)}
    way = name.removeprefix("eyeLook").removesuffix("Left").removesuffix("Right")
    yaw, pitch = turn[way]
    mine = points[:, 0] * side > 0
    away = points - _EYE * [side, 1, 1] - [0, 0.12, 0]
    out = np.zeros_like(points)
    out[:, 0] = -yaw * away[:, 1]
    out[:, 2] = -pitch * away[:, 1]
    out[:, 1] = yaw * away[:, 0] + pitch * away[:, 2]
    return out * mine[:, None]


def _add_keys(head: Object, eyes: np.ndarray) -> None:
    """Give the head its shape keys."""
    points = np.array([v.co for v in head.data.vertices])
    head.shape_key_add(name="Basis")
    for name in NAMES:
        offset = _before_eyeballs(points, _moved(points, name))
        offset[eyes] = 0.0
        if name.startswith("eyeLook"):
            offset[eyes] = _looks(points[eyes], name)
        block = head.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set("co", (points + offset).astype(np.float32).ravel())
