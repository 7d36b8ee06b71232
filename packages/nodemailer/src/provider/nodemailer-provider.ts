import {
  closable,
  type Health,
  lifecycle,
  type Provider,
  providerId,
  redactor,
  unhealthy,
  untilAborted,
  urlSecrets,
} from "@relais/core/spi";
import type * as nodemailer from "nodemailer";
import { attempt } from "./attempt.ts";
import { instrumentTransporter } from "./instrumented-transporter.ts";
import { outcomeFactory } from "./outcomes.ts";

/** What `nodemailerProvider` takes. */
export interface NodemailerProviderOptions {
  /** @defaultValue `"NODEMAILER"` */
  readonly id?: string;
  /** A transporter, or whatever `nodemailer.createTransport` takes: options, a URL, any other transport. */
  readonly transport: Parameters<typeof nodemailer.createTransport>[0] | object;
  /** What to call it in health reports. @defaultValue nodemailer's own word, `"SMTP (pool)"` */
  readonly name?: string;
  /** Secrets that are not in the transport's options, to be taken out of every reason. */
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
  const instrumented = instrumentTransporter(transport);
  const { transporter, canVerify } = instrumented;
  const wire = transporter.transporter as { options?: unknown };
  const options = [typeof transport === "object" ? transport : { url: transport }, transporter.options];
  const found = [...options, wire.options].flatMap((one) => knownSecrets(one));
  const outcomes = outcomeFactory(id, redactor([...secrets, ...found]));
  const label = name ?? instrumented.name;
  const life = lifecycle(async () => {
    try {
      await transporter.close();
    } catch {
      // It is closed either way.
    }
  });

  const verify = async (signal: AbortSignal | undefined): Promise<Health> => {
    if (!canVerify) return { provider: id, ok: true, reason: `${label} cannot be verified` };
    const givenUp = () => Object.assign(new Error("given up"), { code: "EABORT" });
    try {
      await untilAborted(transporter.verify(), signal, givenUp);
      return { provider: id, ok: true, reason: `${label} is ready` };
    } catch (thrown) {
      return unhealthy(outcomes.fromError(thrown, false));
    }
  };

  return closable(life, {
    id,
    send: (message, context) => life.track(attempt(message, context, instrumented, outcomes)),
    verify: ({ signal }) => verify(signal),
  });
}

const secretNames = /pass|secret|token|key|credential|authorization/i;

/** Every text in a transport's options where secrets are kept: `auth.pass`, tokens, keys, passwords in URLs. */
export function knownSecrets(options: unknown, depth = 5): string[] {
  if (typeof options !== "object" || options === null || depth === 0 || ArrayBuffer.isView(options))
    return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value !== "string") return knownSecrets(value, depth - 1);
    return secretNames.test(name) ? [value] : urlSecrets(value);
  });
}
