"""The placement network: how likely a place is for a piece of furniture, given the room."""

from __future__ import annotations

from ..runtime import Session, Settings


class Scorer:
    """Scores places with the network `layout_placement_v1`."""

    def __init__(self, settings: Settings) -> None:
        self.session = Session("layout_placement_v1", settings)
