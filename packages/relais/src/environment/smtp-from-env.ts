import type { Provider } from "@relais/core";
import { isLoopback } from "@relais/core/spi";
import plugin, { type SmtpOptions } from "@relais/smtp";
import { quotesHintOf, withHint } from "./provider-hint.ts";
import { isQuoted, quotesHint } from "./setting-text.ts";
import type { SettingsReader } from "./settings-reader.ts";

const others = [
  "SMTP_PORT",
  "SMTP_SECURE",
  "SMTP_USER",
  "SMTP_PASS",
  "SMTP_REQUIRE_TLS",
  "SMTP_IGNORE_TLS",
  "SMTP_NAME",
  "SMTP_FORCE_FAIL",
];

/** The SMTP provider that the environment describes; `undefined` if it describes none, or a wrong one. */
export function smtpFromEnv(read: SettingsReader, production: boolean): Provider | undefined {
  const host = read.text("SMTP_HOST");
  const forceFail = read.flag("SMTP_FORCE_FAIL") ?? false;
  if (host === undefined) {
    // What else is set, or was put there for a Service called smtp, describes nothing without a host.
    const set = read.has("SMTP_HOST") ? undefined : others.find((name) => read.has(name));
    if (set !== undefined) read.problem(`${set} is set, but SMTP_HOST is not.`);
    return undefined;
  }
  const user = read.text("SMTP_USER");
  const pass = read.text("SMTP_PASS");
  const secure = read.flag("SMTP_SECURE");
  const port = read.port("SMTP_PORT");
  const requireTLS = read.flag("SMTP_REQUIRE_TLS");
  const ignoreTLS = read.flag("SMTP_IGNORE_TLS");
  const name = read.text("SMTP_NAME");

  if (forceFail && production) {
    read.problem(
      "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
    );
  }
  const login = { user: read.has("SMTP_USER"), pass: read.has("SMTP_PASS") };
  if (login.user && !login.pass) read.problem("SMTP_USER is set, but SMTP_PASS is not.");
  if (login.pass && !login.user) read.problem("SMTP_PASS is set, but SMTP_USER is not.");
  // A URL may hold the password, and what is said of a host shows it.
  if (/[/@]/.test(host)) {
    read.problem("SMTP_HOST must be a host name or an IP address, with nothing before or behind it.");
    return undefined;
  }
  if (isQuoted(host)) {
    read.problem(`SMTP_HOST must be a host name or an IP address; it is ${quotesHint}.`);
    return undefined;
  }
  const fromFirstByte = secure ?? port === 465;
  if (ignoreTLS === true && !fromFirstByte) {
    const fault = inClear(host, requireTLS);
    if (fault !== undefined) {
      read.problem(fault);
      return undefined;
    }
  }

  const whole = user !== undefined && pass !== undefined;
  const settled = {
    SMTP_HOST: host,
    SMTP_PORT: port?.toString(),
    SMTP_SECURE: secure?.toString(),
    SMTP_REQUIRE_TLS: requireTLS?.toString(),
    SMTP_IGNORE_TLS: ignoreTLS?.toString(),
    SMTP_NAME: name,
    ...(whole && { SMTP_USER: user, SMTP_PASS: pass }),
  };
  try {
    const provider = plugin.create(plugin.fromEnv?.(settled) as SmtpOptions, { id: undefined });
    if (forceFail) return forcedFailure(provider, "forced by SMTP_FORCE_FAIL");
    const quoted = read.quoted(["SMTP_USER", "SMTP_PASS"]);
    return quoted === undefined ? provider : withHint(provider, quotesHintOf(quoted));
  } catch (error) {
    const hint = read.quoted(["SMTP_NAME", "SMTP_USER", "SMTP_PASS"]);
    const why = error instanceof Error ? error.message : "it is wrong";
    read.problem(`SMTP_* cannot be used: ${why}${hint === undefined ? "" : `; ${hint}`}.`);
    return undefined;
  }
}

/** Why a server may not be sent to without TLS, if so. */
function inClear(host: string, requireTLS: boolean | undefined): string | undefined {
  if (requireTLS === true) return "SMTP_IGNORE_TLS and SMTP_REQUIRE_TLS are both true; keep one of them.";
  if (requireTLS === false || isLoopback(host)) return undefined;
  return (
    "SMTP_IGNORE_TLS sends mail and login in clear to a server that is not on this machine: where that is meant, set " +
    "SMTP_REQUIRE_TLS=false beside it."
  );
}

/**
 * A provider that fails on purpose and never touches the network: to rehearse the fallback. `verify` and `close`
 * stay the real one's.
 * @param reason what the failure says
 */
function forcedFailure(provider: Provider, reason: string): Provider {
  const { id, verify, close } = provider;
  return Object.freeze({
    id,
    // Asking again would only make the rehearsal slower.
    send: async () =>
      ({ success: false, provider: id, kind: "transient", code: "forced", again: false, reason }) as const,
    ...(verify === undefined ? {} : { verify: verify.bind(provider) }),
    ...(close === undefined ? {} : { close: close.bind(provider) }),
  });
}
