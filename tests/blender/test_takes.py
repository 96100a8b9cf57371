"""Takes: kept, shown, accepted and discarded, the artist's own action always safe."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from understudy.addon import actions, fcurves, takes
from understudy.addon.about import TAKE
from understudy.ml.errors import UnderstudyError
from understudy.ml.take import Channel, Provenance, Take, make_keys

HIP = 'pose.bones["hip"].location'


@pytest.fixture
def written(rig, make_take):
    """Return a rig with generated keys, active."""
    fcurves.write_take(rig, make_take())
    bpy.context.view_layer.objects.active = rig
    return rig


def keys(owner):
    return fcurves.read_keys(actions.curves_of(owner)[HIP, 0])["co"].tolist()


def test_a_kept_take_does_not_change_with_the_next_attempt(written, make_take):
    before = keys(written)
    kept = takes.keep(written)
    fcurves.write_take(written, make_take(seed=7))
    after = keys(written)
    assert before != after
    takes.show(written, kept)
    assert keys(written) == before
    assert bpy.ops.understudy.show_take(name=takes.takes_of(written)[0].name) == {"FINISHED"}
    assert keys(written) == after
    assert bpy.ops.understudy.compare_takes() == {"FINISHED"}
    assert keys(written) == before


def test_what_is_shown_moves_the_rig(written, make_take):
    """Assigning an action without its slot animates nothing, silently."""
    kept = takes.keep(written)
    fcurves.write_take(written, make_take(seed=7))
    seen = []
    for take in (kept, *[t for t in takes.takes_of(written) if t is not kept]):
        takes.show(written, take)
        bpy.context.scene.frame_set(5)
        seen.append(tuple(written.pose.bones["hip"].location))
        wanted = actions.curves_of(written)[HIP, 0].evaluate(5)
        assert seen[-1][0] == pytest.approx(wanted)
    assert seen[0] != seen[1]


def test_accepting_leaves_one_action(written):
    takes.keep(written)
    kept = takes.keep(written)
    takes.show(written, kept)
    assert bpy.ops.understudy.accept_take() == {"FINISHED"}
    assert not takes.takes_of(written)
    assert actions.action_of(written) is kept and not kept.use_fake_user


def test_the_own_action_is_kept_when_a_take_is_shown(written, tmp_path):
    own = actions.action_of(written)
    takes.show(written, takes.keep(written))
    assert own.use_fake_user and own.get(TAKE) == written.name
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert len(takes.takes_of(bpy.data.objects["Hero"])) == 2


def test_the_shown_take_cannot_be_discarded(written):
    kept = takes.keep(written)
    with pytest.raises(UnderstudyError, match="shown now"):
        takes.discard(written, actions.action_of(written))
    takes.discard(written, kept)
    assert len(takes.takes_of(written)) == 1


def test_a_discarded_take_stays_where_something_else_plays_it(written):
    kept = takes.keep(written)
    assert bpy.ops.understudy.takes_to_nla() == {"FINISHED"}
    assert all(track.mute for track in written.animation_data.nla_tracks)
    takes.discard(written, kept)
    assert kept.name in bpy.data.actions and TAKE not in kept


def test_takes_on_shape_keys(make_take):
    mesh = bpy.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.collection.objects.link(face)
    bpy.context.view_layer.objects.active = face
    face.shape_key_add(name="Basis")
    face.shape_key_add(name="jawOpen").keyframe_insert("value", frame=3)
    owner = mesh.shape_keys
    kept = takes.keep(owner)
    takes.show(owner, kept)
    assert actions.action_of(owner) is kept and len(takes.takes_of(owner)) == 2


def test_refusals_name_what_to_do(written):
    with pytest.raises(UnderstudyError, match="no take of"):
        takes.show(written, bpy.data.actions.new("Other"))
    with pytest.raises(UnderstudyError, match="shows no take"):
        takes.accept(written)
    bpy.context.view_layer.objects.active = None
    assert not bpy.ops.understudy.keep_take.poll()


def test_the_strip_colours_doubt_and_leaves_gaps():
    pytest.importorskip("gpu")
    from understudy.addon.stripdraw import quads

    corners, colours = quads(np.arange(4.0) * 10, np.array([1.0, np.nan, 0.0]), 2, 5)
    assert corners.shape == (12, 2) and colours.shape == (12, 4)
    assert corners[:6, 0].max() == 10 and corners[6:, 0].min() == 20  # nothing at 10 to 20
    assert colours[0, 1] > colours[0, 0] and colours[6, 0] > colours[6, 1]


def test_every_selected_object_is_kept_reported_and_cleared(rig, make_take):
    """Also shape keys, which have an action of their own."""
    other = bpy.data.objects.new("Head", bpy.data.meshes.new("Head"))
    bpy.context.collection.objects.link(other)
    other.data.from_pydata([(0, 0, 0)], [], [])
    for name in ("Basis", "jawOpen"):
        other.shape_key_add(name=name)
    fcurves.write_take(rig, make_take())
    moved = make_keys([1, 5], [0, 1])
    path = 'key_blocks["jawOpen"].value'
    said = Take([Channel(path, 0, "", moved)], Provenance("face", {}, {}), (1, 5))
    fcurves.write_take(other.data.shape_keys, said)
    bpy.context.view_layer.objects.active = rig
    for obj in (rig, other):
        obj.select_set(True)
    assert bpy.ops.understudy.keep_take() == {"FINISHED"}
    assert len(takes.takes_of(rig)) == len(takes.takes_of(other.data.shape_keys)) == 2
    assert bpy.ops.understudy.report_ledger() == {"FINISHED"}
    assert "jawOpen" in bpy.data.texts["AI use statement"].as_string()
    assert bpy.ops.understudy.clear_generated() == {"FINISHED"}
    assert not any(fcurves.curves_of(owner) for owner in (rig, other.data.shape_keys))


def test_a_strip_that_is_narrower_than_a_pixel_is_one_pixel():
    from understudy.addon.stripdraw import shown

    edges, seen = shown(5, 5, 300, np.array([0.9, 0.2, 0.8], np.float32))
    assert np.allclose(edges, [5, 6]) and np.allclose(seen, [0.2])


def test_of_a_long_shot_the_strip_draws_no_more_than_can_be_seen():
    from understudy.addon.stripdraw import shown

    sure = np.ones(10_000, np.float32)
    sure[777], sure[5000:] = 0.1, np.nan
    edges, values = shown(0.0, 500.0, 800.0, sure)
    assert len(edges) == len(values) + 1 == 501
    assert edges[0] == 0.0 and edges[-1] == 500.0
    assert np.isclose(values[777 // 20], 0.1) and np.isnan(values[-1])
    edges, values = shown(-1000.0, 99_000.0, 800.0, sure)  # a part of it: the frames 100 to 180
    assert len(values) <= 83 and edges[0] <= 0.0 and edges[-1] >= 800.0
    edges, values = shown(2000.0, 3000.0, 800.0, sure)
    assert not len(values)
