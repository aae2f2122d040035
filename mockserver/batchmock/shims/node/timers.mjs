// Timers on virtual time, wherever a program finds timers. It does not know who moves the time.

import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";

const real = { setImmediate: globalThis.setImmediate, setTimeout: globalThis.setTimeout };
const DELAY_MS_MAX = 2 ** 31 - 1;

/** What `setTimeout` returns: Node's own class is not for others to make. */
class VirtualTimeout {
  #timers;
  #isReferenced = true;

  constructor(timers, id, callback, delayMs, given, isRepeated) {
    Object.assign(this, { id, callback, delayMs, given, isRepeated, isAbort: false });
    this.#timers = timers;
  }

  ref() {
    return this.#refer(true);
  }

  unref() {
    return this.#refer(false);
  }

  hasRef() {
    return this.#isReferenced;
  }

  refresh() {
    this.#timers.start(this);
    return this;
  }

  close() {
    this.#timers.stop(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }

  [Symbol.dispose ?? Symbol.for("dispose")]() {
    this.close();
  }

  #refer(isReferenced) {
    this.#isReferenced = isReferenced;
    this.#timers.changed();
    return this;
  }
}

export class Timers {
  #pending = new Map();
  #ids = 0;
  #order = 0;
  #isReal = false;

  constructor(nowUs) {
    this.nowUs = nowUs;
    // Whether time passes without this process, so that it does not know when it is now.
    this.isAside = false;
    this.changed = () => {};
  }

  /** Whether a timer is pending that keeps the process alive. */
  get isAlive() {
    return this.#next((timer) => timer.hasRef()) !== undefined;
  }

  /** When the next timer is due that may move the clock; null if there is none. */
  next(isInFlight) {
    const mayAbort = isInFlight || this.isAlive;
    return this.#next((timer) => timer.hasRef() || (mayAbort && timer.isAbort))?.dueUs ?? null;
  }

  /** Whether a timer is due already, alive or not. */
  get isDue() {
    return this.#next((timer) => timer.dueUs <= this.nowUs) !== undefined;
  }

  make(callback, delayMs, given, isRepeated) {
    if (typeof callback !== "function") {
      const told = `The "callback" argument must be of type function. Received ${callback}`;
      throw Object.assign(new TypeError(told), { code: "ERR_INVALID_ARG_TYPE" });
    }
    // Node makes 1 ms of what is less. Here it is due at once: undici sends nothing before such a timer of its own has
    // fired, which keeps no process alive and so cannot move the clock. An interval would be due for ever.
    const least = isRepeated ? 1 : 0;
    const bounded = delayMs >= 1 ? (delayMs <= DELAY_MS_MAX ? Math.trunc(delayMs) : 1) : least;
    const timer = new VirtualTimeout(this, ++this.#ids, callback, bounded, given, isRepeated);
    this.start(timer);
    return timer;
  }

  start(timer) {
    timer.dueUs = this.nowUs + timer.delayMs * 1_000;
    timer.order = ++this.#order;
    timer.isSinceAside = this.isAside;
    this.#pending.set(timer.id, timer);
    if (this.#isReal) this.#startForReal(timer);
    this.changed();
  }

  stop(timer) {
    // Cleared by the object, or by its number, also as a string.
    const id = timer instanceof VirtualTimeout ? timer.id : Number(timer);
    if (this.#pending.delete(id)) this.changed();
  }

  /** Hear when it is now; timers that were started while this process did not know start now. */
  arrive(nowUs) {
    for (const timer of this.#pending.values()) {
      if (timer.isSinceAside) timer.dueUs += nowUs - this.nowUs;
      timer.isSinceAside = false;
    }
    this.isAside = false;
    this.nowUs = nowUs;
  }

  /** Run what is due now, each timer in a round of its own, as Node deals with promises in between; then `done`. */
  run(done) {
    const due = this.#next((timer) => timer.dueUs <= this.nowUs);
    if (due === undefined) {
      done();
      return;
    }
    real.setImmediate(() => {
      try {
        this.#fire(due);
      } finally {
        this.run(done);
      }
    });
  }

  goOnInRealTime() {
    this.#isReal = true;
    for (const timer of this.#pending.values()) this.#startForReal(timer);
  }

  #startForReal(timer) {
    const { order } = timer;
    const started = real.setTimeout(() => timer.order === order && this.#fire(timer), timer.delayMs);
    if (!timer.hasRef()) started.unref();
  }

  #fire(timer) {
    if (this.#pending.get(timer.id) !== timer) return;
    if (timer.isRepeated) this.start(timer);
    else this.#pending.delete(timer.id);
    timer.callback(...timer.given);
  }

  #next(matches) {
    let first;
    for (const timer of this.#pending.values()) {
      if (!matches(timer)) continue;
      if (!first || timer.dueUs < first.dueUs || (timer.dueUs === first.dueUs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }
}

/** Put virtual timers wherever programs find timers. */
export function setUpTimers(virtual) {
  const setTimeout = (callback, delayMs, ...given) => virtual.make(callback, delayMs, given, false);
  const setInterval = (callback, delayMs, ...given) => virtual.make(callback, delayMs, given, true);
  const clear = (timer) => timer != null && virtual.stop(timer);
  const stand_ins = { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear };

  const later = (delayMs, value, { signal, ref = true } = {}) =>
    new Promise((resolve, reject) => {
      const refuse = () => {
        timer?.close();
        reject(Object.assign(new Error("The operation was aborted", { cause: signal.reason }), ABORTED));
      };
      let timer;
      if (signal?.aborted) return refuse();
      signal?.addEventListener("abort", refuse, { once: true });
      timer = setTimeout(() => {
        signal?.removeEventListener("abort", refuse);
        resolve(value);
      }, delayMs);
      if (!ref) timer.unref();
    });

  async function* again(delayMs, value, options) {
    while (true) yield await later(delayMs, value, options);
  }

  setTimeout[promisify.custom] = later;
  Object.assign(globalThis, stand_ins);
  Object.assign(timers, stand_ins);
  Object.assign(timersPromises, { setTimeout: later, setInterval: again });
  timersPromises.scheduler.wait = (delayMs, options) => later(delayMs, undefined, options);
  AbortSignal.timeout = (delayMs) => {
    const controller = new AbortController();
    const told = "The operation was aborted due to timeout";
    const timer = setTimeout(() => controller.abort(new DOMException(told, "TimeoutError")), delayMs);
    timer.isAbort = true;
    timer.unref();
    return controller.signal;
  };
  syncBuiltinESMExports();
}

const ABORTED = { name: "AbortError", code: "ABORT_ERR" };
