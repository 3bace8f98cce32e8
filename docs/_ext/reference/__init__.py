"""Reference pages from what the program tells of itself, written before Sphinx reads its sources.

    docs/generated/commands/*.md    each command: arguments, options, settings
    docs/generated/settings/*.md    files that the program takes: an instrument's description
    docs/generated/tables/*.md      each table that the program writes, read from files that it wrote
    docs/generated/c.md             include/skywright.h
    docs/generated/cpp/*.md         the headers of each module

Whatever lacks words is a warning, and warnings end the build.
"""

import os
import re
from pathlib import Path

from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import c_header, commands, cpp_pages, settings, tables

ROOT = Path(__file__).resolve().parents[3]
logger = logging.getLogger(__name__)


def write_pages(app):
    from skywright import _core

    program = os.environ.get("SKYWRIGHT_PROGRAM", str(ROOT / "build" / "release" / "skywright"))
    pages, faults = {}, []
    pages |= commands.pages(_core.commands(), lambda name: _core.settings_of(name, {}), program, faults)
    pages["settings/instrument"] = settings.instrument_page(_core.instrument_settings(), faults)
    pages |= tables.pages(Path(app.config.skywright_products), faults)
    pages["c"] = c_header.page((ROOT / "include" / "skywright.h").read_text(), faults)
    pages |= cpp_pages.pages(ROOT, faults)
    folder = Path(app.srcdir) / "generated"
    for fault in faults:
        logger.warning("%s", fault)
    wanted = {folder / f"{name}.md": text for name, text in pages.items()}
    for old in folder.rglob("*.md"):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:  # what has not changed is not built again
            path.write_text(text)


class Decisions(SphinxDirective):
    """A list of the decision records by their titles. A toctree would put all of them beside every page."""

    def run(self):
        lines = []
        for path in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
            title = path.read_text().splitlines()[0].removeprefix("# ")
            lines.append(f"- [{title.replace('[', '(')}]({path.name})")
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes("\n".join(lines))


LISTED = ("decisions/0", "generated/commands/", "generated/cpp/", "generated/tables/")


def leave_out_of_sidebar(app, env):
    """Commands, tables, modules and decisions are reached from their lists: beside every page they would be a wall."""
    for name in env.found_docs:
        if name.startswith(LISTED):
            env.metadata[name]["orphan"] = True
    return []


def plain_words(app, what, name, obj, options, lines):
    """Helps of the program are text, not markup: `*.filter` emphasises nothing. Before napoleon reads them."""
    if not name.startswith("skywright._commands"):
        return
    literal = False
    for i, line in enumerate(lines):
        literal = line.endswith("::") or (literal and (not line or line.startswith(" ")))
        if not literal:
            lines[i] = re.sub(r"([*|])", r"\\\1", line)


def setup(app):
    app.add_directive("decisions", Decisions)
    app.add_config_value("skywright_products", "", "env")
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", plain_words, priority=100)
    app.connect("env-updated", leave_out_of_sidebar)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
