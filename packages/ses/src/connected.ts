import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

const ready = new WeakSet<Socket>();

/**
 * Resolves once the request has a connection that is ready for its first byte: name looked up, connected, TLS
 * handshake done and certificate checked. Rejects with what went wrong, `code: "ETIMEDOUT"` after `timeoutMs`.
 * Nothing is written.
 */
export async function connected(request: ClientRequest, secure: boolean, timeoutMs: number): Promise<void> {
  let reused = false;
  // Said by an event only: `request.destroyed` stays false when the far end closes.
  let broken: Error | undefined;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const late = new Error(`no connection within ${timeoutMs} ms`);
      request.destroy(Object.assign(late, { code: "ETIMEDOUT" }));
    }, timeoutMs);
    // Stays for good: an error nobody listens to would end the process.
    request.on("error", (thrown: Error) => {
      clearTimeout(timer);
      broken ??= thrown;
      reject(thrown);
    });
    request.once("socket", (socket) => {
      const go = (): void => {
        clearTimeout(timer);
        ready.add(socket);
        resolve();
      };
      reused = ready.has(socket);
      if (reused) go();
      else socket.once(secure ? "secureConnect" : "connect", go);
    });
  });
  // A whole turn of the event loop (the first call may only end the present one), so that a kept connection which
  // the far end has closed meanwhile is found out now, and not after the message went into it.
  if (reused) await setImmediate().then(() => setImmediate());
  if (broken !== undefined) throw broken;
}
