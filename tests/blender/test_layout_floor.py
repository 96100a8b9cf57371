"""A floor of the artist's own: the layout's ground keeps out of its plane."""

from __future__ import annotations

import bpy
import pytest
from layout_samples import sample
from understudy.addon import scene, shell
from understudy.ml.layout.plan import Room
from understudy.ml.take import Provenance

MADE = Provenance("layout", {}, {}, {"prompt": "a test room"}, 7)


def write(open_place: bool = False) -> list[str]:
    layout = sample()
    if open_place:
        layout.room = Room([(-4, -3), (4, -3), (4, 3), (-4, 3)], walled=False, roofed=False)
    notes = scene.write(bpy.context.scene, layout, MADE).notes
    bpy.context.view_layer.update()
    return [n for n in notes if "your own" in n]


def tops() -> list[float]:
    """Return the highest points of the layout's ground."""
    grounds = [o for o in bpy.context.scene.objects if o.get("understudy_ground")]
    return [max((o.matrix_world @ v.co).z for v in o.data.vertices) for o in grounds]


@pytest.mark.parametrize("open_place", (False, True))
def test_ground_gives_way_to_a_plane_of_the_artist(open_place):
    bpy.ops.mesh.primitive_plane_add(size=1)
    bpy.context.object.scale = (20, 20, 1)
    notes = write(open_place)
    assert len(notes) == 1 and "Plane" in notes[0]
    assert tops() == [pytest.approx(-shell.SUNK, abs=1e-5)]


def test_ground_gives_way_to_the_top_of_a_slab_and_comes_back():
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, -0.1))
    bpy.context.object.scale = (9, 9, 0.2)
    bpy.context.view_layer.update()
    assert len(write()) == 1 and tops() == [pytest.approx(-shell.SUNK, abs=1e-5)]
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    assert not write() and tops() == [pytest.approx(0.0, abs=1e-6)]


def test_ground_stays_where_nothing_of_the_artist_lies_in_its_plane():
    bpy.ops.mesh.primitive_plane_add(size=20, location=(0, 0, -0.05))
    bpy.ops.mesh.primitive_cube_add(size=0.4, location=(6, 0, 0.2))
    bpy.ops.mesh.primitive_plane_add(size=20)
    bpy.context.object.hide_render = True
    bpy.context.view_layer.update()
    assert not write() and tops() == [pytest.approx(0.0, abs=1e-6)]
