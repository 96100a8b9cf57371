"""Make a Rigify human with a simple body, standing on a tiled floor, for the demo.

<python with bpy> scripts/demo_rig.py OUT.blend [--fps 30]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import addon_utils
import bmesh
import numpy as np
from mathutils import Matrix, Vector

import package

package.load()
from understudy.ml.video import open_video  # noqa: E402 - after package.load()

VOXEL_M = 0.011
SOFTNESS_M = 0.018  # how far one bone's hold on the skin fades into the next one's
# Linear colours; left and right differ so that an animator sees at once which limb is which.
COLOURS = {
    "shirt": (0.42, 0.44, 0.47),
    "left": (0.06, 0.42, 0.62),
    "right": (0.80, 0.26, 0.10),
    "trousers": (0.10, 0.13, 0.22),
    "left_leg": (0.05, 0.24, 0.42),
    "right_leg": (0.46, 0.13, 0.06),
    "skin": (0.74, 0.49, 0.36),
    "hair": (0.10, 0.06, 0.045),
    "shoes": (0.75, 0.75, 0.73),
    "eyes": (0.015, 0.015, 0.02),
}


@dataclass(frozen=True)
class Part:
    """A capsule of the body: it runs from `start` to `end` (armature space, metres)."""

    bone: str
    start: Vector
    end: Vector
    radius: float
    radius_end: float
    colour: str


def make_rig() -> bpy.types.Object:
    """Generate Rigify's human from its own template."""
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    template = bpy.context.object
    bpy.ops.pose.rigify_generate()
    rig = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o is not template)
    bpy.data.objects.remove(template)
    rig.name = rig.data.name = "Human"
    for collection in rig.data.collections_all:
        collection.is_visible = collection.is_visible and not any(
            word in collection.name for word in ("Face", "Finger", "Tweak", "Detail")
        )
    return rig


def body_parts(rig: bpy.types.Object) -> list[Part]:
    """Return the capsules that make up the body."""
    bones = rig.data.bones
    parts = []

    def add(bone, radius, radius_end, colour, offset=(0, 0, 0), stretch=1.0):
        b = bones[f"DEF-{bone}"]
        shift = Vector(offset)
        end = b.head_local.lerp(b.tail_local, stretch)
        parts.append(Part(b.name, b.head_local + shift, end + shift, radius, radius_end, colour))

    for x in (-0.07, -0.035, 0.0, 0.035, 0.07):  # a torso is broader than it is deep
        add("spine", 0.098, 0.096, "trousers", (x, -0.02, 0))
        add("spine.001", 0.093, 0.096, "shirt", (x, 0, 0))
        add("spine.002", 0.099, 0.108, "shirt", (1.1 * x, 0, 0))
        add("spine.003", 0.108, 0.078, "shirt", (1.1 * x, 0, 0), 0.7)
    add("spine.004", 0.058, 0.056, "skin")
    add("spine.005", 0.056, 0.060, "skin")
    for x in (-0.014, 0.014):
        add("spine.006", 0.080, 0.100, "skin", (x, -0.008, 0.012), 0.46)
    for side, arm, leg in (("L", "left", "left_leg"), ("R", "right", "right_leg")):
        sign = 1 if side == "L" else -1
        add(f"shoulder.{side}", 0.060, 0.072, "shirt", (0, 0.03, -0.02))
        add(f"upper_arm.{side}", 0.062, 0.054, arm)
        add(f"upper_arm.{side}.001", 0.054, 0.047, arm)
        add(f"forearm.{side}", 0.047, 0.042, arm)
        add(f"forearm.{side}.001", 0.042, 0.034, arm)
        add(f"hand.{side}", 0.036, 0.044, "skin", stretch=1.15)
        add(f"f_middle.01.{side}", 0.034, 0.026, "skin", stretch=1.6)
        add(f"thumb.02.{side}", 0.020, 0.016, "skin", stretch=1.3)
        add(f"thigh.{side}", 0.094, 0.082, leg, (-0.004 * sign, 0, -0.03))
        add(f"thigh.{side}.001", 0.082, 0.066, leg)
        add(f"shin.{side}", 0.064, 0.058, leg)
        add(f"shin.{side}.001", 0.058, 0.044, leg)
        add(f"foot.{side}", 0.052, 0.048, "shoes", (0, 0.005, 0.028))
        add(f"toe.{side}", 0.047, 0.040, "shoes", (0, -0.01, 0.026))
    parts += _heels(rig)
    return parts


def _heels(rig: bpy.types.Object) -> list[Part]:
    parts = []
    for side in "LR":
        ankle = rig.data.bones[f"DEF-foot.{side}"].head_local
        heel = Vector((ankle.x, ankle.y + 0.04, 0.046))
        ball = Vector((ankle.x, ankle.y - 0.08, 0.045))
        parts.append(Part(f"DEF-foot.{side}", heel, ball, 0.046, 0.045, "shoes"))
    return parts


def skin_mesh(parts: list[Part]) -> bpy.types.Mesh:
    """Return one smooth closed surface around all the capsules."""
    bm = bmesh.new()
    for part in parts:
        for t in np.linspace(0.0, 1.0, 9):
            radius = part.radius + (part.radius_end - part.radius) * t
            place = Matrix.Translation(part.start.lerp(part.end, t))
            bmesh.ops.create_icosphere(bm, subdivisions=2, radius=radius, matrix=place)
    rough = bpy.data.meshes.new("Rough")
    bm.to_mesh(rough)
    bm.free()
    carrier = bpy.data.objects.new("Rough", rough)
    bpy.context.scene.collection.objects.link(carrier)
    remesh = carrier.modifiers.new("Union", "REMESH")
    remesh.mode, remesh.voxel_size = "VOXEL", VOXEL_M
    smooth = carrier.modifiers.new("Smooth", "SMOOTH")
    smooth.factor, smooth.iterations = 0.5, 14
    bpy.context.view_layer.update()
    evaluated = carrier.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = bpy.data.meshes.new_from_object(evaluated)
    bpy.data.objects.remove(carrier)
    bpy.data.meshes.remove(rough)
    mesh.name = "Body"
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    return mesh


def distances(points: np.ndarray, parts: list[Part]) -> np.ndarray:
    """Return the (V, P) signed distance in metres of points (V, 3) to each capsule."""
    out = np.empty((len(points), len(parts)))
    for column, part in enumerate(parts):
        start, axis = np.array(part.start), np.array(part.end - part.start)
        t = np.clip((points - start) @ axis / max(axis @ axis, 1e-9), 0.0, 1.0)
        radius = part.radius + (part.radius_end - part.radius) * t
        out[:, column] = np.linalg.norm(points - start - t[:, None] * axis, axis=1) - radius
    return out


def bind(body: bpy.types.Object, rig: bpy.types.Object, parts: list[Part]) -> None:
    """Weight the skin to the bones by distance, and colour it by the nearest part."""
    mesh = body.data
    points = np.empty(len(mesh.vertices) * 3)
    mesh.vertices.foreach_get("co", points)
    far = distances(points.reshape(-1, 3), parts)
    weight = np.exp(-(far - far.min(axis=1, keepdims=True)) / SOFTNESS_M)
    names = sorted({p.bone for p in parts})
    per_bone = np.stack(
        [weight[:, [p.bone == n for p in parts]].max(axis=1) for n in names], axis=1
    )
    per_bone[per_bone < 0.05] = 0.0
    per_bone /= per_bone.sum(axis=1, keepdims=True)
    for column, name in enumerate(names):
        group = body.vertex_groups.new(name=name)
        for vertex in np.flatnonzero(per_bone[:, column]):
            group.add([int(vertex)], float(per_bone[vertex, column]), "REPLACE")
    nearest = far.argmin(axis=1)
    slots = list(COLOURS)
    for polygon in mesh.polygons:
        owners = nearest[list(polygon.vertices)]
        colour = parts[np.bincount(owners).argmax()].colour
        centre = polygon.center
        if colour == "skin" and centre.z > 1.80 and (centre.y > 0.012 or centre.z > 1.935):
            colour = "hair"
        polygon.material_index = slots.index(colour)
    body.parent = rig
    body.modifiers.new("Armature", "ARMATURE").object = rig


def add_face(rig: bpy.types.Object, materials: list[bpy.types.Material]) -> None:
    """Add eyes and a nose, so that one sees where the head is turned."""
    bm = bmesh.new()
    for x in (-0.038, 0.038):
        place = Matrix.Translation((x, -0.128, 1.868)) @ Matrix.Diagonal((1, 0.5, 1.25, 1))
        bmesh.ops.create_icosphere(bm, subdivisions=3, radius=0.0125, matrix=place)
    eyes = len(bm.faces)
    place = Matrix.Translation((0, -0.132, 1.838)) @ Matrix.Diagonal((0.8, 1.2, 1, 1))
    bmesh.ops.create_icosphere(bm, subdivisions=3, radius=0.019, matrix=place)
    bm.faces.ensure_lookup_table()
    for index, face in enumerate(bm.faces):
        face.smooth = True
        face.material_index = list(COLOURS).index("eyes" if index < eyes else "skin")
    mesh = bpy.data.meshes.new("Face")
    bm.to_mesh(mesh)
    bm.free()
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.scene.collection.objects.link(face)
    for material in materials:
        mesh.materials.append(material)
    group = face.vertex_groups.new(name="DEF-spine.006")
    group.add(list(range(len(mesh.vertices))), 1.0, "REPLACE")
    face.parent = rig
    face.modifiers.new("Armature", "ARMATURE").object = rig


def material(name: str, colour: tuple[float, float, float]) -> bpy.types.Material:
    """Return a plain material that Workbench shows in this colour."""
    made = bpy.data.materials.new(name)
    made.diffuse_color = (*colour, 1.0)
    made.roughness = 0.6
    return made


def stick_figure(rig: bpy.types.Object) -> bpy.types.Object:
    """Give a rig that has no body a stick a bone, so that a render shows it."""
    bones = [b for b in rig.data.bones if b.use_deform] or list(rig.data.bones)
    ends = np.array([b.head_local[:] for b in bones])
    thin = 0.012 * float(np.ptp(ends, axis=0).max())
    bm = bmesh.new()
    owner = bm.verts.layers.deform.verify()
    for index, bone in enumerate(bones):
        along = bone.tail_local - bone.head_local
        length = max(along.length, 1e-4)
        turn = Vector((0, 0, 1)).rotation_difference(along).to_matrix().to_4x4()
        place = Matrix.Translation(bone.head_local + along / 2) @ turn
        made = bmesh.ops.create_cone(
            bm,
            segments=8,
            radius1=max(0.08 * length, thin),
            radius2=max(0.03 * length, 0.6 * thin),
            depth=length,
            cap_ends=True,
            matrix=place,
        )
        for vertex in made["verts"]:
            vertex[owner][index] = 1.0
    mesh = bpy.data.meshes.new("Sticks")
    bm.to_mesh(mesh)
    bm.free()
    mesh.materials.append(material("sticks", COLOURS["left"]))
    figure = bpy.data.objects.new("Sticks", mesh)
    bpy.context.scene.collection.objects.link(figure)
    for bone in bones:
        figure.vertex_groups.new(name=bone.name)
    figure.parent = rig
    figure.modifiers.new("Armature", "ARMATURE").object = rig
    return figure


def add_floor(half: int = 12) -> None:
    """Add a floor of one-metre tiles, so that steps and slides can be seen."""
    bm = bmesh.new()
    bmesh.ops.create_grid(bm, x_segments=2 * half, y_segments=2 * half, size=half)
    mesh = bpy.data.meshes.new("Floor")
    bm.to_mesh(mesh)
    bm.free()
    mesh.materials.append(material("floor_light", (0.30, 0.31, 0.32)))
    mesh.materials.append(material("floor_dark", (0.25, 0.26, 0.27)))
    for polygon in mesh.polygons:
        x, y, _ = polygon.center
        polygon.material_index = (int(np.floor(x)) + int(np.floor(y))) % 2
    floor = bpy.data.objects.new("Floor", mesh)
    bpy.context.scene.collection.objects.link(floor)


def make(out: Path, fps: float, frames: int) -> None:
    """Build the scene and save it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rig = make_rig()
    parts = body_parts(rig)
    mesh = skin_mesh(parts)
    body = bpy.data.objects.new("Body", mesh)
    bpy.context.scene.collection.objects.link(body)
    materials = [material(name, colour) for name, colour in COLOURS.items()]
    for made in materials:
        mesh.materials.append(made)
    bind(body, rig, parts)
    add_face(rig, materials)
    add_floor()
    scene = bpy.context.scene
    scene.render.fps = round(fps)
    scene.render.fps_base = round(fps) / fps
    scene.frame_end = frames
    bpy.context.view_layer.objects.active = rig
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.wm.save_as_mainfile(filepath=str(out.resolve()), compress=True)


def main() -> int:
    """Make the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--like", type=Path, help="a video whose length and rate it takes")
    args = parser.parse_args()
    fps, frames = 24.0, 250
    if args.like is not None:
        with open_video(args.like) as video:
            fps = video.fps_nominal or fps
            frames = max(1, round(video.duration_s * fps))
    make(args.out, fps, frames)
    return 0


if __name__ == "__main__":
    package.end_with(main)
