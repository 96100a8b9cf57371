"""The sidebar, one file a stage: drawing only."""

from . import blocking, inbetween, rigmap, setup

CLASSES = (*blocking.CLASSES, *inbetween.CLASSES, *rigmap.CLASSES, *setup.CLASSES)
