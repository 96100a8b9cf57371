"""Thin operators, one file a stage: read, run, write, report."""

from . import blocking, face, facemap, inbetween, ledger, rigmap, setup, takes

CLASSES = (
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *face.CLASSES,
    *facemap.CLASSES,
    *rigmap.CLASSES,
    *ledger.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
)
