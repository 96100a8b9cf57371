"""Understudy: proposes layout, blocking, in-betweens and faces as editable Blender data.

The repository root is the extension. Nothing heavy is imported here, so that the pure part
(`ml`) loads without Blender and enabling the extension stays fast.
"""


def register() -> None:
    """Register the extension with Blender."""
    from .addon import registry

    registry.register()


def unregister() -> None:
    """Undo `register` completely."""
    from .addon import registry

    registry.unregister()
