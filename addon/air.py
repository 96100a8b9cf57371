"""Light and air of a layout: lamps, the world's sky, fog, water, rain and snow.

All of it is what an artist would set up by hand: a world with a gradient, a box with a volume
shader, a plane with a water shader, points moved by a few geometry nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import bpy
import numpy as np
from bpy.types import Node, NodeSocket, NodeTree, Object, World
from mathutils import Matrix, Vector

from ..ml.kit.form import Form
from ..ml.kit.paint import Paint
from ..ml.layout.plan import Atmosphere, Layout, Light
from .shell import New
from .surfaces import Surfaces, new_material, nodes_of

_MOST_DROPS = 6000


def build(layout: Layout, surfaces: Surfaces, new: New, items: list[Object | None]) -> World:
    """Make lights and air, and return the world, which is not yet the scene's."""
    for light in layout.lights:
        _lamp(light, surfaces, new, items)
    air, reach = layout.atmosphere, max(layout.ground.extent, 5.0)
    if air.fog > 1e-4:
        _fog(layout, surfaces, new)
    if air.water_level is not None:
        _water(layout, surfaces, new, reach)
    if air.underwater and air.caustics > 0.05:
        _shafts(layout, surfaces, new, reach)
    for name, amount in (("Rain", air.rain), ("Snow", air.snow), ("Dust", air.dust)):
        if amount > 0.01:
            _falling(name, amount, layout, surfaces, new)
    return _world(air, surfaces)


def _lamp(light: Light, surfaces: Surfaces, new: New, items: list[Object | None]) -> None:
    kind = light.type.upper()
    data = surfaces.own(bpy.data.lights.new(light.name, kind))
    data.color, data.energy = light.colour, light.energy
    if kind == "SUN":
        data.angle = math.radians(light.size)
    elif kind == "AREA":
        data.shape, data.size = "SQUARE", max(light.size, 0.01)
    else:
        data.shadow_soft_size = max(light.size, 0.01)
    lamp = new(light.name, data, "Lights")
    way = Vector(light.target) - Vector(light.pos)
    turn = way.to_track_quat("-Z", "Y") if way.length > 1e-6 else Vector((0, 0, -1)).to_track_quat()
    lamp.matrix_world = Matrix.Translation(light.pos) @ turn.to_matrix().to_4x4()
    carrier = items[light.item] if 0 <= light.item < len(items) else None
    if carrier is not None:  # where the lamp is moved, its light goes with it
        lamp.parent = carrier
        lamp.matrix_parent_inverse = carrier.matrix_basis.inverted()


def _world(air: Atmosphere, surfaces: Surfaces) -> World:
    world = surfaces.own(bpy.data.worlds.new("Layout Sky"))
    world.color = air.horizon
    tree = nodes_of(world)
    output = tree.nodes.new("ShaderNodeOutputWorld")
    sky = tree.nodes.new("ShaderNodeBackground")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    place = tree.nodes.new("ShaderNodeTexCoord")
    for k, node in enumerate((output, sky, ramp, split, place)):
        node.location = (-220 * k, 0)
    sky.inputs["Strength"].default_value = air.sky_strength
    low, high = ramp.color_ramp.elements[0], ramp.color_ramp.elements[1]
    low.position, high.position = 0.0, 0.55
    low.color, high.color = (*air.horizon, 1.0), (*air.sky, 1.0)
    tree.links.new(place.outputs["Generated"], split.inputs[0])
    tree.links.new(split.outputs["Z"], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], sky.inputs["Color"])
    tree.links.new(sky.outputs[0], output.inputs["Surface"])
    return world


def _fog(layout: Layout, surfaces: Surfaces, new: New) -> None:
    """Fill a box with a volume; a height makes it thin out upwards."""
    air, reach = layout.atmosphere, max(layout.ground.extent, 5.0)
    top = max(air.fog_height * 2.5 if air.fog_height > 0 else 0.0, layout.room.height + 3.0)
    if air.underwater and air.water_level is not None:
        top = air.water_level
    form = Form()
    form.box((-reach, -reach, -1.0), (reach, reach, top), "glass")
    mesh = surfaces.mesh(object(), "Fog", form.finish())
    mesh.materials.clear()
    material = surfaces.own(new_material("Fog", Paint(air.fog_colour, alpha=0.0)))
    tree = material.node_tree
    output = next(n for n in tree.nodes if n.bl_idname == "ShaderNodeOutputMaterial")
    tree.nodes.remove(next(n for n in tree.nodes if n.bl_idname == "ShaderNodeBsdfPrincipled"))
    volume = tree.nodes.new("ShaderNodeVolumePrincipled")
    volume.location = (-300, 0)
    volume.inputs["Color"].default_value = (*air.fog_colour, 1.0)
    volume.inputs["Density"].default_value = air.fog
    tree.links.new(volume.outputs[0], output.inputs["Volume"])
    if air.fog_height > 0:
        _thin_out(tree, volume, air)
    mesh.materials.append(material)
    box = new("Fog", mesh, "Atmosphere")
    box.display_type = "BOUNDS"
    box.hide_select = True


def _thin_out(tree: NodeTree, volume: bpy.types.Node, air: Atmosphere) -> None:
    place = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    span = tree.nodes.new("ShaderNodeMapRange")
    for node, x in ((span, -520), (split, -720), (place, -920)):
        node.location = (x, -160)
    for name, value in zip(
        ("From Min", "From Max", "To Min", "To Max"),
        (0, air.fog_height * 2, air.fog, 0),
        strict=True,
    ):
        span.inputs[name].default_value = value
    tree.links.new(place.outputs["Object"], split.inputs[0])
    tree.links.new(split.outputs["Z"], span.inputs["Value"])
    tree.links.new(span.outputs[0], volume.inputs["Density"])


def _water(layout: Layout, surfaces: Surfaces, new: New, reach: float) -> None:
    level, paint = layout.atmosphere.water_level, surfaces.paint("water")
    clear = Paint(paint.colour, 0.05, 0.0, 0.0, min(paint.alpha, 0.75))
    material = surfaces.own(new_material("Water", clear))
    tree = material.node_tree
    shader = next(n for n in tree.nodes if n.bl_idname == "ShaderNodeBsdfPrincipled")
    noise, bump = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeBump")
    noise.location, bump.location = (-800, -200), (-560, -200)
    noise.inputs["Scale"].default_value = 0.9
    noise.inputs["Detail"].default_value = 3.0
    bump.inputs["Strength"].default_value = 0.25
    tree.links.new(noise.outputs[0], bump.inputs["Height"])
    tree.links.new(bump.outputs[0], shader.inputs["Normal"])
    shader.inputs["IOR"].default_value = 1.33
    verts = [(-reach, -reach, 0), (reach, -reach, 0), (reach, reach, 0), (-reach, reach, 0)]
    faces = [(0, 1, 2, 3)] if not layout.atmosphere.underwater else [(3, 2, 1, 0)]
    mesh = surfaces.polygons("Water", np.array(verts), faces, "water")
    mesh.materials.clear()
    mesh.materials.append(material)
    plane = new("Water", mesh, "Atmosphere")
    plane.location.z = level


def _shafts(layout: Layout, surfaces: Surfaces, new: New, reach: float) -> None:
    """Hang a few pale shafts of light in the water."""
    air, rng = layout.atmosphere, np.random.default_rng(layout.seed)
    top = air.water_level if air.water_level is not None else layout.room.height + 6.0
    if layout.room.walled and layout.room.roofed:
        top = min(top, layout.room.height - 0.05)
    form = Form()
    outline = np.asarray(layout.room.outline or [(-reach, -reach), (reach, reach)], float)
    low, high = outline.min(axis=0) * 0.85, outline.max(axis=0) * 0.85
    for _ in range(round(4 + 5 * air.caustics)):
        x, y = rng.uniform(low, high)
        wide = rng.uniform(0.15, 0.5)
        lean = np.array([0.25, 0.12]) * top * 0.4
        inward = np.clip((x - lean[0], y - lean[1]), low, high)
        form.tube([(*inward, top), (x, y, 0.1)], [wide * 0.5, wide], "glow", 8)
    colour = tuple(min(1.0, 0.5 * c + 0.5) for c in air.horizon)
    material = surfaces.own(new_material("Light Shafts", Paint(colour, 1.0, 0.0, 1.0, 0.05)))
    mesh = surfaces.mesh(object(), "Light Shafts", form.finish())
    mesh.materials.clear()
    mesh.materials.append(material)
    shafts = new("Light Shafts", mesh, "Atmosphere")
    shafts.visible_shadow = False
    shafts.hide_select = True


# length and radius in metres, metres a second, drops a cubic metre at full strength
_KINDS = {
    "Rain": (0.5, 0.006, 7.5, 1.3),
    "Snow": (0.04, 0.02, 1.1, 0.7),
    "Dust": (0.016, 0.008, 0.05, 0.4),
}


def _falling(name: str, amount: float, layout: Layout, surfaces: Surfaces, new: New) -> None:
    """Make points that fall for ever through a box, each with a drop or a flake on it."""
    length, wide, speed, density = _KINDS[name]
    outline = np.asarray(layout.room.outline or [(-8, -8), (8, 8)], float)
    low, high = outline.min(axis=0), outline.max(axis=0)
    indoors = layout.room.walled and layout.room.roofed
    border = 0.0 if name == "Dust" and indoors else 4.0
    low, high = low - border, high + border
    top = max(layout.room.height, 6.0) if not indoors else layout.room.height
    volume = float(np.prod(high - low) * top)
    count = int(min(_MOST_DROPS, volume * density * amount))
    rng = np.random.default_rng([layout.seed, len(name)])
    points = rng.uniform((*low, 0.0), (*high, top), (count, 3))
    if indoors and name != "Dust":  # it falls beside the house, and is seen through its windows
        from .shell import _distance

        points = points[_distance(outline, points[:, :2]) > 0.4]
    if not len(points):
        return
    mesh = surfaces.polygons(name, points, [], "glass")
    cloud = new(name, mesh, "Atmosphere")
    paint = Paint(
        (0.85, 0.9, 1.0),
        0.2,
        0.0,
        0.25 if name == "Rain" else 0.4,
        0.75 if name == "Rain" else 0.9,
    )
    material = surfaces.own(new_material(f"{name} Drops", paint))
    modifier = cloud.modifiers.new(name, "NODES")
    modifier.node_group = surfaces.own(_fall_nodes(name, (length, wide), speed, top, material))
    cloud.hide_select = True


def _fall_nodes(name: str, shape: tuple, speed: float, top: float, material) -> NodeTree:
    """Return geometry nodes: z = wrap(z - speed × seconds), and a drop or flake on every point."""
    tree = bpy.data.node_groups.new(f"Layout {name}", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    at = iter(range(40))

    def node(kind: str, **values: object) -> Node:
        made = tree.nodes.new(kind)
        made.location = (180 * next(at) - 900, 0)
        for key, value in values.items():
            setattr(made, key, value)
        return made

    link = tree.links.new
    source, result = node("NodeGroupInput"), node("NodeGroupOutput")
    clock, place = node("GeometryNodeInputSceneTime"), node("GeometryNodeInputPosition")
    fallen = node("ShaderNodeMath", operation="MULTIPLY")
    fallen.inputs[1].default_value = speed
    split, height = node("ShaderNodeSeparateXYZ"), node("ShaderNodeMath", operation="SUBTRACT")
    wrap = node("ShaderNodeMath", operation="WRAP")
    wrap.inputs[1].default_value, wrap.inputs[2].default_value = top, 0.0
    moved, points = node("ShaderNodeCombineXYZ"), node("GeometryNodeMeshToPoints")
    put = node("GeometryNodeSetPosition")
    if name == "Rain":
        drop = node("GeometryNodeMeshCone")
        values = {"Vertices": 4, "Radius Top": 0.0, "Radius Bottom": shape[1], "Depth": shape[0]}
    else:
        drop = node("GeometryNodeMeshIcoSphere")
        values = {"Radius": shape[1], "Subdivisions": 1}
    for key, value in values.items():
        drop.inputs[key].default_value = value
    paint, copies = node("GeometryNodeSetMaterial"), node("GeometryNodeInstanceOnPoints")
    paint.inputs["Material"].default_value = material
    link(source.outputs[0], points.inputs[0])
    link(points.outputs[0], put.inputs[0])
    link(place.outputs[0], split.inputs[0])
    link(clock.outputs["Seconds"], fallen.inputs[0])
    link(split.outputs["Z"], height.inputs[0])
    link(fallen.outputs[0], height.inputs[1])
    link(height.outputs[0], wrap.inputs[0])
    for axis in "XY":
        link(split.outputs[axis], moved.inputs[axis])
    link(wrap.outputs[0], moved.inputs["Z"])
    link(moved.outputs[0], put.inputs["Position"])
    link(put.outputs[0], copies.inputs["Points"])
    link(drop.outputs["Mesh"], paint.inputs[0])
    link(paint.outputs[0], copies.inputs["Instance"])
    link(copies.outputs[0], result.inputs[0])
    link(_smaller_before_the_lens(node, link, place), copies.inputs["Scale"])
    return tree


def _smaller_before_the_lens(node: Callable, link: Callable, place: Node) -> NodeSocket:
    """Return the scale of what falls at `place`: before the lens it would look like stones."""
    lens, spot, away = (
        node("GeometryNodeInputActiveCamera"),
        node("GeometryNodeObjectInfo"),
        node("ShaderNodeVectorMath", operation="DISTANCE"),
    )
    spot.transform_space = "RELATIVE"
    smaller = node("ShaderNodeMapRange")
    for key, value in zip(
        ("From Min", "From Max", "To Min", "To Max"), (0.5, 5.0, 0.12, 1.0), strict=True
    ):
        smaller.inputs[key].default_value = value
    link(lens.outputs[0], spot.inputs["Object"])
    link(place.outputs[0], away.inputs[0])
    link(spot.outputs["Location"], away.inputs[1])
    link(away.outputs["Value"], smaller.inputs["Value"])
    return smaller.outputs[0]
