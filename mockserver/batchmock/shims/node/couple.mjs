// Puts a Node process on a server's clock: its timers and its dates, before the program itself is loaded.
// It does not know what the program is.

import { setUpDates } from "./dates.mjs";
import { Flight } from "./flight.mjs";
import { join } from "./server.mjs";
import { Turn } from "./turn.mjs";
import { setUpTimers, Timers } from "./timers.mjs";

const url = process.env.BATCHPROOF_CLOCK_URL;
if (url) {
  try {
    const server = await join(url, process.env.BATCHPROOF_CLOCK_KEY, process.env.BATCHPROOF_CLOCK_TOKEN);
    const timers = new Timers(server.nowUs);
    const turn = new Turn(server, timers, new Flight(() => turn.look()));
    timers.changed = () => turn.look();
    setUpDates(() => timers.nowUs);
    setUpTimers(timers);
    turn.look();
  } catch (error) {
    process.stderr.write(`batchproof: no clock to wait on, so time is real: ${error.message}\n`);
  }
}
