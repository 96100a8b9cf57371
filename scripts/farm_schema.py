"""Write docs/batch.schema.json anew from what the stages take: python3 scripts/farm_schema.py"""

from __future__ import annotations

import json
from pathlib import Path

from farm import schema

PATH = Path(__file__).resolve().parent.parent / "docs" / "batch.schema.json"


def text() -> str:
    """Return the file's content."""
    return json.dumps(schema.schema(), indent=2) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
