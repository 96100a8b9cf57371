"""Thin operators, one file a stage: read, run, write, report."""

from . import (
    blocking,
    face,
    facemap,
    farm,
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
    *farm.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
)
