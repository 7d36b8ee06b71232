import type { Provider } from "@relais/core";
import { isLoopback } from "@relais/core/spi";
import plugin from "@relais/smtp";
import { providerFromEnv, wrapped } from "./provider-from-env.ts";
import { isQuoted, quotesHint } from "./setting-text.ts";
import type { SettingsReader } from "./settings-reader.ts";

const login = ["SMTP_USER", "SMTP_PASS"] as const;
const others = ["PORT", "SECURE", "USER", "PASS", "REQUIRE_TLS", "IGNORE_TLS", "NAME", "FORCE_FAIL"];

/** The SMTP provider that the environment describes; `undefined` if it describes none, or a wrong one. */
export function smtpFromEnv(read: SettingsReader, production: boolean): Provider | undefined {
  const host = read.text("SMTP_HOST");
  const forceFail = read.flag("SMTP_FORCE_FAIL") ?? false;
  if (host === undefined) {
    // Other variables, or those that an orchestrator sets for a Service called smtp, describe nothing without a host.
    const set = read.has("SMTP_HOST") ? undefined : others.find((name) => read.has(`SMTP_${name}`));
    if (set !== undefined) read.problem(`SMTP_${set} is set, but SMTP_HOST is not${read.near("SMTP_HOST")}.`);
    return undefined;
  }
  const user = read.text("SMTP_USER");
  const pass = read.text("SMTP_PASS");
  const secure = read.flag("SMTP_SECURE");
  const port = read.port("SMTP_PORT");
  const requireTLS = read.flag("SMTP_REQUIRE_TLS");
  const ignoreTLS = read.flag("SMTP_IGNORE_TLS");
  const name = read.text("SMTP_NAME");

  if (forceFail && production)
    read.problem(
      "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
    );
  const [hasUser, hasPass] = login.map((one) => read.has(one));
  if (hasUser && !hasPass) read.problem(`SMTP_USER is set, but SMTP_PASS is not${read.near("SMTP_PASS")}.`);
  if (hasPass && !hasUser) read.problem(`SMTP_PASS is set, but SMTP_USER is not${read.near("SMTP_USER")}.`);
  // Without a login the server would refuse each mail, and not say why.
  const forgotten = hasUser || hasPass ? "" : read.near("SMTP_PASS");
  if (forgotten !== "") read.problem(`SMTP_HOST is set without SMTP_USER and SMTP_PASS${forgotten}.`);
  const implicitTls = secure ?? port === 465;
  const fault = hostFault(host) ?? (ignoreTLS && !implicitTls ? clearTextFault(host, requireTLS) : undefined);
  if (fault !== undefined) {
    read.problem(fault);
    return undefined;
  }
  const environment = {
    SMTP_HOST: host,
    SMTP_PORT: port?.toString(),
    SMTP_SECURE: secure?.toString(),
    SMTP_REQUIRE_TLS: requireTLS?.toString(),
    SMTP_IGNORE_TLS: ignoreTLS?.toString(),
    SMTP_NAME: name,
    ...(user !== undefined && pass !== undefined && { SMTP_USER: user, SMTP_PASS: pass }),
  };
  const provider = providerFromEnv(plugin, environment, read, {
    prefix: "SMTP",
    login,
    others: ["SMTP_NAME"],
  });
  return provider && forceFail ? forcedFailure(provider) : provider;
}

/** A URL may hold the password, and error sentences about a host show it. */
function hostFault(host: string): string | undefined {
  const sentence = "SMTP_HOST must be a host name or an IP address";
  if (/[/@]/.test(host)) return `${sentence}, with nothing before or behind it.`;
  return isQuoted(host) ? `${sentence}; it is ${quotesHint}.` : undefined;
}

/** Why mail may not be sent to a server without TLS, if it may not. */
function clearTextFault(host: string, requireTLS: boolean | undefined): string | undefined {
  if (requireTLS === true) return "SMTP_IGNORE_TLS and SMTP_REQUIRE_TLS are both true; keep one of them.";
  if (requireTLS === false || isLoopback(host)) return undefined;
  return (
    "SMTP_IGNORE_TLS sends mail and login in clear to a server that is not on this machine: where that is meant, set " +
    "SMTP_REQUIRE_TLS=false beside it."
  );
}

/** The same provider, which fails without touching the network: to rehearse the fallback. */
function forcedFailure(provider: Provider): Provider {
  const { id } = provider;
  // Not tried again: a retry would only make the rehearsal slower.
  const failure = { success: false, kind: "transient", code: "forced", retryable: false } as const;
  const reason = "forced by SMTP_FORCE_FAIL";
  return wrapped(provider, async () => ({ ...failure, provider: id, reason }));
}
