"""The layout command and the panel's operators, end to end, and what is wrong with their input."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import pytest
from report_form import faults
from understudy.addon import cli, scene

FORM = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
PROMPT = "small bedroom with a bed, a desk and two chairs"


def run(*more: object, prompt: str = PROMPT, variants: int = 2) -> int:
    return cli.main(["layout", "--prompt", prompt, "--variants", str(variants), *map(str, more)])


def names() -> list[str]:
    return sorted(o.name for o in bpy.data.objects)


def test_a_command_leaves_a_scene_pictures_a_storyboard_and_a_report(tmp_path):
    files = [tmp_path / n for n in ("out.blend", "out.json", "thumbs", "board.png")]
    options = zip(("--save", "--report", "--thumbs", "--storyboard"), files, strict=True)
    words = [w for pair in options for w in pair]
    assert run("--seed", 7, "--pick", 2, *words) == 0
    report = json.loads(files[1].read_text())
    assert not faults(report, FORM)
    assert report["stage"] == "layout" and report["cameras"] >= 3 and report["objects"] > 8
    assert {p.name for p in files[2].iterdir()} == {"sheet.png", "variant_1.png", "variant_2.png"}
    assert files[3].read_bytes().startswith(b"\x89PNG")
    kinds = [json.loads(o["understudy_item"])["kind"] for o in bpy.data.objects
             if "understudy_item" in o]  # fmt: skip
    assert kinds.count("chair") == 2 and "desk" in kinds
    assert any("bed" in kind for kind in kinds)
    bpy.ops.wm.open_mainfile(filepath=str(files[0]))
    assert scene.stored(bpy.context.scene).prompt == PROMPT


def test_a_repeated_command_does_nothing_and_another_seed_does(tmp_path, capsys):
    empty, out, report = (tmp_path / n for n in ("in.blend", "out.blend", "out.json"))
    bpy.ops.wm.save_as_mainfile(filepath=str(empty))
    words = ("--save", out, "--report", report)
    assert run(*words) == 0
    first = out.stat().st_mtime_ns
    bpy.ops.wm.open_mainfile(filepath=str(empty))
    assert run(*words) == 0
    assert "nothing has changed" in capsys.readouterr().out
    assert out.stat().st_mtime_ns == first and not names()
    assert run(*words, "--seed", 3) == 0
    assert out.stat().st_mtime_ns != first


def test_the_same_seed_gives_the_same_scene(tmp_path):
    def made() -> dict:
        assert run("--report", tmp_path / "r.json", "--force", "--seed", 5) == 0
        return {o.name: [round(n, 5) for row in o.matrix_world for n in row]
                for o in bpy.data.objects}  # fmt: skip

    first = made()
    assert made() == first
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert made() == first


@pytest.mark.parametrize(
    ("prompt", "status"),
    [
        ("", 3),
        ("   ", 3),
        ("🏰🐉🌊", 0),
        ("下雨的东京小巷，夜晚", 0),
        ("a room of 1 m² with forty sofas", 0),
        ("old " * 2000 + "library", 0),
        ("'); DROP TABLE scenes; -- \\ \x00", 0),
    ],
)
def test_odd_words_end_in_a_scene_or_in_a_sentence(tmp_path, prompt, status):
    report = tmp_path / "r.json"
    assert run("--report", report, prompt=prompt, variants=1) == status
    if status:
        assert not names() and not report.exists()
    else:
        said = json.loads(report.read_text())
        assert said["objects"] > 0
        if "forty" in prompt:
            assert any("sofa" in note.lower() for note in said["notes"])


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ((), 2),
        (("--report", "r.json", "--pick", 9), 2),
        (("--report", "r.json", "--density", 3), 2),
        (("--storyboard", "board.txt"), 2),
        (("--report", "r.json", "--assets", "missing"), 3),
        (("--report", "r.json", "--lights-of", 9), 3),
        (("--report", "r.json", "--camera-style", "nobody's"), 2),
    ],
)
def test_wrong_usage_changes_nothing(tmp_path, monkeypatch, more, status):
    monkeypatch.chdir(tmp_path)
    assert run(*more, variants=1) == status
    assert not names() and not list(tmp_path.glob("*.json"))


def test_lights_of_another_variant(tmp_path):
    assert run("--report", tmp_path / "r.json", "--lights-of", 2) == 0
    assert scene.stored(bpy.context.scene).lights


def test_a_zone_is_kept_and_the_rest_made_anew(tmp_path):
    words = ("--report", tmp_path / "r.json", "--seed", 7)
    assert run(*words, "--pick", 2) == 0
    first = scene.stored(bpy.context.scene)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    zone = max({i.zone for i in first.items} - {"above"},
               key=lambda z: sum(i.zone == z for i in first.items))  # fmt: skip
    assert run(*words, "--keep", f"{zone}=2", "--keep", "lights=1", "--force") == 0
    made = scene.stored(bpy.context.scene)
    assert made.seed == 8 and made.room == first.room
    kept = {i.name: i.pos for i in first.items if i.zone == zone}
    there = {i.name: i.pos for i in made.items}
    assert kept and all(there[n] == pytest.approx(p, abs=1e-4) for n, p in kept.items())
    for wrong in ("cellar=2", "back", "back=0", "back=9"):
        assert run(*words, "--keep", wrong, "--force") == 2


def test_parts_of_proposals_are_kept_let_go_and_rerolled(extension):
    settings, run_ = bpy.context.scene.understudy.layout, bpy.context.window_manager.understudy
    settings.prompt, settings.variants = PROMPT, 2
    settings.density = 0.7
    assert settings.use_density  # dragging it takes it from the words
    assert bpy.ops.understudy.propose_layouts() == {"FINISHED"}
    assert bpy.ops.understudy.keep_part(number=2, part="back") == {"FINISHED"}
    assert bpy.ops.understudy.keep_part(number=1, part="back") == {"FINISHED"}
    assert bpy.ops.understudy.keep_part(number=2, part="palette") == {"FINISHED"}
    assert [(k.part, k.number) for k in run_.layout_kept] == [("back", 1), ("palette", 2)]
    given = [json.loads(v.data) for v in run_.layouts]
    assert bpy.ops.understudy.reroll_layouts() == {"FINISHED"}
    for variant in run_.layouts:
        made = json.loads(variant.data)
        assert made["room"] == given[0]["room"]
        assert made["palette"]["wall"] == given[1]["palette"]["wall"]
        back = {i["name"] for i in given[0]["items"] if i["zone"] == "back"}
        assert back <= {i["name"] for i in made["items"]}
    assert bpy.ops.understudy.release_part(index=0) == {"FINISHED"}
    assert [k.part for k in run_.layout_kept] == ["palette"]
    assert bpy.ops.understudy.release_part() == {"FINISHED"} and not len(run_.layout_kept)
    with pytest.raises(RuntimeError, match="only 2 layouts"):
        bpy.ops.understudy.keep_part(number=5, part="back")


def test_the_buttons_propose_use_lock_and_remove(extension):
    settings = bpy.context.scene.understudy.layout
    with pytest.raises(RuntimeError, match="Say what place"):
        bpy.ops.understudy.propose_layouts()
    settings.prompt, settings.variants = PROMPT, 2
    assert bpy.ops.understudy.propose_layouts() == {"FINISHED"}
    assert not names()  # a proposal leaves the scene alone
    assert len(bpy.context.window_manager.understudy.layouts) == 2
    assert bpy.ops.understudy.use_layout(number=2) == {"FINISHED"}
    before = names()
    bed = next(o for o in bpy.data.objects if "Bed" in o.name)
    bed.select_set(True)
    assert bpy.ops.understudy.lock_items() == {"FINISHED"}
    place = bed.matrix_world.copy()
    settings.seed = 4
    assert bpy.ops.understudy.propose_layouts() == {"FINISHED"}
    assert bpy.ops.understudy.use_layout(number=1) == {"FINISHED"}
    assert bed.matrix_world == place and names() != before
    assert bpy.ops.understudy.remove_layout() == {"FINISHED"}
    assert names() == [bed.name]
