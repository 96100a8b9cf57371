"""The operations and what each takes."""

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    IntProperty,
    StringProperty,
)

from .. import blockprops, faceprops, fillprops, layoutprops, lipsyncprops, props
from . import starts
from .arguments import Argument, needing, of_group, properties_of
from .operation import Operation

_FIRST = "the scene's first frame"


class UnderstudyName(bpy.types.PropertyGroup):
    """A row that is a name and nothing else."""


def _own(name: str, prop: object, *, unset: str = "", required: bool = False) -> Argument:
    return Argument(name, prop, "", unset, required)


_USE_PANEL = _own("use_panel", BoolProperty(
    name="As in the Panel", default=False,
    description="Take what is not given from the scene's settings instead of the defaults",
))  # fmt: skip
_DEVICE = _own("device", StringProperty(
    name="Device", description="What runs the networks: auto, cpu, cuda, or cuda:1 for the second",
), unset="as in the preferences")  # fmt: skip
_REPORT = _own("report_file", StringProperty(
    name="Report File", subtype="FILE_PATH",
    description="JSON file to write the report to; it is also in the window manager's "
    "understudy.report",
), unset="no file")  # fmt: skip
_COMMON = (_USE_PANEL, _DEVICE, _REPORT)
_RIG = _own("rig", StringProperty(name="Rig", description="Name of the armature object"),
            unset="the active one, else the only one")  # fmt: skip
_MESH = _own("mesh", StringProperty(
    name="Face", description="Name of the face: a mesh with shape keys, or an armature",
), unset="the active one, else the only one")  # fmt: skip
_SEED = _own("seed", IntProperty(
    name="Seed", description="The same seed gives the same result", default=0, min=0,
))  # fmt: skip


def _frame(name: str, text: str, unset: str) -> Argument:
    words = {"name": name.title().replace("_", " "), "description": text, "subtype": "TIME"}
    return _own(name, IntProperty(**words, min=-1048574, max=1048574), unset=unset)


_FRAMES = (
    _frame("first", "First frame", _FIRST),
    _frame("last", "Last frame", "the scene's last frame"),
)
_START = _frame("start_frame", "Scene frame at which it begins", _FIRST)


def _path(name: str, title: str, text: str, **more: object) -> Argument:
    return _own(name, StringProperty(name=title, description=text, subtype="FILE_PATH"), **more)


_LINE = properties_of(lipsyncprops.UnderstudyLine)
_LAYER = properties_of(faceprops.UnderstudyFaceLayer)
_BLOCK_KEPT = ("table", "edits")
_GROUPS = ("blocking", "inbetween", "layout", "face", "lipsync")
_FACE_KEPT = ("performances",)
_SPOKEN_KEPT = ("proposals",)

OPERATIONS = (
    Operation(
        "layout",
        "Lay Out",
        "Turn words into a scene with things, light, weather and cameras",
        (
            *needing(
                "prompt",
                of_group(
                    layoutprops.UnderstudyLayout,
                    "layout",
                    ("use_density", "use_mood"),
                ),
            ),
            _own(
                "pick",
                IntProperty(
                    name="Pick",
                    description="Which of the proposals is written; 1 is the best",
                    default=1,
                    min=1,
                    max=24,
                ),
            ),
            _own(
                "keep",
                StringProperty(
                    name="Keep",
                    description="Zones or parts of the first proposals that stay while the rest "
                    "is proposed anew, with blanks between, such as back=2 lights=5",
                ),
                unset="nothing is kept",
            ),
            _own(
                "reroll",
                IntProperty(name="Re-roll", description="Seed of what is proposed anew", min=0),
                unset="the seed after the first",
            ),
            *_COMMON,
        ),  # fmt: skip
        ("layout.use_density", "layout.use_mood"),
        {
            "density": ("layout.use_density", True),
            "mood": ("layout.use_mood", True),
        },
        start=starts.layout,
    ),
    Operation(
        "block",
        "Block from Video",
        "Turn a reference video into key poses on a rig's controls",
        (
            _RIG,
            *needing(
                "video",
                of_group(
                    props.UnderstudySettings,
                    "",
                    (*_GROUPS, "key_choice", "use_range", "start_frame"),
                ),
            ),
            *of_group(blockprops.UnderstudyBlocking, "blocking", _BLOCK_KEPT),
            _START,
            _own(
                "frames",
                StringProperty(
                    name="Frames",
                    description="Key exactly these scene frames, with blanks between",
                ),
                unset="they are chosen",
            ),
            _SEED,
            *_COMMON,
        ),  # fmt: skip
        ("key_choice", "use_range"),
        {
            "tolerance": ("key_choice", "tolerance"),
            "key_count": ("key_choice", "count"),
            "person_number": ("person", "number"),
            "range_start": ("use_range", True),
            "range_end": ("use_range", True),
        },
        start=starts.block,
    ),
    Operation(
        "inbetween",
        "Fill In-betweens",
        "Add generated keys between a rig's keyed poses; the artist's own keys stay as they are",
        (
            _RIG,
            *_FRAMES,
            _own(
                "bones",
                CollectionProperty(
                    type=UnderstudyName,
                    name="Bones",
                    description="Bones to fill, by name",
                ),
                unset="every keyed bone",
            ),
            *of_group(
                fillprops.UnderstudyInbetween,
                "inbetween",
                ("only_selected", "use_range", "range_start", "range_end"),
            ),
            _SEED,
            *_COMMON,
        ),  # fmt: skip
        ("inbetween.only_selected", "inbetween.use_range"),
        start=starts.inbetween,
    ),
    Operation(
        "face",
        "Perform",
        "Lay an actor's video, a recording, a kept performance or an expression on a face",
        (
            _MESH,
            *of_group(faceprops.UnderstudyFace, "face", (*_FACE_KEPT, "source", "start_frame")),
            _START,
            _own(
                "kept",
                StringProperty(
                    name="Kept",
                    description="Name of a performance that is kept in the file",
                ),
            ),
            _own(
                "expression",
                StringProperty(
                    name="Expression",
                    description="Name of an expression of the library",
                ),
            ),
            _own("amplitude", _LAYER["amplitude"]),
            _own("speed", _LAYER["speed"]),
            *_COMMON,
        ),  # fmt: skip
        ("face.source", "face.start_frame"),
        {"recording": ("face.source", "file"), "video": ("face.source", "video")},
        start=starts.face,
    ),
    Operation(
        "lipsync",
        "Sync Lips",
        "Make a face say a recorded line, from its sound and text; several with lines",
        (
            _MESH,
            *(_own(n, _LINE[n]) for n in ("sound", "text", "language", "code", "marker")),
            _frame("frame", "Scene frame at which the sound begins", _FIRST),
            *of_group(lipsyncprops.UnderstudyLipsync, "lipsync", _SPOKEN_KEPT),
            *_COMMON,
        ),
        start=starts.lipsync,
    ),
    Operation(
        "playblast",
        "Film Playblast",
        "Film the scene to an .mp4 file, small and fast",
        (
            _path("film", "Film", "The .mp4 file to write", required=True),
            _own(
                "width",
                IntProperty(
                    name="Width",
                    description="Width of the film",
                    default=640,
                    min=16,
                    max=8192,
                    subtype="PIXEL",
                ),
            ),
            _own(
                "height",
                IntProperty(
                    name="Height",
                    description="Height of the film",
                    default=360,
                    min=16,
                    max=8192,
                    subtype="PIXEL",
                ),
            ),
            *_FRAMES,
            _own(
                "pace",
                IntProperty(
                    name="Pace",
                    description="Film every so many frames only",
                    default=1,
                    min=1,
                    max=1000,
                ),
            ),
            _own(
                "camera",
                StringProperty(name="Camera", description="Name of the camera"),
                unset="the scene's, by its markers",
            ),
            _own(
                "engine",
                EnumProperty(
                    name="Engine",
                    description="What renders",
                    items=(
                        ("workbench", "Workbench", "Quick, in solid colours"),
                        ("cycles", "Cycles", "Slow, with light"),
                        ("scene", "Scene", "As the scene says"),
                    ),
                ),
            ),
            _own(
                "note",
                StringProperty(
                    name="Note",
                    description="A line that is drawn into every picture",
                ),
            ),
            _REPORT,
        ),  # fmt: skip
        act=starts.playblast,
        changes=False,
    ),
    Operation(
        "usd",
        "Write USD Layers",
        "Write what moves and what stands as two USD layers",
        (
            _path("animation_file", "Animation File", "The .usda or .usdc file for what moves"),
            _path("layout_file", "Layout File", "The .usda or .usdc file for what stands"),
            _path("shot_file", "Shot File", "The .usda file that has both as layers"),
            _REPORT,
        ),
        act=starts.usd,
        changes=False,
    ),
    Operation(
        "report",
        "Report Who Made What",
        "Say of the whole file, or of one character, who made which keys",
        (
            _own(
                "rig",
                StringProperty(name="Rig", description="Name of one character"),
                unset="everything in the file",
            ),
            _path("text", "Text", "The text file to write the AI use statement to"),
            _REPORT,
        ),  # fmt: skip
        act=starts.authorship,
        changes=False,
    ),
)
NAMES = {operation.name: operation for operation in OPERATIONS}
