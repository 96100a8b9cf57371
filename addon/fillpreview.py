"""The live preview of in-betweens: curves are read once, and filled again at each change."""

from __future__ import annotations

import contextlib
from types import ModuleType

import bpy
from bpy.types import Context, Object

from ..ml import progress
from ..ml.errors import RigError, UnderstudyError
from ..ml.take import Take
from . import fcurves, inbetween, work


def _stage() -> ModuleType:
    """Return what does the work; loaded only when a preview begins."""
    from ..ml.inbetween import fill

    return fill


class Preview:
    """What the preview holds between two changes of a slider: no pointer, undo may free it."""

    def __init__(self, context: Context) -> None:
        self._rig = context.object.name
        self._options = inbetween.options_from(context)
        self._asked = inbetween.request(context.scene, context.object, self._options)
        self._motion = _stage().Motion.of(self._asked.params, self._asked.arrays)
        self._network = {}
        curves = fcurves.curves_of(context.object)
        self._before = {key: fcurves.read_keys(curve) for key, curve in curves.items()}
        self._shown: dict | None = None
        self._ended, self._report = False, None
        bpy.app.handlers.save_pre.append(self._before_saving)

    def _before_saving(self, *_args: object) -> None:
        """Accept what is shown: a file must hold no keys that its ledger does not know."""
        with contextlib.suppress(UnderstudyError):  # the rig was removed: nothing to accept
            self.end(bpy.context, accept=True)

    def release(self) -> None:
        """Stop looking out for saving; whoever opened the preview must call this once."""
        with contextlib.suppress(ValueError):  # loading a file may have cleared the handlers
            bpy.app.handlers.save_pre.remove(self._before_saving)

    def work(self) -> work.Work:
        """Return what a studio's hooks are told of it."""
        return work.filling(self._object(), self._asked)

    @property
    def ended(self) -> bool:
        """Tell whether saving has accepted it."""
        return self._ended

    def refresh(self, context: Context) -> bool:
        """Show the settings' in-betweens; False where nothing has changed."""
        options = inbetween.options_from(context)
        options.span, options.bones = self._options.span, self._options.bones
        params = options.params()
        if params == self._shown:
            return False
        self._shown = params
        meta, arrays = self._fill(params)
        take = Take.unpack(meta, {k: arrays[k] for k in ("keys", "confidence")})
        fcurves.show_take(self._object(), take, self._asked.reading.kept)
        return True

    def _fill(self, changes: dict) -> tuple[dict, dict]:
        """Fill with the settings given and return what the task would."""
        params = self._asked.params
        params.update(changes)
        settings = _stage().Settings.of(params)
        if settings.method not in self._network:
            self._network[settings.method] = _stage().open_network(params, settings)
        steps = _stage().filled(self._motion, settings, params, self._network[settings.method])
        return progress.run(steps)

    def close(self, context: Context, *, accept: bool) -> dict | None:
        """End it; return the report, also of what saving has accepted, or None."""
        self.release()
        return self.end(context, accept=accept)

    def end(self, context: Context, *, accept: bool) -> dict | None:
        """Put everything back as it was, then write for good if accepted; only once."""
        if self._ended:
            return self._report
        self._ended = True
        fcurves.put_back(self._object(), self._before)
        if not accept or self._shown is None:
            context.view_layer.update()
            return None
        made = self._fill(self._shown)
        self._report = inbetween.finish(self._object(), self._asked, made)
        return self._report

    def _object(self) -> Object:
        obj = bpy.data.objects.get(self._rig)
        if obj is None:
            raise RigError(f"{self._rig} was removed meanwhile: nothing was written")
        return obj
