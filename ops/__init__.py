"""Thin operators, one file a stage: read, run, write, report."""

from . import blocking, inbetween, ledger, rigmap, setup, takes

CLASSES = (
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *rigmap.CLASSES,
    *ledger.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
)
