import { definePlugin, isLoopback, option, type Plugin } from "@relais/core/spi";
import { checkOptions, type SmtpOptions, smtpOptions } from "./options/options.ts";
import { smtp } from "./smtp.ts";

/** `use: smtp` in a configuration. */
export const plugin: Plugin<SmtpOptions> = definePlugin<SmtpOptions>({
  name: "smtp",
  ...option.forPlugin(smtpOptions, checkOptions),
  create: (options, { id }) => smtp(id === undefined ? options : { ...options, id }),
  fromEnv: optionsFromEnv,
});

type Environment = Readonly<Record<string, string | undefined>>;

/** A port as a number, anything else as it is: the check of the options says what is wrong. */
function port(text: string | undefined): string | number | undefined {
  const value = text?.trim();
  return value && /^\d{1,5}$/.test(value) ? Number(value) : value || undefined;
}

/**
 * What `SMTP_HOST`, `SMTP_PORT`, `SMTP_SECURE`, `SMTP_REQUIRE_TLS`, `SMTP_IGNORE_TLS`, `SMTP_NAME`, `SMTP_USER` and
 * `SMTP_PASS` say, unchecked.
 *
 * What may go out in clear may go out over TLS with any certificate: an attacker who could pretend to be the server could
 * as well take STARTTLS out of its answer. So where TLS is not required (on this machine without a login, or as
 * `SMTP_REQUIRE_TLS=false` says) the certificate is not looked at, and a Postfix with one of its own takes the mail.
 */
function optionsFromEnv(env: Environment): unknown {
  const { SMTP_HOST, SMTP_PASS } = env;
  const host = SMTP_HOST?.trim();
  if (!host) return undefined;
  const user = env.SMTP_USER?.trim();
  const pass = SMTP_PASS?.replace(/^\uFEFF|[\r\n]+$/g, "");
  const endpoint = { port: port(env.SMTP_PORT), secure: option.flagText(env.SMTP_SECURE) };
  const ignoreTLS = option.flagText(env.SMTP_IGNORE_TLS);
  const fromFirstByte = endpoint.secure ?? endpoint.port === 465;
  const isLocal = isLoopback(host);
  // Traffic on this machine is not overheard: leaving TLS out needs no second setting there.
  const requireTLS =
    option.flagText(env.SMTP_REQUIRE_TLS) ?? (ignoreTLS === true && isLocal ? false : undefined);
  const inClear = requireTLS === false || (requireTLS === undefined && isLocal && !user && !pass);
  const options = {
    host,
    ...endpoint,
    requireTLS,
    ignoreTLS,
    ...(inClear && fromFirstByte === false && ignoreTLS !== true
      ? { tls: { rejectUnauthorized: false }, allowInsecureTls: true }
      : {}),
    name: env.SMTP_NAME?.trim() || undefined,
    auth: user || pass ? { user, pass } : undefined,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
