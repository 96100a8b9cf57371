"""Assets of one make share a scale; each by itself is brought to the size of its kind."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml.layout.kinds import KINDS
from understudy.ml.layout.match import fitted, with_units
from understudy.ml.layout.plan import AssetBox

THINGS = ("chair", "table", "bed", "sofa", "wardrobe", "bench")


def made(scale: float, folder: str = "pack", **stretch: float) -> list[AssetBox]:
    """Return assets of several kinds, all to one measure; some stouter than they should be."""
    return [
        AssetBox(name, f"/assets/{folder}/{name}.glb", [name], tuple(
            stretch.get(name, 1.0) * n / scale for n in KINDS[name].size), name)
        for name in THINGS
    ]  # fmt: skip


@pytest.mark.parametrize("scale", (0.01, 0.7, 1.0, 4.5))
def test_a_stout_thing_keeps_its_proportion_to_what_lies_beside_it(scale):
    boxes = with_units(made(scale, bench=1.5))
    assert {round(b.unit, 3) for b in boxes} == {scale}
    for box in boxes:
        grown = 1.5 if box.name == "bench" else 1.0
        assert np.allclose(fitted(box, KINDS[box.name]), np.multiply(grown, KINDS[box.name].size))


def test_an_absurd_size_is_brought_within_twice_the_usual():
    boxes = with_units(made(1.0, sofa=40.0))
    sofa = next(b for b in boxes if b.name == "sofa")
    assert sofa.unit == 1.0
    assert np.allclose(fitted(sofa, KINDS["sofa"]), np.multiply(2, KINDS["sofa"].size), atol=1e-3)


def test_few_kinds_and_mixed_folders_tell_no_scale():
    assert all(b.unit == 0.0 for b in with_units(made(0.3)[:3]))
    mixed = [b for k, s in enumerate((0.01, 0.3, 1.0, 3.0, 30.0, 300.0)) for b in [made(s)[k]]]
    assert all(b.unit == 0.0 for b in with_units(mixed))
    apart = with_units([*made(0.01, "cm"), *made(3.0, "toys")])
    assert {round(b.unit, 3) for b in apart} == {0.01, 3.0}
