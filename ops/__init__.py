"""Thin operators, one file a stage: read, run, write, report."""
