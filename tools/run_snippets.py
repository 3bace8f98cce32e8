#!/usr/bin/env python3
"""Run the snippets of the documents and compare what they print with what the pages show.

usage: run_snippets.py [--out DIR] [--accept] [--jobs N] [PAGE ...]    (all pages by default; see snippets.py)

Each page runs in DIR/<page>/, which stays: the site takes pictures and tables from there. `skywright` is the program
that SKYWRIGHT_PROGRAM names (build/release/skywright). --accept writes what consoles printed into the pages.
"""

import argparse
import contextlib
import doctest
import io
import os
import resource
import shutil
import subprocess
import sys
import tomllib
import traceback
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

from snippets import agrees, commands_of, read_page

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 300


def all_pages():
    pages = [ROOT / "README.md", ROOT / "docs" / "index.md", ROOT / "examples" / "README.md"]
    return pages + sorted((ROOT / "docs" / "tutorials").glob("*.md")) + sorted((ROOT / "docs" / "guides").glob("*.md"))


class Checker(doctest.OutputChecker):
    def __init__(self, within):
        self.within = within

    def check_output(self, want, got, flags):
        return agrees(want, got, self.within)


class Session:
    """One page being run, in a process of its own."""

    def __init__(self, page, folder):
        self.page, self.folder, self.faults, self.accepted = page, folder, [], {}
        self.globals = {"__name__": "__main__"}

    def fault(self, block, text):
        self.faults.append(f"{self.page.path}:{block.line}: {text}")

    def shortened(self, text):
        for long, short in self.page.shorter:
            text = text.replace(long, short)
        return text

    def bash(self, command, *options):
        # A command is short; what it started and left behind ends with it.
        done = subprocess.run(["bash", *options, "-c", self.shortened(command)], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)  # fmt: skip
        # What a terminal shows as a bar that goes away.
        done.stdout = "".join(line for line in done.stdout.splitlines(True) if not line.startswith('{"progress":'))
        return done

    def run(self, block):
        if block.kind == "file":
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
        elif block.kind == "toml":
            tomllib.loads(block.text)
        elif block.syntax_only and block.kind == "python":
            compile(block.text, str(self.page.path), "exec")
        elif block.syntax_only:
            script = block.text
            if block.kind == "console":
                script = "\n".join(command for command, _ in commands_of(block.text))
            done = self.bash(script, "-n")
            if done.returncode:
                self.fault(block, done.stdout)
        elif block.kind == "bash":
            done = self.bash(block.text, "-euo", "pipefail")
            if done.returncode:
                self.fault(block, f"exit code {done.returncode}\n{block.text}\n{done.stdout[-2000:]}")
        elif block.kind == "console":
            self.run_console(block)
        else:
            self.run_python(block)

    def run_console(self, block):
        shown = []
        for command, expected in commands_of(block.text):
            done = self.bash(command, "-uo", "pipefail")
            good = agrees(expected, done.stdout, self.page.within)
            shown += ["$ " + command.replace("\n", "\n> "), *self.told(expected, done.stdout)]
            if not good:
                self.fault(block, f"$ {command}\nexpected:\n{expected}\ngot (exit code {done.returncode}):\n{done.stdout}")
        self.accepted[block.text] = "\n".join(shown) + "\n"

    def told(self, expected, got):
        """What --accept writes: lines that agree stay as they are, with what they leave open."""
        old, new = expected.splitlines(), got.splitlines()
        if agrees(expected, got, self.page.within):
            return old
        same = len(old) == len(new)
        return [o if same and agrees(o, n, self.page.within) else n for o, n in zip(old if same else new, new, strict=True)]

    def run_python(self, block):
        if ">>> " not in block.text:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(block.text, str(self.page.path), "exec"), self.globals)
            return
        test = doctest.DocTestParser().get_doctest(block.text, self.globals, str(self.page.path), None, block.line)
        report = io.StringIO()
        # One dictionary for the page: the runner's own copy would be emptied.
        doctest.DocTestRunner(checker=Checker(self.page.within), verbose=False).run(test, out=report.write, clear_globs=False)
        self.globals.update(test.globs)
        if report.getvalue():
            self.fault(block, report.getvalue())


def prepare(folder, start):
    """An empty folder, or one with what an earlier page left; the checkout's data and examples beside."""
    shutil.rmtree(folder, ignore_errors=True)
    if start:
        shutil.copytree(start, folder, symlinks=True)
    folder.mkdir(parents=True, exist_ok=True)
    built = Path(os.environ["SKYWRIGHT_PROGRAM"]).parent
    for name, target in (("data", ROOT / "data"), ("examples", ROOT / "examples"), ("build/release", built)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(target)


def run_page(path, folder, start):
    """(seconds of the processor, number of snippets, faults, accepted texts) of a page."""
    page = read_page(path)
    session = Session(page, folder)
    prepare(folder, start)
    os.chdir(folder)
    for block in page.blocks:
        try:
            session.run(block)
        except BaseException as problem:
            if isinstance(problem, KeyboardInterrupt):
                raise
            session.fault(block, traceback.format_exc(limit=-2))
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(r.ru_utime + r.ru_stime for r in spent), len(page.blocks), page.faults + session.faults, session.accepted


def slug(path):
    inside = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(path.name)
    return str(inside.with_suffix("")).removeprefix("docs/").replace("/", "-")


def environment(out):
    """`skywright` and the package as every page finds them."""
    program = Path(os.environ.get("SKYWRIGHT_PROGRAM", ROOT / "build" / "release" / "skywright")).resolve()
    if not program.exists():
        sys.exit(f"run_snippets: {program} is not built; ./bootstrap build, or name it by SKYWRIGHT_PROGRAM")
    os.environ["SKYWRIGHT_PROGRAM"] = str(program)
    commands = out / "bin"
    commands.mkdir(parents=True, exist_ok=True)
    for name, target in (("skywright", program), ("python", Path(sys.executable))):
        (commands / name).unlink(missing_ok=True)
        # A script, since a linked interpreter would look for its packages beside the link.
        (commands / name).write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
        (commands / name).chmod(0o755)
    package = program.parent / "python"
    os.environ["PATH"] = f"{commands}:{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = f"{package}:{os.environ.get('PYTHONPATH', '')}"
    sys.path.insert(0, str(package))


def accept(path, accepted):
    text = path.read_text()
    for old, new in accepted.items():
        text = text.replace(f"```console\n{old}```", f"```console\n{new}```")
    path.write_text(text)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "snippets")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("pages", nargs="*", type=Path)
    options = parser.parse_args()
    out = options.out.resolve()
    environment(out)
    chosen = [p.resolve() for p in options.pages] or all_pages()
    before = {page: (ROOT / "docs" / name).resolve() if name else None
              for page in all_pages() + chosen if page.exists() for name in [read_page(page).after]}  # fmt: skip
    waiting, asked = [], list(chosen)
    while asked:  # what a page goes on from is run as well
        page = asked.pop()
        if page not in waiting:
            waiting.append(page)
            asked += [before[page]] if before[page] else []
    waiting.sort(key=lambda p: (before[p] is not None, str(p)))
    done, running, faults, count = set(), {}, [], 0
    with ProcessPoolExecutor(options.jobs, max_tasks_per_child=1) as pool:
        while waiting or running:
            for page in [p for p in waiting if before[p] in done or before[p] is None]:
                waiting.remove(page)
                start = out / slug(before[page]) if before[page] else None
                running[pool.submit(run_page, page, out / slug(page), start)] = page
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                page = running.pop(ended)
                seconds, blocks, found, accepted = ended.result()
                done.add(page)
                faults += found
                count += blocks
                print(f"{seconds:6.1f} s CPU  {blocks:3d} snippets  {page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}"
                      + (f"  {len(found)} FAULTS" if found else ""), flush=True)  # fmt: skip
                if options.accept:
                    accept(page, accepted)
    print("\n".join(faults) if faults else f"snippets: all {count} run and print what their pages show")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
