"""Settings of the in-betweening tool."""

from __future__ import annotations

import math

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from . import fields
from .about import CONTEXT

DENSITIES = (
    ("few", "Few Keys", "As few keys as keep the curves within the tolerance"),
    ("breakdown", "Breakdowns Only", "One pose in the middle between two of yours"),
    ("every", "Every Frame", "A key on every frame"),
)
ALIGNMENTS = (
    ("pose", "Poses", "Bones that you keyed together get their keys on the same frames"),
    ("bone", "Each Bone", "Each bone gets the fewest keys that it can do with"),
)
METHODS = (
    (
        "auto",
        "Automatic",
        "The network where it is better: beside keys on consecutive frames, and for limbs of a "
        "body that is keyed already",
    ),
    ("network", "Network", "The network that was trained on motion capture and hand-keyed motion"),
    ("plain", "Plain", "No network: your own curves, with the speed of dense stretches kept"),
)


class UnderstudyInbetween(bpy.types.PropertyGroup):
    """Settings of the in-betweening tool, one set a scene."""

    only_selected: BoolProperty(
        name="Only Selected",
        description="In Pose Mode, fill the selected bones only; else every keyed bone",
        default=True,
    )
    use_range: BoolProperty(
        name="Own Range",
        description="Fill a range of its own, else the scene's (or its preview) range",
        default=False,
    )
    range_start: fields.frame(
        "From", "First frame of the range; gaps that begin before it are left alone"
    )
    range_end: fields.frame(
        "To", "Last frame of the range; gaps that end after it are left alone", 250
    )
    strength: FloatProperty(
        name="Strength",
        description="0 is your own curve, 1 what is proposed; more exaggerates it",
        default=1.0,
        min=0.0,
        max=1.5,
        subtype="FACTOR",
    )
    contact_hold: fields.share(
        "Contact Hold",
        "How firmly feet and hands that stand between two keys are held in place",
        1.0,
    )
    smoothness: fields.share(
        "Smoothness", "Blur quick movement out of what is proposed; your keys stay where they are"
    )
    variant: IntProperty(
        name="Variant",
        description="Which variant of the same in-betweens: 0 is the likeliest, the others are "
        "paced differently",
        default=0,
        min=0,
        max=999,
        soft_max=5,
    )
    density: EnumProperty(
        name="Keys",
        translation_context=CONTEXT,
        description="How many keys are added",
        items=DENSITIES,
        default="few",
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="Largest angle by which a curve may stray for the sake of fewer keys",
        default=math.radians(2.0),
        min=math.radians(0.05),
        max=math.radians(45.0),
        soft_max=math.radians(10.0),
        subtype="ANGLE",
        unit="ROTATION",
    )
    tolerance_size: FloatProperty(
        name="Of Height",
        description="Largest distance by which a location may stray, in percent of the "
        "character's height",
        default=1.0,
        min=0.01,
        max=25.0,
        soft_max=5.0,
        subtype="PERCENTAGE",
    )
    align: EnumProperty(
        name="Align",
        description="Where the keys are put",
        items=ALIGNMENTS,
        default="pose",
    )
    method: EnumProperty(
        name="Method",
        description="What proposes the in-betweens",
        items=METHODS,
        default="auto",
    )


CLASSES = (UnderstudyInbetween,)
