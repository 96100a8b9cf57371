"""Thin operators, one file a stage: read, run, write, report."""

from . import blocking, ledger, rigmap

CLASSES = (*blocking.CLASSES, *rigmap.CLASSES, *ledger.CLASSES)
