"""The artist's own assets: measured, remembered, put upright on the floor at a real size."""

from __future__ import annotations

import json
import struct

import bpy
import numpy as np
import pytest
from layout_samples import item, sample
from understudy.addon import assetfiles, assets, layoutcheck, scene
from understudy.ml.errors import UnderstudyError
from understudy.ml.take import Provenance

MADE = Provenance("layout")
CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


@pytest.fixture(autouse=True)
def _memory(tmp_path, monkeypatch):
    """Keep what is measured out of this machine's own memory."""
    monkeypatch.setattr(assets, "memory_file", lambda: tmp_path / "memory" / "assets.json")


def write_obj(path, size=(1, 1, 1), move=(0, 0, 0)):
    # An .obj file has Y up.
    lines = ["v {} {} {}".format(*((x, z, -y))) for x, y, z in CUBE * size + move]
    lines += ["f " + " ".join(str(i + 1) for i in face) for face in FACES]
    path.write_text("\n".join(lines) + "\n")


def write_blend(path, name="Barrel_old_A", scale=1.0, marked=True):
    """Write a .blend file with one asset, its scale unapplied."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata((CUBE - (0.5, 0.5, 0.5)).tolist(), [], FACES)
    obj = bpy.data.objects.new(name, mesh)
    obj.scale = (scale, scale, 2 * scale)
    if marked:
        obj.asset_mark()
    bpy.data.libraries.write(str(path), {obj}, fake_user=True)
    bpy.data.objects.remove(obj)
    bpy.data.meshes.remove(mesh)


def write_glb(path, low=(0, 0, 0), high=(1, 2, 3)):
    data = np.array([low, high, (low[0], high[1], high[2])], np.float32).tobytes()
    tree = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "scale": [2, 1, 1]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                       "min": list(low), "max": list(high)}],
        "bufferViews": [{"buffer": 0, "byteLength": len(data)}],
        "buffers": [{"byteLength": len(data)}],
    }  # fmt: skip
    head = json.dumps(tree).encode()
    head += b" " * (-len(head) % 4)
    body = struct.pack("<I4s", len(head), b"JSON") + head
    body += struct.pack("<I4s", len(data), b"BIN\0") + data
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


def test_sizes_are_those_of_the_things_as_they_stand(tmp_path):
    write_obj(tmp_path / "Chair_01.obj", (0.5, 0.6, 0.9), (5, 5, 5))
    write_blend(tmp_path / "barrel.blend", scale=3.0)
    write_glb(tmp_path / "lamp.glb")
    before = [len(getattr(bpy.data, kind)) for kind in assetfiles.KINDS]
    found = {b.name: b for b in assets.find(str(tmp_path)).boxes()}
    assert found["Chair_01"].size == pytest.approx((0.5, 0.6, 0.9), abs=1e-5)
    assert found["Barrel_old_A"].size == pytest.approx((3, 3, 6), abs=1e-5)
    assert found["lamp"].size == pytest.approx((2, 3, 2), abs=1e-5)
    assert found["Chair_01"].category == "chair" and found["Barrel_old_A"].category == "barrel"
    assert [len(getattr(bpy.data, kind)) for kind in assetfiles.KINDS] == before


def test_what_was_measured_is_remembered_until_the_file_changes(tmp_path, monkeypatch):
    write_obj(tmp_path / "chair.obj")
    assets.find(str(tmp_path))
    asked = []
    measure = assetfiles.measure
    monkeypatch.setattr(assetfiles, "measure", lambda p: asked.append(p.name) or measure(p))
    first = assets.find(str(tmp_path))
    assert asked == []
    write_obj(tmp_path / "chair.obj", (2, 2, 22.5))
    again = assets.find(str(tmp_path))
    assert asked == ["chair.obj"]
    assert first.digest() != again.digest()


def test_tags_and_descriptions_of_files_say_what_an_asset_is(tmp_path):
    mesh = bpy.data.meshes.new("Thing_0042")
    mesh.from_pydata(((CUBE - (0.5, 0.5, 0.5)) * (2, 0.9, 0.85)).tolist(), [], FACES)
    obj = bpy.data.objects.new("Thing_0042", mesh)
    obj.asset_mark()
    obj.asset_data.tags.new("sofa")
    obj.asset_data.description = "for three"
    bpy.data.libraries.write(str(tmp_path / "library.blend"), {obj}, fake_user=True)
    bpy.data.objects.remove(obj)
    for _ in ("measured", "remembered"):
        (box,) = assets.find(str(tmp_path)).boxes()
        assert box.category == "sofa" and {"sofa", "for", "three"} <= set(box.tags)


def test_broken_files_are_named_and_left_out(tmp_path):
    write_obj(tmp_path / "chair.obj")
    (tmp_path / "bad.glb").write_bytes(b"glTF....")
    (tmp_path / "bad.blend").write_bytes(b"no blend at all")
    (tmp_path / "empty.obj").write_text("# nothing\n")
    (tmp_path / "notes.txt").write_text("not an asset")
    index = assets.find(str(tmp_path))
    assert list(index.entries) == ["chair"]
    assert len(index.notes) == 1
    for name in ("bad.glb", "bad.blend", "empty.obj"):
        assert name in index.notes[0]


def test_assets_linked_from_another_file_are_used_and_missing_ones_named(tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    write_blend(away / "library.blend", "Chair_linked", marked=False)
    with bpy.data.libraries.load(str(away / "library.blend"), link=True) as (_, here):
        here.objects = ["Chair_linked"]
    holder = bpy.data.collections.new("Chair_set")
    holder.objects.link(here.objects[0])
    holder.asset_mark()
    folder = tmp_path / "mine"
    folder.mkdir()
    bpy.data.libraries.write(str(folder / "chair.blend"), {holder}, path_remap="ABSOLUTE")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    index = assets.find(str(folder))
    sizes = [e.size for e in index.entries.values()]
    assert not index.notes and np.allclose(sizes, [(1, 1, 2)], atol=1e-3)
    layout = sample()
    layout.items[1].asset = next(iter(index.entries))
    scene.write(bpy.context.scene, layout, MADE, assets.Loader(index).collection)
    bpy.context.view_layer.update()
    assert bpy.data.objects["Chair 1"].instance_collection.all_objects[0].library is not None
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    (away / "library.blend").unlink()
    (folder / "chair.blend").touch()
    broken = assets.find(str(folder))
    assert not broken.entries and "chair.blend" in broken.notes[0]
    assert not bpy.data.objects and not bpy.data.libraries


@pytest.mark.parametrize("ending", ["glb", "fbx", "obj", "usd"])
def test_every_format_is_measured_and_stands_upright(tmp_path, ending):
    mesh = bpy.data.meshes.new("Chair")
    mesh.from_pydata(((CUBE - (0.5, 0.5, 0)) * (0.5, 0.6, 0.9)).tolist(), [], FACES)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Chair", mesh))
    path = str(tmp_path / f"chair.{ending}")
    write = {
        "glb": lambda: bpy.ops.export_scene.gltf(filepath=path),
        "fbx": lambda: bpy.ops.export_scene.fbx(filepath=path),
        "obj": lambda: bpy.ops.wm.obj_export(filepath=path),
        "usd": lambda: bpy.ops.wm.usd_export(filepath=path),
    }[ending]
    try:
        write()
    except (AttributeError, RuntimeError) as exc:  # a Blender built without it
        pytest.skip(f"this Blender writes no .{ending}: {exc}")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    index = assets.find(str(tmp_path))
    assert not index.notes
    assert np.allclose(index.entries["chair"].size, (0.5, 0.6, 0.9), atol=2e-3)
    layout = sample()
    layout.items[1].asset = "chair"
    scene.write(bpy.context.scene, layout, MADE, assets.Loader(index).collection)
    bpy.context.view_layer.update()
    body = next(b for b in layoutcheck.bodies(bpy.context.scene) if b.obj.name == "Chair 1")
    assert np.allclose(body.high - body.low, layout.items[1].size, atol=5e-3)
    assert abs(body.low[2]) < 2e-3


def test_the_reason_is_told_and_not_where_in_the_code_it_was():
    exc = RuntimeError("Error: Bad file\nLocation: /x/assetfiles.py:153\n")
    assert assetfiles._reason(exc) == "Error: Bad file"
    assert assetfiles._reason(ValueError()) == "ValueError()"


def test_no_folder_is_said_plainly(tmp_path):
    with pytest.raises(UnderstudyError, match="is no folder"):
        assets.find(str(tmp_path / "missing"))
    assert not assets.find().entries


def test_assets_of_this_file_are_used_when_marked():
    mesh = bpy.data.meshes.new("Stool")
    mesh.from_pydata(CUBE.tolist(), [], FACES)
    stool = bpy.data.objects.new("Stool", mesh)
    bpy.context.scene.collection.objects.link(stool)
    assert not assets.find(libraries=True).entries
    stool.asset_mark()
    assert list(assets.find(libraries=True).entries) == ["Stool"]


@pytest.mark.parametrize("factor", [1e-5, 0.01, 1.0, 100.0, 1e5])
def test_an_asset_stands_upright_on_the_floor_in_its_box(tmp_path, factor):
    # Of what is very small, single precision far from the origin would leave nothing.
    move = np.array((7, -3, 2)) * (factor if not 0.001 < factor < 1000 else 1)
    write_obj(tmp_path / "chair.obj", np.array((0.5, 0.6, 0.9)) * factor, move)
    layout = sample()
    layout.items = [item("chair", 1.0, 1.0, size=(0.5, 0.6, 0.9), asset="chair", yaw=90.0),
                    item("table", -1, -1)]  # fmt: skip
    layout.lights = []
    loader = assets.Loader(assets.find(str(tmp_path)))
    written = scene.write(bpy.context.scene, layout, MADE, loader.collection)
    bpy.context.view_layer.update()
    assert written.instances == 1
    body = next(b for b in layoutcheck.bodies(bpy.context.scene) if b.obj.name == "Chair")
    assert np.allclose(body.low, (0.7, 0.75, 0), atol=1e-4)
    assert np.allclose(body.high, (1.3, 1.25, 0.9), atol=1e-4)
    found = layoutcheck.check(bpy.context.scene).counts()
    assert found.pop("items") == 2 and not any(found.values())


def test_assets_go_with_the_layout_and_are_loaded_once(tmp_path):
    write_blend(tmp_path / "barrel.blend")
    layout = sample()
    layout.items = [
        item("barrel", x, 0, name=f"Barrel {x}", asset="Barrel_old_A") for x in (-2, 0, 2)
    ]
    layout.lights = []
    index = assets.find(str(tmp_path))
    for _ in range(2):
        scene.write(bpy.context.scene, layout, MADE, assets.Loader(index).collection)
        assert len([c for c in bpy.data.collections if assets.SOURCE in c]) == 1
    scene.remove(bpy.context.scene)
    assert not bpy.data.objects and not bpy.data.meshes
    assert not [c for c in bpy.data.collections if assets.SOURCE in c]


def test_an_asset_that_went_missing_is_stood_in_for(tmp_path):
    write_obj(tmp_path / "chair.obj")
    index = assets.find(str(tmp_path))
    (tmp_path / "chair.obj").unlink()
    layout = sample()
    layout.items, layout.lights = [item("chair", 0, 0, asset="chair")], []
    loader = assets.Loader(index)
    written = scene.write(bpy.context.scene, layout, MADE, loader.collection)
    assert written.instances == 0 and "chair.obj" in loader.notes[0]
    assert bpy.data.objects["Chair"].type == "MESH"
