"""A small layout for the tests, without the stage that proposes them."""

from __future__ import annotations

from understudy.ml.layout.kinds import KINDS
from understudy.ml.layout.plan import (
    Atmosphere,
    CameraKey,
    Item,
    Layout,
    Light,
    Mark,
    Opening,
    Room,
    Shot,
    Swatch,
)

SLOTS = ("main", "wall", "roof", "trim", "ground", "wood", "metal", "stone", "fabric", "paint",
         "glass", "leaf", "water", "glow", "accent", "ceramic", "gold", "coral")  # fmt: skip


def item(kind: str, x: float, y: float, z: float = 0.0, name: str = "", **more: object) -> Item:
    own = KINDS[kind]
    values = {"size": own.size, "support": own.support, "material": own.material, **more}
    return Item(name or kind.title(), kind, own.role, own.category, pos=(x, y, z), **values)


def sample(seed: int = 7, chair_x: float = 1.0) -> Layout:
    """Return a room with a table, a vase on it, two chairs, a lamp, rain, and two shots."""
    table = item("table", 0, 0)
    items = [
        table,
        item("chair", chair_x, 1.2, name="Chair 1", yaw=180.0),
        item("chair", -1.0, 1.2, name="Chair 2", yaw=180.0),
        item("vase", 0, 0, table.size[2], parent=0, support="surface"),
        item("floor_lamp", 2.5, -2.0, zone="corner"),
        item("sofa", -2.0, -1.9, material="colour_red"),
    ]
    palette = {s: Swatch((0.1 + 0.04 * k, 0.3, 0.2)) for k, s in enumerate(SLOTS)}
    palette["colour_red"] = Swatch((0.8, 0.02, 0.02))
    return Layout(
        prompt="a test room",
        seed=seed,
        room=Room(
            [(-4, -3), (4, -3), (4, 3), (-4, 3)],
            openings=[Opening("door", (-0.5, -3), (0.5, -3), 0, 2.1, True),
                      Opening("window", (4, -1), (4, 1), 0.9, 2.1)],
        ),
        items=items,
        lights=[Light("Key", "sun", (2, -3, 6)), Light("Lamp", "point", (2.5, -2, 1.5), item=4)],
        atmosphere=Atmosphere(fog=0.02, fog_height=2.0, rain=0.6, snow=0.3, water_level=-0.4,
                              underwater=False),
        marks=[Mark("Mark 1", (1.5, -0.5, 0.0), 45.0)],
        shots=[
            Shot("Shot 1 wide", "wide", "eye level", 24.0, 1.5, "truck", 48, keys=[
                CameraKey(0, (3, 2.5, 1.5), (0, 0, 0.7), 0, 24.0),
                CameraKey(47, (2, 2.5, 1.5), (0, 0, 0.7), 0, 28.0)]),
            Shot("Shot 2 close-up", "close-up", "low", 50.0, 0.8, "static", 30, keys=[
                CameraKey(0, (-3, 2, 0.8), (0, 0, 0.8), 0, 50.0)]),
        ],
        palette=palette,
    )  # fmt: skip
