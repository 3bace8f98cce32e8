#!/usr/bin/env python3
"""Fail when a document names a file of the project that does not exist, or holds a block that is not run.

usage: check_docs.py [ROOT]

Checked: every `path/in/backticks` with a slash and a known first folder, and every relative link of
Markdown, in README.md, CONTRIBUTING.md, docs/ and the modules' READMEs; and, in README.md, guides and tutorials,
that each block says how it is run (see snippets.py).
"""
import re
import sys
from pathlib import Path

from snippets import read_page

FOLDERS = ("src/", "apps/", "docs/", "tests/", "tools/", "data/", "benchmarks/", "examples/",
           "cmake/", "python/", "c/", "include/", ".ci/")
QUOTED = re.compile(r"`([\w./+-]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def documents(root):
    yield from (p for p in (root / "README.md", root / "CONTRIBUTING.md") if p.exists())
    yield from (p for p in sorted((root / "docs").rglob("*.md")) if "generated" not in p.parts)
    yield from sorted((root / "src").rglob("README.md"))


def pages_that_run(root):
    yield from (p for p in (root / "README.md", root / "examples" / "README.md") if p.exists())
    for folder in ("guides", "tutorials"):
        yield from sorted((root / "docs" / folder).glob("*.md"))


def problems(root):
    for page in pages_that_run(root):
        yield from read_page(page).faults
    for document in documents(root):
        text = document.read_text()
        for path in QUOTED.findall(text):
            if path.startswith(FOLDERS) and not (root / path).exists():
                yield f"{document}: `{path}` does not exist"
        for link in LINK.findall(text):
            if "generated/" in link:  # made, and checked, when the site is built
                continue
            if "://" not in link and not (document.parent / link).exists():
                yield f"{document}: link to {link} leads nowhere"


def main(arguments):
    root = Path(arguments[0] if arguments else ".")
    found = list(problems(root))
    print("\n".join(found) or "docs: every path exists")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
