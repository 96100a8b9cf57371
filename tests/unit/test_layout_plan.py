"""The layout records and the table of kinds."""

from __future__ import annotations

import json

import pytest
from understudy.ml.errors import UnderstudyError
from understudy.ml.layout import plan
from understudy.ml.layout.kinds import KINDS


def example() -> plan.Layout:
    """Return a layout with something in every field."""
    return plan.Layout(
        prompt="a hall",
        seed=7,
        variant=2,
        room=plan.Room(
            [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0)],
            openings=[plan.Opening("door", (1.0, 0.0), (2.0, 0.0), entrance=True)],
        ),
        items=[plan.Item("Bed 1", "bed", "furniture", "bed", (1.5, 2.0, 0.6), locked=True)],
        lights=[plan.Light("Sun", "sun", (0.0, 0.0, 9.0))],
        atmosphere=plan.Atmosphere(water_level=0.5),
        marks=[plan.Mark("Mark 1", (1.0, 1.0, 0.0), 90.0)],
        shots=[
            plan.Shot(
                "Wide",
                "wide",
                "eye level",
                24.0,
                1.6,
                "pan",
                48,
                0,
                [plan.CameraKey(0.0, (1.0, 1.0, 1.6), (2.0, 2.0, 1.0))],
                {"total": 0.5},
            )
        ],  # fmt: skip
        palette={"main": plan.Swatch((0.1, 0.2, 0.3))},
        facets={"place": "hall"},
        notes=["Forty sofas were left out"],
        scores={"total": 0.75},
    )


def test_a_layout_survives_json() -> None:
    layout = example()
    assert plan.Layout.unpack(json.loads(json.dumps(layout.pack()))) == layout


def test_what_is_no_item_is_refused_with_a_reason() -> None:
    with pytest.raises(UnderstudyError, match="lacks kind"):
        plan.unpack(plan.Item, {"name": "x", "role": "prop", "category": "seat", "size": [1, 1, 1]})
    with pytest.raises(UnderstudyError, match="3 numbers"):
        plan.unpack(plan.AssetBox, {"name": "x", "size": [1, 2]})
    with pytest.raises(UnderstudyError, match="JSON object"):
        plan.unpack(plan.AssetBox, [1])


def test_kinds_are_many_and_of_real_sizes() -> None:
    assert len(KINDS) >= 60
    for name, kind in KINDS.items():
        assert kind.name == name and kind.role in plan.ROLES and kind.support in plan.SUPPORTS
        assert all(0.005 <= n <= 40.0 for n in kind.size), name
        assert kind.front <= 2.0 and kind.spread >= 1.0
        assert len(kind.words) == len(set(kind.words))
        if kind.support == plan.WALL:
            assert kind.mount >= 0.0 and kind.size[1] < 1.0, f"{name} sticks out too far"
