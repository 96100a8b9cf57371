"""Thin operators, one file a stage: read, run, write, report."""

from . import (
    blocking,
    face,
    facemap,
    inbetween,
    layout,
    ledger,
    lipsync,
    presets,
    rigmap,
    setup,
    takes,
)

CLASSES = (
    *presets.CLASSES,
    *layout.CLASSES,
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *face.CLASSES,
    *facemap.CLASSES,
    *lipsync.CLASSES,
    *rigmap.CLASSES,
    *ledger.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
)
