type Environment = Readonly<Record<string, string | undefined>>;

const flags: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  yes: true,
  on: true,
  false: false,
  0: false,
  no: false,
  off: false,
};

/** A port as a number, anything else as it is: what is wrong is said when the options are checked. */
function port(text: string | undefined): string | number | undefined {
  const value = text?.trim();
  return value && /^\d{1,5}$/.test(value) ? Number(value) : value || undefined;
}

/** `true`, `1`, `yes`, `on` or the opposite as a flag, anything else as it is. */
function flag(text: string | undefined): string | boolean | undefined {
  const value = text?.trim();
  return value ? (flags[value.toLowerCase()] ?? value) : undefined;
}

/** What `SMTP_HOST`, `SMTP_PORT`, `SMTP_SECURE`, `SMTP_REQUIRE_TLS`, `SMTP_USER` and `SMTP_PASS` say, unchecked. */
export function optionsFromEnv(env: Environment): unknown {
  const { SMTP_HOST: host, SMTP_USER: user, SMTP_PASS: pass } = env;
  if (!host?.trim()) return undefined;
  const options = {
    host: host.trim(),
    port: port(env.SMTP_PORT),
    secure: flag(env.SMTP_SECURE),
    requireTLS: flag(env.SMTP_REQUIRE_TLS),
    auth: user || pass ? { user, pass } : undefined,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
