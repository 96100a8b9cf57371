"""The sidebar, one file a stage: drawing only."""

from . import (
    blocking,
    face,
    inbetween,
    layout,
    lipsync,
    menus,
    presets,
    rigmap,
    setup,
    takes,
    welcome,
)

CLASSES = (
    *presets.CLASSES,
    *welcome.CLASSES,
    *layout.CLASSES,
    *blocking.CLASSES,
    *inbetween.CLASSES,
    *face.CLASSES,
    *lipsync.CLASSES,
    *rigmap.CLASSES,
    *takes.CLASSES,
    *setup.CLASSES,
    *menus.CLASSES,
)
