#!/usr/bin/env python3
"""Start a module: its folder, its README and its line in LAYERS.

usage: new_module.py NAME "what it answers, in one line" ALLOWED...

The module is put behind the last of those that it may include.
"""
import sys
from pathlib import Path

from check_layers import read_layers


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    name, purpose, *allowed = arguments
    root = Path(__file__).resolve().parents[1]
    layers = read_layers(root / "LAYERS")
    unknown = [a for a in allowed if a not in layers]
    if name in layers or unknown:
        print(f"{name}: exists already" if name in layers else f"no such module: {unknown}",
              file=sys.stderr)
        return 2
    ordered = [m for m in layers if m in allowed]
    lines = (root / "LAYERS").read_text().splitlines()
    after = next(i for i, line in enumerate(lines) if line.startswith(ordered[-1] + ":"))
    lines.insert(after + 1, f"{name + ':':<13}{' '.join(ordered)}  # {purpose}")
    (root / "LAYERS").write_text("\n".join(lines) + "\n")
    folder = root / "src" / "skywright" / name
    folder.mkdir()
    (folder / "README.md").write_text(
        f"# {name}\n\n{purpose}\n\nRead first:\n\nIt must not know:\n")
    print(f"made {folder.relative_to(root)}; write its first header beside the README")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
