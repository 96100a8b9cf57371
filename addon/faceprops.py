"""Settings of the face tool on the scene, and the face map on the character."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
)

from . import fields
from .about import CONTEXT

REGION_NAMES = ("brows", "eyes", "lids", "cheeks", "nose", "mouth", "jaw")
"""Those of `ml.face.performance.REGIONS`, which is not loaded when the extension is enabled."""

STROKE_REGIONS = (
    ("all", "Whole Face", "Every region"),
    *((name, name.title(), f"The {name} alone") for name in REGION_NAMES),
)
STROKE_KINDS = (
    ("amplitude", "Amplitude", "Above the line stronger, below it weaker"),
    ("speed", "Speed", "Above the line quicker, below it slower; every peak keeps its frame"),
    ("hold", "Hold", "The higher, the firmer the face stays as it is where the stroke begins"),
)
TRAVELS = (
    ("free", "Where Free", "Only a head that hangs on no neck: an object, or a bone of its own"),
    ("always", "Always", "Every head that can move, though it may stretch the neck"),
    ("never", "Never", "The head turns in its place"),
)
STROKE_POINTS = 32
"""Heights that a drawn stroke keeps: as many as Blender allows in one property."""

KINDS = (
    ("key", "Shape Key", "The value of a shape key"),
    ("location", "Location", "One axis of a bone's location"),
    ("turn", "Turn", "One axis of a bone's rotation"),
    ("scale", "Scale", "One axis of a bone's scale"),
)
_OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}


class UnderstudyFaceRegion(bpy.types.PropertyGroup):
    """What is changed about one region; see `ml.face.edit.Region`."""

    amplitude: fields.times("Amplitude", "How strong the region's motion is; 1 is as captured")
    speed: FloatProperty(
        name="Speed",
        description="How quickly each motion rises and falls; its peak stays where it is",
        default=1.0,
        min=0.1,
        max=10.0,
        soft_min=0.25,
        soft_max=4.0,
    )
    offset: FloatProperty(
        name="Offset",
        description="Frames by which the region moves later",
        default=0.0,
        min=-1000.0,
        max=1000.0,
        soft_min=-24.0,
        soft_max=24.0,
    )
    hold: FloatProperty(
        name="Hold",
        description="Frames for which each peak is held",
        default=0.0,
        min=0.0,
        max=1000.0,
        soft_max=24.0,
    )
    asymmetry: FloatProperty(
        name="Asymmetry",
        description="Weakens one side: below 0 the character's left, above 0 its right",
        default=0.0,
        min=-1.0,
        max=1.0,
    )
    ease: fields.share("Ease", "How softly motions start and stop; 0 is as captured")
    mix: fields.share("Mix", "Share of the other performance in this region")


class UnderstudyFaceStroke(bpy.types.PropertyGroup):
    """A stretch of the timeline, drawn or set, in which a region is changed; `ml.face.strokes`."""

    kind: EnumProperty(
        name="Kind",
        description="What the stroke changes",
        items=STROKE_KINDS,
        default="amplitude",
    )
    region: EnumProperty(
        name="Region",
        description="Region of the face that is changed here",
        items=STROKE_REGIONS,
        default="all",
    )
    start: fields.moment("From", "First frame of the stroke")
    end: fields.moment("To", "Last frame of the stroke", 25.0)
    amount: FloatProperty(
        name="Amount",
        description=(
            "What the stroke reaches at its highest: times as strong, times as quick, or how "
            "firmly the face stays (0 to 1)"
        ),
        default=1.5,
        min=0.0,
        max=10.0,
        soft_max=4.0,
    )
    fade: FloatProperty(
        name="Fade",
        description="Frames over which the change comes in and goes out",
        default=3.0,
        min=0.0,
        max=1000.0,
        soft_max=24.0,
    )
    drawn: BoolProperty(
        name="Drawn",
        description="Follow the line that was drawn; off for a level stroke",
        default=False,
    )
    heights: FloatVectorProperty(
        name="Heights",
        description="The line that was drawn, from the first frame to the last",
        size=STROKE_POINTS,
        default=(1.0,) * STROKE_POINTS,
        min=-1.0,
        max=1.0,
    )


class UnderstudyFaceLayer(bpy.types.PropertyGroup):
    """A named expression laid over the performance; `name` is its id in the library."""

    frame: fields.moment("Frame", "Where the expression begins")
    amplitude: fields.times(
        "Amplitude", "How strong the expression is; 1 is as the library has it", most=4.0, usual=1.5
    )
    speed: fields.times("Speed", "How quickly the expression comes and goes", least=0.1, usual=4.0)


class UnderstudyFacePerformance(bpy.types.PropertyGroup):
    """A captured performance, kept with the scene so that it can be laid on again."""

    data: fields.text("Data", "The performance itself, packed")
    stamp: fields.text("Stamp", "What the data is known by, without reading all of it")
    start: fields.frame("Start Frame", "Scene frame of the performance's first sample")
    note: fields.text("Note", "How long the performance is, and where it is from")


def _mix_all(settings: UnderstudyFace, _context: object) -> None:
    for name in REGION_NAMES:
        getattr(settings, name).mix = settings.mix


class UnderstudyFace(bpy.types.PropertyGroup):
    """Settings of the face tool, one set a scene."""

    video: fields.path("Video", "The actor's video, a folder of images, or one image of a sequence")
    recording: fields.path(
        "Performance",
        "A Live Link Face recording (.csv), or a performance saved here (.npz)",
        translation_context=CONTEXT,
    )
    source: EnumProperty(
        name="Source",
        description="Where the performance comes from",
        items=(
            ("video", "Video", "Capture an actor's face from a video"),
            ("file", "File", "Read a recording of the 52 expressions"),
        ),
        default="video",
    )
    start_frame: fields.frame("Start Frame", "Scene frame of the performance's first sample")
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far keys may stray from the performance; less gives more keys",
        default=0.015,
        min=0.001,
        max=0.5,
        soft_min=0.005,
        soft_max=0.1,
        precision=3,
    )
    every_frame: BoolProperty(
        name="Every Frame", description="Set a key on every frame instead of few", default=False
    )
    use_head: BoolProperty(
        name="Head", description="Turn the head with the performance", default=True
    )
    travel: EnumProperty(
        name="Travel",
        description="Whether the head also moves from its place, as the actor's did",
        items=TRAVELS,
        default="free",
    )
    head_amount: fields.times("Head", "How far the head turns; 1 is as captured")
    travel_amount: fields.times("Head Travel", "How far the head moves; 1 is as captured")
    use_eyes: BoolProperty(
        name="Eyes", description="Turn the eyes with the performance", default=True
    )
    micro: fields.times(
        "Micro", "Multiplies the small quick motions; the broad ones stay as they are", usual=4.0
    )
    micro_size: FloatProperty(
        name="Micro Size",
        description="Motions up to this strength count as small",
        default=0.25,
        min=0.02,
        max=1.0,
        subtype="FACTOR",
    )
    performances: CollectionProperty(
        type=UnderstudyFacePerformance,
        name="Performances",
        description="Performances kept with this scene",
    )
    active_performance: fields.chosen("Performance", "The performance that is laid on")
    other: fields.text("Other", "The performance that regions are mixed with; empty for none")
    mix: fields.share(
        "Mix", "Share of the other performance in every region, and in the head", update=_mix_all
    )
    strokes: CollectionProperty(
        type=UnderstudyFaceStroke,
        name="Strokes",
        description="Stretches of the timeline in which the motion is stronger, quicker, or held",
    )
    active_stroke: fields.chosen("Stroke", "The stroke that is shown")
    stroke_kind: EnumProperty(
        name="Kind",
        description="What the next stroke changes",
        items=STROKE_KINDS,
        default="amplitude",
    )
    stroke_region: EnumProperty(
        name="Region",
        description="Region of the face that the next stroke changes",
        items=STROKE_REGIONS,
        default="all",
    )
    layers: CollectionProperty(
        type=UnderstudyFaceLayer,
        name="Expressions",
        description="Named expressions laid over the performance",
    )
    active_layer: fields.chosen("Expression", "The expression that is shown")


# A pointer for each region: scripts read `settings.mouth.amplitude`.
for _name in REGION_NAMES:
    UnderstudyFace.__annotations__[_name] = PointerProperty(
        type=UnderstudyFaceRegion,
        name=_name.title(),
        description=f"What is changed about the {_name}",
    )


class UnderstudyFaceLink(bpy.types.PropertyGroup):
    """One line of a face map; `name` is the expression."""

    owner: fields.text("Object", "Object that has the control", override=_OVERRIDABLE)
    kind: EnumProperty(
        name="Kind",
        description="What kind of control shows the expression",
        items=KINDS,
        default="key",
        override=_OVERRIDABLE,
    )
    control: fields.text(
        "Control",
        "Shape key or bone that shows the expression; empty for none",
        override=_OVERRIDABLE,
    )
    axis: IntProperty(
        name="Axis",
        description="0, 1 and 2 are X, Y and Z of a bone's channel",
        default=0,
        min=0,
        max=2,
        override=_OVERRIDABLE,
    )
    weight: FloatProperty(
        name="Weight",
        description="The control's value where the expression is whole",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
        override=_OVERRIDABLE,
    )
    quality: fields.share("Quality", "How well this face shows the expression")
    method: fields.text("Method", "How the line was found: names, geometry or hand")
    measured: fields.text("Measured", "What the line said when its quality was found")

    @property
    def says(self) -> str:
        """What the line says."""
        return f"{self.owner}/{self.kind}/{self.control}/{self.axis}/{self.weight:.4f}"

    @property
    def is_measured(self) -> bool:
        """Whether the line still says what it did then; older files do not tell."""
        return self.measured in ("", self.says)


CLASSES = (
    UnderstudyFaceRegion,
    UnderstudyFaceStroke,
    UnderstudyFaceLayer,
    UnderstudyFacePerformance,
    UnderstudyFace,
    UnderstudyFaceLink,
)
