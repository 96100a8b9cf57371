"""Understudy: proposes layout, blocking, in-betweens and faces as editable Blender data.

The repository root is the extension. Nothing heavy is imported here, so that the pure part
(`ml`) loads without Blender and enabling the extension stays fast.
"""


def register() -> None:
    """Register the extension with Blender."""
    import gc

    # Loading makes thousands of objects that stay; looking through all of Blender's for rubbish
    # in the middle of it finds none, and takes as long as the loading itself.
    was_on = gc.isenabled()
    gc.disable()
    try:
        from .addon import registry

        registry.register()
    finally:
        if was_on:
            gc.enable()


def unregister() -> None:
    """Undo `register` completely."""
    from .addon import registry

    registry.unregister()
