// Speaks batchproof's protocol (docs/adapters.md) for a client: one JSON object a line on stdin, one on stdout.
// It does not know what the client does.

import { createInterface } from "node:readline";

export async function serve({ name, capabilities = [], run }) {
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    const reply = await answer(message, { name, capabilities, run });
    process.stdout.write(`${JSON.stringify({ id: message.id, ...reply })}\n`);
  }
}

async function answer(message, { name, capabilities, run }) {
  switch (message.verb) {
    case "hello":
      return { protocol: 1, name, capabilities };
    case "run":
    case "resume":
      try {
        return { outcomes: await run(message) };
      } catch (error) {
        return { error: { message: String(error?.stack ?? error) } };
      }
    default:
      return {};
  }
}

// Waits as long as the client wants to, or as batchproof asks it to where it cannot make that time pass by itself.
export function sleeper(message) {
  return (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * (message.sleep_s ?? seconds)));
}
