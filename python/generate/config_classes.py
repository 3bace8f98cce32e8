"""Dataclasses from the settings of commands (see bindings/field_tree.h)."""

import json
import keyword
import re
import textwrap

TYPES = {"number": "float", "whole": "int", "flag": "bool", "text": "str"}

HEAD = '''"""Settings of the commands as dataclasses. Made by python/generate from the core's descriptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ._config import Config

'''


def identifier(name):
    clean = re.sub(r"\W", "_", name)
    return clean + "_" if keyword.iskeyword(clean) or not clean.isidentifier() else clean


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", name) if part)


class ConfigClasses:
    def __init__(self, commands):
        # A section of one command may be called as another command is: that name is not its own.
        self._reserved = {camel(command) + "Config" for command in commands}
        self.names = {}  # command -> class
        self._made = {}  # text of a class's body -> its name
        self._taken = {}  # name -> text of its body
        self._texts = []
        self._inside = {}  # (class, name of a field) -> class of the structs in it

    def add(self, command, fields):
        self.names[command] = self._class(camel(command) + "Config", fields, f"Settings of `skywright {command}`.")

    def module(self):
        aliases = [
            f"{camel(c)}Config = {n}\n" for c, n in self.names.items() if n != camel(c) + "Config"
        ]
        names = sorted({*self._taken, *(camel(c) + "Config" for c in self.names)})
        listed = "".join(f'    "{n}",\n' for n in names)
        return HEAD + f"__all__ = [\n{listed}]\n\n\n" + "\n\n".join(self._texts) + "\n" + "".join(aliases)

    def _class(self, name, fields, doc):
        """Its name: that of one made before where the two are the same."""
        body = "".join(self._field(name, f) for f in fields) or "    pass\n"
        if body in self._made:
            return self._made[body]
        while name in self._taken:
            name = "Other" + name
        self._made[body] = name
        self._taken[name] = body
        for f in fields:
            if "fields" in f or "elements" in f:
                inside = f["fields"] if "fields" in f else f["elements"][-1]
                self._inside[name, f["name"]] = self._nested(name, f, inside)
        self._texts.append(f'@dataclass(kw_only=True)\nclass {name}(Config):\n    """{doc}"""\n\n{body}')
        return name

    def _nested(self, outer, field, fields):
        """By the field's name, with the outer class's in front where that name is another's."""
        name = camel(field["name"]) + "Config"
        body = "".join(self._field(name, f) for f in fields)
        if self._taken.get(name, body) != body or name in self._reserved:
            name = outer.removesuffix("Config") + name
        return self._class(name, fields, quoted(field["doc"]))

    def _construction(self, name, element, example):
        """An element of a list: what differs from the element's own defaults."""
        parts = []
        for f, default in zip(element, example, strict=True):
            if f == default:
                continue
            inner = self._inside.get((name, f["name"]))
            if "value" in f:
                value = literal(f["value"])
            elif "fields" in f:
                value = self._construction(inner, f["fields"], default["fields"])
            else:
                *held, blank = f["elements"]
                value = "[" + ", ".join(self._construction(inner, e, blank) for e in held) + "]"
            parts.append(f"{identifier(f['name'])}={value}")
        return f"{name}({', '.join(parts)})"

    def _field(self, outer, f):
        kind, name = f["kind"], identifier(f["name"])
        if kind == "struct":
            inner = self._nested(outer, f, f["fields"])
            return line(f, name, inner, f"default_factory={inner}")
        if kind == "list":
            *held, example = f["elements"]
            inner = self._nested(outer, f, example)
            values = ", ".join(self._construction(inner, element, example) for element in held)
            return line(f, name, f"list[{inner}]", f"default_factory=lambda: [{values}]" if held else "default_factory=list")
        if kind in ("numbers", "texts"):
            inner = "float" if kind == "numbers" else "str"
            value = literal(f["value"])
            return line(f, name, f"list[{inner}]", f"default_factory=lambda: {value}")
        hint = TYPES.get(kind) or "Literal[" + ", ".join(json.dumps(n) for n in f["names"]) + "]"
        return line(f, name, hint, f"default={literal(f['value'])}")


def quoted(text):
    """As it may stand between three quotation marks."""
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    return text[:-1] + '\\"' if text.endswith('"') else text


def literal(value):
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f'float("{value}")'
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def line(f, name, hint, default):
    doc = f["doc"]
    if f.get("range"):
        doc += f"; {f['range']}"
    metadata = "" if name == f["name"] else f', metadata={{"key": {json.dumps(f["name"])}}}'
    text = f"    {name}: {hint} = field({default}{metadata})\n"
    wrapped = textwrap.fill(quoted(doc), 100, initial_indent="    ", subsequent_indent="    ").strip()
    return text + (f'    """{wrapped}"""\n' if doc else "")
