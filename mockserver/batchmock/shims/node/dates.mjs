// Dates and monotonic readings on virtual time. It does not know who moves it.

/** Let everything that tells the time tell what `nowUs` does. */
export function setUpDates(nowUs) {
  const startUs = nowUs();
  const passedMs = () => (nowUs() - startUs) / 1_000;
  const nowMs = () => Math.floor(nowUs() / 1_000);

  const RealDate = Date;
  RealDate.now = nowMs;
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, given, made) => Reflect.construct(target, given.length ? given : [nowMs()], made),
    apply: () => new RealDate(nowMs()).toString(),
  });
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;

  const performanceMs = performance.now();
  Object.defineProperty(performance, "now", { value: () => performanceMs + passedMs(), configurable: true });

  const uptimeNs = process.hrtime.bigint();
  const hrtimeNs = () => uptimeNs + BigInt(nowUs() - startUs) * 1_000n;
  const hrtime = (before) => {
    const ns = hrtimeNs() - (before ? BigInt(before[0]) * 1_000_000_000n + BigInt(before[1]) : 0n);
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
  };
  process.hrtime = Object.assign(hrtime, { bigint: hrtimeNs });
}
