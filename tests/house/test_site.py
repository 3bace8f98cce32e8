"""The site builds without a warning, every snippet of the documents runs and prints what its page shows; and that is
checked by checkers that bite."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "docs" / "_ext")]

import notebooks  # noqa: E402
from reference import c_header, commands, cpp_header, cpp_pages, settings, tables  # noqa: E402
from snippets import agrees, read_page  # noqa: E402

PACKAGE = Path(os.environ.get("SKYWRIGHT_PROGRAM", ROOT / "build" / "release" / "skywright")).parent / "python"


@pytest.fixture(scope="module")
def site():
    if not (PACKAGE / "skywright").is_dir():
        missing = "the Python package is not built (-DSKYWRIGHT_PYTHON=ON)"
        if os.environ.get("SKYWRIGHT_SHARED_REQUIRED") == "1":
            pytest.fail(missing)
        pytest.skip("SKIPPED: " + missing)
    done = subprocess.run([ROOT / "tools" / "build_site.sh"], capture_output=True, text=True, timeout=550)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return ROOT / "build" / "site"


def test_every_snippet_prints_what_its_page_shows_and_the_site_builds_without_a_warning(site):
    for page in ("index", "tutorials/start", "generated/commands/plan-ensemble", "generated/tables/alerts", "generated/c"):
        assert (site / f"{page}.html").exists()


def test_the_reference_has_every_command_setting_and_column(site):
    page = (site / "generated" / "commands" / "detect.html").read_text()
    assert "--threshold" in page and "min_significance" in page and "--help-config" in page
    assert "psfFlux" in (site / "generated" / "tables" / "sources.html").read_text()
    assert "InputError" in (site / "generated" / "cpp" / "base.html").read_text()
    assert "sw_subtract" in (site / "generated" / "c.html").read_text()
    assert "skywright.Exposure" in (site / "reference" / "python.html").read_text()


def test_pages_ask_nothing_of_other_hosts(site):
    """Links may lead away; what a page loads by itself may not."""
    loads = re.compile(r"<(?:script|img|iframe)[^>]*\bsrc=\"(https?:|//)|<link[^>]*\bhref=\"(https?:|//)|url\((https?:|//)")
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert not loads.search(path.read_text()), path
    assert (site / "searchindex.js").stat().st_size > 100_000  # which the search page reads, without a server


def run_page(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    done = subprocess.run([sys.executable, ROOT / "tools" / "run_snippets.py", "--out", tmp_path / "out", page],
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    return done.returncode, done.stdout


GOOD = "```console\n$ echo 1.250 apples\n1.251 apples\n```\n```python\n>>> 2 + 2\n4\n```\n"


def test_a_page_that_holds_passes(program, tmp_path):
    code, text = run_page(tmp_path, GOOD)
    assert code == 0, text


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [("1.251", "1.252", "$ echo"), ("2 + 2", "2 + 3", "5"), ("echo", "false", "exit code 1"),
     ("```python", "```", "without a language"), ("```python\n>>> 2 + 2\n4\n```", "\n    skywright plan", "indented")],
)  # fmt: skip
def test_a_planted_fault_of_a_page_is_told(program, tmp_path, right, wrong, told):
    code, text = run_page(tmp_path, "\n" + GOOD.replace(right, wrong, 1))
    assert code == 1 and told in text, text


def test_a_directive_that_is_not_known_is_a_fault(tmp_path):
    (tmp_path / "a.md").write_text("<!-- snippet: skipp -->\n```bash\nfalse\n```\n")
    assert "no directive" in read_page(tmp_path / "a.md").faults[0]


def test_numbers_agree_to_the_digit_shown():
    assert agrees("rms 6.7 mas... done", "rms 6.65  mas, or so,\n done")
    assert not agrees("rms 6.7 mas", "rms 6.9 mas")
    assert agrees("1.04e+06 nJy", "1.05e+06 nJy") and not agrees("1.04e+06 nJy", "1.06e+06 nJy")
    assert not agrees("245 sources", "246 sources")  # counts are exact ...
    assert agrees("245 of 3", "250 of 2", within=0.05)  # ... unless the page says how far they may go
    assert not agrees("245 sources", "260 sources", within=0.05)


def test_a_notebook_holds_every_block_that_runs():
    for path in notebooks.TUTORIALS:
        page = read_page(path)
        run = [b for b in page.blocks if b.kind != "toml" and not (b.syntax_only and b.kind != "python")]
        cells = notebooks.notebook(page, short=True)["cells"]
        assert sum(cell["cell_type"] == "code" for cell in cells) == len(run) > 2
        assert not any(line.startswith(">>>") for cell in cells for line in cell["source"].splitlines())


def test_a_setting_without_words_is_a_fault():
    faults = []
    field = {"kind": "whole", "name": "mesh", "doc": "", "value": 3, "range": ""}
    settings.markdown([field, {**field, "doc": "of the cells"}, {**field, "doc": "side of a cell [pixel]"}], "here", faults)
    assert len(faults) == 2 and "no description" in faults[0] and "stand alone" in faults[1]


def test_a_command_without_words_is_a_fault():
    faults = []
    option = {"name": "--out", "help": "", "value": "FILE", "required": True, "takes": "one"}
    command = {"name": "do", "summary": "does", "details": "", "arguments": [], "options": [option], "settings": False}
    commands.page(command, [], "", [], faults)
    assert faults == ["skywright do: --out has no description"]


def test_a_column_or_c_function_without_words_is_a_fault():
    faults = []
    tables.page("Things", "A thing.", {"": [("x", "double", "pixel", ""), ("y", "double", "pixel", "place")]}, faults)
    c_header.page("/* Top. */\n#ifndef SKYWRIGHT_H\nSW_API int sw_silent(int a);\n\n/* Says. */\nSW_API int sw_told(int a);\n", faults)
    assert len(faults) == 2 and "column x" in faults[0] and "sw_silent" in faults[1]


HEADER = """/// Things.
#pragma once
#include <string>
namespace skywright::things {
/// What a thing weighs.
struct Thing {
  double weight = 1.0;  ///< [kg]
  [[nodiscard]] double twice() const { return 2.0 * weight; }
 private:
  int hidden_ = 0;
};
namespace detail { int inner(int a); }
class Forward;
/// Of all of them.
/// @throws InputError for none
double total(const std::string& names, const std::vector<Thing>& things = {});
double mean(const Thing& thing);  // belongs to what stands above

enum class Kind { small, large };  ///< by weight
}  // namespace skywright::things
"""


UNDOCUMENTED = 46  # of some 1,500; to become fewer, never more


def names_in(text):
    header = cpp_header.read(text)
    return {d.name: d for d in header.declarations}, [d.name for d in cpp_pages.undocumented(header)]


def test_a_cpp_name_without_words_is_found():
    names, silent = names_in(HEADER)
    assert list(names) == ["Thing", "total", "mean", "Kind"] and not silent
    assert [m.code for m in names["Thing"].members] == ["double weight = 1.0", "[[nodiscard]] double twice() const"]
    assert names["Thing"].members[0].text == "[kg]" and names["total"].code.endswith("things = {})")
    assert [m.code for m in names["Kind"].members] == ["small", "large"]
    assert "*throws* InputError" in cpp_pages.entry(names["total"])
    planted = HEADER.replace("}  // namespace", "\nint planted(int a);\nconstexpr int kPlanted = 3;\n}  // namespace")
    assert names_in(planted)[1] == ["planted", "kPlanted"]


def test_the_cpp_reference_leaves_no_module_out_and_few_names_without_words():
    faults = []
    pages = cpp_pages.pages(ROOT, faults)
    assert not faults
    for line in (ROOT / "LAYERS").read_text().splitlines():
        if line[:1].isalpha():
            assert f"cpp/{line.split(':')[0]}" in pages
    assert "from_arcsec(double" in pages["cpp/sphere"]
    folders = [ROOT / "src" / "skywright" / name for name, _ in cpp_pages.modules((ROOT / "LAYERS").read_text())]
    silent = [f"{p.name}: {d.name}" for f in folders for p in cpp_pages.headers(f)
              for d in cpp_pages.undocumented(cpp_header.read(p.read_text()))]  # fmt: skip
    assert len(silent) <= UNDOCUMENTED, "\n".join(["a new public name has no comment among:", *silent])
