// Does what it is told with the version of @anthropic-ai/sdk installed in the folder it is given, and says what it
// saw. One JSON object a line in and one out: see life.py, its twin. It does not know what should come out.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const { Anthropic, AnthropicError } = await import(new URL("node_modules/@anthropic-ai/sdk/index.mjs", folder));

const helpers = `${new URL("node_modules/@anthropic-ai/sdk/helpers/", folder)}`;
const { betaJSONSchemaOutputFormat, betaTool } = await import(`${helpers}beta/json-schema.mjs`);
// Older versions parse in the beta namespace alone, and name the format otherwise.
const { jsonSchemaOutputFormat } = await import(`${helpers}json-schema.mjs`).catch(() => ({}));

// Long enough for a busy machine, and short of waiting for ever.
const TIMEOUT_MS = 60_000;

async function answer({ url, key, namespace, call, arguments: given }) {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, timeout: TIMEOUT_MS });
  const root = namespace === "beta" ? client.beta : client;
  try {
    if (call in beside) return await beside[call](root, given);
    return await saw(root.messages.batches, call, given);
  } catch (error) {
    if (error instanceof AnthropicError) return { raised: refusal(error) };
    return { crashed: String(error.stack) };
  }
}

// "walk" is a list that turns its pages itself, "page" is one page of it.
async function saw(batches, call, given) {
  if (call === "walk") return { seen: await all(batches.list(given), (batch) => batch.id) };
  if (call === "results") return { seen: await all(await batches.results(given.message_batch_id), (line) => line) };
  const operation = call === "page" ? "list" : call;
  const seen = await batches[operation](given.message_batch_id ?? given);
  return { seen: plain(call, seen), request_id: seen._request_id };
}

// What is not about batches.
const beside = {
  async message(root, given) {
    const seen = await root.messages.create(given);
    return { seen, request_id: seen._request_id };
  },
  async streamed(root, given) {
    const stream = root.messages.stream(given);
    const events = await all(stream, (event) => event.type);
    return { seen: { events, message: await stream.finalMessage() } };
  },
  async parsed(root, { schema, ...given }) {
    const messages = root.messages.parse ? root.messages : root.beta.messages;
    const format = (jsonSchemaOutputFormat ?? betaJSONSchemaOutputFormat)(schema);
    const asked = jsonSchemaOutputFormat ? { output_config: { format } } : { output_format: format };
    return { seen: (await messages.parse({ ...given, ...asked })).parsed_output };
  },
  async tool_run(root, { tool: { input_schema, ...described }, ...given }) {
    const inputs = [];
    const run = (input) => `kept note ${inputs.push(input)}`;
    const tools = [betaTool({ ...described, inputSchema: input_schema, run })];
    const runner = (root.beta ?? root).messages.toolRunner({ ...given, tools, max_iterations: 2 });
    return { seen: { stops: await all(runner, (message) => message.stop_reason), inputs } };
  },
  async raw_events(root, given) {
    return { seen: await all(await root.messages.create({ ...given, stream: true }), (event) => event) };
  },
  async count(root, given) {
    return { seen: (await root.messages.countTokens(given)).input_tokens };
  },
  async model(root, { model_id }) {
    return { seen: await root.models.retrieve(model_id) };
  },
  async models(root, given) {
    return { seen: await all(root.models.list(given), (model) => model.id) };
  },
};

function plain(call, { data, has_more, first_id, last_id, ...rest }) {
  return call === "page" ? { data, has_more, first_id, last_id } : rest;
}

async function all(iterable, take) {
  const taken = [];
  for await (const one of iterable) taken.push(take(one));
  return taken;
}

// What a caller can learn from an error; a refusal by the SDK itself has no status.
function refusal(error) {
  const { type, message } = error.error?.error ?? { message: error.message };
  return {
    class: error.constructor.name,
    status: error.status ?? null,
    type: type ?? null,
    message,
    request_id: error.requestID ?? null,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
