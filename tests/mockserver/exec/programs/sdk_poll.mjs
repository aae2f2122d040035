// A program as users write it: submits a batch with the official SDK, sleeps between polls, reads the results.

import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const { resolve } = createRequire(`${process.argv[2]}/package.json`);
const { default: Anthropic } = await import(resolve("@anthropic-ai/sdk"));

const client = new Anthropic();
const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user", content: "hello" }] };
const requests = Array.from({ length: 20 }, (_, n) => ({ custom_id: `r-${n}`, params }));
const [before, began] = [new Date(), performance.now()];
const batch = await client.messages.batches.create({ requests });
while ((await client.messages.batches.retrieve(batch.id)).processing_status !== "ended") {
  await sleep(600_000);
}
const passed = (new Date() - before) / 1000;
const outcomes = {};
for await (const line of await client.messages.batches.results(batch.id)) {
  outcomes[line.result.type] = (outcomes[line.result.type] ?? 0) + 1;
}
console.log(`${passed} s by the wall, ${(performance.now() - began) / 1000} s by the monotonic clock`);
console.log(JSON.stringify(outcomes, Object.keys(outcomes).sort()));
