"""Settings of blocking beyond the first ones, and the preview of its key poses."""

from __future__ import annotations

import functools
import json

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty

LIMBS = (
    ("arm.L", "Left Arm", "Key its hand control and pole target; the rig must have them"),
    ("arm.R", "Right Arm", "Key its hand control and pole target; the rig must have them"),
    ("leg.L", "Left Leg", "Key its foot control and pole target; the rig must have them"),
    ("leg.R", "Right Leg", "Key its foot control and pole target; the rig must have them"),
)


@functools.lru_cache(maxsize=2)  # panels ask at each drawing
def _read(table: str) -> dict:
    return json.loads(table)


class UnderstudyKeyEdit(bpy.types.PropertyGroup):
    """A frame that was added to the preview of key poses, or taken from it."""

    frame: IntProperty(name="Frame", description="Scene frame", default=1)
    added: BoolProperty(
        name="Added",
        description="Whether the frame is keyed beyond the proposed ones, or not keyed",
        default=True,
    )


class UnderstudyBlocking(bpy.types.PropertyGroup):
    """How a video is blocked."""

    ik_limbs: EnumProperty(
        name="IK Limbs",
        description="Limbs that are keyed on their IK controls, the others by rotation; the switch "
        "of each is keyed for the range",
        items=LIMBS,
        options={"ENUM_FLAG"},
        default=set(),
    )
    touch: BoolProperty(
        name="Hold Hands on Body",
        description="Where the performer's hands touch their own body or each other, let the "
        "character's do so too, whatever its proportions",
        default=False,
    )
    use_lifter: BoolProperty(
        name="Learned Lifter",
        description="Let the network correct depth, turns and contacts; else geometry alone",
        default=True,
    )
    use_picker: BoolProperty(
        name="Learned Key Picker",
        description="Let the network say which frames look like poses; needs the learned lifter",
        default=True,
    )
    fingers: BoolProperty(
        name="Fingers",
        description="Watch the performer's hands too and key the fingers, where hands are large "
        "enough in the picture; it takes longer",
        default=False,
    )
    camera: BoolProperty(
        name="Camera",
        description="Make a camera that moves as the video's did, with the video behind it",
        default=False,
    )
    table: StringProperty(
        name="Preview",
        description="Which frames would be keyed, for every count",
        default="",
    )
    edits: CollectionProperty(
        type=UnderstudyKeyEdit,
        name="Edits",
        description="Frames added to the preview, or taken from it",
    )

    @property
    def is_previewed(self) -> bool:
        """Tell whether there is a preview, without reading it: that of a long clip is long."""
        return self.is_property_set("table")

    def proposal(self, count: int) -> dict:
        """Return what was previewed for a count, edits not in it; empty without a preview.

        Keys: frames, types, error_deg, span, and sure (a number for each of the span's frames).
        """
        if not self.is_previewed:
            return {}
        table = _read(self.table)
        counts = [len(row["frames"]) for row in table["rows"]]
        best = min(range(len(counts)), key=lambda k: abs(counts[k] - count))
        return {**table["rows"][best], "span": table["span"], "sure": table["sure"]}

    def frames(self, count: int) -> list[int]:
        """Return the frames that would be keyed, edits in it; none without a preview."""
        proposal = self.proposal(count)
        if not proposal:
            return []
        wanted = set(proposal["frames"])
        for edit in self.edits:
            (wanted.add if edit.added else wanted.discard)(edit.frame)
        first, last = proposal["span"]
        return sorted(f for f in wanted if first <= f <= last)

    def edit(self, frame: int, added: bool) -> None:
        """Add a frame to the preview, or take it away."""
        for k in reversed(range(len(self.edits))):
            if self.edits[k].frame == frame:
                self.edits.remove(k)
        item = self.edits.add()
        item.frame, item.added = frame, added

    def forget(self) -> None:
        """Drop the preview and its edits."""
        self.property_unset("table")
        self.edits.clear()


CLASSES = (UnderstudyKeyEdit, UnderstudyBlocking)
