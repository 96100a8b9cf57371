"""What can be asked for by name with typed values: the operators run_*, and `api.call`.

An `Operation` says what it takes and does it. Its arguments are made from the panels' settings,
and a few are its own; nothing it takes is code. `listing` describes all of them as JSON in the
form that the Model Context Protocol gives its tools, so that any program can offer them.

What is not given has the default that the listing says, whatever the panels say; `use_panel`
takes it from the panels.
"""

from __future__ import annotations

from pathlib import Path

from ...ml.errors import UnderstudyError
from .operation import Given, Operation
from .table import NAMES, OPERATIONS, UnderstudyName

__all__ = [
    "OPERATIONS",
    "Given",
    "Operation",
    "UnderstudyName",
    "listing",
    "named",
    "write_report",
]

REPORT_SCHEMA = "docs/report.schema.json"


def named(name: str) -> Operation:
    """Return the operation of a name, or say which there are."""
    if name not in NAMES:
        raise UnderstudyError(f"There is no operation {name!r}; there are {', '.join(NAMES)}")
    return NAMES[name]


def listing() -> dict:
    """Return all operations as JSON values: tools, as the Model Context Protocol lists them."""
    from ..about import version

    return {
        "understudy": version(),
        "tools": [
            {
                "name": operation.name,
                "title": operation.title,
                "description": f"{operation.description}.",
                "inputSchema": operation.schema(),
                "outputSchema": {"type": "object", "$ref": REPORT_SCHEMA},
                "annotations": {
                    "readOnlyHint": False,
                    "destructiveHint": not operation.changes,  # a file of that name is replaced
                    "idempotentHint": True,
                    "openWorldHint": False,
                },
                "_meta": {"operator": f"bpy.ops.{operation.operator}"},
            }
            for operation in OPERATIONS
        ],
    }


def write_report(path: str, report: dict) -> None:
    """Write a report file, whole or not at all; "" for none."""
    import json

    from ..files import write_atomically

    if path:
        write_atomically(Path(path), json.dumps(report, indent=2) + "\n")
