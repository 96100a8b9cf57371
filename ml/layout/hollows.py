"""Where the kit's shapes are flat below their top, and what room is free under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Size = tuple[float, float, float]


@dataclass(frozen=True)
class Hollow:
    """A flat part of a kind's shape: its plan in shares of the box, from the middle, and a height.

    Attributes
    ----------
    share : height in shares of the box's
    x0, x1, y0, y1 : the plan, shares of width and depth
    most : metres that the height does not exceed, before `lift` is added; `lift` metres
    """

    share: float
    x0: float
    x1: float
    y0: float
    y1: float
    most: float = 1e9
    lift: float = 0.0

    def level(self, size: Size) -> float:
        """Return the height above the bottom of a box, metres."""
        return min(self.share * size[2], self.most) + self.lift

    def plan(self, size: Size) -> tuple[NDArray, NDArray]:
        """Return the corners (2,) of the plan in a box's own axes, metres."""
        low, high = np.array([self.x0, self.y0]), np.array([self.x1, self.y1])
        return low * size[:2], high * size[:2]


# The builders in `ml.kit` decide these figures; tests/unit/test_layout_nesting.py compares them.
_BED = Hollow(0.72, -0.4, 0.4, -0.1, 0.44, most=0.56, lift=0.03)
_UNDER_BED = Hollow(0.42, -0.42, 0.42, -0.4, 0.44, most=0.3, lift=-0.04)
HOLLOWS: dict[str, dict[str, Hollow]] = {
    "bed": {"ledge": _BED, "under": _UNDER_BED},
    "single_bed": {"ledge": _BED, "under": _UNDER_BED},
    "sofa": {"ledge": Hollow(0.5, -0.38, 0.38, -0.04, 0.44)},
    "armchair": {"ledge": Hollow(0.5, -0.32, 0.32, -0.04, 0.42)},
    "chair": {"ledge": Hollow(0.5, -0.42, 0.42, -0.3, 0.42)},
    "wall_shelf": {"ledge": Hollow(1.0, -0.48, 0.48, -0.44, 0.46)},
    "throne": {"ledge": Hollow(0.315, -0.26, 0.26, -0.2, 0.32)},
    "bench": {"ledge": Hollow(1.0, -0.48, 0.48, -0.46, 0.46),
              "under": Hollow(1.0, -0.34, 0.34, -0.45, 0.45, lift=-0.07)},
    "stool": {"ledge": Hollow(1.0, -0.3, 0.3, -0.3, 0.3)},
    "table": {"under": Hollow(1.0, -0.4, 0.4, -0.36, 0.36, lift=-0.16)},
    "desk": {"under": Hollow(1.0, -0.4, 0.1, -0.4, 0.44, lift=-0.06)},
    "piano": {"ledge": Hollow(1.0, -0.48, 0.48, -0.48, 0.0)},
    "stove": {"ledge": Hollow(1.0, -0.46, 0.46, -0.46, 0.42)},
    "barrel": {"ledge": Hollow(0.965, -0.32, 0.32, -0.32, 0.32)},
    "stump": {"ledge": Hollow(0.965, -0.24, 0.24, -0.24, 0.24)},
    "fireplace": {"ledge": Hollow(1.0, -0.48, 0.48, -0.46, 0.46)},
    "platform": {"ledge": Hollow(1.0, -0.36, 0.36, -0.36, 0.36)},
    "rug": {"ledge": Hollow(1.0, -0.47, 0.47, -0.47, 0.47)},
    "coffin": {"ledge": Hollow(0.96, -0.24, 0.24, -0.36, 0.36)},
    "washing_machine": {"ledge": Hollow(1.0, -0.46, 0.46, -0.48, 0.42)},
    "fridge": {"ledge": Hollow(1.0, -0.46, 0.46, -0.48, 0.36)},
    "shelf": {"ledge": Hollow(1.0, -0.47, 0.47, -0.36, 0.42)},
    "wardrobe": {"ledge": Hollow(1.0, -0.46, 0.46, -0.44, 0.44)},
    "locker": {"ledge": Hollow(1.0, -0.46, 0.46, -0.44, 0.42)},
    "server_rack": {"ledge": Hollow(1.0, -0.46, 0.46, -0.46, 0.42)},
    "vending_machine": {"ledge": Hollow(1.0, -0.46, 0.46, -0.45, 0.38)},
    "operating_table": {"ledge": Hollow(1.0, -0.44, 0.22, -0.37, 0.37)},
    "aquarium": {"ledge": Hollow(1.0, -0.46, 0.46, -0.45, 0.45)},
    "anvil": {"ledge": Hollow(1.0, -0.27, 0.27, -0.26, 0.26)},
    "truck": {"ledge": Hollow(1.0, -0.46, 0.46, -0.47, 0.13)},
    "phone_booth": {"ledge": Hollow(1.0, -0.29, 0.29, -0.29, 0.29)},
    "bus_stop": {"ledge": Hollow(1.0, -0.46, 0.46, -0.45, 0.45)},
    "car": {"ledge": Hollow(1.0, -0.33, 0.33, -0.2, 0.05)},
    "chest": {"ledge": Hollow(1.0, -0.46, 0.46, -0.2, 0.2)},
    "console": {"ledge": Hollow(1.0, -0.46, 0.46, -0.47, -0.2)},
    "cargo_container": {"ledge": Hollow(0.97, -0.44, 0.44, -0.46, 0.46)},
    "campfire": {"ledge": Hollow(1.0, -0.3, 0.3, -0.3, 0.3)},  # where a kettle hangs
    "tarp": {"under": Hollow(0.7, -0.46, 0.46, -0.38, 0.38)},
    # Beside the trunk or the pole, below leaves and cloth.
    "parasol": {"under": Hollow(0.7, 0.16, 0.48, -0.45, 0.45)},
    "tree": {"under": Hollow(0.47, 0.17, 0.48, -0.45, 0.45)},
    "cherry_tree": {"under": Hollow(0.46, 0.12, 0.48, -0.45, 0.45)},
    "palm": {"under": Hollow(0.7, 0.07, 0.48, -0.45, 0.45)},
    "market_stall": {"ledge": Hollow(0.36, -0.46, 0.46, -0.14, -0.005)},
}  # fmt: skip
"""Kind to its `ledge` and what is free `under` it."""
