// A custom provider, and the plugin that configurations load: the first of two files. harness.ts tests it.
import {
  definePlugin,
  defineProvider,
  type FailureKind,
  type Plugin,
  type Provider,
  SendFailure,
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

export function pigeon({ url, token }: PigeonOptions, id = "PIGEON"): Provider {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return defineProvider({
    id,
    secrets: [token],

    async send({ id: key, subject, text }, { envelope, signal }) {
      const body = JSON.stringify({ key, to: envelope.to, subject, text });
      const response = await fetch(url, { method: "POST", body, headers, signal, redirect: "error" });
      const answer = (await response.json()) as { readonly id?: string; readonly error?: string };
      if (response.ok) return { messageId: answer.id };
      const kind = kinds[response.status];
      throw new SendFailure(kind ?? "unknown", answer.error ?? "no reason given", {
        code: String(response.status),
        // The API answers these itself. Any other status may come from a proxy that has passed the request on.
        definite: kind && true,
        retryAfterMs: kind === "throttled" ? 120_000 : undefined,
      });
    },

    async verify({ signal = AbortSignal.timeout(10_000) }) {
      const { ok, status } = await fetch(url, { headers, signal });
      if (!ok) throw new SendFailure(kinds[status] ?? "transient", `it answers ${status}`);
    },
  });
}

const isOptions = (value: unknown): value is PigeonOptions =>
  typeof (value as PigeonOptions | null)?.url === "string" &&
  typeof (value as PigeonOptions).token === "string";

/** `use: ./pigeon.ts` in a configuration. Any Standard Schema can describe the options; this one is written by hand. */
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
