"""What every campaign of faults does: nights of a small survey, one left alone, the others disturbed; then what went
wrong, counted."""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import fastavro

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "parallel"), str(HERE.parent / "parallel/cluster"), str(HERE.parent / "integration")]

from launching import environment  # noqa: E402
from small_survey import CLOCK, make_small_survey  # noqa: E402
from survey_content import content, differences, temporaries  # noqa: E402

PROGRAM = Path(os.environ.get("SKYWRIGHT_PROGRAM", HERE.parents[1] / "build/release/skywright")).resolve()
PATIENCE_S = 300.0  # a machine that does other work is slow, and no launch that hangs ends by itself


def night(survey, *options):
    """The command line of a night."""
    return [str(PROGRAM), "night", str(survey), "--clock", CLOCK, "--quiet", *map(str, options)]


def started(words, env=None, **more):
    return subprocess.Popen([str(w) for w in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            env=environment() if env is None else env, **more)  # fmt: skip


def ended(process, patience_s=PATIENCE_S):
    """(exit code, standard error); None for the code of a process that had to be killed."""
    try:
        _, error = process.communicate(timeout=patience_s)
        return process.returncode, error
    except subprocess.TimeoutExpired:
        process.kill()
        return None, process.communicate()[1]


def skywright(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        sys.exit(f"skywright {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def alert_ids(survey):
    seen = Counter()
    for path in Path(survey).glob("alerts/*/*.avro"):
        with open(path, "rb") as file:
            seen.update(packet["diaSource"]["diaSourceId"] for packet in fastavro.reader(file))
    return seen


class Nights:
    """The same night again and again, each in a survey of its own."""

    def __init__(self, root, visits=4, start=lambda survey: started(night(survey)), **more):
        self.root = Path(root)
        self.start = start
        self.small = make_small_survey(skywright, self.root, visits=visits, **more)
        reference = self.fresh("undisturbed")
        begun = time.monotonic()
        code, error = ended(start(reference), 5 * PATIENCE_S)
        if code != 0:
            sys.exit(f"the undisturbed night ended with {code}: {error[-2000:]}")
        self.seconds = time.monotonic() - begun
        self.wanted = content(reference)
        self.alerts = set(alert_ids(reference))
        self.bytes = sum(p.stat().st_size for p in reference.rglob("*") if p.is_file())
        print(f"undisturbed: {self.seconds:.1f} s, {len(self.wanted)} files and tables, {len(self.alerts)} alerts", flush=True)

    def fresh(self, name="disturbed", at=None):
        survey = self.small.copy((at or self.root) / name)
        self.small.arrive(survey)
        return survey

    def aftermath(self, survey, name, start=None, wanted=None):
        """The night is run again, undisturbed; what is then not as it should be."""
        wrong = Counter()
        code, error = ended((start or self.start)(survey))
        if code != 0:
            print(f"    {name}: the next night ended with {code}: {error[-1000:]}")
        wrong["not finished by the next night"] += code != 0
        wrong["raws lost"] += len(self.small.frames) - len(list(survey.glob("raw/*/*/*.fits.fz")))
        seen = alert_ids(survey)
        wrong["alerts twice"] += sum(seen.values()) - len(seen)
        wrong["alerts missing"] += len(self.alerts - seen.keys())
        wrong["temporaries left"] += len(temporaries(survey))
        different = differences(content(survey), self.wanted if wanted is None else wanted)
        wrong["files that differ"] += len(different)
        for key in different[:10]:
            print(f"    {name}: {key}")
        return wrong


def removed(survey):
    shutil.rmtree(survey)


class Tally:
    """Prints a line a kind of fault, with its counts; `code` is 1 unless all that went wrong is 0."""

    def __init__(self):
        self.code = 0

    def add(self, name, done, wrong, wanted=None):
        print(f"{name}: {done}; " + ", ".join(f"{n} {what}" for what, n in wrong.items()), flush=True)
        if sum(wrong.values()) or wanted is False:
            self.code = 1
