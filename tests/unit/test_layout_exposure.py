"""Lamps are as bright as the place they light wants them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from understudy.ml import progress
from understudy.ml.layout import exposure
from understudy.ml.layout.pipeline import layout
from understudy.ml.layout.plan import Item, Layout, Light, Room, Swatch

OFF = {"words": "off", "placement": "off", "objects": "off"}


def place(side: float, lamps: int, watts: float = 100.0, grey: float = 0.4) -> Layout:
    """Return a square room with a key at its ceiling and lamps that hang in things."""
    half, tall = side / 2, 3.0 + side / 10
    outline = [(-half, -half), (half, -half), (half, half), (-half, half)]
    made = Layout(room=Room(outline, tall))
    made.palette = {name: Swatch((grey,) * 3) for name in ("wall", "ground", "main", "glow")}
    made.lights = [Light("Sun", "sun", (0, -9, 9), energy=0.5),
                   Light("Key", "area", (0, 0, tall - 0.1), energy=500.0, size=1.0)]  # fmt: skip
    for k in range(lamps):
        x = (k + 0.5) / lamps * side - half
        made.items.append(
            Item(f"Lamp {k}", "floor_lamp", "light", "lamp", (0.4, 0.4, 1.6), (x, 0, 0))
        )
        made.lights.append(Light(f"Lamp {k} light", "point", (x, 0, 1.5), energy=watts, item=k))
    return made


def radiance(made: Layout) -> float:
    """Return how bright the floor is in the middle of what is estimated."""
    reflect = exposure.albedo(made)
    light = exposure.falling(made, made.lights, exposure._spots(made), reflect)
    return float(np.median(light)) * reflect / math.pi


@pytest.mark.parametrize("side", [3.0, 8.0, 25.0])
@pytest.mark.parametrize("lamps", [0, 2, 9])
def test_neither_size_nor_number_of_lamps_changes_the_brightness(side: float, lamps: int) -> None:
    made = place(side, lamps)
    exposure.balance(made, "lamp", 0.0)
    assert radiance(made) == pytest.approx(0.12, rel=0.35)
    assert all(light.energy > 0 for light in made.lights)


def test_powers_before_do_not_matter_and_moods_do() -> None:
    weak, strong, gay = place(6, 3, 1.0), place(6, 3, 1000.0), place(6, 3)
    for made, mood in ((weak, 0.0), (strong, 0.0), (gay, 1.0)):
        exposure.balance(made, "lamp", mood)
    assert radiance(weak) == pytest.approx(radiance(strong), rel=0.02)
    assert radiance(gay) > 1.3 * radiance(weak)


def test_candles_are_dim_and_dark_walls_stay_darker() -> None:
    bright, candles, dark = place(8, 3), place(8, 3), place(8, 3, grey=0.13)
    for made, light in ((bright, "fluorescent"), (candles, "candle"), (dark, "fluorescent")):
        exposure.balance(made, light, 0.0)
    assert radiance(candles) < 0.5 * radiance(bright)
    assert radiance(dark) < radiance(bright)


def test_no_place_is_lit_out_of_proportion() -> None:
    prompts = ("throne room by candlelight", "cathedral", "bathroom", "alley at night",
               "meadow at noon", "underwater palace")  # fmt: skip
    for prompt in prompts:
        meta, _ = progress.run(layout({"prompt": prompt, **OFF, "seed": 5, "variants": 1}, {}))
        made = Layout.unpack(meta["layouts"][0])
        assert 0.01 < radiance(made) < 0.35, prompt
