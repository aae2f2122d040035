// What this process has under way in the world: HTTP requests without their whole answer, files, look-ups of names.
// It does not know what follows from that.

import { subscribe } from "node:diagnostics_channel";
import { PLANE } from "./server.mjs";

// Of what Node tells of itself, what ends by itself and soon.
const SOON_OVER = /^(FSReq|GetAddrInfo|GetNameInfo|QueryReq|WriteWrap|TCPConnect|PipeConnect|Shutdown|Zlib|.*Job)/;

export class Flight {
  #requests = new Set();

  /** `changed` is called when a request begins, and when it is over. */
  constructor(changed) {
    const begun = ({ request }) => {
      if (request.path?.includes(PLANE)) return;
      this.#requests.add(request);
      changed();
    };
    const over = ({ request }) => {
      if (this.#requests.delete(request)) changed();
    };
    // Of fetch:
    subscribe("undici:request:create", begun);
    subscribe("undici:request:trailers", over);
    subscribe("undici:request:error", over);
    // Of node:http:
    subscribe("http.client.request.start", (message) => {
      begun(message);
      message.request.once("close", () => over(message));
    });
  }

  get requests() {
    return this.#requests.size;
  }

  /** Whether something is under way that ends by itself, in a moment. */
  get isSoonOver() {
    return process.getActiveResourcesInfo().some((kind) => SOON_OVER.test(kind));
  }
}
