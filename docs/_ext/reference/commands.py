"""Pages of the program's commands, from `skywright._core.commands()` and `--help`."""

import re
import subprocess

from .settings import markdown
from .words import cell, code, table

COMMON = re.compile(r"^ +(?:-\w,)?(--[\w-]+)(?: ([A-Z=]+)\S*(?: \S+)*?)?\s{2,}(\S.*)$")


def common_options(help_text):
    """(name, value, text) of the options that every command has, as the program's help prints them."""
    text = help_text.partition("[Option Group: Common options]")[2].partition("\n\n")[0]
    return [found.groups(default="") for found in map(COMMON.match, text.splitlines()) if found]


def anchor(name):
    return "command-" + name.replace(" ", "-")


def usage(command):
    words = ["skywright", command["name"]]
    for argument in command["arguments"]:
        shown = argument["name"] + ("..." if argument["takes"] == "many" else "")
        words.append(shown if argument["required"] else f"[{shown}]")
    words += [f"{o['name']} {o['value']}" for o in command["options"] if o["required"]]
    return " ".join(words) + " [options]"


def page(command, fields, same_as, common, faults):
    name = command["name"]
    where = f"skywright {name}"
    for what, text in [("it", command["summary"])] + [
        (o["name"], o["help"]) for o in command["arguments"] + command["options"]
    ]:
        if not text.strip():
            faults.append(f"{where}: {what} has no description")
    summary = command["summary"]
    parts = [f"({anchor(name)})=\n# skywright {name}\n\n{cell(summary[:1].upper() + summary[1:])}.\n"]
    parts.append(f"```text\n{usage(command)}\n```\n")
    if command["details"].strip():
        parts.append(f"```text\n{command['details'].rstrip()}\n```\n")
    rows = [(code(a["name"]), "", cell(a["help"])) for a in command["arguments"]]
    rows += [
        (code(o["name"]), code(o["value"]), cell(o["help"]) + (" (required)" if o["required"] else ""))
        for o in command["options"]
    ]
    if rows:
        parts.append("## Arguments and options\n\n" + table(("name", "value", "meaning"), rows))
    shown = [c for c in common if command["settings"] or c[0] not in ("--config", "--set", "--help-config")]
    parts.append("## Options of every command\n\n" + table(
        ("name", "value", "meaning"), [(code(n), code(v), cell(t)) for n, v, t in shown]))  # fmt: skip
    if command["settings"]:
        parts.append("## Settings\n\nOf `--config FILE` and `--set KEY=VALUE`; "
                     f"`skywright {name} --help-config` prints them as they stand.\n")  # fmt: skip
        if same_as:
            parts.append(f"They are those of [skywright {same_as}](#{anchor(same_as)}).\n")
        else:
            parts.append(markdown(fields, where, faults))
    return "\n".join(parts)


def pages(commands, settings_of, program, faults):
    help_text = subprocess.run([program, "detect", "--help"], capture_output=True, text=True, check=True).stdout
    common = common_options(help_text)
    if len(common) < 5:
        faults.append("the options of every command were not found in `skywright detect --help`")
    out, known = {}, {}
    for command in commands:
        fields = settings_of(command["name"]) if command["settings"] else []
        same = known.setdefault(repr(fields), command["name"]) if fields else command["name"]
        path = "commands/" + command["name"].replace(" ", "-")
        out[path] = page(command, fields, same if same != command["name"] else "", common, faults)
    rows = [(f"[{c['name']}](commands/{c['name'].replace(' ', '-')}.md)", cell(c["summary"])) for c in commands]
    out["commands"] = "# Commands\n\n" + table(("command", "what it does"), rows)
    return out
