"""A function for each command of the program: its options as keywords, its help as docstring."""

import keyword
import textwrap

HEAD = '''"""The program's commands as functions. Made by python/generate from the program's descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._call import Result, run
from ._config import ConfigLike
from ._paths import PathLike
from ._progress import Progress

'''

WRITTEN_BY_HAND = {"detect", "detrend", "solve", "stack", "subtract"}  # they take more than the commands do
NUMBERS = {
    "SIGMA", "LEVEL", "DEG", "ARCSEC", "N", "Y", "S", "SECONDS", "HOURS", "M", "MAG", "PIXEL", "PIXELS", "SHARE",
    "MJD", "T",
}  # fmt: skip
PATHS = {"PATH", "DIR", "FILE"}

COMMON = [
    ("seed", "int | None", "None", "of all random numbers; 1 where None"),
    ("jobs", "int", "0", "threads; 0 takes all that the machine has"),
    ("progress", "Progress", "None", "see skywright.Progress"),
]
COMMUNICATOR = (
    "communicator", "Any", "None",
    "an mpi4py communicator whose ranks share the work: each of them calls this function alike, and gets the same "
    "result",
)
CONFIG = (
    "config", "ConfigLike", "None",
    "settings: a class of skywright.configs, a mapping, or a TOML file",
)  # fmt: skip


def python_name(option):
    name = option.lstrip("-").replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def hint(option):
    value, takes = option["value"], option["takes"]
    if takes == "nothing":
        return "bool"
    kind = value.split(".")[0]
    # A number may come as a Quantity, an instant as a Time.
    text = "PathLike" if kind in PATHS or not value else "float | Any" if kind in NUMBERS else "str | Any"
    return f"{text} | Iterable[{text}]" if takes == "many" else text


def given(option):
    entry = (option["value"], option["takes"])
    return f'"{option["name"]}": ({python_name(option["name"])}, "{entry[0]}", "{entry[1]}")'


def parameters(command):
    """(name, hint, default or None, help) of each, positional ones first."""
    out = [(python_name(a["name"]), hint(a), None, a["help"]) for a in command["arguments"] if a["required"]]
    out += [
        (python_name(a["name"]), hint(a) + " | None", "None", a["help"])
        for a in command["arguments"]
        if not a["required"]
    ]
    keywords = []
    for option in command["options"]:
        name = python_name(option["name"])
        if option["required"]:
            keywords.append((name, hint(option), None, option["help"]))
        elif option["takes"] == "nothing":
            keywords.append((name, "bool", "False", option["help"]))
        else:
            keywords.append((name, hint(option) + " | None", "None", option["help"]))
    keywords.sort(key=lambda k: k[2] is not None)
    shared = [COMMUNICATOR] if command["spreads"] else []
    return out, keywords + ([CONFIG] if command["settings"] else []) + COMMON + shared


def docstring(command, config_class):
    positional, keywords = parameters(command)
    details = command["details"].replace("\\", "\\\\").replace('"""', "'''")
    text = [command["summary"][:1].upper() + command["summary"][1:] + ".", ""]
    if details:
        text += ["As the program tells it::", "", textwrap.indent(details.rstrip(), "    "), ""]
    text += ["Parameters", "----------"]
    for name, kind, _, help_text in positional + keywords:
        if name == "config" and config_class:
            help_text += f" (skywright.configs.{config_class})"
        text += [f"{name} : {kind}", textwrap.indent(textwrap.fill(help_text, 90), "    ")]
    return "\n".join(text)


def function(command, name, config_class, method):
    positional, keywords = parameters(command)
    signature = ["self"] if method else []
    signature += [f"{n}: {h}" + (f" = {d}" if d else "") for n, h, d, _ in positional]
    signature += ["*"] + [f"{n}: {h}" + (f" = {d}" if d else "") for n, h, d, _ in keywords]
    entries = "".join(f"\n            {given(o)}," for o in command["arguments"] + command["options"])
    doc = textwrap.indent(docstring(command, config_class), "    ")
    config = "config" if command["settings"] else "None"
    shared = ", communicator" if command["spreads"] else ""
    body = (
        f"def {name}(\n    {', '.join(signature)},\n) -> Result:\n"
        f'    """{doc.strip()}\n    """\n'
        f"    return run(\n        \"{command['name']}\",\n        {{{entries}\n        }},\n"
        f"        {config}, seed, jobs, progress{shared},\n    )\n"
    )
    return textwrap.indent(body, "    ") if method else body


GROUPS = {
    "alerts": "Look into alert files, and filter them.",
    "fits": "Look into FITS files, and convert their images.",
    "instrument": "Describe telescopes and cameras, and check frames against them.",
    "kernel": "Try kernels of your own.",
    "plan": "Plan a survey, judge and compare schedules; to be called for a plan.",
    "survey": "Make, fill, inspect and repair a survey directory.",
    "table": "Convert catalogs between FITS, Parquet and CSV.",
}


def commands_module(commands, config_classes):
    plain = {c["name"]: c for c in commands if " " not in c["name"]}
    groups = {}
    for c in commands:
        group, _, leaf = c["name"].partition(" ")
        if leaf:
            groups.setdefault(group, {})[leaf] = c
    parts, names = [], []
    for name, command in plain.items():
        if name in WRITTEN_BY_HAND or name in groups:
            continue
        parts.append(function(command, python_name(name), config_classes.get(name), method=False))
        names.append(python_name(name))
    for group, members in groups.items():
        methods = []
        if group in plain:
            methods.append(function(plain[group], "__call__", config_classes.get(group), method=True))
        for leaf, command in members.items():
            methods.append(function(command, python_name(leaf), config_classes.get(command["name"]), method=True))
        doc = GROUPS.get(group, f"The commands of `skywright {group}`.")
        parts.append(
            f'class _{group.capitalize()}:\n    """{doc}"""\n\n' + "\n".join(methods)
            + f"\n\n{group} = _{group.capitalize()}()\n"
        )
        names.append(group)
    listed = "".join(f'    "{n}",\n' for n in sorted(names))
    return HEAD + f"__all__ = [\n{listed}]\n\n\n" + "\n\n".join(parts)
