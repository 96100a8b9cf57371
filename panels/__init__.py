"""The sidebar, one file a stage: drawing only."""

from . import blocking, rigmap, setup

CLASSES = (*blocking.CLASSES, *rigmap.CLASSES, *setup.CLASSES)
