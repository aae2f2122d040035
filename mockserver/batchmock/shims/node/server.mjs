// A coupled clock of a server, as a process that joined it sees it: it waits there, and hears when it is.
// It does not know who waits in this process.

import http from "node:http";

const WAITS = new http.Agent({ keepAlive: true });
export const PLANE = "/_emulator/clock/";

/** Have the clock at a base URL wait for this process, from now to its end. */
export async function join(url, key, token) {
  const base = new URL(url);
  const place = {
    host: base.hostname.replace(/^\[|\]$/g, ""),
    port: base.port || 80,
    path: base.pathname.replace(/\/$/, "") + PLANE,
    headers: { "x-api-key": key, ...(token && { "x-emulator-token": token }) },
  };
  const name = `${process.pid} ${process.argv.join(" ").slice(0, 200)}`;
  const line = await new Promise((resolve, reject) => {
    const request = post(place, "clients", { name }, undefined, (response) => {
      response.once("data", (data) => {
        // From now on it only tells the server that this process lives, and keeps nothing alive.
        response.socket.unref();
        (response.statusCode === 200 ? resolve : refuse(reject))(String(data));
      });
      response.on("error", () => {});
    });
    request.once("error", reject);
  });
  const { client, now_us: nowUs } = JSON.parse(line);
  return new Server(place, client, nowUs);
}

class Server {
  #place;
  #client;
  #asked = null;

  constructor(place, client, nowUs) {
    this.#place = place;
    this.#client = client;
    this.nowUs = nowUs;
  }

  /**
   * Wait for this process's turn at an instant, in place of what was asked before; null lets others go on without.
   * Calls `reached(nowUs)`, unless something else is asked first, or `lost(error)`. Keeps the process alive if asked to.
   */
  ask(untilUs, waitsFor, isAlive, reached, lost) {
    this.withdraw();
    this.#send({ client: this.#client, until_us: untilUs, waits_for: waitsFor }, isAlive, reached, lost, 1);
  }

  /** Ask no more; the process counts as going on. */
  withdraw() {
    const asked = this.#asked;
    this.#asked = null;
    asked?.destroy();
  }

  #send(body, isAlive, reached, lost, triesLeft) {
    const request = post(this.#place, "wait", body, WAITS, (response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.once("end", () => {
        if (this.#asked !== request) return;
        this.#asked = null;
        response.statusCode === 200 ? reached(JSON.parse(text).now_us) : refuse(lost)(text);
      });
    });
    request.once("socket", (socket) => (isAlive ? socket.ref() : socket.unref()));
    request.on("error", (error) => {
      if (this.#asked !== request) return;
      this.#asked = null;
      // The server may have let go of a connection that was idle.
      triesLeft ? this.#send(body, isAlive, reached, lost, triesLeft - 1) : lost(error);
    });
    this.#asked = request;
  }
}

function post(place, path, body, agent, answered) {
  const text = JSON.stringify(body);
  const headers = { ...place.headers, "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  const request = http.request(
    { host: place.host, port: place.port, path: place.path + path, method: "POST", headers, agent },
    answered,
  );
  request.end(text);
  return request;
}

function refuse(reject) {
  return (text) => reject(new Error(text.trim()));
}
