"""Every word of the interface is there in every language that comes along, and none is stale."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest
from understudy.addon import registry, translations
from understudy.addon.about import ROOT
from understudy.panels.base import wrapped

WORDS = translations.read()
SAME = {"Understudy", "filter_glob"}
SHOWN = {"text", "heading", "placeholder"}
SAID = {"hint", "lines", "say", "translated", "pgettext_iface"}
TELLS = {"_missing", "_onto"}
"""Functions whose strings are shown by whoever calls them."""


def spoken() -> Iterator[str]:
    """Yield the names and explanations of all that is registered."""
    for cls in registry._CLASSES:
        yield getattr(cls, "bl_label", "")
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            yield cls.bl_description
            rna = getattr(bpy.ops.understudy, cls.bl_idname.split(".")[1]).get_rna_type()
        for name in getattr(cls, "__annotations__", ()):
            prop = rna.properties.get(name)
            if prop is None:
                continue
            yield from (prop.name, prop.description)
            if prop.type == "ENUM":
                for item in prop.enum_items_static:  # others name what a person made
                    yield from (item.name, item.description)


def drawn() -> Iterator[str]:
    """Yield the sentences that stand in the code of panels, and why buttons are grey."""
    for path in sorted(p for folder in ("panels", "ops", "addon") for p in _code(folder)):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            yield from _of_call(node) if isinstance(node, ast.Call) else ()
            if isinstance(node, ast.FunctionDef) and node.name in TELLS:
                body = [n for stmt in node.body for n in ast.walk(stmt)]
                yield from _texts([n.value for n in body if isinstance(n, ast.Return) and n.value])
            # `text = "…"` or `said = "…"` just above a call that shows it
            if isinstance(node, ast.Assign):
                names = set(ast.unparse(node.targets[0]).strip("()").split(", "))
                if "said" in names or ("text" in names and path.parent.name == "panels"):
                    yield from _texts([node.value])


def _code(folder: str) -> list[Path]:
    return [*(ROOT / folder).glob("*.py")]


def _of_call(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func).rpartition(".")[2]
    yield from _texts([k.value for k in call.keywords if k.arg in SHOWN])
    if name in SAID:
        yield from _texts(call.args)
    if name == "draw_run":
        yield from _texts(call.args[3:])


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Tuple | ast.IfExp | ast.BoolOp):
            yield from _texts([n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)])


def is_words(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", text)) and text not in {"Operator", "ARMATURE", "POSE"}


@pytest.mark.parametrize("language", WORDS)
def test_nothing_is_left_in_english(language):
    there = {english for _context, english in WORDS[language]}
    missing = {text for text in (*spoken(), *drawn()) if text and is_words(text)} - there - SAME
    assert not missing, f"not in {language}.json: {sorted(missing)}"


@pytest.mark.parametrize("language", WORDS)
def test_no_translation_is_stale(language):
    code = "\n".join(
        "".join(n.value for n in ast.walk(ast.parse(p.read_text("utf-8"))) if _is_text(n))
        for folder in ("addon", "ops", "panels", "ml")
        for p in (ROOT / folder).rglob("*.py")
        if "train" not in p.parts
    )
    used = {text for text in (*spoken(), *drawn())}
    there = {english for _context, english in WORDS[language]}
    stale = {text for text in there - used if text not in code}
    assert not stale, f"nothing says so any more, in {language}.json: {sorted(stale)}"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_why_a_button_is_grey_is_said_in_every_language():
    """Blender translates what a class says by itself, but not what `poll` does."""
    for path in _code("ops"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("poll_message_set"):
                assert ast.unparse(node.args[0]).startswith("say("), f"{path.name}: {node.lineno}"


@pytest.mark.parametrize("language", WORDS)
def test_places_to_fill_are_the_same(language):
    def places(text: str) -> set:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for (_context, english), other in WORDS[language].items():
        if "{" in english:
            assert places(english) == places(other), english


def test_blender_speaks_them(extension):
    if "zh_HANS" not in bpy.app.translations.locales:
        pytest.skip("this Blender was built without other languages")
    view = bpy.context.preferences.view
    before = view.language
    view.language, view.use_translate_interface = "zh_HANS", True
    try:
        said = bpy.app.translations.pgettext_iface("Fill In-betweens", "Operator")
        assert said == "填充中间帧"
    finally:
        view.language = before


def test_lines_break_where_each_script_allows():
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("请选择要动画的绑定", 4) == ["请选择要", "动画的绑", "定"]
    assert wrapped("按 ESC 停止", 6) == ["按 ESC", "停止"]
    assert wrapped("", 20) == [""]
