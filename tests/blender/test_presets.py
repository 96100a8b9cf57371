"""Presets: those that come with the extension fit its settings, and own ones are kept whole."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from understudy.addon.about import ROOT
from understudy.ops import presets as operators
from understudy.panels import presets as menus

SHIPPED = sorted((ROOT / "addon" / "presets").rglob("*.py"))
STAGES = {cls.preset_subdir.rpartition("/")[2]: cls for cls in operators.CLASSES}


def values(stage: str) -> dict[str, object]:
    """Return what a preset of a stage keeps."""
    settings = bpy.context.scene.understudy
    names = (name.removeprefix("settings.") for name in STAGES[stage].kept())
    return {name: settings.path_resolve(name) for name in names}


def run(path: Path) -> None:
    exec(compile(path.read_text("utf-8"), path.name, "exec"), {})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_preset_that_comes_along_fits(path: Path):
    run(path)
    kept = {f"settings.{name}" for name in values(path.parent.name)}
    said = [line for line in path.read_text("utf-8").splitlines() if line.startswith("settings.")]
    for line in said:
        name, _, value = line.partition(" = ")
        assert name in kept, f"{name} is nothing that a preset of this stage keeps"
        wanted = eval(value)  # as a person wrote it: beyond the limits it would come back changed
        now = bpy.context.scene.understudy.path_resolve(name.removeprefix("settings."))
        assert alike(now, wanted)


@pytest.mark.parametrize("stage", STAGES)
def test_the_default_preset_brings_every_default_back(stage: str):
    before = values(stage)
    for path in (p for p in SHIPPED if p.parent.name == stage and p.stem != "Default"):
        run(path)
    assert values(stage) != before
    run(ROOT / "addon" / "presets" / "understudy" / stage / "Default.py")
    after = values(stage)
    assert {name for name in before if not alike(before[name], after[name])} == set()


def alike(one: object, other: object) -> bool:
    return one == (pytest.approx(other, abs=1e-4) if isinstance(other, float) else other)


def test_blender_finds_them():
    if not hasattr(bpy.utils, "register_preset_path"):
        pytest.skip("this Blender knows only its own folders")
    for stage in STAGES:
        paths = bpy.utils.preset_paths(f"understudy/{stage}")
        ours = ROOT / "addon/presets/understudy" / stage
        assert any(Path(path).samefile(ours) for path in paths)


def test_each_stage_has_a_menu_and_an_operator_for_it():
    for cls in menus.CLASSES:
        operator = STAGES[cls.preset_subdir.rpartition("/")[2]]
        assert operator.preset_menu == cls.bl_idname
        assert operator.bl_idname == cls.preset_add_operator


def test_own_settings_are_kept_and_come_back(monkeypatch, tmp_path):
    menu = menus.UNDERSTUDY_PT_inbetween_presets
    monkeypatch.setattr(menu, "bl_label", menu.bl_label)  # Blender gives it the preset's name
    monkeypatch.setattr(bpy.utils, "user_resource", lambda *_a, **_k: str(tmp_path))
    settings = bpy.context.scene.understudy.inbetween
    settings.strength, settings.density, settings.variant = 0.7, "breakdown", 3
    assert bpy.ops.understudy.inbetween_preset(name="Mine") == {"FINISHED"}
    kept = (tmp_path / "Mine.py").read_text("utf-8")
    assert "variant" not in kept  # of the shot, not of the way of working
    settings.strength, settings.density = 0.1, "few"
    exec(kept, {})
    assert settings.strength == pytest.approx(0.7) and settings.density == "breakdown"


def test_the_regions_of_a_face_are_kept(monkeypatch, tmp_path):
    menu = menus.UNDERSTUDY_PT_face_presets
    monkeypatch.setattr(menu, "bl_label", menu.bl_label)
    monkeypatch.setattr(bpy.utils, "user_resource", lambda *_a, **_k: str(tmp_path))
    settings = bpy.context.scene.understudy.face
    settings.brows.amplitude = 1.7
    assert bpy.ops.understudy.face_preset(name="Loud") == {"FINISHED"}
    settings.brows.amplitude = 1.0
    exec((tmp_path / "Loud.py").read_text("utf-8"), {})
    assert settings.brows.amplitude == pytest.approx(1.7)
