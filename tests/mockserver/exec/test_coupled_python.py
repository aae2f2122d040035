"""Python programs under ``batchproof exec``: they wait as ever, and no time passes."""

import sys
from pathlib import Path

from tests.mockserver.exec.running import PROGRAMS, PYTHON, run_exec, run_python

DAY_S = 86_400
CUSTOMIZED = "import os\nif 'BATCHPROOF_CLOCK_URL' in os.environ: print('customized')\n"


def test_an_unmodified_sdk_program_polls_through_an_expiry_and_its_clock_ends_a_day_later(tmp_path: Path) -> None:
    ran = run_exec(tmp_path, ["--scenario", "half-expired"], [PYTHON, str(PROGRAMS / "sdk_poll.py")])

    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            "86400.0 s by the wall, 86400.000 s by the monotonic clock",
            "{'expired': 6, 'succeeded': 14}",
        ],
    )
    assert ran.report["virtual_s"] == DAY_S
    assert ran.report["outcomes"] == {"expired": 6, "succeeded": 14}
    # 144 sleeps, and the SDK looks once more before it reads the results.
    assert ran.report["polls"] == 146
    assert ran.report["steps"] == 0
    assert ran.told[-3:] == [
        "1 batch of 20 requests: 6 expired, 14 succeeded",
        "148 exchanges, 146 polls",
        f"1d passed in {ran.report['real_s']:.1f} s, coupled to 1 process",
    ]
    sys.stdout.write(f"an unmodified Python program: 24 h in {ran.report['real_s']} s\n")


def test_asyncio_tasks_wake_at_their_own_instants_while_their_connections_are_open(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import asyncio, os, time
        from urllib.parse import urlsplit

        async def poll(client, every):
            host = urlsplit(os.environ["ANTHROPIC_BASE_URL"])
            reader, writer = await asyncio.open_connection(host.hostname, host.port)
            for _ in range(3):
                writer.write(b"GET /v1/messages/batches HTTP/1.1\\r\\nhost: x\\r\\nx-api-key: k\\r\\n"
                             b"anthropic-version: 2023-06-01\\r\\n\\r\\n")
                head = await reader.readuntil(b"\\r\\n\\r\\n")
                length = next(line for line in head.split(b"\\r\\n") if line.lower().startswith(b"content-length"))
                await reader.readexactly(int(length.split(b":")[1]))
                print(client, time.time() - began)
                await asyncio.sleep(every)

        async def main():
            try:
                async with asyncio.timeout(2000):
                    await asyncio.gather(poll("a", 600), poll("b", 900), asyncio.sleep(10_000))
            except TimeoutError:
                print("timeout", time.time() - began)

        began = time.time()
        asyncio.run(main())
        """,
    )

    assert ran.out.splitlines() == [
        "a 0.0", "b 0.0", "a 600.0", "b 900.0", "a 1200.0", "b 1800.0", "timeout 2000.0",
    ]  # fmt: skip
    assert ran.report["exchanges"] == 6
    assert ran.report["real_s"] < 10


def test_threads_that_wait_for_events_and_locks_take_turns(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import threading, time
        from concurrent.futures import ThreadPoolExecutor
        from plain import create, has_ended

        stop = threading.Event()
        began = time.time()

        def poll(every):
            batch, polls = create(), 0
            while not has_ended(batch):
                polls += 1
                stop.wait(every)
            return polls

        with ThreadPoolExecutor(4) as pool:
            polls = list(pool.map(poll, [3600, 7200, 4321, 600]))
        print(polls, time.time() - began)
        """,
        "--scenario",
        "all-expired",
    )

    assert ran.out.strip() == "[24, 12, 20, 144] 86420.0"
    assert ran.report["virtual_s"] == 86_420


def test_two_processes_share_one_clock_and_wake_in_the_order_of_their_instants(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import subprocess, sys, time

        began = time.time()
        child = subprocess.Popen([sys.executable, "-c", f'''
        import time
        for _ in range(3):
            time.sleep(1000)
            print("child", time.time() - {began!r}, flush=True)
        '''.replace("\\n        ", "\\n")])
        for _ in range(2):
            time.sleep(1600)
            print("parent", time.time() - began, flush=True)
        child.wait()
        print("both", time.time() - began)
        """,
    )

    assert ran.out.splitlines() == [
        "child 1000.0", "parent 1600.0", "child 2000.0", "child 3000.0", "parent 3200.0", "both 3200.0",
    ]  # fmt: skip
    assert ran.report["coupled_processes"] == 2


def test_a_forked_worker_joins_before_its_parent_goes_on(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import multiprocessing, os, time

        def work(began):
            time.sleep(50)
            print("worker", time.time() - began, flush=True)

        began = time.time()
        worker = multiprocessing.get_context("fork").Process(target=work, args=(began,))
        worker.start()
        time.sleep(100)
        print("parent", time.time() - began, flush=True)
        worker.join()
        """,
    )

    assert ran.out.splitlines() == ["worker 50.0", "parent 100.0"]
    assert ran.report["coupled_processes"] == 2


def test_a_parent_that_waits_for_its_child_lets_time_pass(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import subprocess, sys, time

        began = time.time()
        subprocess.run([sys.executable, "-c", "import time; time.sleep(86400)"], check=True)
        print(time.time() - began)
        """,
    )

    assert ran.out.strip() == "86400.0"
    assert ran.report["virtual_s"] == DAY_S


def test_a_killed_process_holds_the_clock_no_more(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import os, signal, subprocess, sys, time

        child = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); import sys; sys.stdin.read()"],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdout.readline()
        began = time.time()
        os.kill(child.pid, signal.SIGKILL)
        time.sleep(86_400)
        print(time.time() - began)
        """,
    )

    assert ran.out.strip() == "86400.0"


def test_a_sitecustomize_of_the_users_own_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CUSTOMIZED)

    ran = run_exec(
        tmp_path,
        [],
        [PYTHON, "-c", "import sitecustomize, time; time.sleep(3600); print(sitecustomize.__file__)"],
        env={"PYTHONPATH": str(tmp_path)},
    )

    assert ran.out.splitlines() == ["customized", str(tmp_path / "sitecustomize.py")]
    assert ran.report["virtual_s"] == 3600


def test_a_trio_program_sleeps_on_the_clock_though_it_is_imported_late(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        import time

        began = time.time()
        import trio

        async def main():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep, 86_400)
                with trio.move_on_after(3_600):
                    await trio.sleep_forever()
                print(time.time() - began)

        trio.run(main)
        print(time.time() - began)
        """,
    )

    assert ran.out.splitlines() == ["3600.0", "86400.0"]


def test_a_loop_of_polls_without_any_waiting_comes_to_an_end_and_is_told_of(tmp_path: Path) -> None:
    ran = run_python(
        tmp_path,
        """
        from plain import create, has_ended

        batch = create()
        while not has_ended(batch):
            pass
        """,
        "--step",
        "24h",
    )

    assert ran.code == 0
    assert ran.report["steps"] == 1
    assert any("polls and polls without waiting" in line for line in ran.told)
