"""Thin operators, one file a stage: read, run, write, report."""

from . import (
    blocking,
    calls,
    face,
    facemap,
    inbetween,
    layout,
    ledger,
    lipsync,
    presets,
    rigmap,
    setup,
    strokes,
    takes,
)

CLASSES = (
    *presets.CLASSES,
    *layout.CLASSES,
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *face.CLASSES,
    *strokes.CLASSES,
    *facemap.CLASSES,
    *lipsync.CLASSES,
    *rigmap.CLASSES,
    *ledger.CLASSES,
    *calls.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
)
