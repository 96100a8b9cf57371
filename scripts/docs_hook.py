"""What mkdocs.yml asks for: pages made from files that live elsewhere in the project."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the changelog and a page of the networks' cards."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for name, text in (("changelog.md", changelog), ("models.md", models_page())):
        files.append(File.generated(config, name, content=text))
    return files


def models_page() -> str:
    """Return an index of the networks: what each does, its licence, and its card."""
    folder = ROOT / "onnx_models"
    cards = sorted(p for p in folder.glob("*_v*.md") if p.with_suffix(".onnx").is_file())
    lines = [
        "# Networks",
        "",
        "Each network has a card: what it does, what it was trained on, what was measured, and "
        "where it fails. The sha256 in it is checked whenever the network is opened.",
        "",
        "| network | licence | what it does |",
        "|---|---|---|",
    ]
    bodies = []
    for card in cards:
        text = card.read_text("utf-8").replace("\r\n", "\n")
        what = re.search(r"^What it does: (.*?)(?:\n[A-Z][a-z]+:|\n\n)", text, re.S | re.M)
        licence = re.search(r"^Licence: (?:weights )?([\w.+-]+)", text, re.M)
        said = " ".join(what[1].split()).split(". ")[0].rstrip(".") if what else ""
        name = card.stem
        lines.append(f"| [{name}](#{name}) | {licence[1] if licence else ''} | {said} |")
        body = text.split("\n", 1)[1].strip()
        bodies += ["", f"## {name}", "", *(f"    {line}".rstrip() for line in body.split("\n"))]
    return "\n".join([*lines, *bodies]) + "\n"
