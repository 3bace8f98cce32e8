"""The job script of docs/tutorials/slurm.md under a real Slurm, and what Slurm's signals and limits do to it."""

import subprocess
import time

import batch
from small_survey import CLOCK
from survey_content import content, differences, temporaries

VISITS = 4  # enough that a signal meets a night under way


def path_to(program, folder, env):
    return {**env, "PATH": f"{batch.put_on_path(program, folder / 'bin', ['--clock', CLOCK])}:{env['PATH']}"}


def test_the_tutorials_job_does_the_night(slurm, program, fresh, whole, tmp_path):
    env = path_to(program, tmp_path, slurm.environment())
    job = batch.submit(fresh, 3, env, tmp_path)
    assert batch.wait_for(job, env) == ("COMPLETED", 0), batch.log(job, tmp_path)
    assert "all as they were published" in batch.log(job, tmp_path)
    assert differences(content(fresh), whole) == []


def test_a_warning_before_the_limit_stops_the_ranks_and_the_next_job_goes_on(slurm, program, fresh, whole, tmp_path):
    """What #SBATCH --signal=TERM@120 sends two minutes before the end, at once."""
    env = path_to(program, tmp_path, slurm.environment())
    job = batch.submit(fresh, 3, env, tmp_path)
    follows = batch.submit(fresh, 3, env, tmp_path, f"--dependency=afternotok:{job}")
    while not list(fresh.glob("raw/*/*/*.fits.fz")):
        time.sleep(0.02)
    subprocess.run(["scancel", "--signal=TERM", str(job)], env=env, check=True)
    begun = time.monotonic()
    # Code 3: some is left; its files are sound, which the job itself has seen to.
    assert batch.wait_for(job, env) == ("FAILED", 3), batch.log(job, tmp_path)
    assert time.monotonic() - begun < 10.0
    assert "all as they were published" in batch.log(job, tmp_path)
    assert batch.wait_for(follows, env) == ("COMPLETED", 0), batch.log(follows, tmp_path)
    assert differences(content(fresh), whole) == [] and temporaries(fresh) == []


def test_a_job_that_is_cancelled_is_taken_up_by_the_next(slurm, program, fresh, whole, tmp_path):
    env = path_to(program, tmp_path, slurm.environment())
    job = batch.submit(fresh, 3, env, tmp_path)
    while not list(fresh.glob("raw/*/*/*.fits.fz")):
        time.sleep(0.02)
    subprocess.run(["scancel", str(job)], env=env, check=True)
    assert batch.wait_for(job, env)[0] == "CANCELLED"
    again = batch.submit(fresh, 3, env, tmp_path)
    assert batch.wait_for(again, env) == ("COMPLETED", 0), batch.log(again, tmp_path)
    assert differences(content(fresh), whole) == [] and temporaries(fresh) == []
