"""Thin operators, one file a stage: read, run, write, report."""

from . import blocking, inbetween, ledger, rigmap, setup

CLASSES = (*blocking.CLASSES, *inbetween.CLASSES, *rigmap.CLASSES, *ledger.CLASSES, *setup.CLASSES)
