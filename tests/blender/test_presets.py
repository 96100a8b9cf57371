"""Presets: those that come with the extension fit its settings, and own ones are kept whole."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from understudy.addon.about import ROOT

SHIPPED = sorted((ROOT / "addon" / "presets").rglob("*.py"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_preset_that_comes_along_fits(path: Path):
    before = {}
    for name in ("blocking", "inbetween"):
        before[name] = values(name)
    exec(compile(path.read_text("utf-8"), path.name, "exec"), {})
    assert values(path.parent.name) != {} and len(path.read_text("utf-8").splitlines()) > 4


def values(stage: str) -> dict:
    settings = bpy.context.scene.understudy
    group = settings.inbetween if stage == "inbetween" else settings
    return {p.identifier: getattr(group, p.identifier) for p in group.bl_rna.properties}


def test_blender_finds_them():
    if not hasattr(bpy.utils, "register_preset_path"):
        pytest.skip("this Blender knows only its own folders")
    paths = bpy.utils.preset_paths("understudy/inbetween")
    assert any(Path(path).samefile(ROOT / "addon/presets/understudy/inbetween") for path in paths)


def test_own_settings_are_kept_and_come_back(monkeypatch, tmp_path):
    from understudy.ops.presets import UNDERSTUDY_OT_inbetween_preset as Operator
    from understudy.panels.presets import UNDERSTUDY_PT_inbetween_presets as Menu

    monkeypatch.setattr(Menu, "bl_label", Menu.bl_label)  # Blender gives it the preset's name

    monkeypatch.setattr(bpy.utils, "user_resource", lambda *_a, **_k: str(tmp_path))
    settings = bpy.context.scene.understudy.inbetween
    settings.strength, settings.density, settings.variant = 0.7, "breakdown", 3
    assert bpy.ops.understudy.inbetween_preset(name="Mine") == {"FINISHED"}
    kept = (tmp_path / "Mine.py").read_text("utf-8")
    assert "variant" not in kept  # of the shot, not of the way of working
    settings.strength, settings.density = 0.1, "few"
    exec(kept, {})
    assert settings.strength == pytest.approx(0.7) and settings.density == "breakdown"
    assert Operator.preset_subdir == "understudy/inbetween"
