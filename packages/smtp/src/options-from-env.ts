type Environment = Readonly<Record<string, string | undefined>>;

/** A number or a flag as such, anything else as it is: what is wrong is said when the options are checked. */
function plain(text: string | undefined): string | number | boolean | undefined {
  const value = text?.trim();
  if (!value) return undefined;
  if (/^\d{1,5}$/.test(value)) return Number(value);
  return value === "true" ? true : value === "false" ? false : value;
}

/** What `SMTP_HOST`, `SMTP_PORT`, `SMTP_SECURE`, `SMTP_REQUIRE_TLS`, `SMTP_USER` and `SMTP_PASS` say, unchecked. */
export function optionsFromEnv(env: Environment): unknown {
  const { SMTP_HOST: host, SMTP_USER: user, SMTP_PASS: pass } = env;
  if (!host?.trim()) return undefined;
  const options = {
    host: host.trim(),
    port: plain(env.SMTP_PORT),
    secure: plain(env.SMTP_SECURE),
    requireTLS: plain(env.SMTP_REQUIRE_TLS),
    auth: user || pass ? { user, pass } : undefined,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
