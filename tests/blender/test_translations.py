"""Every word of the interface is there in every language that comes along."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest
from understudy.addon import registry, translations
from understudy.panels.base import wrapped

WORDS = translations.read()
SAME = {"Understudy", "filter_glob"}


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


@pytest.mark.parametrize("language", WORDS)
def test_nothing_is_left_in_english(language):
    there = {english for _context, english in WORDS[language]}
    missing = {text for text in spoken() if text} - there - SAME
    assert not missing, f"not in {language}.json: {sorted(missing)}"


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
    assert wrapped("请选择要动画的绑定", 8) == ["请选择要", "动画的绑", "定"]
    assert wrapped("按 ESC 停止", 7) == ["按 ESC", "停止"]
    assert wrapped("", 20) == [""]
