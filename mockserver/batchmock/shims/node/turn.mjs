// When this process has nothing left to do now, and asks for the instant of its next timer.
// It does not know what timers do.

const { setImmediate, setTimeout, clearTimeout } = globalThis;

// Rounds of the event loop in which what has come in is dealt with.
const ROUNDS = 4;
const SOON_MS = 1;
// How long a request may keep silent before time passes without its answer.
const GRACE_MS = 1_000;
const LIMIT_US = 90 * 86_400 * 1_000_000;

export class Turn {
  #server;
  #timers;
  #flight;
  #asked;
  // What the next look waits for; it keeps the process alive as long as a timer or a request does.
  #looking = null;
  #isSilent = false;
  #grace = null;
  #startUs;

  constructor(server, timers, flight) {
    this.#server = server;
    this.#timers = timers;
    this.#flight = flight;
    this.#startUs = timers.nowUs;
  }

  /** Something changed: see, once the program has dealt with it, whether there is anything left to do now. */
  look() {
    this.#isSilent = false;
    clearTimeout(this.#grace);
    this.#grace = null;
    if (this.#looking === null) this.#lookAgain(ROUNDS);
    else this.#keepAlive();
  }

  #lookAgain(rounds) {
    this.#looking = setImmediate(() => (rounds > 1 ? this.#lookAgain(rounds - 1) : this.#decide()));
    this.#keepAlive();
  }

  #keepAlive() {
    // Nothing but what is referenced keeps the event loop from sleeping on its sockets, and a request may need the look
    // to be sent at all: undici tries an idle connection first, with a timer of no length that keeps no process alive.
    if (this.#timers.isAlive || this.#flight.requests) this.#looking.ref();
    else this.#looking.unref();
  }

  #decide() {
    if (this.#flight.isSoonOver) {
      this.#looking = setTimeout(() => this.#lookAgain(ROUNDS), SOON_MS);
      this.#keepAlive();
      return;
    }
    if (this.#timers.isDue && this.#isOurs) {
      this.#timers.run(() => this.#lookAgain(ROUNDS));
      return;
    }
    this.#looking = null;
    if (this.#timers.isDue) {
      this.#goOn();
      if (this.#isOurs) this.look();
      return;
    }
    if (this.#flight.requests && !this.#isSilent) {
      this.#goOn();
      this.#grace ??= setTimeout(() => this.#endGrace(), GRACE_MS);
      this.#grace.unref();
      return;
    }
    const next = this.#timers.next(this.#flight.requests > 0);
    // Who stepped aside has to hear first when it is now.
    this.#ask(this.#asked === null && next !== null ? this.#timers.nowUs : next);
  }

  /** Whether others wait for this process, and not the other way round. */
  get #isOurs() {
    return this.#asked === undefined;
  }

  #endGrace() {
    this.#isSilent = true;
    this.#grace = null;
    if (this.#looking === null) this.#lookAgain(ROUNDS);
  }

  #goOn() {
    if (this.#asked === undefined) return;
    const wasAside = this.#asked === null;
    this.#asked = undefined;
    // Who stepped aside goes on only with the others' leave, at the instant that it is now.
    if (wasAside) this.#ask(this.#timers.nowUs);
    else this.#server.withdraw();
  }

  #ask(untilUs) {
    if (this.#asked === untilUs) return;
    if (untilUs > this.#startUs + LIMIT_US) {
      process.stderr.write("batchproof: this program goes on waiting for more than 90 days; it is stopped\n");
      process.exit(1);
    }
    this.#asked = untilUs;
    if (untilUs === null) this.#timers.isAside = true;
    const what = untilUs === null ? "something that is no timer" : "a timer";
    const reached = (nowUs) => {
      if (untilUs === null) return;
      this.#asked = undefined;
      this.#timers.arrive(nowUs);
      this.look();
    };
    this.#server.ask(untilUs, what, this.#timers.isAlive, reached, (error) => this.#lose(error));
  }

  #lose(error) {
    process.stderr.write(`batchproof: process ${process.pid} lost its clock and goes on in real time: ${error.message}\n`);
    this.look = () => {};
    this.#timers.goOnInRealTime();
  }
}
