"""The include checker is clean on the project and bites on planted violations."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def check(root=ROOT):
    return subprocess.run([sys.executable, ROOT / "tools" / "check_includes.py", root], capture_output=True, text=True)


def planted(folder, source):
    module = folder / "src" / "skywright" / "image"
    module.mkdir(parents=True)
    (module / "box.h").write_text("#include <vector>\n#include <string>\n")
    (module / "planted.cpp").write_text(source)
    return check(folder)


def test_the_project_is_clean():
    done = check()
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("source, header", [
    ("std::vector<int> v;", "vector"),
    ("#include <vector>\nstd::vector<std::int64_t> v;", "cstdint"),
    ("#include <vector>\nauto a(int b) { return std::max(b, 3); }", "algorithm"),
    ('#include "skywright/image/box.h"\nstd::map<int, std::string> m;', "map"),
])
def test_a_forgotten_include_is_named(tmp_path, source, header):
    done = planted(tmp_path, source + "\n")
    assert done.returncode == 1
    assert f"includes <{header}>" in done.stdout and "planted.cpp" in done.stdout


@pytest.mark.parametrize("source", [
    '#include "skywright/image/box.h"\nstd::vector<std::string> v;',  # through a header of ours
    "// std::map is what a comment says",
    'const char* text = "std::map";',
    "#include <string>\nstd::string_view v;",  # as the standard has it
])
def test_what_is_there_or_is_no_code_passes(tmp_path, source):
    assert planted(tmp_path, source + "\n").returncode == 0
