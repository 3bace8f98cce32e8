"""Sources stand as clang-format 14 writes them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_sources_are_formatted():
    done = subprocess.run([ROOT / "tools" / "format.sh", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:4000] + "\nrun tools/format.sh"


def test_the_formatter_bites(tmp_path):
    (tmp_path / ".clang-format").write_text((ROOT / ".clang-format").read_text())
    crooked = tmp_path / "a.cpp"
    crooked.write_text("int  f( ){return 1 ;}\n")
    done = subprocess.run(["clang-format", "--dry-run", "--Werror", crooked], capture_output=True)
    assert done.returncode != 0
