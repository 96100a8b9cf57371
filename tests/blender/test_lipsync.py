"""Recorded lines onto a face, by the button and the command; and proposed expressions."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import bpy
import numpy as np
import pytest
from faces import new_head
from report_form import faults
from understudy.addon import actions, cli, dialogue, face, faceperformances, ledger, lipsync
from understudy.ml.errors import RigError, UnderstudyError
from understudy.ml.face import espeak
from understudy.ml.face.performance import INDEX, NAMES, Performance

FORM = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "report.schema.json").read_text("utf-8")
)
TEXT = "Bob may pack my map."


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording of `TEXT`, 0.5 s into the file."""
    return record(tmp_path_factory.mktemp("sound") / "line.wav", TEXT)


def record(path: Path, text: str, language: str = "en-us") -> Path:
    spoken = espeak.speak(text, language, sound=True)
    samples = np.pad(spoken.samples, (spoken.rate // 2, spoken.rate // 2))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, spoken.rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def phones_of(text: str) -> list:
    return [p for p in espeak.speak(text).phones if not p.silent]


def add_line(sound: Path, text: str = TEXT, frame: int = 1) -> object:
    settings = bpy.context.scene.understudy.lipsync
    row = settings.lines.add()
    row.sound, row.text, row.frame = str(sound), text, frame
    settings.active_line = len(settings.lines) - 1
    return row


def value_at(head: bpy.types.Object, name: str, frames: np.ndarray) -> np.ndarray:
    curve = actions.curves_of(head.data.shape_keys)[f'key_blocks["{name}"].value', 0]
    return np.array([curve.evaluate(frame) for frame in frames])


def strips() -> list:
    editor = bpy.context.scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (30, 1.001), (25, 1.0)])
def test_lips_meet_when_the_sound_says_so(
    head: bpy.types.Object, sound: Path, fps: int, base: float
) -> None:
    """Also at 29.97: the sound strip runs in real time, and so must the curves."""
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, base
    add_line(sound, frame=11)
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    frames = np.arange(11, 11 + int(3 * fps))
    seconds = (frames - 11) * base / fps
    apart = value_at(head, "jawOpen", frames) - value_at(head, "mouthClose", frames)
    bilabials = [p for p in phones_of(TEXT) if p.label in "pbm"]
    assert len(bilabials) == 7
    for p in bilabials:
        near = (seconds > 0.5 + p.start - 0.04) & (seconds < 0.5 + p.end + 0.04)
        assert apart[near].min() < 0.02
    vowels = [p for p in phones_of(TEXT) if "æ" in p.label or "ɑ" in p.label]
    for p in vowels:
        near = (seconds > 0.5 + p.start) & (seconds < 0.5 + p.end)
        assert apart[near].max() > 0.1
    [strip] = strips()
    assert strip.type == "SOUND" and lipsync.strip_ends(strip)[0] == 11


def test_keys_are_few_generated_and_on_mouth_and_jaw_only(
    head: bpy.types.Object, sound: Path
) -> None:
    add_line(sound)
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    keys = head.data.shape_keys
    curves = actions.curves_of(keys)
    names = {path.split('"')[1] for path, _ in curves}
    assert {"jawOpen", "mouthClose", "mouthPucker", "tongueOut"} <= names
    assert not {n for n in names if n.startswith(("brow", "eye", "cheek", "nose"))}
    jaw = actions.read_keys(curves['key_blocks["jawOpen"].value', 0])
    assert 8 < len(jaw) < 45 and (jaw["type"] == 5).all()
    assert ledger.report(keys.animation_data.action)["keys"]["edited"] == 0
    kept = faceperformances.find(bpy.context.scene)
    assert kept.start == 1 and kept.performance.coefficients[:, INDEX["jawOpen"]].max() > 0.2
    assert "voice_v1" in kept.models and "line.wav" in kept.inputs


def test_a_rerun_replaces_its_own_and_leaves_yours(head: bpy.types.Object, sound: Path) -> None:
    keys = head.data.shape_keys
    keys.key_blocks["jawOpen"].value = 0.77
    keys.key_blocks["jawOpen"].keyframe_insert("value", frame=20)
    add_line(sound)
    bpy.ops.understudy.sync_lips()
    before = len(actions.read_keys(actions.curves_of(keys)['key_blocks["jawOpen"].value', 0]))
    bpy.ops.understudy.sync_lips()
    curve = actions.curves_of(keys)['key_blocks["jawOpen"].value', 0]
    assert len(actions.read_keys(curve)) == before
    assert curve.evaluate(20) == pytest.approx(0.77)
    assert len(strips()) == 1


def test_several_lines_stand_at_their_markers(head: bpy.types.Object, sound: Path) -> None:
    markers = bpy.context.scene.timeline_markers
    markers.new("hello", frame=10)
    markers.new("again", frame=120)
    for name in ("hello", "again"):
        add_line(sound).marker = name
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    assert sorted(lipsync.strip_ends(s)[0] for s in strips()) == [10, 120]
    frames = np.arange(60)
    one, two = (value_at(head, "jawOpen", frames + start) for start in (10, 120))
    np.testing.assert_allclose(one, two, atol=0.03)
    assert np.abs(value_at(head, "jawOpen", np.arange(95, 118))).max() < 0.02


def film(head: bpy.types.Object) -> None:
    """Lay on a performance of five seconds whose brows and mouth move."""
    times = np.arange(151) / 30
    values = np.zeros((151, 52))
    values[:, INDEX["browInnerUp"]] = 0.5 + 0.4 * np.sin(3 * times)
    values[:, INDEX["mouthSmileLeft"]] = 0.6
    values[:, INDEX["jawOpen"]] = 0.4 + 0.2 * np.sin(5 * times)
    scene = bpy.context.scene
    kept = faceperformances.Kept(Performance(times, values, source="actor"), 1)
    faceperformances.keep(scene, "actor", kept)
    asked = face.request(scene, head, face.Options(kept="actor", frame_start=1))
    from understudy.addon import jobs

    result = jobs.start(face.TASK, asked.params, asked.arrays, in_process=True).result()
    face.finish(scene, head, asked, result)


def test_dubbing_swaps_the_mouth_and_keeps_the_brows(head: bpy.types.Object, sound: Path) -> None:
    film(head)
    frames = np.arange(1, 121)
    brow, jaw = (value_at(head, n, frames) for n in ("browInnerUp", "jawOpen"))
    add_line(sound, frame=40)
    bpy.context.scene.understudy.lipsync.dub = "actor"
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    np.testing.assert_array_equal(value_at(head, "browInnerUp", frames), brow)
    now = value_at(head, "jawOpen", frames)
    np.testing.assert_allclose(now[:34], jaw[:34], atol=0.03)
    close = value_at(head, "mouthClose", frames)
    closed = (np.abs(now - close) < 0.02) & (close > 0.01)
    assert closed[50:100].any() and not closed[:34].any()
    kept = faceperformances.find(bpy.context.scene)
    assert kept.performance.coefficients[:, INDEX["browInnerUp"]].max() > 0.85
    # Edits afterwards lay on both, the actor's brows and the dubbed mouth.
    assert bpy.ops.understudy.apply_face_edits() == {"FINISHED"}
    np.testing.assert_allclose(value_at(head, "jawOpen", frames), now, atol=0.04)


def test_what_cannot_be_done_is_said_and_changes_nothing(
    head: bpy.types.Object, sound: Path, tmp_path: Path
) -> None:
    row = add_line(sound, text="The weather in Hungary was rather foul all winter long.")
    with pytest.raises(RuntimeError, match="not what is said in line.wav"):
        bpy.ops.understudy.sync_lips()
    assert head.data.shape_keys.animation_data is None and not strips()
    row.sound = str(tmp_path / "none.wav")
    with pytest.raises(RuntimeError, match="is not there"):
        bpy.ops.understudy.sync_lips()
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(b"\0" * 5000)
    row.sound = str(noise)
    with pytest.raises(RuntimeError, match="save it as WAV"):
        bpy.ops.understudy.sync_lips()
    row.sound, row.text, row.marker = str(sound), TEXT, "gone"
    with pytest.raises(RuntimeError, match="No timeline marker is named 'gone'"):
        bpy.ops.understudy.sync_lips()
    row.marker, row.language, row.code = "", "other", "xx-none"
    with pytest.raises(RuntimeError, match="no language 'xx-none'"):
        bpy.ops.understudy.sync_lips()
    assert head.data.shape_keys.animation_data is None


def test_a_face_without_a_mouth_is_refused(sound: Path) -> None:
    upper = tuple(n for n in NAMES if n.startswith(("brow", "eye", "cheek", "nose")))
    head = new_head(keys=upper)
    options = lipsync.Options([lipsync.Line(sound)])
    with pytest.raises(RigError, match="moves no mouth"):
        lipsync.request(bpy.context.scene, head, options)


def test_other_sound_files_are_read_through_blender(
    head: bpy.types.Object, sound: Path, tmp_path: Path
) -> None:
    import aud

    path = tmp_path / "line.flac"
    aud.Sound.file(str(sound)).write(
        str(path), aud.RATE_44100, aud.CHANNELS_STEREO, aud.FORMAT_S16, aud.CONTAINER_FLAC,
        aud.CODEC_FLAC,
    )  # fmt: skip
    add_line(path)
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    assert value_at(head, "jawOpen", np.arange(60)).max() > 0.2


def test_the_command_writes_a_report_and_does_nothing_the_second_time(
    head: bpy.types.Object, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    blend, report = tmp_path / "out.blend", tmp_path / "out.json"
    arguments = ["lipsync", "--wav", str(sound), "--text", TEXT, "--language", "en", "--jaw", "0.8"]
    arguments += ["--save", str(blend), "--report", str(report)]
    assert cli.main(arguments) == 0
    told = json.loads(report.read_text("utf-8"))
    assert faults(told, FORM) == []
    assert told["stage"] == "lipsync" and told["keys"] > 50
    [line] = told["lines"]
    assert line["match"] > 0.5
    assert [p[0] for p in line["phones"] if p[0] != "sil"][0] == "b"
    assert "voice_v1" in told["provenance"]["models"] and blend.is_file()
    assert "the text fits by" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_the_command_reads_a_list_of_lines(
    head: bpy.types.Object, sound: Path, tmp_path: Path, kind: str
) -> None:
    bpy.context.scene.timeline_markers.new("again", frame=80)
    rows = [
        {"sound": sound.name, "text": TEXT, "frame": 10},
        {"sound": sound.name, "marker": "again"},
    ]
    path = sound.parent / f"lines.{kind}"
    if kind == "json":
        path.write_text(json.dumps(rows), "utf-8")
    else:
        fields = ("sound", "text", "frame", "marker")
        table = [",".join(f'"{row.get(name, "")}"' for name in fields) for row in rows]
        path.write_text("\n".join([",".join(fields), *table]), "utf-8")
    report = tmp_path / "out.json"
    assert cli.main(["lipsync", "--lines", str(path), "--report", str(report)]) == 0
    told = json.loads(report.read_text("utf-8"))["lines"]
    assert [line["text"] for line in told] == [TEXT, ""]
    fps = bpy.context.scene.render.fps
    assert [line["start_s"] * fps for line in told] == pytest.approx([10, 80])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no lines"),
        ('[{"text": "a"}]', "Line 1 of lines.json has no sound"),
        ('[{"sound": "a.wav", "at": 3}]', "has at: it may have sound"),
        ('[{"sound": "a.wav", "frame": "soon"}]', "begins at 'soon': give a frame"),
        ('[{"sound": "a.wav", "marker": "gone"}]', "No timeline marker is named 'gone'"),
    ],
)
def test_a_list_of_lines_that_makes_no_sense_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "lines.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UnderstudyError, match=words):
        dialogue.read(path, bpy.context.scene)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--wav", "a.wav", "--wav", "b.wav"], "say where each begins"),
        (["--wav", "a.wav", "--text", "a", "--text", "b"], "1 recordings but 2 texts"),
        (["--wav", "a.wav", "--wav", "b.wav", "--start-frame", "1"], "2 recordings but 1 places"),
        (["--lines", "a.json", "--text", "a"], "leave the others out"),
        (["--lines", "a.json", "--wav", "a.wav"], "not allowed with"),
    ],
)
def test_the_command_explains_wrong_usage(
    head: bpy.types.Object, capsys: pytest.CaptureFixture, arguments: list, words: str
) -> None:
    assert cli.main(["lipsync", *arguments, "--report", "out.json"]) == 2
    assert words in capsys.readouterr().err


def test_expressions_are_proposed_and_laid_over_the_speech(
    head: bpy.types.Object, tmp_path: Path
) -> None:
    text = "How dare you lie to me! I am so angry."
    add_line(record(tmp_path / "angry.wav", text), text, frame=5)
    assert bpy.ops.understudy.sync_lips() == {"FINISHED"}
    said = value_at(head, "jawOpen", np.arange(5, 60))
    assert bpy.ops.understudy.suggest_expressions() == {"FINISHED"}
    settings = bpy.context.scene.understudy
    rows = [r for r in settings.lipsync.proposals if r.rank == 0]
    assert "anger" in {r.name for r in rows}
    assert all(r.frame >= 5 for r in rows)
    assert bpy.ops.understudy.apply_suggestion(rank=0) == {"FINISHED"}
    assert len(settings.face.layers) == len(rows)
    assert value_at(head, "browDownLeft", np.arange(5, 100)).max() > 0.3
    after = value_at(head, "jawOpen", np.arange(5, 60))
    assert np.corrcoef(said, after)[0, 1] > 0.8
    for row in settings.lipsync.proposals:
        row.use = False
    with pytest.raises(RuntimeError, match="is ticked"):
        bpy.ops.understudy.apply_suggestion(rank=0)


def test_an_unknown_marker_is_named() -> None:
    with pytest.raises(UnderstudyError, match="there are none"):
        lipsync.marker_frame(bpy.context.scene, "x")
