"""Strokes drawn on the timeline, by frames and heights, and the band they lie in."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from understudy.addon import face, strokes
from understudy.addon.strokes import Gesture

FPS = 24


@pytest.fixture
def settings():
    bpy.context.scene.render.fps = FPS
    settings = bpy.context.scene.understudy.face
    settings.stroke_region = "mouth"
    return settings


def draw(settings, path: list[tuple[float, float]], **words: bool) -> bool:
    """Press at the first place, drag along the others, and let go."""
    (frame, height), *others = path
    level = words.pop("level", False)
    gesture = Gesture(settings, frame, height, 1.5, **words)
    for frame, height in others:
        gesture.drag(frame, height, level=level)
    return gesture.end()


def amounts(settings, frames: list[float]) -> list[float]:
    """Return what the first stroke makes of these frames."""
    stroke = face.edit_from(bpy.context.scene, 1).strokes[0]
    return stroke.amounts((np.array(frames) - 1) / FPS).tolist()


def test_a_line_is_drawn_over_frames_as_it_was_drawn(settings):
    assert draw(settings, [(10, 0.0), (20, 0.5), (30, 0.0), (40, -0.5), (50, 0.0)])
    row = settings.strokes[0]
    assert (row.start, row.end, row.region, row.drawn) == (10, 50, "mouth", True)
    assert amounts(settings, [9, 20, 30, 40, 51]) == pytest.approx([1, 2, 1, 0.5, 1], abs=0.05)


def test_going_back_draws_over_and_shift_levels(settings):
    draw(settings, [(10, 0.2), (30, 0.2), (20, 0.8)])
    assert settings.strokes[0].end == 30 and amounts(settings, [20])[0] > 2.3
    draw(settings, [(60, 0.1), (80, 0.5)], level=True)
    row = settings.strokes[1]
    assert not row.drawn and row.amount == pytest.approx(2.0)


def test_strokes_are_moved_lifted_stretched_and_left_by_escape(settings):
    draw(settings, [(10, 0.5), (30, 0.5)], level=True)
    row = settings.strokes[0]
    assert draw(settings, [(20, 0.5), (25, 0.75)])
    assert len(settings.strokes) == 1
    assert (row.start, row.end) == (15, 35) and row.amount == pytest.approx(2.5)
    draw(settings, [(35.4, 0.0), (50, 0.0)])
    draw(settings, [(15, 0.0), (60, 0.0)])
    assert (row.start, row.end) == (49, 50), "an end never passes the other"
    gesture = Gesture(settings, 49.5, 0.0, 0.1)
    gesture.drag(70, 0.9)
    gesture.cancel()
    assert (row.start, row.end) == (49, 50) and row.amount == pytest.approx(2.5)


def test_clicks_and_level_lines_leave_nothing_and_ctrl_draws_over(settings):
    assert not draw(settings, [(10, 0.5)])
    assert not draw(settings, [(10, 0.0), (30, 0.005)])
    assert not len(settings.strokes)
    draw(settings, [(10, 0.5), (30, 0.5)])
    draw(settings, [(15, -0.5), (25, -0.5)], draw=True)
    assert len(settings.strokes) == 2
    settings.stroke_region, settings.stroke_kind = "brows", "speed"
    draw(settings, [(40, 0.5), (60, 0.5)])
    assert not draw(settings, [(12, 0.0)]), "a click chooses another's stroke"
    assert settings.active_stroke == 0 and settings.stroke_region == "mouth"


def test_hold_knows_no_less_than_nothing(settings):
    settings.stroke_kind = "hold"
    draw(settings, [(10, -0.5), (20, 0.8), (30, -0.5)])
    assert amounts(settings, [10, 20, 29]) == pytest.approx([0, 0.8, 0], abs=0.06)
    assert strokes.label(settings.strokes[0]) == "Mouth · Hold 80%"


def test_the_operator_passes_on_what_is_not_its_own(settings, monkeypatch):
    from understudy.ops import strokes as ops

    kind = ops.UNDERSTUDY_OT_draw_face_strokes
    run = bpy.context.window_manager.understudy
    monkeypatch.setattr(ops, "redraw", lambda context: None)
    region = SimpleNamespace(
        type="WINDOW", x=0, y=0, width=500, height=200,
        view2d=SimpleNamespace(region_to_view=lambda x, y: (x / 5, y)),
    )  # fmt: skip
    area = SimpleNamespace(type="DOPESHEET_EDITOR", regions=[region])
    context = SimpleNamespace(
        scene=bpy.context.scene, window_manager=bpy.context.window_manager,
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
        window=SimpleNamespace(screen=SimpleNamespace(areas=[area])),
        workspace=SimpleNamespace(status_text_set=lambda text: None),
    )  # fmt: skip
    tool = SimpleNamespace(bl_label="Draw Strokes", _gesture=None)
    for name in ("_place", "_press", "_follow", "_end"):
        setattr(tool, name, getattr(kind, name).__get__(tool))
    tool._place = lambda c, e: kind._place(tool, c, e)

    def send(kind_of: str, x: int, y: int, value: str = "PRESS") -> set[str]:
        event = SimpleNamespace(
            type=kind_of, value=value, mouse_x=x, mouse_y=y, ctrl=False, shift=False
        )
        return kind.modal(tool, context, event)

    run.face_strokes = True
    assert send("LEFTMOUSE", 50, 150) == {"PASS_THROUGH"}, "the keys are not its own"
    assert send("WHEELUPMOUSE", 50, 30) == {"PASS_THROUGH"}
    assert send("LEFTMOUSE", 50, 34) == {"RUNNING_MODAL"}
    send("MOUSEMOVE", 100, 45)
    send("MOUSEMOVE", 200, 45)
    send("LEFTMOUSE", 200, 45, "RELEASE")
    row = settings.strokes[0]
    assert (row.start, row.end) == (10, 40) and row.amount == pytest.approx(2.0)
    send("X", 50, 34)
    assert not len(settings.strokes)
    assert send("ESC", 50, 34) == {"FINISHED"} and not run.face_strokes
