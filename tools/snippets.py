"""The snippets of a Markdown page: what a reader would type, and what the page says comes out.

    ```console     lines after `$ ` are run by bash (`> ` goes on); the others are their output
    ```bash        run; what it prints is not shown
    ```python      with `>>>` its output is compared; without, it is run. A page is one session
    ```toml        parsed, or written to a file. Any other language is only shown

    <!-- snippet: file camera.toml -->       the next block is written to this file
    <!-- snippet: syntax, WHY -->            the next block is only parsed, since WHY
    <!-- snippet: hidden                     bash that readers do not see, up to the end of the comment
    <!-- snippet: hidden python              Python likewise
    <!-- snippets: after tutorials/x.md -->  the page goes on where that one ended
    <!-- snippets: within 5 % -->            numbers that are printed may differ by so much from those shown
    <!-- snippets: --years 10 => --nights 2 -->   a command of the page is run with the second in place of the first
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

RUN = ("console", "bash", "python", "toml")
FENCE = re.compile(r"^(`{3,})(\{?[\w+-]*\}?)")
COMMENT = re.compile(r"^<!-- snippets?: ")


@dataclass
class Block:
    kind: str  # console, bash, python, file
    text: str
    line: int  # of its first line, from 1
    file: str = ""
    syntax_only: str = ""  # why
    hidden: bool = False


@dataclass
class Page:
    path: Path
    blocks: list[Block] = field(default_factory=list)
    after: str = ""
    shorter: list[tuple[str, str]] = field(default_factory=list)
    within: float = 0.0  # part of themselves that numbers may differ by
    faults: list[str] = field(default_factory=list)


def read_page(path):
    """The page's blocks in their order; what cannot be run and should be is a fault."""
    page = Page(path)
    lines = path.read_text().splitlines()
    pending = Block("", "", 0)
    at, listed = 0, False
    while at < len(lines):
        line = lines[at]
        fence = FENCE.match(line)
        if COMMENT.match(line):
            at = read_comment(page, lines, at, pending)
            continue
        if fence:
            end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith(fence[1])), len(lines))
            kind = "file" if pending.file else fence[2]
            if kind in RUN or kind == "file":
                block = Block(kind, "\n".join(lines[at + 1 : end]) + "\n", at + 2, pending.file, pending.syntax_only)
                page.blocks.append(block)
            elif kind == "":
                page.faults.append(f"{path}:{at + 1}: a block without a language; `text` is one that is only shown")
            pending = Block("", "", 0)
            at = end + 1
            continue
        listed = bool(re.match(r"^\s*([-*]|\d+\.) ", line)) or (listed and line[:1] in ("", " "))
        if line.startswith("    ") and not listed and (at == 0 or not lines[at - 1].strip()):
            page.faults.append(f"{path}:{at + 1}: an indented block is not run; write ```bash, ```console or ```text")
        at += 1
    return page


def read_comment(page, lines, at, pending):
    """Takes in a directive; the line after it."""
    end = next(i for i in range(at, len(lines)) if "-->" in lines[i])
    text = "\n".join(lines[at : end + 1]).removeprefix("<!-- ").removesuffix("-->").strip()
    scope, _, words = text.partition(": ")
    first, _, rest = words.partition(" ")
    if scope == "snippets" and first == "after":
        page.after = rest.strip()
    elif scope == "snippets" and re.fullmatch(r"within [\d.]+ %", words):
        page.within = float(rest.removesuffix("%")) / 100
    elif scope == "snippets" and " =>" in words:
        long, _, short = words.partition(" =>")
        page.shorter.append((long, short.strip()))
    elif words.partition("\n")[0] in ("hidden", "hidden python"):
        kind, _, code = words.partition("\n")
        page.blocks.append(Block("python" if "python" in kind else "bash", code + "\n", at + 2, hidden=True))
    elif first == "file":
        pending.file = rest.strip()
    elif first.startswith("syntax,"):
        pending.syntax_only = words.removeprefix("syntax,").strip()
    else:
        page.faults.append(f"{page.path}:{at + 1}: `{text}` is no directive that is known")
    return end + 1


def commands_of(text):
    """(command, expected output) of a console block."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        elif found:
            found[-1][1].append(line)
    return [(command, "\n".join(output)) for command, output in found]


EXACT = re.compile(r"\.\.\.|\d+\.\d+(?:[eE][-+]?\d+)?|\s+")  # numbers that may differ, and where
LOOSE = re.compile(r"\.\.\.|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\s+")


def agrees(expected, got, within=0.0):
    """Whether an output is the one that the page shows.

    `...` stands for anything, blanks for any blanks, and a number with a decimal point for one that differs by
    one in its last digit at most: a page shows no more digits than hold on every machine. With `within` every
    number may differ by this part of itself, and by one in its last digit.
    """
    pattern, numbers, last = "", [], 0
    expected, got = expected.strip(), got.strip()
    for found in (LOOSE if within else EXACT).finditer(expected):
        pattern += re.escape(expected[last : found.start()])
        if found[0] == "...":
            pattern += ".*?"
        elif found[0].isspace():
            pattern += r"\s+"
        else:
            pattern += r"(\d+\.?\d*(?:[eE][-+]?\d+)?)"
            numbers.append(found[0])
        last = found.end()
    match = re.fullmatch(pattern + re.escape(expected[last:]), got, re.DOTALL)
    return bool(match) and all(near(e, g, within) for e, g in zip(numbers, match.groups(), strict=True))


def near(expected, got, within):
    mantissa, _, exponent = expected.lower().partition("e")
    step = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(expected) - float(got)) <= max(1.001 * step, within * float(expected))
