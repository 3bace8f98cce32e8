"""Paths that the documents name exist, and the checker of that bites."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def check(root):
    return subprocess.run([sys.executable, ROOT / "tools" / "check_docs.py", root],
                          capture_output=True, text=True)


def test_every_path_in_the_documents_exists():
    done = check(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_path_that_is_gone_is_named(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("see `src/skywright/gone/gone.h` and [b](b.md)\n")
    done = check(tmp_path)
    assert done.returncode == 1
    assert "gone.h" in done.stdout and "b.md" in done.stdout


def test_a_block_of_a_guide_that_is_not_run_is_named(tmp_path):
    (tmp_path / "docs" / "guides").mkdir(parents=True)
    (tmp_path / "docs" / "guides" / "a.md").write_text("so:\n\n    skywright plan\n")
    done = check(tmp_path)
    assert done.returncode == 1 and "a.md:3: an indented block is not run" in done.stdout
