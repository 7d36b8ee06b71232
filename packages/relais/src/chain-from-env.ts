import { breaker, type Chain, type ChainOptions, createChain, link, retry, timeout } from "@relais/core";
import { ConfigurationError } from "./configuration-error.ts";
import { sesFromEnv } from "./ses-from-env.ts";
import { type Environment, settingsReader } from "./settings-reader.ts";
import { smtpFromEnv } from "./smtp-from-env.ts";

const smtpTimeoutMs = 30_000;
const sesTimeoutMs = 10_000;

/**
 * SMTP first, SES next, from the environment: `SMTP_HOST`, `SMTP_PORT` (587, or 465 with `SMTP_SECURE=true`),
 * `SMTP_SECURE`, `SMTP_USER`, `SMTP_PASS`, `SMTP_REQUIRE_TLS`; `AWS_SES_REGION`, `AWS_SES_ACCESS_KEY_ID`,
 * `AWS_SES_SECRET_ACCESS_KEY`, `AWS_SES_SESSION_TOKEN`, `AWS_SES_ENDPOINT`; `AWS_SES_FROM_EMAIL`, the default sender.
 * Each may also be given as `NAME_FILE`, the path of a mounted secret. With only one of the two set, a chain of one.
 * `SMTP_FORCE_FAIL=true` makes SMTP fail without touching the network, to rehearse the fallback; not in production.
 *
 * @param options as for `createChain`; `from` wins over `AWS_SES_FROM_EMAIL`
 * @throws {ConfigurationError} all that is wrong, a sentence each
 */
export function chainFromEnv(env: Environment = process.env, options: ChainOptions = {}): Chain {
  const read = settingsReader(env);
  const from = read.text("AWS_SES_FROM_EMAIL")?.trim();
  const smtp = smtpFromEnv(read, env.NODE_ENV === "production");
  const ses = sesFromEnv(read);
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  const links = [
    ...(smtp === undefined ? [] : [link(smtp, retry(), breaker(), timeout({ ms: smtpTimeoutMs }))]),
    ...(ses === undefined ? [] : [link(ses, retry(), breaker(), timeout({ ms: sesTimeoutMs }))]),
  ];
  if (links.length === 0) {
    throw new ConfigurationError([
      "No e-mail provider is configured: set SMTP_HOST (with SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS), or " +
        "AWS_SES_REGION (with AWS_SES_ACCESS_KEY_ID, AWS_SES_SECRET_ACCESS_KEY), or both.",
    ]);
  }
  try {
    return createChain(links, from === undefined ? options : { from, ...options });
  } catch (error) {
    const message = error instanceof Error ? error.message : "it is wrong";
    throw options.from === undefined && from !== undefined && message.includes("from")
      ? new ConfigurationError([
          `AWS_SES_FROM_EMAIL is not an address: ${message.replace("createChain: ", "")}.`,
        ])
      : error;
  }
}
