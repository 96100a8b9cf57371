"""Writing a layout into a scene: what is made, what stays, and that it is all or nothing."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from layout_samples import item, sample
from mathutils import Vector
from understudy.addon import fcurves, layoutcheck, ledger, scene, shots
from understudy.ml.errors import UnderstudyError
from understudy.ml.layout.plan import Opening
from understudy.ml.take import Provenance

MADE = Provenance("layout", {}, {}, {"prompt": "a test room"}, 7)


def write(layout=None, **more):
    written = scene.write(bpy.context.scene, layout or sample(), MADE, **more)
    bpy.context.view_layer.update()
    return written


def contents() -> dict[str, tuple]:
    """Return every object's place and mesh, and the names of all data."""
    found = {}
    for obj in bpy.data.objects:
        mesh = obj.data if obj.type == "MESH" else None
        verts = np.zeros(0)
        if mesh is not None:
            verts = np.empty(len(mesh.vertices) * 3, np.float32)
            mesh.vertices.foreach_get("co", verts)
        matrix = tuple(round(n, 5) for row in obj.matrix_world for n in row)
        found[obj.name] = (matrix, getattr(obj.data, "name", ""), verts.tobytes())
    return found


def data_names() -> dict[str, list[str]]:
    kinds = ("objects", "meshes", "materials", "collections", "worlds", "cameras", "lights",
             "actions", "node_groups")  # fmt: skip
    return {kind: sorted(b.name for b in getattr(bpy.data, kind)) for kind in kinds}


def test_everything_is_there_named_sorted_and_in_its_place():
    written = write()
    root = scene.root_of(bpy.context.scene)
    assert {c.name for c in root.children} == {
        "Structure", "Furniture", "Props", "Lights", "Cameras", "Marks", "Atmosphere"}  # fmt: skip
    one, two = bpy.data.objects["Chair 1"], bpy.data.objects["Chair 2"]
    assert one.data == two.data  # equal things share their mesh
    assert written.cameras == 2 and written.objects == len(root.all_objects)
    for name, size in (("Table", (1.6, 0.9, 0.75)), ("Chair 1", (0.46, 0.5, 0.9))):
        assert np.allclose(bpy.data.objects[name].dimensions, size, atol=1e-4)
    assert np.allclose(bpy.data.objects["Vase"].location, (0, 0, 0.75))
    red = [s.material.diffuse_color[0] for s in bpy.data.objects["Sofa"].material_slots]
    assert max(red) == pytest.approx(0.8)
    assert bpy.data.objects["Lamp"].parent == bpy.data.objects["Floor_Lamp"]
    assert np.allclose(bpy.data.objects["Lamp"].matrix_world.translation, (2.5, -2, 1.5), atol=1e-5)


def test_cameras_move_by_few_generated_keys_that_the_ledger_knows():
    write()
    camera = bpy.data.objects["Shot 1 wide"]
    curves = fcurves.curves_of(camera)
    assert ("location", 0) in curves
    keys = fcurves.read_keys(curves["location", 0])
    assert keys["co"][:, 0].tolist() == [1.0, 48.0]
    assert ledger.report(camera.animation_data.action)["keys"]["ai"] == sum(
        len(c.keyframe_points) for c in curves.values()
    )
    assert len(fcurves.curves_of(camera.data)["lens", 0].keyframe_points) == 2
    markers = [(m.name, m.frame) for m in bpy.context.scene.timeline_markers]
    assert markers == [("Shot 1 wide", 1), ("Shot 2 close-up", 49)]
    assert bpy.context.scene.camera == camera
    # It looks at its target: the target is straight ahead.
    ahead = camera.matrix_world.to_3x3() @ Vector((0, 0, -1))
    way = np.array((0, 0, 0.7)) - np.array(camera.matrix_world.translation)
    assert np.array(ahead) @ way / np.linalg.norm(way) == pytest.approx(1, abs=1e-4)


def test_the_same_layout_gives_the_same_scene_and_leaves_nothing_behind():
    write()
    first, names = contents(), data_names()
    again = write()
    assert contents() == first
    assert data_names() == names
    assert again.replaced == again.objects


def test_what_was_moved_locked_or_added_stays():
    write()
    moved, locked = bpy.data.objects["Chair 1"], bpy.data.objects["Sofa"]
    moved.location.x = 2.5
    scene.lock(bpy.context.scene, [locked], True)
    mine = bpy.data.objects.new("Mine", bpy.data.meshes.new("Mine"))
    scene.root_of(bpy.context.scene).children["Furniture"].objects.link(mine)
    bpy.context.view_layer.update()
    kept = {item.name: item for _, item in scene.kept_items(bpy.context.scene)}
    assert set(kept) == {"Chair 1", "Sofa"}
    assert kept["Chair 1"].pos[0] == pytest.approx(2.5)
    assert kept["Chair 1"].yaw % 360 == pytest.approx(180, abs=1e-3)
    written = write(sample(seed=8))
    assert written.kept == ["Chair 1", "Sofa"]
    assert moved.location.x == 2.5 and moved.name == "Chair 1"
    assert [o.name for o in bpy.data.objects if o.name.startswith("Chair 1")] == ["Chair 1"]
    assert mine.name == "Mine" and mine.users_scene


def test_new_things_give_way_to_what_was_moved():
    write()
    bpy.data.objects["Chair 2"].location = (1.0, 1.2, 0)
    bpy.context.view_layer.update()
    other = sample(seed=9)
    other.items[2].name = "Chair 3"
    written = write(other)
    assert any("Chair 1" in note for note in written.notes)
    assert "Chair 1" not in bpy.data.objects


def test_a_failure_half_way_changes_nothing(monkeypatch):
    write()
    before, names = contents(), data_names()
    camera, world = bpy.context.scene.camera, bpy.context.scene.world

    def fail(*_args):
        raise UnderstudyError("no")

    monkeypatch.setattr(shots, "animate", fail)
    with pytest.raises(UnderstudyError):
        write(sample(seed=8))
    assert contents() == before
    assert data_names() == names
    assert (bpy.context.scene.camera, bpy.context.scene.world) == (camera, world)


def test_the_artists_scene_is_left_alone():
    own = bpy.context.scene
    own.world = bpy.data.worlds.new("Mine")
    camera = bpy.data.objects.new("My Camera", bpy.data.cameras.new("My Camera"))
    own.collection.objects.link(camera)
    own.camera = camera
    own.timeline_markers.new("Mine", frame=5).camera = camera
    write()
    assert own.camera == camera
    assert [m.name for m in own.timeline_markers] == ["Mine"]
    assert own.world.name == "Layout Sky" and "Mine" in bpy.data.worlds
    scene.remove(own)
    assert own.world.name == "Mine"
    assert [o.name for o in bpy.data.objects] == ["My Camera"]
    assert not bpy.data.materials and not bpy.data.actions and not bpy.data.node_groups


def test_the_layout_is_kept_on_its_collection():
    write()
    assert scene.stored(bpy.context.scene) == type(sample()).unpack(sample().pack())
    scene.root_of(bpy.context.scene)[scene.DATA] = "spoilt"
    assert scene.stored(bpy.context.scene) is None


def test_the_checks_find_what_is_wrong():
    write()
    fine = layoutcheck.check(bpy.context.scene).counts()
    assert fine.pop("items") == 6 and not any(fine.values())
    objects = bpy.data.objects
    objects["Chair 1"].location = (0.0, 0.2, 0)
    objects["Vase"].location.z += 0.1
    objects["Chair 2"].location.z = -0.2
    objects["Sofa"].location.x = -3.6
    bpy.context.view_layer.update()
    found = layoutcheck.check(bpy.context.scene)
    assert ("Table", "Chair 1") in found.collisions
    assert found.floating == ["Vase"]
    assert found.sunk == ["Chair 2"] and found.outside == ["Sofa"]


def test_a_thing_before_the_only_door_is_found_on_the_meshes():
    layout = sample()
    layout.items = [item("barrel", 0, -2.65)]
    layout.lights = []
    write(layout)
    found = layoutcheck.check(bpy.context.scene)
    assert found.blocked == 1 and found.counts()["blocked"] == 1
    layout.room.openings.append(Opening("door", (0.5, 3), (-0.5, 3), 0, 2.1, True))
    layout.items = [item("wall", 0, 0, size=(7.9, 0.3, 2.5))]
    write(layout)
    found = layoutcheck.check(bpy.context.scene)
    assert found.blocked == 0 and found.walkable == 0


def test_what_stands_stays_standing_and_what_hangs_in_the_air_falls():
    write()
    before = data_names()
    assert layoutcheck.settle(bpy.context.scene) == {"items": 6, "moved": []}
    bpy.data.objects["Chair 1"].location.z = 0.5
    bpy.context.view_layer.update()
    assert layoutcheck.settle(bpy.context.scene)["moved"] == ["Chair 1"]
    assert data_names() == before
    assert bpy.context.scene.rigidbody_world is None
    assert bpy.data.objects["Chair 1"].location.z == pytest.approx(0.5)


def test_rain_falls_and_never_ends():
    write()
    rain = bpy.data.objects["Rain"]

    def heights(frame: int) -> np.ndarray:
        bpy.context.scene.frame_set(frame)
        found = bpy.context.evaluated_depsgraph_get().object_instances
        return np.array([i.matrix_world.translation.z for i in found
                         if i.is_instance and i.parent.original == rain])  # fmt: skip

    first, later = heights(1), heights(25)
    assert len(first) > 50 and len(first) == len(later)
    assert np.abs(first - later).max() > 0.5
    assert later.min() >= -1e-3 and later.max() <= 6.5
