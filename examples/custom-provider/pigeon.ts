// A provider of your own, and the plugin that configurations load: one of two files. The other proves it right.
import {
  definePlugin,
  type Failure,
  type FailureKind,
  failure,
  type Health,
  type Message,
  type Outcome,
  type Plugin,
  type Provider,
  receipt,
  redactor,
  type SendContext,
} from "@relais/core/spi";

export interface PigeonOptions {
  readonly url: string;
  readonly token: string;
}

// What the API's documentation says, as data.
const kinds: Readonly<Record<number, FailureKind>> = {
  401: "misconfigured",
  403: "refused",
  409: "deferred",
  422: "rejected",
  429: "throttled",
  503: "transient",
};
// No connection, so surely nothing was handed over.
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export function pigeon({ url, token }: PigeonOptions, id = "PIGEON"): Provider {
  const clean = redactor([token]);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  let closed = false;
  // `definite`: the API said so itself, or nothing of the message left. A 503 without that may stand for anything.
  const fail = (kind: FailureKind, reason: string, code?: string, definite?: true): Failure =>
    failure({
      provider: id,
      kind,
      reason: clean(reason),
      code,
      definite,
      retryAfterMs: kind === "throttled" ? 120_000 : undefined,
    });

  async function send(message: Message, { envelope, signal, handOver }: SendContext): Promise<Outcome> {
    if (closed) return fail("skipped", "the provider is closed", "closed");
    if (signal.aborted) return fail("cancelled", "given up");
    const { id: key, subject, text } = message;
    const body = JSON.stringify({ key, to: envelope.to, subject, text });
    try {
      await handOver(); // the point of no return: from here on, no answer means unknown
    } catch {
      return fail("cancelled", "given up before it was handed over");
    }
    try {
      const response = await fetch(url, { method: "POST", body, headers, signal, redirect: "error" });
      const answer = (await response.json()) as { readonly id?: string; readonly error?: string };
      if (response.ok) {
        if (answer.id === undefined) return fail("unknown", "accepted without an id");
        return receipt({ provider: id, messageId: answer.id, accepted: envelope.to });
      }
      return fail(
        kinds[response.status] ?? "unknown",
        answer.error ?? "no reason given",
        String(response.status),
        response.status in kinds ? true : undefined,
      );
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { readonly code?: string };
      if (code !== undefined && notConnected.has(code)) return fail("transient", "no connection", code, true);
      return fail("unknown", "contact lost after it was handed over", code);
    }
  }

  async function verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Health> {
    try {
      const { ok, status } = await fetch(url, { headers, signal: signal ?? AbortSignal.timeout(10_000) });
      return ok ? { provider: id, ok } : { provider: id, ok, reason: `it answers ${status}` };
    } catch {
      return { provider: id, ok: false, reason: "it cannot be reached" };
    }
  }

  return {
    id,
    send,
    verify,
    close: async () => {
      closed = true;
    },
  };
}

const isOptions = (value: unknown): value is PigeonOptions =>
  typeof (value as PigeonOptions | null)?.url === "string" &&
  typeof (value as PigeonOptions).token === "string";

/** `use: ./pigeon.ts` in a configuration. The options may be described by any Standard Schema; this one is by hand. */
const plugin: Plugin<PigeonOptions> = definePlugin<PigeonOptions>({
  name: "pigeon",
  options: {
    "~standard": {
      version: 1,
      vendor: "pigeon",
      validate: (value) =>
        isOptions(value) ? { value } : { issues: [{ message: "must have a url and a token" }] },
    },
  },
  create: (options, { id }) => pigeon(options, id),
});
export default plugin;
