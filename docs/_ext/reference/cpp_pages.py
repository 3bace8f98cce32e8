"""A page a module of the public C++ names, from the headers themselves."""

import re
import textwrap

from . import cpp_header
from .words import cell, table

NOT_OURS = re.compile(r"(_test|/test_\w+)\.h$")  # helpers of tests
LISTED = re.compile(r"^(\w+):\s*[\w\s]*?\s*(?:#\s*(.*))?$")


def modules(layers):
    """(name, what it is for), in the order of LAYERS."""
    return [(m[1], m[2] or "") for line in layers.splitlines() if (m := LISTED.match(line))]


def headers(folder):
    return [p for p in sorted(folder.glob("*.h")) if not NOT_OURS.search(str(p))]


def plain(text):
    """Words of a comment: what stands in backticks is code, the rest no markup."""
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    return "".join(part if i % 2 else cell(part) for i, part in enumerate(parts))


def prose(text):
    """A comment as Markdown: indented lines are code, lines that begin with @ a list."""
    out = []
    for part in re.split(r"\n[ \t]*\n", text):
        lines = part.splitlines()
        if lines and all(line.startswith("    ") for line in lines):
            out.append("```text\n" + "\n".join(line[4:] for line in lines) + "\n```")
            continue
        # Text may run into an example without an empty line between.
        told, example = [], []
        for line in lines:
            (example if line.startswith("    ") and (example or not told or told[-1].endswith(":")) else told).append(line)
        head, *notes = re.split(r"(?:^|\s)(?=@\w)", " ".join(" ".join(told).split()))
        out += [plain(head)] if head else []
        out += ["- " + re.sub(r"^@(\w+)", r"*\1*", plain(note)) for note in notes]
        if example:
            out.append("```text\n" + "\n".join(line[4:] for line in example) + "\n```")
    return "\n\n".join(out)


def literal(code):
    fence = "``" if "`" in code else "`"
    return f"{fence}{code}{fence}"


def entry(declaration):
    """One of a list of definitions: the declaration, and what it means."""
    code, words = declaration.code, [prose(declaration.text)] if declaration.text else []
    if declaration.kind == "enum" and declaration.members:
        code += " { " + ", ".join(m.code for m in declaration.members) + " }"
    told = [m for m in declaration.members if m.text or declaration.kind != "enum"]
    if told:  # as text: a list of thousands of members would take the site's builder longer than all else
        words.append("```text\n" + "\n".join(member(m) for m in told) + "\n```")
    if not words:
        return f"{literal(code)}\n"
    body = "\n\n".join(words)
    return f"{literal(code)}\n: {body}\n".replace("\n", "\n  ").replace("\n  : ", "\n: ", 1).rstrip() + "\n"


def member(declaration):
    words = textwrap.fill(" ".join(declaration.text.split()), 100, initial_indent="    ", subsequent_indent="    ")
    return declaration.code + (f"\n{words}" if declaration.text else "")


def names_of(header):
    """Without what reads and writes settings, whose fields stand at the commands."""
    return [d for d in header.declarations if d.name != "describe"]


def undocumented(header):
    """Names that a reader finds no words for; types may be told of at the top of their header."""
    return [d for d in names_of(header) if not d.text and not (d.kind in cpp_header.TYPES and header.about)]


def module_page(name, what, folder):
    parts = [f"# {name}\n\n{cell(what[:1].upper() + what[1:])}. Namespace `skywright::{name}`.\n"]
    for path in headers(folder):
        header = cpp_header.read(path.read_text())
        if not names_of(header):
            continue
        parts.append(f"## {name}/{path.name}\n\n{prose(header.about)}\n")
        parts += [entry(d) for d in names_of(header)]
    return "\n".join(parts)


def pages(root, faults):
    out, rows = {}, []
    for name, what in modules((root / "LAYERS").read_text()):
        folder = root / "src" / "skywright" / name
        if not headers(folder):
            faults.append(f"LAYERS: module {name} has no headers")
            continue
        out[f"cpp/{name}"] = module_page(name, what, folder)
        rows.append((f"[{name}](cpp/{name}.md)", cell(what)))
    out["cpp"] = (
        "# C++ names\n\nThe public names of each module, bottom first, as their headers tell of them; `#include "
        '"skywright/MODULE/NAME.h"`. What other languages call, and what stays as it is from version to version, is '
        "[the C interface](c.md).\n\n" + table(("module", "what it is for"), rows)
    )  # fmt: skip
    return out
