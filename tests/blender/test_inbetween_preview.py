"""The live preview of in-betweens."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from keyed_rigs import keys_of
from understudy.addon import fcurves, ledger
from understudy.ml import take


def test_the_preview_puts_everything_back(walker):
    from understudy.addon.fillpreview import Preview

    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    before = keys_of(walker)
    preview = Preview(bpy.context)
    assert preview.refresh(bpy.context) and not preview.refresh(bpy.context)
    bpy.context.scene.understudy.inbetween.strength = 0.5
    assert preview.refresh(bpy.context)
    assert any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    assert preview.close(bpy.context, accept=False) is None
    for channel, keys in keys_of(walker).items():
        assert (keys == before[channel]).all()
    preview = Preview(bpy.context)
    preview.refresh(bpy.context)
    assert preview.close(bpy.context, accept=True)["keys"] > 0


class Double:
    """Stands in for the preview operator, which only a window can invoke."""

    _timer = None

    def __init__(self) -> None:
        from understudy.addon.fillpreview import Preview
        from understudy.ops.inbetween import UNDERSTUDY_OT_preview_inbetweens as Operator

        self._preview, self.said = Preview(bpy.context), []
        self._modal, self._stop = Operator.modal, Operator._end
        bpy.context.window_manager.understudy.preview = "LIVE"

    def report(self, _kind: set[str], text: str) -> None:
        self.said.append(text)

    def _close(self, _context: object) -> None:
        bpy.context.window_manager.understudy.preview = ""

    def _end(self, context: object) -> None:
        self._stop(self, context)

    def send(self, kind: str, **keys: bool) -> set[str]:
        event = SimpleNamespace(type=kind, value="PRESS", **{"ctrl": False, "oskey": False} | keys)
        return self._modal(self, bpy.context, event)


@pytest.mark.parametrize("leave", ["accept", "escape", "undo"])
def test_the_preview_lets_work_go_on_until_it_is_ended(walker, leave):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    before, double = keys_of(walker), Double()
    assert double.send("LEFTMOUSE") == {"PASS_THROUGH"}
    assert double.send("TIMER") == {"RUNNING_MODAL"}
    assert any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    if leave == "accept":
        bpy.ops.understudy.end_preview(accept=True)
    else:
        double.send(**{"escape": {"kind": "ESC"}, "undo": {"kind": "Z", "ctrl": True}}[leave])
    done = double.send("TIMER")
    assert done == ({"FINISHED"} if leave == "accept" else {"CANCELLED"})
    same = all(
        (keys == before[c]).all()
        for c, keys in keys_of(walker).items()
        if len(keys) == len(before[c])
    )
    changed = any(len(k) != len(before[c]) for c, k in keys_of(walker).items())
    assert same and changed == (leave == "accept")
    assert double.said and not bpy.context.window_manager.understudy.preview


def test_saving_during_a_preview_accepts_it(walker, tmp_path):
    bpy.context.view_layer.objects.active = walker
    bpy.context.scene.understudy.inbetween.method = "plain"
    double = Double()
    double.send("TIMER")
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    assert double.send("TIMER") == {"FINISHED"} and double.said
    assert not any(h.__name__ == "_before_saving" for h in bpy.app.handlers.save_pre)
    bpy.ops.wm.open_mainfile(filepath=path)
    action = bpy.data.objects["Human"].animation_data.action
    told = ledger.report(action)["keys"]
    generated = sum(
        int((fcurves.read_keys(c)["type"] == take.GENERATED).sum())
        for c in fcurves.curves_of(bpy.data.objects["Human"]).values()
    )
    assert generated and sum(n for what, n in told.items() if what.startswith("ai")) == generated
