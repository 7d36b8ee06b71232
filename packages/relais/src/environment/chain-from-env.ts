import { type Chain, type ChainOptions, createChain, type Provider } from "@relais/core";
import { unsubscribeFromEnv } from "./secrets-from-env.ts";
import { sesFromEnv } from "./ses-from-env.ts";
import { trimmed } from "./setting-text.ts";
import {
  ConfigurationError,
  type Environment,
  type SettingsReader,
  settingsReader,
} from "./settings-reader.ts";
import { smtpFromEnv } from "./smtp-from-env.ts";

/** What is said of an environment that describes nothing. */
export const noProvider: string =
  "No e-mail provider is configured: set SMTP_HOST (with SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS), or " +
  "AWS_SES_REGION (with AWS_SES_ACCESS_KEY_ID, AWS_SES_SECRET_ACCESS_KEY), or both";

/**
 * SMTP first, SES next, from the environment: `SMTP_HOST`, `SMTP_PORT` (587, or 465 with `SMTP_SECURE=true`),
 * `SMTP_SECURE` (true on port 465), `SMTP_USER`, `SMTP_PASS`, `SMTP_REQUIRE_TLS`, `SMTP_IGNORE_TLS`, `SMTP_NAME` (in EHLO);
 * `AWS_SES_REGION`, `AWS_SES_ACCESS_KEY_ID`, `AWS_SES_SECRET_ACCESS_KEY`, `AWS_SES_SESSION_TOKEN`, `AWS_SES_ENDPOINT`; `AWS_SES_FROM_EMAIL`, the default sender.
 * Each may also be set as `NAME_FILE`, the path of a mounted secret. With only one of the two set, a chain of one.
 * `RELAIS_UNSUBSCRIBE_SECRET` signs links to unsubscribe.
 * `SMTP_FORCE_FAIL=true` makes SMTP fail without touching the network, to rehearse the fallback; not in production.
 *
 * @param options as for `createChain`, the standard policies included; `from` wins over `AWS_SES_FROM_EMAIL`
 * @throws {ConfigurationError} all that is wrong, a sentence each
 */
export function chainFromEnv(env: Environment = process.env, options: ChainOptions = {}): Chain {
  const read = settingsReader(env);
  const from = read.text("AWS_SES_FROM_EMAIL");
  const smtp = smtpFromEnv(read, trimmed(env.NODE_ENV ?? "") === "production");
  const ses = sesFromEnv(read);
  const providers = [smtp, ses].filter((one) => one !== undefined);
  if (providers.length === 0 && read.problems.length === 0)
    read.problem(`${noProvider}${["SMTP_HOST", "AWS_SES_REGION"].map(read.near).join("")}.`);
  if (from !== undefined) checkSender(from, read);
  const unsubscribe = options.unsubscribe ?? unsubscribeFromEnv(read);
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  return createChain(providers, { ...options, from: options.from ?? from, unsubscribe });
}

/** Made a chain of, since a chain checks its sender. */
function checkSender(from: string, read: SettingsReader): void {
  const unused: Provider = { id: "UNUSED", send: () => Promise.reject(new Error("never called")) };
  try {
    createChain([unused], { from });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace("createChain: from: ", "") : "it is wrong";
    const hint = read.quoted(["AWS_SES_FROM_EMAIL"]);
    read.problem(`AWS_SES_FROM_EMAIL cannot be used: ${why}${hint === undefined ? "" : `; ${hint}`}.`);
  }
}

/** The sender of messages that name none, where the environment has one. */
export function senderFromEnv(env: Environment): string | undefined {
  return settingsReader(env).text("AWS_SES_FROM_EMAIL");
}
