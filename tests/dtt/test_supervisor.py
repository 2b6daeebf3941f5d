"""Programs that live and die together, even when their supervisor is killed."""

import subprocess
import sys
from pathlib import Path

import psutil

from dtt.supervisor import Supervisor, beat_command, end_leftovers, web_command, worker_command

PROJECT = Path(__file__).resolve().parents[2]
SLEEPS = ["-c", "import time; time.sleep(600)"]
SUPERVISES = """
import sys
from pathlib import Path
from dtt.supervisor import Supervisor
supervisor = Supervisor(record=Path(sys.argv[1]))
supervisor.start("one", ["-c", "import time; time.sleep(600)"])
print(supervisor.pids()["one"], flush=True)
sys.stdin.read()
"""


def test_stopping_ends_every_program_and_forgets_them(tmp_path: Path) -> None:
    supervisor = Supervisor(record=tmp_path / "run.json")
    supervisor.start("one", SLEEPS)
    supervisor.start("two", SLEEPS)
    pids = supervisor.pids().values()

    supervisor.stop()

    assert [psutil.pid_exists(pid) for pid in pids] == [False, False]
    assert not (tmp_path / "run.json").exists()


def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    record = tmp_path / "run.json"
    killed = subprocess.Popen(
        [sys.executable, "-c", SUPERVISES, str(record)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    left = psutil.Process(int(killed.stdout.readline()))
    killed.kill()
    killed.communicate()

    assert end_leftovers(record) == 1

    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
    assert end_leftovers(record) == 0


def test_containers_run_the_programs_that_the_supervisor_runs() -> None:
    compose = (PROJECT / "docker-compose.yml").read_text()

    for command in (worker_command(), beat_command(), web_command(address="0.0.0.0:8000")):
        program = [part for part in command if part not in ("-m", "--quiet")]
        assert f'"python", "-m", "{program[0]}"' in compose
        assert all(f'"{part}"' in compose for part in program[1:4])
