"""Writes the modules of the package that follow from the program's own descriptions.

    python generate.py FOLDER    # of the package, whose extension is built

Neither option nor setting is written down twice: the C++ says what there is (apps/skywright/commands,
base/fields.h), here it becomes signatures, docstrings and dataclasses.
"""

import importlib.util
import sys
from pathlib import Path


def core_of(folder):
    """The extension alone: the package around it is what is being made."""
    path = next(p for p in folder.glob("_core.*") if p.suffix == ".so")
    spec = importlib.util.spec_from_file_location("_core", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    from command_functions import commands_module
    from config_classes import ConfigClasses

    folder = Path(sys.argv[1])
    core = core_of(folder)
    commands = core.commands()
    classes = ConfigClasses([c["name"] for c in commands if c["settings"]])
    for command in commands:
        if command["settings"]:
            classes.add(command["name"], core.settings_of(command["name"], {}))
    (folder / "configs.py").write_text(classes.module(), encoding="utf-8")
    (folder / "_commands.py").write_text(commands_module(commands, classes.names), encoding="utf-8")


if __name__ == "__main__":
    main()
