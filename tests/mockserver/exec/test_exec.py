"""``batchproof exec`` itself: what it passes through, what it says, and time for programs that cannot share it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mockserver.exec.running import PYTHON, run_exec, run_python
from tests.programs import COMMAND, ROOT, run

# A program of another language: it polls with curl, and really sleeps in between.
CURL = """
call() { curl -sf -H "x-api-key: $ANTHROPIC_API_KEY" -H 'anthropic-version: 2023-06-01' "$@"; }
body='{"requests": [{"custom_id": "r-1", "params": {"model": "claude-haiku-4-5", "max_tokens": 9,
  "messages": [{"role": "user", "content": "hi"}]}}]}'
id=$(call "$ANTHROPIC_BASE_URL/v1/messages/batches" -H 'content-type: application/json' -d "$body" |
  sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
until call "$ANTHROPIC_BASE_URL/v1/messages/batches/$id" | grep -q '"ended"'; do sleep 0.01; done
call "$ANTHROPIC_BASE_URL/v1/messages/batches/$id/results" | grep -o '"type":"expired"'
"""


def test_a_program_of_another_language_gets_stepped_time_and_is_told_so(tmp_path: Path) -> None:
    ran = run_exec(tmp_path, ["--scenario", "all-expired", "--step", "1h"], ["bash", "-euc", CURL])

    assert (ran.code, ran.out) == (0, '"type":"expired"\n')
    assert ran.told == [
        "nobody in this program shares the clock (Python 3.11 and Node 20 can); it moves 1h at each poll",
        "1 batch of 1 request: 1 expired",
        "27 exchanges, 25 polls",
        f"1d passed in {ran.report['real_s']:.1f} s, in 24 steps",
    ]


def test_a_coupled_parent_of_such_a_program_does_not_hold_its_time_up(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        f"""
        import subprocess
        subprocess.run(["bash", "-euc", {CURL!r}], check=True)
        """,
        "--scenario",
        "all-expired",
        "--step",
        "6h",
    )

    assert (ran.code, ran.out, ran.report["steps"]) == (0, '"type":"expired"\n', 4)


def test_time_can_be_stepped_for_any_program(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import time
        from plain import create, has_ended

        batch = create()
        while not has_ended(batch):
            time.sleep(0.001)
        """,
        "--time",
        "stepped",
        "--step",
        "1d",
    )

    assert (ran.report["clock"], ran.report["steps"], ran.report["coupled_processes"]) == ("stepped", 1, 0)


def test_time_can_be_scaled_for_any_program(tmp_path: Path) -> None:
    ran = run_exec(tmp_path, ["--time", "scaled", "--speed", "1e6"], [PYTHON, "-c", ""])

    assert ran.report["clock"] == "scaled"
    assert ran.report["virtual_s"] > 1_000


def test_input_output_and_exit_code_are_passed_through(tmp_path: Path) -> None:
    program = "import sys; print(sys.stdin.read().upper()); print('oops', file=sys.stderr); sys.exit(7)"

    ran = run_exec(tmp_path, ["--quiet"], [PYTHON, "-c", program], stdin="hello")

    assert (ran.code, ran.out, ran.told) == (7, "HELLO\n", ["oops"])
    assert ran.report["exit_code"] == 7


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_a_program_that_sleeps_through_a_real_wait(wish: signal.Signals) -> None:
    program = """
import signal, sys, threading
def stop(number, frame):
    print("stopped by", number, flush=True)
    sys.exit(5)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, stop)
print("up", flush=True)
threading.Event().wait()
"""
    command = [*COMMAND, "exec", "--quiet", "--", PYTHON, "-c", program]
    # In a session of its own no terminal is there whose foreground it could be in.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(wish)
        out, _ = process.communicate(timeout=30)

    assert (process.returncode, out) == (5, f"stopped by {int(wish)}\n")


def test_a_program_that_a_signal_kills_ends_with_128_and_its_number(tmp_path: Path) -> None:
    ran = run_exec(tmp_path, ["--quiet"], [PYTHON, "-c", "import os; os.kill(os.getpid(), 9)"])

    assert ran.code == 137


def test_a_signals_handler_that_raises_ends_a_wait_which_another_process_holds_up(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import signal, subprocess, sys, time

        # Reads for real: for as long as it is not known to be stuck, it holds the clock.
        busy = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        busy.stdout.readline()

        def interrupt(number, frame):
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        began = time.time()
        try:
            time.sleep(86_400)
        except KeyboardInterrupt:
            print("interrupted after", time.time() - began)
        time.sleep(60)
        print(time.time() - began)
        busy.communicate(b"\\n")
        """,
    )

    assert (ran.code, ran.out.splitlines()) == (0, ["interrupted after 0.0", "60.0"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--", "no-such-program"], 127, "no-such-program: no such program"),
        (["--", "/"], 126, "/: Permission denied"),
        ([], 2, "Missing argument '-- PROGRAM [ARGUMENT]...'."),
        (["--speed", "5", "--", "true"], 2, "--speed is for --time scaled; the time is coupled"),
        (["--time", "scaled", "--step", "1h", "--", "true"], 2, "--step is for --time stepped or coupled"),
        (["--scenario", "half-expird", "--", "true"], 2, "half-expired"),
        (["--step", "soon", "--", "true"], 2, "'soon' is not a duration"),
        (["--json", "/no/such/folder/x", "--quiet", "--", "echo", "ran"], 2, "cannot write the report"),
        (["--history", "/no/such/folder/x", "--", "echo", "ran"], 2, "cannot write the history"),
    ],
    ids=["not-found", "not-a-program", "no-program", "speed", "no-steps", "scenario", "step", "report", "history"],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], code: int, message: str) -> None:
    done = run("exec", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_sdk_finds_the_emulator_and_nothing_of_the_machines_own(tmp_path: Path) -> None:
    program = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k[:9] == 'ANTHROPIC'}))"
    own = {"ANTHROPIC_API_KEY": "real", "ANTHROPIC_AUTH_TOKEN": "real", "ANTHROPIC_PROFILE": "real"}

    ran = run_exec(tmp_path, [], [sys.executable, "-c", program], env=own)

    found = json.loads(ran.out)
    assert found.pop("ANTHROPIC_BASE_URL").startswith("http://127.0.0.1:")
    assert found == {"ANTHROPIC_API_KEY": "test"}


def test_every_exchange_goes_into_the_history(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"

    run_python(tmp_path, "from plain import create, has_ended; has_ended(create())", "--history", str(history))

    lines = [json.loads(line) for line in history.read_text().splitlines()]
    assert [line["operation"] for line in lines] == ["create", "retrieve"]


def test_all_keys_of_a_program_share_the_one_clock(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import time
        import plain

        for key in ("one", "two"):
            plain.HEADERS["x-api-key"] = key
            batch = plain.create()
            time.sleep(86_400)
            assert plain.has_ended(batch)
        """,
    )

    assert (ran.code, ran.report["batches"], ran.report["virtual_s"]) == (0, 2, 2 * 86_400)


def test_a_python_that_cannot_share_the_clock_says_so(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    shim = ROOT / "mockserver/batchmock/shims/python"
    done = subprocess.run(
        [PYTHON, "-c", "print('ran')"],
        env=environ | {
            "PYTHONPATH": str(shim),
            "BATCHPROOF_CLOCK_URL": "http://127.0.0.1:9",
            "BATCHPROOF_CLOCK_KEY": "test",
            "BATCHPROOF_CLOCK_CODE": str(shim.parents[2]),
        },
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip

    assert done.stdout == "ran\n"
    assert done.stderr.startswith("batchproof: no clock to wait on, so time is real:")
