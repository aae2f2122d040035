"""Node programs under ``batchproof exec``: timers and dates are on the emulator's clock."""

import sys
from pathlib import Path

from tests.mockserver.exec.running import PROGRAMS, Ran, run_exec
from tests.sdks.environments import NEWEST_TYPESCRIPT, NODE, node_folder_with


def run_node(folder: Path, text: str, *options: str) -> Ran:
    program = folder / "program.mjs"
    program.write_text(text)
    return run_exec(folder, list(options), [str(NODE), str(program)])


def test_an_unmodified_sdk_program_polls_through_an_expiry_and_its_clock_ends_a_day_later(tmp_path: Path) -> None:
    command = [str(NODE), str(PROGRAMS / "sdk_poll.mjs"), str(node_folder_with(NEWEST_TYPESCRIPT))]

    ran = run_exec(tmp_path, ["--scenario", "half-expired"], command)

    assert (ran.code, ran.out.splitlines()) == (
        0,
        ["86400 s by the wall, 86400 s by the monotonic clock", '{"expired":6,"succeeded":14}'],
    )
    assert ran.report["virtual_s"] == 86_400
    assert (ran.report["polls"], ran.report["steps"], ran.report["coupled_processes"]) == (146, 0, 1)
    sys.stdout.write(f"an unmodified Node program: 24 h in {ran.report['real_s']} s\n")


def test_requests_are_sent_at_once_though_nothing_else_keeps_the_process_alive(tmp_path: Path) -> None:
    """The server lets go of an idle connection after 5 s: who waits for that has waited in real time."""
    ran = run_node(
        tmp_path,
        """
        const headers = {
          "x-api-key": process.env.ANTHROPIC_API_KEY,
          "anthropic-version": "2023-06-01",
          "content-type": "application/json",
        };
        const batches = process.env.ANTHROPIC_BASE_URL + "/v1/messages/batches";
        const params = { model: "claude-haiku-4-5", max_tokens: 9, messages: [{ role: "user", content: "hi" }] };
        const body = JSON.stringify({ requests: [{ custom_id: "r-1", params }] });
        const asked = async (url, more) => (await fetch(url, { headers, ...more })).text();
        for (let round = 0; round < 3; round++) {
          let batch = JSON.parse(await asked(batches, { method: "POST", body }));
          while (batch.processing_status !== "ended") {
            await new Promise((resolve) => setTimeout(resolve, 300_000));
            batch = JSON.parse(await asked(`${batches}/${batch.id}`));
          }
          console.log(JSON.parse(await asked(batch.results_url)).custom_id);
        }
        """,
    )

    assert (ran.code, ran.out) == (0, "r-1\n" * 3), ran.told
    assert ran.report["real_s"] < 3


def test_timers_fire_in_the_order_of_their_instants_wherever_they_come_from(tmp_path: Path) -> None:
    ran = run_node(
        tmp_path,
        """
        import { setTimeout as sleep, setInterval as every } from "node:timers/promises";
        import { setTimeout as later } from "node:timers";
        import { promisify } from "node:util";

        const began = Date.now();
        const say = (what) => console.log(what, (Date.now() - began) / 1000);
        setTimeout(say, 3_000, "global");
        later(say, 1_000, "module");
        sleep(2_000).then(() => say("promise"));
        promisify(setTimeout)(4_000).then(() => say("promisified"));
        const interval = setInterval(() => { say("interval"); clearInterval(interval); }, 5_000);
        clearTimeout(setTimeout(say, 10, "cleared"));
        setTimeout(say, 86_400_000, "unreferenced").unref();
        setTimeout(say, 0, "at once");
        try {
          await sleep(9_000, null, { signal: AbortSignal.timeout(6_000) });
        } catch (error) {
          say(error.name);
        }
        for await (const value of every(1_000, "every")) { say(value); break; }
        """,
    )

    assert ran.code == 0, ran.told
    assert ran.out.splitlines() == [
        "at once 0", "module 1", "promise 2", "global 3", "promisified 4", "interval 5", "AbortError 6",
        "every 7",
    ]  # fmt: skip


def test_an_interval_of_no_length_moves_time_as_in_node(tmp_path: Path) -> None:
    ran = run_node(
        tmp_path,
        """
        const began = Date.now();
        const interval = setInterval(() => { if (Date.now() - began >= 50) clearInterval(interval); }, 0);
        """,
    )

    assert (ran.code, ran.report["virtual_s"]) == (0, 0.05)


def test_a_process_with_nothing_but_unreferenced_timers_ends(tmp_path: Path) -> None:
    ran = run_node(tmp_path, "setTimeout(() => console.log('never'), 1000).unref(); console.log('done')")

    assert (ran.code, ran.out, ran.report["virtual_s"]) == (0, "done\n", 0)


def test_a_node_child_of_a_node_parent_shares_its_clock(tmp_path: Path) -> None:
    ran = run_node(
        tmp_path,
        """
        import { fork } from "node:child_process";
        import { fileURLToPath } from "node:url";

        const began = Number(process.argv[2] ?? Date.now());
        const say = (what) => console.log(what, (Date.now() - began) / 1000);
        if (process.argv[2]) {
          setTimeout(() => { say("child"); process.disconnect(); }, 3_600_000);
        } else {
          const child = fork(fileURLToPath(import.meta.url), [String(began)]);
          child.once("exit", () => setTimeout(say, 1_000, "parent"));
        }
        """,
    )

    assert ran.out.splitlines() == ["child 3600", "parent 3601"]
    assert ran.report["coupled_processes"] == 2


def test_an_error_thrown_by_a_timer_ends_the_process_as_ever(tmp_path: Path) -> None:
    ran = run_node(tmp_path, "setTimeout(() => { throw new Error('boom') }, 3_600_000)")

    assert ran.code == 1
    assert any("boom" in line for line in ran.told)
    assert ran.report["virtual_s"] == 3_600
