"""Settings of lip sync on the scene: the lines that are spoken, and how."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

LANGUAGES = (
    ("en-us", "English (US)", "English as in America"),
    ("en-gb", "English (UK)", "English as in Britain"),
    ("cmn", "Mandarin", "Chinese, Mandarin, in Chinese characters or pinyin"),
    ("ja", "Japanese", "Japanese, written in kana"),
    ("fr", "French", "French"),
    ("es", "Spanish", "Spanish as in Spain"),
    ("es-419", "Spanish (Latin America)", "Spanish as in Latin America"),
    ("de", "German", "German"),
    ("it", "Italian", "Italian"),
    ("pt-br", "Portuguese (Brazil)", "Portuguese as in Brazil"),
    ("pt", "Portuguese", "Portuguese as in Portugal"),
    ("ru", "Russian", "Russian"),
    ("ko", "Korean", "Korean"),
    ("hi", "Hindi", "Hindi"),
    ("ar", "Arabic", "Arabic"),
    ("pl", "Polish", "Polish"),
    ("nl", "Dutch", "Dutch"),
    ("sv", "Swedish", "Swedish"),
    ("tr", "Turkish", "Turkish"),
    ("yue", "Cantonese", "Chinese, Cantonese"),
    ("other", "Other", "Any other language of espeak-ng, by its code"),
)
_RELATIVE = set()
# From 4.5 a path says whether it may begin with "//", the folder of the .blend file.
if "is_path_supports_blend_relative" in bpy.types.Property.bl_rna.properties:
    _RELATIVE.add("PATH_SUPPORTS_BLEND_RELATIVE")


class UnderstudyLine(bpy.types.PropertyGroup):
    """A line of dialogue: its sound, its words, and where it begins."""

    sound: StringProperty(
        name="Sound",
        description="The recorded line: a WAV file, or any sound or video that Blender can play",
        default="",
        subtype="FILE_PATH",
        options=_RELATIVE,
    )
    text: StringProperty(
        name="Text",
        description="What is said, in its own script. Leave it empty to go by the sound alone",
        default="",
    )
    language: EnumProperty(
        name="Language",
        description="Language of the text",
        items=LANGUAGES,
        default="en-us",
    )
    code: StringProperty(
        name="Code",
        description="espeak-ng's code of the language, such as fi or cs",
        default="",
    )
    frame: IntProperty(
        name="Frame",
        description="Scene frame at which the sound begins",
        default=1,
        min=-1048574,
        max=1048574,
    )
    marker: StringProperty(
        name="Marker",
        description="Timeline marker at which the sound begins, instead of the frame",
        default="",
    )


class UnderstudyProposed(bpy.types.PropertyGroup):
    """An expression proposed for a line; `name` is its id in the library."""

    use: BoolProperty(
        name="Use", description="Lay this expression over the face with Apply", default=True
    )
    rank: IntProperty(name="Rank", description="Which proposal it belongs to", default=0, min=0)
    frame: FloatProperty(name="Frame", description="Where it begins", default=1.0)
    seconds: FloatProperty(name="Seconds", description="How long it lasts", default=1.0, min=0.0)
    amplitude: FloatProperty(
        name="Amplitude", description="How strong it is", default=1.0, min=0.0, max=4.0
    )
    speed: FloatProperty(
        name="Speed", description="How quickly it comes and goes", default=1.0, min=0.1, max=10.0
    )
    score: FloatProperty(
        name="Score",
        description="Its share among all expressions for these words",
        default=0.0,
        min=0.0,
        max=1.0,
    )
    clause: StringProperty(name="Words", description="The words it goes with", default="")


class UnderstudyLipsync(bpy.types.PropertyGroup):
    """Settings of lip sync, one set a scene."""

    lines: CollectionProperty(
        type=UnderstudyLine, name="Lines", description="The lines of dialogue, in any order"
    )
    active_line: IntProperty(name="Line", description="The line that is shown", default=0, min=0)
    jaw: FloatProperty(
        name="Jaw",
        description="How far the jaw opens; 1 is everyday speech",
        default=1.0,
        min=0.0,
        max=2.0,
    )
    lips: FloatProperty(
        name="Lips",
        description="How far the lips round, spread and part; 1 is everyday speech",
        default=1.0,
        min=0.0,
        max=2.0,
    )
    precision: FloatProperty(
        name="Precision",
        description="How clearly each sound is shaped: 0 mumbles, 2 is spoken on a stage",
        default=1.0,
        min=0.0,
        max=2.0,
    )
    dub: StringProperty(
        name="Dub",
        description=(
            "Kept performance whose mouth is replaced where these lines are heard; its upper "
            "face, head and eyes stay. Empty for none"
        ),
        default="",
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far keys may stray from the curves; less gives more keys",
        default=0.01,
        min=0.001,
        max=0.5,
        soft_min=0.005,
        soft_max=0.05,
        precision=3,
    )
    every_frame: BoolProperty(
        name="Every Frame", description="Set a key on every frame instead of few", default=False
    )
    add_strip: BoolProperty(
        name="Sound Strips",
        description="Put the sounds into the sequencer at their frames, so that they are heard",
        default=True,
    )
    proposals: CollectionProperty(
        type=UnderstudyProposed,
        name="Proposals",
        description="Expressions proposed for the chosen line",
    )
    active_proposal: IntProperty(
        name="Proposal", description="The proposal that is shown", default=0, min=0
    )


CLASSES = (UnderstudyLine, UnderstudyProposed, UnderstudyLipsync)

POINTER = PointerProperty(
    type=UnderstudyLipsync, name="Lip Sync", description="Settings of lip sync"
)
