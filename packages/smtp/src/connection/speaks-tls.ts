import { connect } from "node:tls";
import type { Settings } from "../options/settings.ts";

/** A server that is there answers a handshake within this time. */
const probeMs = 2_000;
/** After a "no" it is not asked again for so long: a slow server has enough to do. */
const forgetMs = 600_000;

const answers = new WeakMap<Settings, { readonly at: number; readonly answer: Promise<boolean> }>();

/**
 * Whether the server begins a TLS handshake at once (RFC 8314, 3), where we waited for its first line in vain. Asked on
 * a connection of its own, for all who wait; nothing is sent over it but the handshake. False if the signal aborts.
 */
export function speaksTls(settings: Settings, signal: AbortSignal): Promise<boolean> {
  const now = performance.now();
  let known = answers.get(settings);
  if (known === undefined || now - known.at > forgetMs) {
    known = { at: now, answer: shakesHands(settings) };
    answers.set(settings, known);
  }
  const { answer } = known;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const onAbort = (): void => resolve(false);
    signal.addEventListener("abort", onAbort, { once: true });
    void answer.then((speaks) => {
      signal.removeEventListener("abort", onAbort);
      resolve(speaks);
    });
  });
}

function shakesHands({ host, port, localAddress }: Settings): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (verdict: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    // Whose certificate it is does not matter here: nothing is told to whoever it is.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    const timer = setTimeout(() => settle(false), probeMs);
    socket.once("secureConnect", () => settle(true));
    socket.once("close", () => settle(false));
    // An alert is an answer in TLS, too; a line of SMTP is a "wrong version number".
    socket.on("error", (error: NodeJS.ErrnoException) => settle(/^ERR_SSL_.*ALERT/.test(error.code ?? "")));
  });
}
