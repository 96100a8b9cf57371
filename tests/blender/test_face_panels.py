"""The face's panels ask only for properties and operators that are there."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from understudy.panels import base
from understudy.panels import face as panels


class Layout:
    """Takes what a panel draws, and checks it."""

    def __init__(self, shown: list[str]) -> None:
        self.shown = shown

    def prop(self, holder: object, name: str, **_: object) -> None:
        assert name in holder.bl_rna.properties, f"{holder} has no {name}"
        self.shown.append(name)

    def operator(self, name: str, **_: object) -> object:
        space, _, word = name.partition(".")
        kind = getattr(getattr(bpy.ops, space), word).get_rna_type()
        self.shown.append(name)
        return SimpleNamespace(**{p.identifier: None for p in kind.properties})

    def template_list(self, kind, _, holder, listed, owner, active, /, **__: object) -> None:
        assert listed in holder.bl_rna.properties and active in owner.bl_rna.properties
        lists = {c.bl_idname: c for c in panels.CLASSES if issubclass(c, bpy.types.UIList)}
        for item in getattr(holder, listed):
            lists[kind].draw_row(None, bpy.context, self, item)
        self.shown.append(listed)

    def prop_search(self, holder: object, name: str, owner: object, rows: str, **_) -> None:
        assert name in holder.bl_rna.properties and hasattr(owner, rows)

    def panel(self, _name: str, **_: object) -> tuple[Layout, Layout]:
        return self, self

    def label(self, **words: object) -> None:
        self.shown.append(str(words.get("text")))

    def progress(self, **_: object) -> None:
        pass

    def separator(self, **_: object) -> None:
        pass

    def _same(self, *_: object, **__: object) -> Layout:
        return self

    column = row = split = box = _same


@pytest.fixture
def face(monkeypatch) -> bpy.types.Object:
    for module in (base, panels):  # without a window the interface has no size to fit
        monkeypatch.setattr(module, "lines", lambda layout, text, *_, **__: layout.label(text=text))
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    for name in ("Basis", "jawOpen", "mouthSmileLeft"):
        cube.shape_key_add(name=name)
    return cube


def drawn(panel: type) -> list[str]:
    shown: list[str] = []
    context = SimpleNamespace(
        scene=bpy.context.scene,
        object=bpy.context.object,
        window_manager=bpy.context.window_manager,
        region=SimpleNamespace(width=300),
        preferences=bpy.context.preferences,
    )
    double = SimpleNamespace(layout=Layout(shown))
    for name, value in vars(panel).items():
        if name.startswith("_") and not name.startswith("__"):
            bound = value.__get__(double) if hasattr(value, "__get__") else value
            setattr(double, name, bound)
    panel.draw(double, context)
    return shown


@pytest.mark.parametrize(
    "panel", [c for c in panels.CLASSES if issubclass(c, bpy.types.Panel)], ids=lambda c: c.__name__
)
def test_every_panel_draws_empty_and_full(face, panel):
    empty = drawn(panel)
    assert empty
    settings = bpy.context.scene.understudy.face
    for rows in (settings.performances, settings.performances, settings.strokes, settings.layers):
        row = rows.add()
        row.name = f"one {len(rows)}"
    settings.other = "one 1"
    bpy.ops.understudy.map_face_names()
    full = drawn(panel)
    assert len(full) >= len(empty)
    bpy.context.view_layer.objects.active = None
    assert drawn(panel)
