#!/usr/bin/env python3
"""Tutorials as notebooks.

usage: notebooks.py OUT             write OUT/<tutorial>.ipynb, to be downloaded from the site
       notebooks.py OUT --execute   with the short inputs of the tests, each executed in a folder of its own

Executing takes nbclient and ipykernel (docs/requirements-notebooks.txt); tools/long_checks.sh notebooks does it.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from run_snippets import ROOT, environment, prepare
from snippets import COMMENT, FENCE, RUN, commands_of, read_page

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))


def without_prompts(text):
    """Python as it is typed into a cell: no prompts, no output."""
    if ">>> " not in text:
        return text
    return "\n".join(line[4:] for line in text.splitlines() if line[:4] in (">>> ", "... ") or line == "...")


def source_of(block):
    if block.kind == "file":
        return f"%%writefile {block.file}\n{block.text}"
    if block.kind == "toml" or (block.syntax_only and block.kind != "python"):
        return None
    if block.kind == "console":  # some commands are shown to be refused
        return "%%bash --no-raise-error\n" + "\n".join(command for command, _ in commands_of(block.text))
    return f"%%bash\nset -euo pipefail\n{block.text}" if block.kind == "bash" else without_prompts(block.text)


def cells_of(page):
    """(kind, source) of each cell: text between blocks, and blocks."""
    lines = page.path.read_text().splitlines()
    blocks = {block.line: block for block in page.blocks}
    text, at = [], 0

    def told():
        words = "\n".join(text).strip()
        text.clear()
        return [("markdown", words)] if words else []

    while at < len(lines):
        fence = FENCE.match(lines[at])
        comment = COMMENT.match(lines[at])
        block = blocks.get(at + 2) if fence or comment else None
        if comment:
            end = next(i for i in range(at, len(lines)) if "-->" in lines[i])
        elif fence:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].startswith(fence[1]))
        else:
            text.append(lines[at])
            at += 1
            continue
        source = source_of(block) if block else None
        if source is not None:
            yield from told()
            yield "code", source.rstrip("\n")
        elif fence and (fence[2] in RUN or not block):
            text += lines[at : end + 1]
        at = end + 1
    yield from told()


def notebook(page, short):
    cells = []
    for number, (kind, source) in enumerate(cells_of(page)):
        if short and kind == "code":
            for long, brief in page.shorter:
                source = source.replace(long, brief)
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
        cells.append(cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def execute(path, folder):
    """Run all cells; raises where one does."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    nbformat.write(book, path)
    return sum(cell.cell_type == "code" for cell in book.cells)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--execute", action="store_true")
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    pages = [read_page(path) for path in TUTORIALS]
    for page in pages:
        (out / f"{page.path.stem}.ipynb").write_text(json.dumps(notebook(page, options.execute), indent=1) + "\n")
    if not options.execute:
        return 0
    environment(out)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    failed = 0
    for page in sorted(pages, key=lambda p: p.after != ""):  # those that go on from another last
        folder = out / page.path.stem
        prepare(folder, out / Path(page.after).stem if page.after else None)
        try:
            count = execute(out / f"{page.path.stem}.ipynb", folder)
            print(f"{page.path.stem}: {count} cells ran", flush=True)
        except Exception as problem:  # nbclient raises several kinds
            failed += 1
            print(f"{page.path.stem}: {problem}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
