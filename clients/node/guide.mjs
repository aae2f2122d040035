// The poll loop of the official guide, and its plain loop over the results, as a client under test.
// It does not know of bad days.

import Anthropic from "@anthropic-ai/sdk";
import { serve, sleeper } from "./protocol.mjs";

async function run(message) {
  const sleep = sleeper(message);
  const client = new Anthropic({ baseURL: message.base_url, apiKey: message.api_key });
  let messageBatch = await client.messages.batches.create({ requests: message.requests });

  while (true) {
    messageBatch = await client.messages.batches.retrieve(messageBatch.id);
    if (messageBatch.processing_status === "ended") break;
    await sleep(60);
  }

  const outcomes = {};
  for await (const result of await client.messages.batches.results(messageBatch.id)) {
    outcomes[result.custom_id] = result.result;
  }
  return outcomes;
}

await serve({ name: "TypeScript SDK, as in the guide", run });
