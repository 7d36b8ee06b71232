import { isOneEdit } from "@relais/core/spi";

/** Ends of names that stand for the same thing: the first is how Relais writes it. */
const sameEnds: readonly (readonly string[])[] = [
  ["HOST", "HOSTNAME", "SERVER", "HOST_NAME", "ADDRESS"],
  ["USER", "USERNAME", "USER_NAME", "LOGIN"],
  ["PASS", "PASSWORD", "PASSWD", "PWD", "PASSPHRASE"],
  ["API_KEY", "APIKEY", "API_TOKEN", "TOKEN"],
  ["SECRET_ACCESS_KEY", "SECRET_KEY", "SECRET"],
  ["ACCESS_KEY_ID", "ACCESS_KEY", "KEY_ID", "KEY"],
  ["REGION", "DEFAULT_REGION"],
];
/** Other words for SMTP in front of a name. */
const sameBeginnings = /^(?:SMTP|MAIL|MAILER|EMAIL)_/;

/** The name as Relais would write it. */
function usual(name: string): string {
  const text = name.toUpperCase().replace(sameBeginnings, "SMTP_");
  for (const ends of sameEnds) {
    const [end] = ends.filter((one) => text.endsWith(`_${one}`)).sort((a, b) => b.length - a.length);
    if (end !== undefined) return `${text.slice(0, -end.length)}${ends[0]}`;
  }
  return text;
}

/**
 * A variable that is set and that was probably meant to be `name`, which is not: another word for the same
 * (`SMTP_PASSWORD` for `SMTP_PASS`), or one letter apart.
 * @param known names that mean something else
 */
export function nearVariable(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[] = [],
): string | undefined {
  const names = Object.keys(env).filter((one) => one !== name && !known.includes(one) && env[one]?.trim());
  return names.find((one) => usual(one) === usual(name)) ?? names.find((one) => isOneEdit(one, name));
}

/** The end of a sentence about a variable that is not set; empty if none is near. */
export function nearHint(...args: Parameters<typeof nearVariable>): string {
  const near = nearVariable(...args);
  return near === undefined ? "" : `; ${near} is set, and ${args[0]} may be meant`;
}
