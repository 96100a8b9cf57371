"""Meshes and materials of a layout: the kit's solids as mesh data, its roles as materials.

A `Surfaces` makes each mesh and each material once; what it made is in `made`, for undoing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import bpy
import numpy as np
from bpy.types import ID, Material, Mesh
from numpy.typing import NDArray

from ..ml.kit import Solid
from ..ml.kit.paint import Paint, paints
from ..ml.layout.plan import Layout

OWNED = "understudy_layout"
"""ID property of every data-block that a layout made: the layout's own name."""

ITEM = "understudy_item"
"""ID property of an item's object: its record, JSON."""

_TEXTURED = {"stone", "dark stone", "concrete", "earth", "sand", "grass", "bark", "snow", "asphalt"}


class Surfaces:
    """Makes meshes and materials, each once.

    Attributes
    ----------
    made : every data-block made here, newest last
    names : the names they were meant to have; an earlier layout may still hold them
    """

    def __init__(self, layout: Layout, owner: str) -> None:
        self.made: list[ID] = []
        self.names: list[str] = []
        self._owner = owner
        self._paints = paints(layout.palette)
        self._materials: dict[str, Material] = {}
        self._meshes: dict[object, Mesh] = {}

    def own(self, block: ID, name: str = "") -> ID:
        """Mark a data-block as the layout's, and remember it and the `name` it should have."""
        block[OWNED] = self._owner
        self.made.append(block)
        self.names.append(name or block.name.split(".0")[0])
        return block

    def rename(self) -> None:
        """Give every data-block its name, now that an earlier layout's are gone."""
        for block, name in zip(self.made, self.names, strict=True):
            with contextlib.suppress(ReferenceError):  # what nothing used is gone too
                if block.name != name:
                    block.name = name

    def paint(self, role: str) -> Paint:
        """Return what a role, or `palette <slot>`, looks like."""
        return self._paints.get(role) or Paint((0.5, 0.5, 0.5))

    def material(self, role: str) -> Material:
        """Return the material of a role."""
        if role not in self._materials:
            name = role.removeprefix("palette ").capitalize()
            self._materials[role] = self.own(
                new_material(name, self.paint(role), role in _TEXTURED)
            )
        return self._materials[role]

    def mesh(self, key: object, name: str, solid: Solid) -> Mesh:
        """Return the mesh of a solid; the same `key` gives the same mesh."""
        if key not in self._meshes:
            mesh = self.own(new_mesh(name, solid))
            for role in solid.roles:
                mesh.materials.append(self.material(role))
            self._meshes[key] = mesh
        return self._meshes[key]

    def polygons(
        self, name: str, verts: NDArray, faces: Sequence[Sequence[int]], role: str
    ) -> Mesh:
        """Return a mesh of a few polygons, all of one role."""
        counts = np.array([len(f) for f in faces], np.int32)
        corners = np.fromiter((i for f in faces for i in f), np.int32)
        none = np.zeros(len(faces), np.int32)
        flat = none.astype(bool)
        solid = Solid(np.asarray(verts, np.float32), corners, counts, none, flat, (role,))
        return self.mesh(object(), name, solid)


def new_mesh(name: str, solid: Solid) -> Mesh:
    """Return mesh data of a solid, its material slots still empty."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(solid.verts))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(solid.verts, np.float32).ravel())
    mesh.loops.add(len(solid.corners))
    mesh.loops.foreach_set("vertex_index", solid.corners)
    mesh.polygons.add(len(solid.counts))
    starts = (np.cumsum(solid.counts) - solid.counts).astype(np.int32)
    mesh.polygons.foreach_set("loop_start", starts)
    mesh.polygons.foreach_set("material_index", solid.slots)
    mesh.polygons.foreach_set("use_smooth", solid.smooth)
    mesh.update(calc_edges=True)
    return mesh


def new_material(name: str, paint: Paint, rough: bool = False) -> Material:
    """Return a material with one Principled shader, and a little grain where it is `rough`."""
    material = bpy.data.materials.new(name)
    tree = nodes_of(material)
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    shader.location, output.location = (-300, 0), (0, 0)
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    values = {
        "Base Color": (*paint.colour, 1.0),
        "Roughness": paint.roughness,
        "Metallic": paint.metal,
        "Alpha": paint.alpha,
        "Emission Color": (*paint.colour, 1.0),
        "Emission Strength": paint.emission,
    }
    for socket, value in values.items():
        shader.inputs[socket].default_value = value
    if rough:
        _add_grain(tree, shader, paint)
    if paint.alpha < 1.0:
        material.surface_render_method = "BLENDED"  # from 4.2
    # Workbench shows this one, without emission: what shines is shown brighter.
    bright = 1.6 if paint.emission > 0 else 1.0
    material.diffuse_color = (*(min(1.0, c * bright) for c in paint.colour), paint.alpha)
    material.roughness, material.metallic = paint.roughness, min(paint.metal, 0.4)
    return material


def nodes_of(block: ID) -> bpy.types.NodeTree:
    """Return the empty node tree of a new material or world."""
    if block.node_tree is None:  # from 5.0 there always is one
        block.use_nodes = True
    block.node_tree.nodes.clear()
    return block.node_tree


def _add_grain(tree: bpy.types.NodeTree, shader: bpy.types.Node, paint: Paint) -> None:
    """Vary a colour by a broad noise, so that large faces are not of one tone."""
    place = tree.nodes.new("ShaderNodeTexCoord")
    noise = tree.nodes.new("ShaderNodeTexNoise")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    for node, x in ((ramp, -600), (noise, -800), (place, -1000)):
        node.location = (x, 0)
    noise.inputs["Scale"].default_value = 1.7
    noise.inputs["Detail"].default_value = 5.0
    low, high = ramp.color_ramp.elements[0], ramp.color_ramp.elements[1]
    low.position, high.position = 0.3, 0.7
    low.color = (*(c * 0.72 for c in paint.colour), 1.0)
    high.color = (*(min(1.0, c * 1.18) for c in paint.colour), 1.0)
    tree.links.new(place.outputs["Object"], noise.inputs["Vector"])
    tree.links.new(noise.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], shader.inputs["Base Color"])
