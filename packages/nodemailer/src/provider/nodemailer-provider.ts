import { type Health, type Provider, providerId, redactor } from "@relais/core/spi";
import type nodemailer from "nodemailer";
import type { Transporter } from "nodemailer/lib/mailer";
import { attempt } from "./attempt.ts";
import { carrier } from "./instrumented-transporter.ts";
import { knownSecrets } from "./known-secrets.ts";
import { telling } from "./outcomes.ts";

/** What `nodemailerProvider` takes. */
export interface NodemailerProviderOptions {
  /** @defaultValue `"NODEMAILER"` */
  readonly id?: string;
  /** A transporter, or whatever `nodemailer.createTransport` takes: options, a URL, a transport of somebody else's. */
  readonly transport: Transporter | Parameters<typeof nodemailer.createTransport>[0];
  /** What to call it in health reports. @defaultValue nodemailer's own word, `"SMTP (pool)"` */
  readonly name?: string;
  /** Secrets that do not stand in the transport's options, to be taken out of every reason. */
  readonly secrets?: readonly string[];
}

/**
 * Any nodemailer transport as a provider. For SMTP prefer `@relais/smtp`, for SES v1 `@relais/ses`.
 * @throws {TypeError} if there is no transport
 */
export function nodemailerProvider({
  id = "NODEMAILER",
  transport,
  name,
  secrets = [],
}: NodemailerProviderOptions): Provider {
  providerId("nodemailerProvider: id", id);
  if (transport === undefined || transport === null) {
    throw new TypeError("nodemailerProvider: give a transport");
  }
  const carried = carrier(transport);
  const { transporter, canVerify } = carried;
  const wire = transporter.transporter as { options?: unknown };
  const options = [typeof transport === "object" ? transport : { url: transport }, transporter.options];
  const found = [...options, wire.options].flatMap((one) => knownSecrets(one));
  const told = telling(id, redactor([...secrets, ...found]));
  const shown = name ?? carried.name;
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const verify = async (signal: AbortSignal | undefined): Promise<Health> => {
    if (!canVerify) return { provider: id, ok: true, reason: `${shown} cannot be verified` };
    const aborted = Promise.withResolvers<never>();
    const stop = (): void => aborted.reject(Object.assign(new Error("given up"), { code: "EABORT" }));
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await Promise.race([transporter.verify(), aborted.promise]);
      return { provider: id, ok: true, reason: `${shown} is ready` };
    } catch (thrown) {
      const failure = told.trouble(thrown, false);
      return { provider: id, ok: false, reason: failure.reason, failure };
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  };

  const close = (): Promise<void> => {
    closing ??= (async () => {
      await Promise.allSettled(underWay);
      try {
        await transporter.close();
      } catch {
        // It is gone either way.
      }
    })();
    return closing;
  };

  return Object.freeze<Provider>({
    id,
    send: async (message, context) => {
      if (closing !== undefined) {
        return told.failure({ kind: "skipped", code: "closed", reason: "the provider is closed" });
      }
      const sending = attempt(message, context, carried, told);
      underWay.add(sending);
      try {
        return await sending;
      } finally {
        underWay.delete(sending);
      }
    },
    verify: (context) => verify(context?.signal),
    close,
    [Symbol.asyncDispose]: close,
  });
}
