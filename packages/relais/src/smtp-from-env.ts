import type { Provider } from "@relais/core";
import plugin, { type SmtpOptions } from "@relais/smtp";
import { forcedFailure } from "./forced-failure.ts";
import type { SettingsReader } from "./settings-reader.ts";

const others = ["SMTP_PORT", "SMTP_SECURE", "SMTP_USER", "SMTP_PASS", "SMTP_REQUIRE_TLS", "SMTP_FORCE_FAIL"];

/** The SMTP provider that the environment describes; `undefined` if it describes none, or a wrong one. */
export function smtpFromEnv(read: SettingsReader, production: boolean): Provider | undefined {
  const host = read.text("SMTP_HOST")?.trim();
  const user = read.text("SMTP_USER");
  const pass = read.text("SMTP_PASS");
  const secure = read.flag("SMTP_SECURE");
  const port = read.port("SMTP_PORT");
  const requireTLS = read.flag("SMTP_REQUIRE_TLS");
  const forceFail = read.flag("SMTP_FORCE_FAIL") ?? false;

  if (forceFail && production) {
    read.problem(
      "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
    );
  }
  if (host === undefined) {
    const set = read.has("SMTP_HOST") ? undefined : others.find((name) => read.has(name));
    if (set !== undefined) read.problem(`${set} is set, but SMTP_HOST is not.`);
    return undefined;
  }
  const login = { user: read.has("SMTP_USER"), pass: read.has("SMTP_PASS") };
  if (login.user && !login.pass) read.problem("SMTP_USER is set, but SMTP_PASS is not.");
  if (login.pass && !login.user) read.problem("SMTP_PASS is set, but SMTP_USER is not.");
  // A URL may hold the password, and what is said of a host shows it.
  if (/[/@]/.test(host)) {
    read.problem("SMTP_HOST must be a host name or an IP address, with nothing before or behind it.");
    return undefined;
  }

  const whole = user !== undefined && pass !== undefined;
  const settled = {
    SMTP_HOST: host,
    SMTP_PORT: port?.toString(),
    SMTP_SECURE: secure?.toString(),
    SMTP_REQUIRE_TLS: requireTLS?.toString(),
    ...(whole && { SMTP_USER: user, SMTP_PASS: pass }),
  };
  try {
    const provider = plugin.create(plugin.fromEnv?.(settled) as SmtpOptions, { id: undefined });
    return forceFail ? forcedFailure(provider, "forced by SMTP_FORCE_FAIL") : provider;
  } catch (error) {
    read.problem(`SMTP_* cannot be used: ${error instanceof Error ? error.message : "it is wrong"}.`);
    return undefined;
  }
}
