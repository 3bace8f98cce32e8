"""What a description of a field or column must be, and how it is put into a Markdown table."""

import re

# A text that begins so leans on another, and says nothing where it stands alone.
LEANING = re.compile(r"^(of|and|or|at|in|to|from|for|while|within|against|before|not|its end)\b(?! most\b)|^\[", re.I)
UNIT = re.compile(r"\s*\[([^\[\]]+)\]")


def fault_of(where, text):
    """What is wrong with a description, or None."""
    if not text.strip():
        return f"{where} has no description"
    if LEANING.match(text.strip()):
        return f'{where} is described as "{text}", which does not stand alone'
    return None


def unit_of(text):
    """The description without its [unit], and the unit."""
    found = UNIT.search(text)
    if not found or found[1].startswith("x0"):
        return text, ""
    return UNIT.sub("", text, count=1).strip(), found[1]


def cell(text):
    """Text that stays as it is in a cell of a table."""
    # Names with underscores, asterisks and brackets are no markup.
    text = re.sub(r"([\\`*_<>\[\]$|])", r"\\\1", str(text))
    return text.replace("\n", " ")


def code(text):
    text = str(text).replace("|", "\\|")
    return f"`{text}`" if text and "`" not in text else text


def table(headings, rows):
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
