"""What the extension keeps: settings on the scene, a bone map on the rig, the run on the window.

The run's state lies on the window manager because that is outside undo and is never saved.
"""

from __future__ import annotations

import math

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
)

from . import blockprops, faceprops, fields, fillprops, layoutprops, lipsyncprops

PEOPLE = (
    ("largest", "Largest", "Follow the person who fills most of the picture"),
    ("central", "Most central", "Follow the person nearest to the middle of the picture"),
    ("surest", "Most certain", "Follow the person who is seen most clearly"),
    ("number", "By number", "Follow the person with the given number, counted from the left"),
)
KEY_CHOICES = (
    ("count", "Count", "Key this many poses, at the frames that matter most"),
    ("tolerance", "Tolerance", "Key as few poses as keep the motion within this angle"),
)
INTERPOLATIONS = (
    ("CONSTANT", "Stepped", "Hold each pose until the next one, for blocking", "IPO_CONSTANT", 0),
    ("BEZIER", "Splined", "Ease from pose to pose along curves", "IPO_BEZIER", 1),
    ("LINEAR", "Linear", "Move evenly from pose to pose", "IPO_LINEAR", 2),
)
KEY_TYPES = (
    ("pose", "By pose", "Mark keys as extreme, breakdown or plain key, as an animator would"),
    ("generated", "Generated", "Mark all keys as generated"),
)


METARIG = "This is a Rigify metarig: generate its rig and animate that one's controls"


def is_metarig(obj: bpy.types.Object) -> bool:
    """Return whether an armature is what Rigify makes a rig of, not such a rig."""
    if "rig_id" in obj.data or obj.pose is None:
        return False
    if hasattr(bpy.types.PoseBone, "rigify_type"):
        return any(b.rigify_type for b in obj.pose.bones)
    return any(b.get("rigify_type") for b in obj.pose.bones)


def animated(obj: bpy.types.Object | None) -> bpy.types.ID | None:
    """Return what an object's takes and record belong to: its shape keys if those are animated."""
    keys = getattr(obj.data, "shape_keys", None) if obj is not None else None
    if keys is not None and keys.animation_data and keys.animation_data.action:
        return keys
    return obj


def chosen_owners(context: bpy.types.Context) -> list[bpy.types.ID]:
    """Return what of the active and the selected objects plays an action: objects, shape keys."""
    objects = {o.name: o for o in (context.object, *context.selected_objects) if o is not None}
    found = []
    for obj in objects.values():
        for owner in (obj, getattr(obj.data, "shape_keys", None)):
            if owner is not None and owner.animation_data and owner.animation_data.action:
                found.append(owner)
    return found


class UnderstudySettings(bpy.types.PropertyGroup):
    """Settings of the tools, one per scene."""

    video: fields.path(
        "Video", "The performer's video, a folder of images, or one image of a sequence"
    )
    person: EnumProperty(
        name="Person",
        description="Whom to follow when the video shows several people",
        items=PEOPLE,
        default="largest",
    )
    person_number: IntProperty(
        name="Number",
        description="Number of the person, counted from the left, beginning with 0",
        default=0,
        min=0,
        soft_max=10,
    )
    use_range: BoolProperty(
        name="Part of the Video",
        description="Use only a part of the video",
        default=False,
    )
    range_start: FloatProperty(
        name="From",
        description="Time in the video at which the part begins",
        default=0.0,
        min=0.0,
        soft_max=600.0,
        subtype="TIME_ABSOLUTE",
        unit="TIME_ABSOLUTE",
    )
    range_end: FloatProperty(
        name="To",
        description="Time in the video at which the part ends",
        default=10.0,
        min=0.0,
        soft_max=600.0,
        subtype="TIME_ABSOLUTE",
        unit="TIME_ABSOLUTE",
    )
    sequence_rate: FloatProperty(
        name="Image Rate",
        description="Frames a second of an image sequence; a video knows its own",
        default=24.0,
        min=0.1,
        max=1000.0,
        soft_min=1.0,
        soft_max=120.0,
    )
    start_frame: fields.frame(
        "Start Frame", "Scene frame of the video's first frame, or of its part's first frame"
    )
    key_choice: EnumProperty(
        name="Key Poses",
        description="How the number of key poses is decided",
        items=KEY_CHOICES,
        default="count",
    )
    key_count: IntProperty(
        name="Count",
        description="Number of key poses",
        default=12,
        min=2,
        soft_max=100,
        max=10000,
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="Largest angle by which a joint may stray from the performance",
        default=math.radians(10.0),
        min=math.radians(0.5),
        max=math.radians(90.0),
        soft_min=math.radians(2.0),
        soft_max=math.radians(30.0),
        subtype="ANGLE",
        unit="ROTATION",
    )
    interpolation: EnumProperty(
        name="Interpolation",
        description="How the rig moves from one key pose to the next",
        items=INTERPOLATIONS,
        default="BEZIER",
    )
    key_types: EnumProperty(
        name="Key Types",
        description="How the keys are marked in the Dope Sheet",
        items=KEY_TYPES,
        default="pose",
    )
    root_motion: BoolProperty(
        name="Root Motion",
        description="Move the character through the scene as the performer moved, else in place",
        default=True,
    )
    blocking: PointerProperty(
        type=blockprops.UnderstudyBlocking,
        name="Blocking",
        description="Settings of the blocking tool",
    )
    inbetween: PointerProperty(
        type=fillprops.UnderstudyInbetween,
        name="In-betweens",
        description="Settings of the in-betweening tool",
    )
    layout: PointerProperty(
        type=layoutprops.UnderstudyLayout,
        name="Layout",
        description="Settings of the layout tool",
    )
    face: PointerProperty(
        type=faceprops.UnderstudyFace,
        name="Face",
        description="Settings of the face tool",
    )
    lipsync: lipsyncprops.POINTER


class UnderstudyRole(bpy.types.PropertyGroup):
    """One line of a bone map; `name` is the role."""

    bone: fields.text(
        "Bone",
        "Bone that plays this part of the body; empty for none",
        override={"LIBRARY_OVERRIDABLE"},
    )
    confidence: fields.share("Confidence", "How sure the automatic map is of this bone")
    reason: fields.text("Reason", "Why the automatic map chose this bone")


class UnderstudyRig(bpy.types.PropertyGroup):
    """What is kept on a rig: its bone map and its face map."""

    roles: CollectionProperty(
        type=UnderstudyRole,
        name="Bone Map",
        description="Which bone plays which part of the body",
        override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"},
    )
    face_links: CollectionProperty(
        type=faceprops.UnderstudyFaceLink,
        name="Face Map",
        description="Which controls show each of the 52 expressions",
        override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"},
    )
    active_face_link: fields.chosen("Active Line", "Line of the face map that is chosen")
    active_role: fields.chosen("Active Role", "Line of the bone map that is chosen")


class UnderstudyNetwork(bpy.types.PropertyGroup):
    """One network, as the last check of this machine found it; `name` is the network's."""

    size: FloatProperty(
        name="Size",
        description="Size of the file in megabytes",
        default=0.0,
        min=0.0,
    )
    licence: fields.text("Licence", "Licence of the network, by its card")
    good: BoolProperty(
        name="Whole",
        description="Whether the file is the one that its card describes, and opens",
        default=False,
    )
    state: fields.text("State", "What it runs on, or what is wrong with it")


class UnderstudyRun(bpy.types.PropertyGroup):
    """The work under way, for the panels to show."""

    title: fields.text("Title", "What is running; empty when nothing is")
    progress: fields.share("Progress", "Share of the work that is done")
    stage: fields.text(
        "Stage", "The panel that shows the work under way, or how the last one ended"
    )
    left: fields.text(
        "Time Left", "How long the work will still take; empty while that is not known"
    )
    message: fields.text("Message", "What is being done at the moment")
    cancelling: BoolProperty(
        name="Cancelling",
        description="Whether the work was asked to stop",
        default=False,
    )
    preview: fields.text(
        "Preview", "The preview's state: empty when there is none, else LIVE, ACCEPT or CANCEL"
    )
    preview_text: fields.text("Preview Text", "What the preview shows at the moment")
    other_take: fields.text(
        "Other Take", "The take that was shown before the one that is shown now"
    )
    show_confidence: BoolProperty(
        name="Confidence Strip",
        description=(
            "Draw under the keys of the Dope Sheet and the Timeline how far each generated frame "
            "can be trusted: green is sure, red is doubtful"
        ),
        default=True,
    )
    face_live: BoolProperty(
        name="Live",
        description="Whether the face's keys are written anew at each change of a slider",
        default=False,
    )
    face_strokes: BoolProperty(
        name="Draw Strokes",
        description="Whether strokes are drawn under the keys with the mouse",
        default=False,
    )
    provider: fields.text("Ran On", "What the networks ran on in the last work, and why")
    networks: CollectionProperty(
        type=UnderstudyNetwork,
        name="Networks",
        description="What the last check of this machine found",
    )
    setup: fields.text("Setup", "What the last check of this machine found")
    outcome: fields.text("Outcome", "How the last work ended")
    report: fields.text(
        "Report", "What the last stage reported, JSON, as docs/report.schema.json describes it"
    )
    layouts: CollectionProperty(
        type=layoutprops.UnderstudyVariant,
        name="Layouts",
        description="The layouts that were proposed last",
    )
    layout_kept: CollectionProperty(
        type=layoutprops.UnderstudyKeptPart,
        name="Kept Parts",
        description="Zones and parts of proposals that the next proposals keep",
    )
    layouts_made: fields.text(
        "Layouts Made", "What the proposed layouts were asked for and made with, JSON"
    )


CLASSES = (
    *blockprops.CLASSES,
    *fillprops.CLASSES,
    *faceprops.CLASSES,
    *layoutprops.CLASSES,
    *lipsyncprops.CLASSES,
    UnderstudySettings,
    UnderstudyRole,
    UnderstudyRig,
    UnderstudyNetwork,
    UnderstudyRun,
)

POINTERS = (
    (bpy.types.Scene, PointerProperty(type=UnderstudySettings)),
    (
        bpy.types.Object,
        PointerProperty(type=UnderstudyRig, override={"LIBRARY_OVERRIDABLE"}),
    ),
    (bpy.types.WindowManager, PointerProperty(type=UnderstudyRun)),
)
"""Where each group hangs; always under the name `understudy`."""
