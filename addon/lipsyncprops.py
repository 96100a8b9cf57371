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
)

from . import fields

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


class UnderstudyLine(bpy.types.PropertyGroup):
    """A line of dialogue: its sound, its words, and where it begins."""

    sound: fields.path(
        "Sound", "The recorded line: a WAV file, or any sound or video that Blender can play"
    )
    text: fields.text(
        "Text", "What is said, in its own script. Leave it empty to go by the sound alone"
    )
    language: EnumProperty(
        name="Language",
        description="Language of the text",
        items=LANGUAGES,
        default="en-us",
    )
    code: fields.text("Code", "espeak-ng's code of the language, such as fi or cs")
    frame: fields.frame("Frame", "Scene frame at which the sound begins")
    marker: fields.text("Marker", "Timeline marker at which the sound begins, instead of the frame")


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
    clause: fields.text("Words", "The words it goes with")


class UnderstudyLipsync(bpy.types.PropertyGroup):
    """Settings of lip sync, one set a scene."""

    lines: CollectionProperty(
        type=UnderstudyLine, name="Lines", description="The lines of dialogue, in any order"
    )
    active_line: fields.chosen("Line", "The line that is shown")
    jaw: fields.times("Jaw", "How far the jaw opens; 1 is everyday speech", most=2.0)
    lips: fields.times(
        "Lips", "How far the lips round, spread and part; 1 is everyday speech", most=2.0
    )
    precision: fields.times(
        "Precision", "How clearly each sound is shaped: 0 mumbles, 2 is spoken on a stage", most=2.0
    )
    dub: fields.text(
        "Dub",
        "Kept performance whose mouth is replaced where these lines are heard; its upper face, "
        "head and eyes stay. Empty for none",
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
    active_proposal: fields.chosen("Proposal", "The proposal that is shown")


CLASSES = (UnderstudyLine, UnderstudyProposed, UnderstudyLipsync)

POINTER = PointerProperty(
    type=UnderstudyLipsync, name="Lip Sync", description="Settings of lip sync"
)
