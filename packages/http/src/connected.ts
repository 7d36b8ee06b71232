import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

/** Sockets that have stood before: kept connections. */
const stood = new WeakSet<Socket>();

/**
 * Resolves once the request has a connection ready for its first byte: looked up, connected, TLS handshake done and
 * certificate checked. Rejects with what went wrong, `code: "ETIMEDOUT"` after `timeoutMs`. Nothing is written.
 */
export async function connected(request: ClientRequest, secure: boolean, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let broken: Error | undefined;
  // Stays for good: an error nobody listens to would end the process.
  request.on("error", (thrown: Error) => {
    broken ??= thrown;
    reject(thrown);
  });
  const timer = setTimeout(() => {
    request.destroy(Object.assign(new Error(`no connection within ${timeoutMs} ms`), { code: "ETIMEDOUT" }));
  }, timeoutMs);
  let kept = false;
  request.once("socket", (socket) => {
    kept = stood.has(socket);
    if (kept) return resolve();
    socket.once(secure ? "secureConnect" : "connect", () => {
      stood.add(socket);
      resolve();
    });
  });
  try {
    await promise;
    // A whole turn of the event loop (the first may only end the present one): a kept connection that the far end
    // has closed meanwhile is found out now, and not after the message went into it.
    if (kept) await setImmediate().then(() => setImmediate());
  } finally {
    clearTimeout(timer);
  }
  if (broken !== undefined) throw broken;
}
