"""The procedural kit: every kind fills its box, is light and closed, and repeats."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import kit
from understudy.ml.kit.form import Form
from understudy.ml.layout.kinds import KINDS

MOST_POLYGONS = 1400


def solid_of(name: str, style: str = "", seed: int = 0) -> kit.Solid:
    size = KINDS[name].size if name in KINDS else (1.4, 0.8, 1.2)
    return kit.build(name, size, style, seed)


def test_every_kind_of_the_layout_can_be_built():
    assert len(KINDS) >= 60
    assert not set(KINDS) - set(kit.names())


@pytest.mark.parametrize("style", ["", "asian", "underwater", "scifi", "gothic"])
def test_every_kind_fills_its_box_and_is_light(style):
    for name in KINDS:
        size, solid = np.array(KINDS[name].size), solid_of(name, style)
        low, high = solid.verts.min(axis=0), solid.verts.max(axis=0)
        assert np.isfinite(solid.verts).all(), name
        assert np.abs(low - [-size[0] / 2, -size[1] / 2, 0]).max() < 1e-3, name
        assert np.abs(high - [size[0] / 2, size[1] / 2, size[2]]).max() < 1e-3, name
        assert 12 < len(solid.counts) < MOST_POLYGONS, (name, len(solid.counts))
        assert set(solid.roles) <= set(kit.ROLES), name
        assert solid.corners.max() < len(solid.verts)


def test_the_median_kind_is_a_few_hundred_polygons():
    counts = [len(solid_of(name).counts) for name in KINDS]
    assert 60 < np.median(counts) < 400


def test_what_others_stand_on_has_a_flat_top_as_wide_as_its_box():
    for name in (n for n, k in KINDS.items() if k.top):
        for style in kit.STYLES:
            solid, size = solid_of(name, style), KINDS[name].size
            top = solid.verts[solid.verts[:, 2] > size[2] - 1e-3]
            assert np.ptp(top[:, 0]) > 0.8 * size[0], (name, style)
            assert np.ptp(top[:, 1]) > 0.7 * size[1], (name, style)


def test_the_same_seed_gives_the_same_solid_and_another_one_does_not():
    one, same, other = (kit.build("rock", (1, 1, 1), seed=s) for s in (3, 3, 4))
    assert np.array_equal(one.verts, same.verts)
    assert not np.array_equal(one.verts, other.verts)


def test_styles_differ():
    looks = {s: solid_of("chair", s) for s in ("modern", "gothic", "cyberpunk", "asian")}
    assert len({look.verts.tobytes() for look in looks.values()}) == len(looks)
    assert kit.find_style("tokyo").name == "modern" and kit.find_style("Japanese").name == "asian"


def test_an_unknown_kind_is_a_crate_of_the_size_asked_for():
    solid = kit.build("flux capacitor", (1, 2, 3))
    assert np.allclose(np.ptp(solid.verts, axis=0), (1, 2, 3), atol=1e-3)


def volume(solid: kit.Solid) -> float:
    triangles, _ = solid.triangles()
    a, b, c = (solid.verts[triangles[:, i]].astype(float) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def test_primitives_face_outwards():
    made = {}
    for name, add in {
        "box": lambda f: f.box((0, 0, 0), (1, 2, 3), "wood"),
        "bevelled box": lambda f: f.box((0, 0, 0), (1, 2, 3), "wood", 0.1),
        "lathe": lambda f: f.lathe([(0, 0), (1, 0.5), (0.8, 1)], "wood"),
        "tube": lambda f: f.tube([(0, 0, 0), (1, 0, 0.5), (1, 1, 2)], [0.2, 0.2, 0], "wood"),
        "prism x": lambda f: f.prism([(0, 0), (1, 0), (0, 1)], 0, 1, "wood", 0),
        "prism y": lambda f: f.prism([(0, 0), (1, 0), (0, 1)], 0, 1, "wood", 1),
        "prism z": lambda f: f.prism([(0, 0), (0, 1), (1, 0)], 0, 1, "wood", 2, 0.05),
        "blob": lambda f: f.blob((0, 0, 0), 1, "wood"),
    }.items():
        form = Form()
        add(form)
        made[name] = volume(form.finish())
    assert all(v > 0 for v in made.values()), made
    assert made["box"] == pytest.approx(6)
    assert made["prism y"] == pytest.approx(0.5)


def test_things_are_closed_or_thick_enough_to_have_a_volume():
    for name in KINDS:
        assert volume(solid_of(name)) > 0, name
