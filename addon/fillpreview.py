"""The live preview of in-betweens: curves are read once, and filled again at each change."""

from __future__ import annotations

from types import ModuleType

import bpy
from bpy.types import Context, Object

from ..ml import progress
from ..ml.errors import RigError
from . import fcurves, inbetween


def _stage() -> ModuleType:
    """Return what does the work; loaded only when a preview begins."""
    from ..ml.inbetween import fill

    return fill


class Preview:
    """What the preview holds between two changes of a slider."""

    def __init__(self, context: Context) -> None:
        self._rig = context.object.name
        self._options = inbetween.options_from(context)
        self._asked = inbetween.request(context.scene, context.object, self._options)
        self._motion = _stage().Motion.of(self._asked.params, self._asked.arrays)
        self._network = {}
        self._kept = fcurves.snapshot(context.object)
        self._shown: dict | None = None

    def refresh(self, context: Context) -> bool:
        """Show the settings' in-betweens; False where nothing has changed."""
        options = inbetween.options_from(context)
        options.span, options.bones = self._options.span, self._options.bones
        params = options.params()
        if params == self._shown:
            return False
        self._options, self._shown = options, params
        self.write(self._object(), quick=True)
        return True

    def write(self, obj: Object, *, quick: bool) -> dict:
        """Fill with the settings of the last refresh, write, and return the report."""
        self._asked.params.update(self._options.params())
        params = self._asked.params
        settings = _stage().Settings.of(params)
        if settings.method not in self._network:
            self._network[settings.method] = _stage().open_network(params, settings)
        steps = _stage().filled(self._motion, settings, params, self._network[settings.method])
        return inbetween.finish(obj, self._asked, progress.run(steps), quick=quick)

    def close(self, context: Context, *, accept: bool) -> dict | None:
        """Put everything back as it was, then write for good if accepted; return the report."""
        self._kept.close()
        if not accept:
            self._object().update_tag()
            context.view_layer.update()
            return None
        return self.write(self._object(), quick=False)

    def _object(self) -> Object:
        obj = bpy.data.objects.get(self._rig)
        if obj is None:
            raise RigError(f"{self._rig} was removed meanwhile: nothing was written")
        return obj
