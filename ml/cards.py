"""Model cards: what is said of a network beside its file, in fields that begin a line."""

from __future__ import annotations

import re
from pathlib import Path

_FIELD = re.compile(r"([A-Z][A-Za-z ]{1,30}|sha256): ?(.*)")


def fields(text: str) -> dict[str, str]:
    """Return the fields of a card: name to text, lines joined.

    >>> fields("# net_v1\\nData: CMU,\\nfree for all.\\nLicence: GPL.")
    {'Data': 'CMU, free for all.', 'Licence': 'GPL.'}
    >>> fields("sha256: 12\\nsource sha256: 34")["sha256"]
    '12'
    """
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        start = _FIELD.match(line)
        if start is not None:
            name = start.group(1)
            found[name] = start.group(2).strip()
            if name == "sha256":  # a line of its own; what follows it may be one of another
                name = ""
        elif not line.strip() or line[0] in "#|":
            name = ""
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def read(name: str, folder: Path) -> dict[str, str]:
    """Return the fields of a network's card; none where there is no card."""
    try:
        return fields((folder / f"{name}.md").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
