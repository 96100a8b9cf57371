"""Zones and parts of several layouts kept for the next proposals."""

from __future__ import annotations

import pytest
from understudy.ml import progress
from understudy.ml.errors import UnderstudyError
from understudy.ml.layout.mixing import ZONES, locks_of
from understudy.ml.layout.pipeline import layout
from understudy.ml.layout.plan import Layout
from understudy.ml.layout.verify import check

WORDS = {"words": "off", "placement": "off", "objects": "off"}
PROMPT = "library with four chairs"


def propose(**params: object) -> list[Layout]:
    meta, _ = progress.run(layout({"prompt": PROMPT, "variants": 2, **WORDS, **params}, {}))
    return [Layout.unpack(one) for one in meta["layouts"]]


@pytest.fixture(scope="module")
def proposed() -> list[Layout]:
    return propose(seed=7)


def test_a_zone_of_one_and_the_lights_of_another_stay_and_the_rest_is_new(proposed) -> None:
    one, two = proposed
    locks, notes = locks_of([("back", one), ("lights", two), ("palette", two)])
    again = propose(seed=8, locks=locks)
    kept = {i.name: i for i in one.items if i.zone == "back"}
    assert kept and not notes
    for made in again:
        assert made.room == one.room
        there = {i.name: i for i in made.items if i.locked}
        for name, item in kept.items():
            assert there[name].pos == pytest.approx(item.pos, abs=1e-4)
        assert made.palette["main"] == two.palette["main"]
        free = [light for light in two.lights if light.item < 0]
        assert [lamp.energy for lamp in made.lights if lamp.item < 0] == [f.energy for f in free]
        assert {i.kind for i in made.items} & {"table_lamp", "chandelier", "candle"} <= {
            made.items[lamp.item].kind for lamp in made.lights if lamp.item >= 0}  # fmt: skip
        # Nothing but what the words ask for comes into the zone that is kept.
        new = [i for i in made.items if i.zone == "back" and not i.locked and i.parent < 0]
        assert {i.kind for i in new} <= {"chair"}
        assert sum(i.kind == "chair" for i in made.items) == 4
        found = check(made)
        assert not any(found[k] for k in ("collisions", "outside", "floating", "blocked"))
    elsewhere = [{(i.name, i.pos) for i in m.items if not i.locked} for m in (*again, one)]
    assert elsewhere[0] != elsewhere[1] and elsewhere[0] != elsewhere[2]


def test_zones_of_two_rooms_are_joined_in_one_without_faults(proposed) -> None:
    one, two = proposed
    locks, _ = locks_of([("left", one), ("right", two), ("back", two)])
    assert locks["zones"] == ["left", "right", "back"]
    made = propose(seed=9, locks=locks, variants=1)[0]
    assert {i.zone for i in made.items if i.locked} >= {"left"}
    found = check(made)
    assert not any(found[k] for k in ("collisions", "outside", "floating", "blocked"))
    assert found["walkable"] == 1


def test_what_no_longer_fits_is_left_out_and_named(proposed) -> None:
    one, two = proposed
    small = Layout.unpack(two.pack())
    small.room.outline = [(x * 0.3, y * 0.3) for x, y in small.room.outline]
    small.room.openings = []
    locks, notes = locks_of([("room", small), *((z, one) for z in ZONES)])
    assert len(locks["items"]) < len(one.items)
    assert any("Left out" in n for n in notes)


def test_an_unknown_part_is_told(proposed) -> None:
    with pytest.raises(UnderstudyError, match="There is no part"):
        locks_of([("cellar", proposed[0])])
