"""The error that people read; anything else that is raised is a bug."""

from __future__ import annotations


class BatchError(Exception):
    """Says what is wrong with a batch, where, and what to write instead."""
