"""A playblast: the scene's frames as a small film, headless too, written whole or not at all.

Frames are rendered one at a time, so that the work can be stopped between two, and then put
together by Blender's own sequencer. The open file is not changed.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.types import Object, Scene

from ...ml.errors import UnderstudyError
from ...ml.progress import Progress, Steps
from ..files import replace_with

ENGINES = ("workbench", "cycles", "scene")
_SAMPLES = 4


@dataclass
class Options:
    """How a film is to be made.

    Attributes
    ----------
    size : width and height, pixels, both even; None for the scene's own, as a percentage too
    span : first and last frame; None for the scene's
    pace : every which frame is rendered; the film keeps its time
    camera : name of the camera; "" for the scene's, with the cameras that markers bind
    engine : one of `ENGINES`
    note : a line that is drawn into every picture
    """

    size: tuple[int, int] | None = None
    span: tuple[int, int] | None = None
    pace: int = 1
    camera: str = ""
    engine: str = "workbench"
    note: str = ""


def frame_rate(scene: Scene) -> float:
    """Return the scene's frames a second."""
    return scene.render.fps / scene.render.fps_base


def film(scene: Scene, options: Options, path: Path) -> Steps[dict]:
    """Film the scene to an .mp4 file and return what a report says of it."""
    first, last = options.span or (scene.frame_start, scene.frame_end)
    if last < first:
        raise UnderstudyError("There are no frames to film: the last comes before the first")
    frames = range(first, last + 1, options.pace)
    with _set_up(scene, options), tempfile.TemporaryDirectory() as folder:
        pictures = []
        for done, frame in enumerate(frames):
            yield Progress(0.95 * done / len(frames), "Filming")
            scene.frame_set(frame)
            scene.render.filepath = str(Path(folder) / f"{frame:07}.png")
            bpy.ops.render.render(write_still=True, scene=scene.name)
            pictures.append(Path(scene.render.filepath))
        yield Progress(0.95, "Writing the film")
        size = _size(scene)
        replace_with(path, lambda beside: _encode(scene, pictures, options.pace, beside))
        camera = scene.camera.name
        engine = scene.render.engine
    return {
        "span": [first, last],
        "frames": len(frames),
        "size": size,
        "engine": engine,
        "camera": camera,
        "fps": frame_rate(scene) / options.pace,
    }


def _size(scene: Scene) -> list[int]:
    share = scene.render.resolution_percentage / 100
    return [int(scene.render.resolution_x * share), int(scene.render.resolution_y * share)]


@contextlib.contextmanager
def _set_up(scene: Scene, options: Options) -> Iterator[None]:
    """Lend the scene with other settings, and put back all that it had.

    A copy of the scene would need none of this, but Blender renders the objects of a scene that
    is not the active one where they stand, at every frame alike.
    """
    camera = bpy.data.objects.get(options.camera) if options.camera else scene.camera
    if camera is None or camera.type != "CAMERA":
        what = f"No camera is called {options.camera!r}" if options.camera else "There is no camera"
        raise UnderstudyError(f"{what}: add one to the scene, or name another")
    frame = scene.frame_current_final
    bound = {m: m.camera for m in scene.timeline_markers if options.camera and m.camera is not None}
    with contextlib.ExitStack() as undo:
        undo.callback(scene.frame_set, int(frame), subframe=frame % 1)
        for marker, held in bound.items():
            undo.callback(setattr, marker, "camera", held)
            marker.camera = None
        for owner, values in _settings(scene, camera, options):
            for name, value in values.items():
                undo.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, value)
        yield


def _settings(scene: Scene, camera: Object, options: Options) -> Iterator[tuple[object, dict]]:
    """Yield what is set, and to what, in an order that works both ways."""
    render, note = scene.render, options.note
    yield scene, {"camera": camera}
    if options.engine == "workbench":
        yield render, {"engine": "BLENDER_WORKBENCH"}
        yield scene.display, {"render_aa": "FXAA"}  # the default is ten times slower in software
        look = {"light": "STUDIO", "color_type": "MATERIAL", "show_cavity": True}
        yield scene.display.shading, look
    elif options.engine == "cycles":
        yield render, {"engine": "CYCLES"}
        yield scene.cycles, {"samples": _SAMPLES, "seed": 0}
    if options.size is not None:
        width, height = options.size
        size = {"resolution_x": width, "resolution_y": height, "resolution_percentage": 100}
        yield render, size
    if hasattr(render.image_settings, "media_type"):  # 5.0 and later
        yield render.image_settings, {"media_type": "IMAGE"}
    picture = {"file_format": "PNG", "color_mode": "RGB", "compression": 0}
    yield render.image_settings, picture
    yield render, {"use_file_extension": False, "filepath": ""}
    yield render, {"use_stamp": bool(note), "stamp_note_text": note}
    yield render, _stamps(render, ("use_stamp_note", "use_stamp_frame") if note else ())


def _stamps(render: bpy.types.RenderSettings, wanted: tuple[str, ...]) -> dict[str, bool]:
    """Return what draws only these things; what is not off goes into a file, the date too."""
    names = [p.identifier for p in render.bl_rna.properties if p.type == "BOOLEAN"]
    return {name: name in wanted for name in names if name.startswith("use_stamp_")}


def _encode(scene: Scene, pictures: list[Path], pace: int, path: Path) -> None:
    """Put the pictures together, each for as many frames as it stands for."""
    cut = bpy.data.scenes.new("Understudy film")
    try:
        render = cut.render
        render.resolution_x, render.resolution_y = _size(scene)
        render.fps, render.fps_base = scene.render.fps, scene.render.fps_base * pace
        for name, value in _stamps(render, ()).items():
            setattr(render, name, value)  # so that the same pictures make the same file
        cut.view_settings.view_transform = "Standard"  # the pictures are as the screen shows them
        editor = cut.sequence_editor_create()
        # `strips` from 4.4, `sequences` before.
        strips = editor.strips if hasattr(editor, "strips") else editor.sequences
        strip = strips.new_image("film", str(pictures[0]), 1, 1)
        for picture in pictures[1:]:
            strip.elements.append(picture.name)
        cut.frame_start, cut.frame_end = 1, len(pictures)
        if hasattr(render.image_settings, "media_type"):
            render.image_settings.media_type = "VIDEO"
        render.image_settings.file_format = "FFMPEG"
        render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
        render.ffmpeg.constant_rate_factor = "HIGH"
        render.ffmpeg.audio_codec = "NONE"
        render.use_file_extension = False
        render.filepath = str(path)
        bpy.ops.render.render(animation=True, scene=cut.name)
        if not path.is_file() or not path.stat().st_size:
            raise UnderstudyError("Blender wrote no film: this Blender may lack FFmpeg")
    finally:
        bpy.data.scenes.remove(cut)
