"""From keywords to layouts: words, object sets, placement, an exact solver, cameras."""
