"""The sidebar, one file a stage: drawing only."""

from . import blocking, inbetween, rigmap, setup, takes

CLASSES = (*blocking.CLASSES, *inbetween.CLASSES, *rigmap.CLASSES, *takes.CLASSES, *setup.CLASSES)
