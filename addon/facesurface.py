"""A character's surface as arrays, and how its shape keys and bones move points of it.

Shape keys are read as they are stored. Bones are tried: each is moved a little on the rig itself,
what follows is measured, and it is put back before anything else happens.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np
from bpy.types import Material, Object, ShapeKey
from mathutils import Matrix
from numpy.typing import NDArray

from ..ml.errors import RigError
from ..ml.face.facemap import KEY, LOCATION, TURN, Control
from .facerig import Face, axes_of, related_meshes

_DEFORM = {
    "ARMATURE", "CAST", "CORRECTIVE_SMOOTH", "CURVE", "DISPLACE", "HOOK", "LAPLACIANDEFORM",
    "LAPLACIANSMOOTH", "LATTICE", "MESH_DEFORM", "SHRINKWRAP", "SIMPLE_DEFORM", "SMOOTH",
    "SURFACE_DEFORM", "VOLUME_DISPLACE", "WARP", "WAVE", "NORMAL_EDIT", "WEIGHTED_NORMAL",
}  # fmt: skip
"""Modifiers that keep the vertices; the others are switched off while the surface is measured."""

_MOST_PIXELS = 2048 * 2048
_GREY = np.array([0.6, 0.6, 0.6])
_HELPERS = ("DEF-", "MCH-", "ORG-", "VIS_")
_NEAR = 0.35  # of the face's size: bones that begin this near to it may be its own
_STEP, _STEP_RAD = 0.01, 0.05
_STIRS = 2e-3  # of the step, below which a bone does not move the face
_RIGID = 0.3  # moves the least moved point by this share of the most moved: no part of the face
_FAR, _FAR_RAD = 0.3, 1.2
_USUAL, _USUAL_RAD = 0.08, 0.35


@dataclass
class Measured:
    """A character's surface in the frame x to its left, y up, z out of the face.

    Attributes
    ----------
    meshes : list of Object
    starts : index of each mesh's first vertex
    points, triangles, colours : as in `ml.face.raster.Surface`
    axes : (3, 3) columns of that frame in the world
    """

    meshes: list[Object]
    starts: list[int]
    points: NDArray
    triangles: NDArray
    colours: NDArray
    axes: NDArray

    def arrays(self) -> dict[str, NDArray]:
        """Return what the task that finds the face's points asks for."""
        return {"points": self.points, "triangles": self.triangles, "colours": self.colours}


def measure(face: Face) -> Measured:
    """Read the neutral surface of all the character's meshes.

    Raises
    ------
    RigError
        There is no visible mesh.
    """
    meshes = [o for o in related_meshes(face) if not o.hide_render and len(o.data.polygons)]
    if not meshes:
        raise RigError(f"{face.object.name} has no mesh that renders: show its head first")
    axes = axes_of(face.object)
    points, triangles, colours, starts, count = [], [], [], [], 0
    for mesh in meshes:
        vertices = _to_world(_basis(mesh), mesh) @ axes
        corners, shown = _triangles(mesh)
        starts.append(count)
        points.append(vertices)
        triangles.append(corners + count)
        colours.append(shown)
        count += len(vertices)
    return Measured(
        meshes,
        starts,
        np.concatenate(points),
        np.concatenate(triangles),
        np.concatenate(colours),
        axes,
    )


def _basis(mesh: Object) -> NDArray:
    keys = mesh.data.shape_keys
    return _coordinates(keys.reference_key.data if keys else mesh.data.vertices)


def _coordinates(items: object) -> NDArray:
    flat = np.empty(3 * len(items), np.float32)
    items.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(float)


def _to_world(points: NDArray, mesh: Object) -> NDArray:
    matrix = np.array(mesh.matrix_world)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _triangles(mesh: Object) -> tuple[NDArray, NDArray]:
    """Return (T, 3) vertices and (T, 3) colours."""
    data = mesh.data
    data.calc_loop_triangles()
    count = len(data.loop_triangles)
    corners, loops, slots = np.empty(3 * count, int), np.empty(3 * count, int), np.empty(count, int)
    data.loop_triangles.foreach_get("vertices", corners)
    data.loop_triangles.foreach_get("loops", loops)
    data.loop_triangles.foreach_get("material_index", slots)
    uv = None
    if data.uv_layers.active is not None:
        flat = np.empty(2 * len(data.loops), np.float32)
        data.uv_layers.active.uv.foreach_get("vector", flat)
        uv = flat.reshape(-1, 2)[loops].reshape(-1, 3, 2).mean(axis=1)
    colours = np.tile(_GREY, (count, 1))
    for index, slot in enumerate(mesh.material_slots):
        rows = slots == index
        if slot.material is not None and rows.any():
            colours[rows] = _colour(slot.material, None if uv is None else uv[rows])
    return corners.reshape(-1, 3), colours


def _colour(material: Material, uv: NDArray | None) -> NDArray:
    """Return the base colour as it is shown, of each triangle where a picture gives it."""
    colour = np.array(material.diffuse_color[:3])
    nodes = material.node_tree.nodes if material.node_tree is not None else ()
    for node in nodes:
        if node.type != "BSDF_PRINCIPLED":
            continue
        base = node.inputs["Base Color"]
        colour = np.array(base.default_value[:3])
        image = next((link.from_node.image for link in base.links if _is_picture(link)), None)
        if image is not None and uv is not None:
            return _sampled(image, uv)
    return np.clip(colour, 0.0, 1.0) ** (1 / 2.2)


def _is_picture(link: object) -> bool:
    image = getattr(link.from_node, "image", None)
    if image is None or not image.has_data:
        return False
    return 0 < image.size[0] * image.size[1] <= _MOST_PIXELS and image.channels >= 3


def _sampled(image: bpy.types.Image, uv: NDArray) -> NDArray:
    width, height = image.size
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(height, width, image.channels)
    x = np.clip((uv[:, 0] % 1.0) * width, 0, width - 1).astype(int)
    y = np.clip((uv[:, 1] % 1.0) * height, 0, height - 1).astype(int)
    return np.clip(pixels[y, x, :3], 0, 1)


def key_offsets(measured: Measured, control: Control) -> NDArray:
    """Return (V, 3): how a shape key at 1 moves the surface; still for what is no shape key."""
    out = np.zeros_like(measured.points)
    if control.kind != KEY:
        return out
    for mesh, start in zip(measured.meshes, measured.starts, strict=True):
        if mesh.name == control.owner:
            moved = _key_moves(mesh, control.name)
            out[start : start + len(moved)] = moved @ measured.axes
    return out


def _key_moves(mesh: Object, name: str) -> NDArray:
    """Return (V, 3): how a shape key at 1 moves a mesh, in the world."""
    block: ShapeKey = mesh.data.shape_keys.key_blocks[name]
    moved = _coordinates(block.data) - _coordinates(block.relative_key.data)
    if block.vertex_group in mesh.vertex_groups:
        moved *= _weights(mesh, block.vertex_group)[:, None]
    return moved @ np.array(mesh.matrix_world)[:3, :3].T


class Probe:
    """Measures how controls move the face's points.

    Attributes
    ----------
    rest : (468, 3) the points where nothing is moved
    """

    def __init__(self, face: Face, measured: Measured, triangle: NDArray, bary: NDArray) -> None:
        self._face, self._measured, self._triangle, self._bary = face, measured, triangle, bary
        corners = measured.triangles[triangle]
        self.rest = np.einsum("jk,jkc->jc", bary, measured.points[corners])
        ends = [*measured.starts[1:], len(measured.points)]
        self._parts = []
        for mesh, start, end in zip(measured.meshes, measured.starts, ends, strict=True):
            mine = ((corners >= start) & (corners < end)).all(axis=1)
            if mine.any():
                self._parts.append((mesh, np.flatnonzero(mine), corners[mine] - start))

    def with_points(self, triangle: NDArray, bary: NDArray) -> Probe:
        """Return what measures further points as well, behind these."""
        triangles = np.concatenate([self._triangle, triangle])
        return Probe(self._face, self._measured, triangles, np.concatenate([self._bary, bary]))

    @property
    def size(self) -> float:
        """Return the face's height, world units."""
        return float(np.ptp(self.rest[:, 1]))

    def of_key(self, control: Control) -> NDArray:
        """Return (468, 3): how a shape key at 1 moves the points."""
        out = np.zeros_like(self.rest)
        for mesh, rows, corners in self._parts:
            if mesh.name != control.owner:
                continue
            turned = _key_moves(mesh, control.name) @ self._measured.axes
            out[rows] = np.einsum("jk,jkc->jc", self._bary[rows], turned[corners])
        return out

    def now(self) -> NDArray:
        """Return (468, 3): where the points are as the rig stands."""
        graph = bpy.context.evaluated_depsgraph_get()
        out = self.rest.copy()
        for mesh, rows, corners in self._parts:
            shown = mesh.evaluated_get(graph)
            if len(shown.data.vertices) != len(mesh.data.vertices):
                raise RigError(
                    f"A modifier of {mesh.name} changes its vertices: switch it off in the "
                    "viewport first"
                )
            points = _to_world(_coordinates(shown.data.vertices), mesh) @ self._measured.axes
            out[rows] = np.einsum("jk,jkc->jc", self._bary[rows], points[corners])
        return out

    @contextlib.contextmanager
    def neutral(self) -> Iterator[None]:
        """Let the rig stand at rest, without modifiers that change vertices; then put all back."""
        with contextlib.ExitStack() as stack:
            for mesh, _, _ in self._parts:
                for modifier in mesh.modifiers:
                    if modifier.type not in _DEFORM and modifier.show_viewport:
                        stack.callback(setattr, modifier, "show_viewport", True)
                        modifier.show_viewport = False
                for block in mesh.data.shape_keys.key_blocks if mesh.data.shape_keys else ():
                    if block.value:
                        stack.callback(setattr, block, "value", block.value)
                        block.value = 0.0
            for posed in self._face.armature.pose.bones if self._face.armature else ():
                kept = posed.matrix_basis.copy()
                if kept != Matrix():
                    stack.callback(setattr, posed, "matrix_basis", kept)
                    posed.matrix_basis = Matrix()
            bpy.context.view_layer.update()
            yield
        bpy.context.view_layer.update()

    def moved_by(self, trials: list[dict[Control, float]]) -> list[NDArray]:
        """Return (468, 3) for each trial: how bones at these values move the points from rest."""
        out = []
        with self.neutral():
            before = self.now()
            for values in trials:
                try:
                    pose(self._face, values)
                    bpy.context.view_layer.update()
                    out.append(self.now() - before)
                finally:
                    pose(self._face, dict.fromkeys(values, 0.0))
        return out

    def bones(self) -> list[str]:
        """Return the bones that may be the face's own controls."""
        armature = self._face.armature
        if armature is None:
            return []
        axes, matrix = self._measured.axes, np.array(armature.matrix_world)
        low, high = self.rest.min(axis=0), self.rest.max(axis=0)
        reach = _NEAR * self.size
        names = []
        for bone in armature.data.bones:
            place = (matrix[:3, :3] @ np.array(bone.head_local) + matrix[:3, 3]) @ axes
            if ((place > low - reach) & (place < high + reach)).all():
                names.append(bone.name)
        controls = [name for name in names if not name.startswith(_HELPERS)]
        # A rig made for a game has deform bones and nothing else.
        return controls if len(controls) > len(names) / 8 else names

    def of_bone(self, name: str) -> dict[Control, tuple[NDArray, float]]:
        """Try a bone's channels.

        Returns
        -------
        dict
            Control to ((468, 3) motion of a unit, a value that is usual for it); empty where the
            bone moves nothing of the face, or all of it alike.
        """
        armature = self._face.armature
        posed = armature.pose.bones[name]
        scale = armature.matrix_world.to_scale().z or 1.0
        step = _STEP * self.size / scale
        usual = {LOCATION: _USUAL * self.size / scale, TURN: _USUAL_RAD}
        channels = [
            (Control(armature.name, kind, name, axis), amount)
            for kind, amount, locked in (
                (LOCATION, step, posed.lock_location),
                (TURN, _STEP_RAD, posed.lock_rotation),
            )
            for axis in range(3)
            if not locked[axis]
        ]
        out = {}
        moved = self.moved_by([{control: amount} for control, amount in channels])
        for (control, amount), motion in zip(channels, moved, strict=True):
            away = np.linalg.norm(motion, axis=1)
            if away.max() < _STIRS * _STEP * self.size:
                continue
            if away.min() > _RIGID * away.max():
                return {}
            out[control] = motion / amount, usual[control.kind]
        return out

    def range_of(self, control: Control) -> tuple[float, float]:
        """Return how far a bone's channel may go."""
        if control.kind == TURN:
            return -_FAR_RAD, _FAR_RAD
        scale = self._face.armature.matrix_world.to_scale().z or 1.0
        return -_FAR * self.size / scale, _FAR * self.size / scale


def pose(face: Face, values: dict[Control, float]) -> None:
    """Set bones' channels; all of a bone's that are not given go to rest."""
    bones: dict[str, tuple[list[float], list[float]]] = {}
    for control, value in values.items():
        if control.kind == KEY:
            continue
        location, turn = bones.setdefault(control.name, ([0.0] * 3, [0.0] * 3))
        (location if control.kind == LOCATION else turn)[control.axis] = value
    for name, (location, turn) in bones.items():
        angle = float(np.linalg.norm(turn))
        matrix = Matrix.Rotation(angle, 4, turn) if angle else Matrix()
        face.armature.pose.bones[name].matrix_basis = Matrix.Translation(location) @ matrix


def _weights(mesh: Object, group: str) -> NDArray:
    index = mesh.vertex_groups[group].index
    return np.array(
        [
            next((g.weight for g in vertex.groups if g.group == index), 0.0)
            for vertex in mesh.data.vertices
        ]
    )
