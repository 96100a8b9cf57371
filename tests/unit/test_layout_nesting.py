"""Things on seats and blankets and under what stands on legs: the figures and the meshes agree."""

from __future__ import annotations

import numpy as np
import pytest
from understudy.ml import kit, progress
from understudy.ml.layout.kinds import KINDS
from understudy.ml.layout.nesting import nested, squeezed
from understudy.ml.layout.pipeline import layout
from understudy.ml.layout.plan import Item, Layout
from understudy.ml.layout.verify import check

LEDGES = sorted(n for n, k in KINDS.items() if k.ledge is not None)
HOLLOW = sorted(n for n, k in KINDS.items() if k.under is not None)


def faces(name: str, style: str) -> np.ndarray:
    """Return the middles (N, 3) of a kind's corners and edges, dense enough to find what is in."""
    solid = kit.build(name, KINDS[name].size, style=style, seed=1)
    found, at = [], 0
    for count in solid.counts:
        ring = solid.verts[solid.corners[at : at + count]]
        at += count
        nxt = np.roll(ring, -1, axis=0)
        found += [ring + (nxt - ring) * t for t in np.linspace(0, 1, 6, endpoint=False)]
        found.append(ring.mean(axis=0, keepdims=True))
    return np.concatenate(found)


@pytest.mark.parametrize("name", LEDGES)
def test_a_ledge_is_where_the_mesh_is_flat(name: str) -> None:
    size, ledge = KINDS[name].size, KINDS[name].ledge
    low, high = ledge.plan(size)
    for style in ("modern", "gothic", "asian"):
        points = faces(name, style)
        inside = ((points[:, :2] > low + 0.04) & (points[:, :2] < high - 0.04)).all(axis=1)
        above = points[inside & (points[:, 2] > ledge.level(size) + 0.03), 2]
        # A stall's roof and a throne's canopy may be over it, half a metre up.
        assert not len(above) or above.min() > ledge.level(size) + 0.25, (name, style)
        whole = kit.build(name, size, style=style, seed=1).verts[:, 2]
        assert np.abs(whole - ledge.level(size)).min() < 0.012, (name, style)


@pytest.mark.parametrize("name", HOLLOW)
def test_there_is_room_under_it(name: str) -> None:
    size, under = KINDS[name].size, KINDS[name].under
    low, high = under.plan(size)
    for style in ("modern", "gothic", "asian"):
        points = faces(name, style)
        inside = ((points[:, :2] > low + 0.01) & (points[:, :2] < high - 0.01)).all(axis=1)
        assert not (inside & (points[:, 2] < under.level(size) - 0.021)).any(), (name, style)


def test_a_chest_under_a_bed_is_a_small_one() -> None:
    bed = Item("Bed", "bed", "furniture", "bed", KINDS["bed"].size)
    factor = squeezed(KINDS["chest"].size, bed)
    assert 0.33 <= factor < 1
    size = tuple(n * factor * 0.999 for n in KINDS["chest"].size)
    chest = Item("Chest", "chest", "prop", "container", size)
    assert nested(chest, bed, carried=False)
    assert not nested(Item("C", "chest", "prop", "container", KINDS["chest"].size), bed, False)
    assert squeezed(KINDS["piano"].size, bed) == 0.0


@pytest.mark.parametrize(
    ("prompt", "kind", "host"),
    [
        ("a bedroom with a teddy bear on the bed", "toy", "bed"),
        ("a living room with a book on the sofa", "book", "sofa"),
        ("a kitchen with a pot on the stove", "pot", "stove"),
        ("a tavern with a lantern on a barrel", "lantern", "barrel"),
        ("a theatre with a piano on the stage", "piano", "platform"),
    ],
)
def test_things_stand_on_what_is_no_table(prompt: str, kind: str, host: str) -> None:
    off = {"words": "off", "placement": "off", "objects": "off"}
    made = propose(prompt, **off)
    hosts = {made.items[i.parent].kind for i in made.items if i.kind == kind and i.parent >= 0}
    assert host in hosts
    assert not check(made)["collisions"] and not check(made)["floating"]


def test_treasure_lies_under_the_bed() -> None:
    made = propose("a bedroom with a treasure chest under the bed", words="off", objects="off")
    chest = next(i for i in made.items if i.kind == "chest")
    bed = next(i for i in made.items if i.kind in ("bed", "single_bed"))
    assert nested(chest, bed, carried=False)
    assert not check(made)["collisions"]


def propose(prompt: str, **params: object) -> Layout:
    """Return one layout."""
    meta, _ = progress.run(layout({"prompt": prompt, "variants": 1, "seed": 3, **params}, {}))
    return Layout.unpack(meta["layouts"][0])
