// A batch through the official TypeScript SDK, as a careful program does it: every key gets the API's own result, or
// null if no line ever came. It keeps to one origin, makes no batch twice, and names those that it leaves.

import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { serve, sleeper } from "./protocol.mjs";

const [POLL_S, POLL_S_MAX] = [60, 600];
// A batch expires 24 hours after it was made.
const PATIENCE_S = 26 * 3600;
// For a moment the API may not know what it has made.
const GRACE_S = 300;
const BACKOFF_S = [5, 30, 120, 300];

async function run(message) {
  const keys = message.requests.map((request) => request.custom_id);
  const seen = new Set();
  const twice = keys.find((key) => seen.size === seen.add(key).size);
  if (twice !== undefined) throw new Error(`nothing was sent, as a custom_id is there twice: ${JSON.stringify(twice)}`);
  if (!keys.length) return {};
  const requests = message.requests.map(({ params }, number) => ({ custom_id: `r${number}`, params }));
  const api = new Api(message);
  const batch = await api.ended(await api.created({ requests }));
  const found = await api.results(batch, keys.length);
  return Object.fromEntries(keys.map((key, number) => [key, found.get(`r${number}`) ?? null]));
}

class Api {
  constructor(message) {
    this.sleep = sleeper(message);
    this.client = new Anthropic({
      baseURL: message.base_url,
      apiKey: message.api_key,
      maxRetries: 0,
      timeout: 60_000,
      fetchOptions: { redirect: "manual" },
    });
  }

  async created(body) {
    for (const pause of [...BACKOFF_S, undefined]) {
      const answer = await asked(() => this.client.post("/v1/messages/batches", { body }));
      const { id } = document(answer);
      if (typeof id === "string") return id;
      // Only what was refused in so many words was not made, and only what passes is worth another try.
      if ([0, 200, 500, 502, 503, 504].includes(answer.status)) {
        throw new Error(`a batch may have been made, and be running; look for it in the list: ${told(answer)}`);
      }
      if (pause === undefined || (answer.status !== 529 && !answer.headers.has("retry-after"))) {
        throw new Error(`no batch was made: ${told(answer)}`);
      }
      await this.sleep(Math.max(pause, retryAfter(answer)));
    }
  }

  async ended(id) {
    const began = performance.now();
    let seen = began;
    while (true) {
      const waited = (performance.now() - began) / 1000;
      const answer = await asked(() => this.client.get(`/v1/messages/batches/${id}`));
      if (answer.status !== 404) seen = performance.now();
      const batch = document(answer);
      if (batch.processing_status === "ended") return batch;
      if ([400, 401, 403].includes(answer.status) || (answer.status === 404 && performance.now() - seen > 1000 * GRACE_S)) {
        throw new Error(`${id} is running, and cannot be asked for: ${told(answer)}`);
      }
      if (waited > PATIENCE_S) throw new Error(`${id} has not ended in ${PATIENCE_S / 3600} hours; look again later`);
      await this.sleep(Math.max(POLL_S, Math.min(waited / 10, POLL_S_MAX), retryAfter(answer)));
    }
  }

  async results({ id, results_url }, size) {
    const url = new URL(results_url ?? `/v1/messages/batches/${id}/results`, this.client.baseURL);
    if (url.origin !== new URL(this.client.baseURL).origin) {
      throw new Error(`${id} has its results at ${url}, where the credential must not go`);
    }
    const found = new Map();
    let answer;
    for (const pause of [0, ...BACKOFF_S]) {
      await this.sleep(pause);
      answer = await asked(() => this.client.get(url.href));
      for (const { custom_id, result } of answer.status === 200 ? answer.text.split("\n").map(parsed) : []) {
        const isOurs = /^r\d+$/.test(custom_id) && Number(custom_id.slice(1)) < size;
        if (isOurs && typeof result?.type === "string" && !found.has(custom_id)) found.set(custom_id, result);
      }
      if (found.size === size || [401, 403].includes(answer.status)) break;
    }
    if (!found.size) throw new Error(`${id} has ended, and its results cannot be read: ${told(answer)}`);
    return found;
  }
}

// What came of a call, whatever its status; a status of 0 is no answer at all.
async function asked(call) {
  try {
    const response = await call().asResponse();
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (!(error instanceof APIError) || !error.status) return { status: 0, headers: new Headers(), text: String(error) };
    return { status: error.status, headers: error.headers, text: error.message };
  }
}

function parsed(line) {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

const document = (answer) => (answer.status === 200 ? parsed(answer.text) : {});
const told = (answer) => `${answer.status} ${answer.text.slice(0, 200)}`;

function retryAfter(answer) {
  const value = answer.headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Math.min(Math.max(0, seconds || 0), PATIENCE_S);
}

await serve({ name: "TypeScript SDK, hardened", run });
