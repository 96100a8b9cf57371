"""The errors that people read; anything else that is raised is a bug."""

from __future__ import annotations


class UnderstudyError(Exception):
    """Says what is wrong and what to do, in one or two plain sentences."""


class ModelError(UnderstudyError):
    """A network is missing, altered, or was given the wrong shape."""


class VideoError(UnderstudyError):
    """A video or image sequence cannot be used."""


class RigError(UnderstudyError):
    """A rig cannot be read, mapped or written."""


class Cancelled(UnderstudyError):  # noqa: N818 - an outcome, not a fault
    """The person, or the farm, stopped the work."""
