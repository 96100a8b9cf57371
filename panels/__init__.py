"""The sidebar, one file a stage: drawing only."""

from . import blocking, inbetween, menus, rigmap, setup, takes

CLASSES = (
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *rigmap.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
    *menus.CLASSES,
)
