import { readFileSync } from "node:fs";

/** A process environment: names and values, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings and collects what is wrong with them, so that all of it can be said at once. */
export interface SettingsReader {
  /** The value, or the content of the file that NAME_FILE names; an empty value is no value. */
  text(name: string): string | undefined;
  /** Whether it is set at all, rightly or not. */
  has(name: string): boolean;
  flag(name: string): boolean | undefined;
  port(name: string): number | undefined;
  /** The same settings for whoever reads names: what NAME_FILE names stands under NAME. */
  readonly environment: Environment;
  problem(sentence: string): void;
  readonly problems: readonly string[];
}

/** The largest file that is taken for a secret, in characters. */
const maxSecretCharacters = 65_536;

function mounted(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

export function settingsReader(env: Environment): SettingsReader {
  const problems: string[] = [];
  const problem = (sentence: string): void => void problems.push(sentence);

  const text = (name: string): string | undefined => {
    const given = env[name];
    const value = given?.trim() ? given : undefined;
    const path = env[`${name}_FILE`]?.trim();
    if (!path) return value;
    if (value !== undefined) {
      problem(`${name} and ${name}_FILE are both set; keep one of them.`);
      return undefined;
    }
    const content = mounted(path); // never shown, not even the path: people put the secret itself there
    if (content === undefined) problem(`${name}_FILE names a file that cannot be read.`);
    else if (content.length > maxSecretCharacters)
      problem(`${name}_FILE names a file that is too large for a setting.`);
    else if (content.trim() === "") problem(`${name}_FILE names a file that is empty.`);
    else return content.replace(/\r?\n$/, ""); // mounted secrets often end in a line break
    return undefined;
  };

  return {
    problems,
    problem,
    text,
    environment: new Proxy(env, { get: (_, name) => (typeof name === "string" ? text(name) : undefined) }),
    has: (name) => Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim()),
    flag(name) {
      const value = text(name)?.trim().toLowerCase();
      if (value === undefined) return undefined;
      if (["true", "1", "yes", "on"].includes(value)) return true;
      if (["false", "0", "no", "off"].includes(value)) return false;
      problem(`${name} must be true or false.`);
      return undefined;
    },
    port(name) {
      const value = text(name)?.trim();
      if (value === undefined) return undefined;
      const port = Number(value);
      if (/^\d{1,5}$/.test(value) && port >= 1 && port <= 65_535) return port;
      problem(`${name} must be a whole number from 1 to 65535.`);
      return undefined;
    },
  };
}
