"""The layout task: every layout is valid, seeds repeat, locks stay, the impossible is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from understudy.ml import progress
from understudy.ml.errors import UnderstudyError
from understudy.ml.layout.features import Around
from understudy.ml.layout.learned import Furnished, ObjectTable, Ranker, Scorer, figures_of
from understudy.ml.layout.pipeline import layout
from understudy.ml.layout.plan import AssetBox, Layout, pack
from understudy.ml.layout.verify import check
from understudy.ml.runtime import Settings

OFF = dict.fromkeys(("words", "placement", "objects", "ranker", "cameras"), "off")


def propose(prompt: str, **params: object) -> list[Layout]:
    """Run the task without its networks."""
    meta, arrays = progress.run(layout({"prompt": prompt, **OFF, **params}, {}))
    assert arrays == {}
    return [Layout.unpack(one) for one in meta["layouts"]]


def faults(made: Layout) -> dict:
    """Return what is wrong with a layout."""
    found = check(made)
    wrong = {k: found[k] for k in ("collisions", "outside", "floating", "blocked") if found[k]}
    return wrong | ({"walkable": found["walkable"]} if found["walkable"] < 1 else {})


@pytest.mark.parametrize(
    "prompt", ["a cluttered bedroom", "classroom", "", "kitchen 2 x 3 m", "warehouse + cyberpunk"]
)
def test_layouts_are_valid(prompt: str) -> None:
    for made in propose(prompt, seed=3, variants=2):
        assert not faults(made)
        assert made.items and made.lights and made.shots


def test_networks_are_used_and_named() -> None:
    params = {"prompt": "a very cluttered living room", "words": "off", "variants": 2, "seed": 4}
    meta, _ = progress.run(layout({**params, "device": "cpu", "density": 1.0}, {}))
    names = ("placement", "objects", "camera", "ranker")
    assert set(meta["networks"]) == {f"layout_{name}_v1" for name in names}
    full = [Layout.unpack(one) for one in meta["layouts"]]
    assert not any(faults(made) for made in full)
    plain = propose("a very cluttered living room", seed=4, variants=2, density=0.3)
    assert min(len(m.items) for m in full) > max(len(m.items) for m in plain)


def test_people_stand_where_they_are_asked_to() -> None:
    made = propose("a church with two men in front of the altar", seed=2, variants=1)[0]
    altar = next(i for i in made.items if i.kind == "altar")
    turn = math.radians(altar.yaw)
    front = np.array([-math.sin(turn), math.cos(turn)])
    assert len(made.marks) == 2
    for mark in made.marks:
        away = (np.subtract(mark.pos[:2], altar.pos[:2]) @ front) - 0.5 * altar.size[1]
        assert 0.0 < away < 1.5


def test_the_same_seed_gives_the_same_layout() -> None:
    one, two, other = (propose("library", seed=s, variants=1)[0] for s in (5, 5, 6))
    assert one.pack() == two.pack()
    assert one.pack() != other.pack()


def test_numbers_and_relations_are_kept() -> None:
    made = propose("kitchen with six chairs around the table and no fridge", variants=1, seed=1)[0]
    kinds = [i.kind for i in made.items]
    assert kinds.count("chair") == 6 and kinds.count("table") == 1 and "fridge" not in kinds


def test_what_is_between_two_stands_between_them() -> None:
    for made in propose("oasis, two tents, a fire between the tents", variants=2, seed=1):
        (fire,) = [np.array(i.pos[:2]) for i in made.items if i.kind == "campfire"]
        one, other = (np.array(i.pos[:2]) - fire for i in made.items if i.kind == "tent")
        assert one @ other < -0.7 * np.linalg.norm(one) * np.linalg.norm(other)
        assert not faults(made)


def test_what_others_stand_around_finds_room_for_them() -> None:
    made = propose("bedroom, six cushions around a candle", variants=1, seed=2)[0]
    (candle,) = [i for i in made.items if i.kind == "candle"]
    cushions = [i for i in made.items if i.kind == "cushion"]
    assert len(cushions) == 6 and not faults(made)
    assert max(math.dist(candle.pos[:2], c.pos[:2]) for c in cushions) < 2.5


@pytest.mark.parametrize("prompt", ["a cosy cafe on a snowy morning", "bedroom + winter"])
def test_snow_lies_outside(prompt: str) -> None:
    for made in propose(prompt, seed=3, variants=2):
        assert "snow_pile" not in {i.kind for i in made.items}
    outside = propose("village square on a snowy morning", seed=3, variants=1)[0]
    assert "snow_pile" in {i.kind for i in outside.items}


def test_a_look_brings_graves_and_trees_into_rooms_only_where_it_is_mixed_in() -> None:
    graves = {"tombstone", "dead_tree", "coffin", "cage", "rubble"}
    there = {i.kind for i in propose("haunted attic", seed=3, variants=1)[0].items} & graves
    assert there and not there & {"tombstone", "dead_tree"}
    mixed = {i.kind for i in propose("cathedral + volcano", seed=3, variants=1)[0].items}
    assert mixed & {"obelisk", "boulder", "dead_tree", "rock_arch", "stalagmite"}


def test_an_impossible_wish_is_told() -> None:
    made = propose("a room of 1 m² with forty sofas", variants=1)[0]
    assert any("sofas: 40 of 40 left out" in note for note in made.notes)
    assert not faults(made)


def test_what_is_locked_stays_where_it_is() -> None:
    first = propose("living room", variants=1, seed=2)[0]
    kept = [i for i in first.items if i.support == "floor"][:4]
    for item in kept:
        item.parent = -1
    packed = first.pack()
    locks = {"room": packed["room"], "items": [i for i in packed["items"] if i["name"] in
             {k.name for k in kept}], "lights": packed["lights"]}  # fmt: skip
    for made in propose("living room", variants=2, seed=9, locks=locks):
        assert not faults(made)
        stands = {i.name: (i.pos, i.yaw) for i in made.items if i.locked}
        assert stands == {k.name: (k.pos, k.yaw) for k in kept}
        assert [li.name for li in made.lights] == [li.name for li in first.lights]


def test_parameters_are_checked() -> None:
    with pytest.raises(UnderstudyError, match="1 to 24 variants"):
        propose("attic", variants=0)
    with pytest.raises(UnderstudyError, match="mood must be"):
        propose("attic", mood=4)
    with pytest.raises(UnderstudyError, match="Camera style 'x' is unknown"):
        propose("attic", camera_style="x")


def test_of_the_artists_assets_the_one_that_is_called_so_is_taken() -> None:
    chairs = [pack(AssetBox(name, tags=name.split("_"), size=(0.5, 0.5, 0.9), category="chair"))
              for name in ("office_chair", "dining_chair", "camping_chair")]  # fmt: skip
    for seed in range(3):
        made = propose("kitchen with four dining chairs", seed=seed, variants=1, assets=chairs)[0]
        asked = [i for i in made.items if i.kind == "chair" and "Dining" in i.name]
        assert len(asked) == 4 and {i.asset for i in asked} == {"dining_chair"}


def test_an_unlikely_set_of_things_makes_a_room_less_like_real_ones() -> None:
    settings = Settings(device="cpu")
    scorer, table, ranker = Scorer(settings), ObjectTable(settings), Ranker(settings)
    outline = [(-2.5, -2.0), (2.5, -2.0), (2.5, 2.0), (-2.5, 2.0)]
    room = Around.of(outline, [(-2.5, 0.0)], [(2.5, 0.0)])
    poses = np.array([[0.0, 1.0, np.pi], [-1.2, 1.7, np.pi], [1.9, -1.6, 0.0], [1.2, 1.7, np.pi]])
    sizes = np.array([[1.6, 2.0, 0.8], [0.5, 0.4, 0.6], [1.0, 0.5, 1.9], [0.5, 0.4, 0.6]])

    def score(kind: str, names: list[str]) -> float:
        seen = Furnished(kind, room, 2, poses, sizes, names)
        return float(ranker.score(figures_of(seen, scorer, table)[None])[0])

    likely = ["Bed", "SideTable", "Dresser", "SideTable"]
    assert score("Bedroom", likely) > score("Bathroom", likely) + 1.0
    assert score("Bedroom", likely) > score("Bedroom", ["Bed", "Toilet", "Fridge", "Toilet"]) + 1.0


def test_without_the_ranker_poses_alone_put_rooms_in_order() -> None:
    params = {"prompt": "living room", "words": "off", "variants": 1, "seed": 2, "device": "cpu"}
    with_it, without = (
        progress.run(layout({**params, "ranker": ranker}, {}))[0]["layouts"][0]["scores"]
        for ranker in ("auto", "off")
    )
    assert with_it["like real rooms"] != without["like real rooms"]
