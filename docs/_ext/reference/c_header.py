"""The C interface as a page, from the comments of include/skywright.h.

A comment belongs to the declaration that follows it, and to those after that one until an empty line.
"""

import re

COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
SECTION = re.compile(r"-{3,}\s*(.*?)\s*-{3,}")
PIECE = re.compile(
    r"(?P<comment>/\*.*?\*/)|(?P<macro>#define SW_ABI_VERSION \d+)|(?P<directive>^\#[^\n]*(?:\\\n[^\n]*)*)"
    r"|(?P<struct>typedef struct \w+ \{.*?\} \w+;)|(?P<other>(?:typedef|enum)\b[^;{]*(?:\{.*?\}\s*\w*)?;)"
    r"|(?P<function>SW_API [^;]*;)|(?P<gap>\n[ \t]*\n)|(?P<rest>\S|\s)",
    re.S | re.M,
)


def text_of(comment):
    lines = [re.sub(r"^\s*\* ?", "", line) for line in COMMENT.fullmatch(comment.strip())[1].splitlines()]
    return "\n".join(lines).strip()


def paragraphs(text):
    """The comment as Markdown: indented lines are code, @param lines a list."""
    out = []
    for part in text.split("\n\n"):
        if all(line.startswith("    ") for line in part.splitlines()):
            out.append("```c\n" + "\n".join(line[4:] for line in part.splitlines()) + "\n```")
            continue
        head, *params = re.split(r"\n?@param ", part)
        out.append(" ".join(head.split()))
        out += ["- " + re.sub(r"^([\w, ]+?)\s{2,}|^(\w+) ", lambda m: f"`{(m[1] or m[2]).strip()}`: ", p, count=1).replace("\n", " ")
                for p in params]  # fmt: skip
    return "\n\n".join(out)


def without_comments(code):
    return COMMENT.sub("", code)


def struct(code, words):
    name = re.search(r"\} (\w+);$", code)[1]
    parts = [f"````{{c:struct}} {name}\n{words}\n"]
    body = code[code.index("{") + 1 : code.rindex("}")]
    waiting = ""
    for line in re.split(r"\n", body):
        note = COMMENT.search(line)
        declaration = without_comments(line).strip()
        if declaration.endswith(";"):
            kind, names = re.match(r"(.*?[\s*])([\w, ]+)$|(.*)", declaration[:-1]).group(1, 2)
            about = (note[1].strip() if note else "") or waiting
            about = about.replace(">", "\\>")  # which would quote
            if kind is None:  # a pointer to a function
                parts.append(f"```{{c:member}} {declaration[:-1]}\n{about}\n```\n")
            else:
                parts += [f"```{{c:member}} {kind}{each.strip()}\n{about}\n```\n" for each in names.split(",")]
            waiting = ""
        elif note:
            waiting = note[1].strip()
    return "\n".join(parts) + "````\n"


def page(header, faults):
    top, _, rest = header.partition("#ifndef SKYWRIGHT_H")
    parts = ["# The C interface\n", "`include/skywright.h` and `libskywright`; "
             "[the examples](../guides/examples.md) drive it from ctypes and Fortran.\n", paragraphs(text_of(top)) + "\n"]  # fmt: skip
    words = ""
    for piece in PIECE.finditer(rest):
        kind, code = piece.lastgroup, piece[0].strip()
        if kind == "comment":
            section = SECTION.search(code)
            if section:
                parts.append(f"## {section[1][:1].upper() + section[1][1:]}\n")
            words = "" if section else paragraphs(text_of(code))
        elif kind == "gap":
            words = ""
        elif kind in ("struct", "other", "function"):
            if not words and "sw_status;" not in code:
                faults.append(f"include/skywright.h: no comment before {' '.join(code.split())[:60]}")
            if kind == "struct":
                parts.append(struct(code, words))
            elif kind == "function":
                signature = " ".join(code.removeprefix("SW_API ").rstrip(";").split())
                parts.append(f"```{{c:function}} {signature}\n{words}\n```\n")
            elif code.startswith("typedef"):
                parts.append(f"```{{c:type}} {' '.join(code.removeprefix('typedef ').rstrip(';').split())}\n{words}\n```\n")
            else:
                parts.append(f"{words}\n\n```c\n{code}\n```\n")
    return "\n".join(parts)
