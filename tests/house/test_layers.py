"""The layer checker is clean on the project and bites on planted violations."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "tools" / "check_layers.py"
LAYERS = "base:\nimage: base\nwarp: base image\n"


def check(*arguments):
    return subprocess.run([sys.executable, CHECKER, *map(str, arguments)], capture_output=True,
                          text=True, cwd=ROOT)


def planted(folder, source, path="image/box.cpp", layers=LAYERS):
    root = folder / "src" / "skywright"
    for name in ("base/id.h", "image/box.h", "warp/warp.h", "warp/detail/kernel.h"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source)
    (folder / "LAYERS").write_text(layers)
    return check(root, folder / "LAYERS")


def test_the_project_is_clean():
    done = check()
    assert done.returncode == 0, done.stdout


def test_an_allowed_include_passes(tmp_path):
    assert planted(tmp_path, '#include "skywright/base/id.h"\n').returncode == 0


@pytest.mark.parametrize("path, source, said", [
    ("image/a.cpp", '#include "skywright/warp/warp.h"', "image may not include warp"),
    ("image/a.h", "#include <skywright/warp/warp.h>", "image may not include warp"),
    ("image/a.inc", '  #  include "skywright/warp/warp.h"', "image may not include warp"),
    ("image/a.cu", '#include "skywright/warp/warp.h"', "image may not include warp"),
    ("image/detail/a.hpp", '#include "skywright/warp/warp.h"', "image may not include warp"),
    ("image/a.cpp", '#include "box.h"', "full path"),
    ("base/a.cpp", '#include "skywright/image/box.h"', "base may not include image"),
    ("image/a.cpp", '#include "skywright/base/gone.h"', "no such header"),
    ("attic/a.cpp", "", "not in the layers file"),
])
def test_a_violation_is_named(tmp_path, path, source, said):
    done = planted(tmp_path, source + "\n", path)
    assert done.returncode == 1
    assert said in done.stdout


def test_another_modules_detail_is_private(tmp_path):
    done = planted(tmp_path, '#include "skywright/warp/detail/kernel.h"\n', "stack/a.cpp",
                   LAYERS + "stack: base warp\n")
    assert done.returncode == 1
    assert "private to warp" in done.stdout


def test_a_cycle_cannot_be_written(tmp_path):
    done = planted(tmp_path, "", layers="base: image\nimage: base\n")
    assert done.returncode != 0
    assert "not declared above" in done.stderr


def test_an_empty_folder_is_no_pass(tmp_path):
    (tmp_path / "LAYERS").write_text(LAYERS)
    assert check(tmp_path, tmp_path / "LAYERS").returncode == 1
