import { readFileSync } from "node:fs";
import { recognizeCopies } from "@relais/core/spi";
import { nearHint } from "./near-variable.ts";
import {
  decodeText,
  isQuoted,
  isServiceLink,
  parseFlag,
  quotesHint,
  quotesSentence,
  serviceLinkHint,
  settingText,
  trimmed,
} from "./setting-text.ts";

/** Everything that is wrong with a configuration, at once. Names fields and faults, never a secret's value. */
export class ConfigurationError extends Error {
  static {
    recognizeCopies(ConfigurationError, "ConfigurationError");
  }

  override readonly name = "ConfigurationError";
  /** One sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = Object.freeze([...problems]);
  }
}

/** A process environment: names and values, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings and collects what is wrong with them, so that one error tells all of it. A setting is the value of
 * NAME, or the content of the file that NAME_FILE names; an empty value is no value.
 */
export interface SettingsReader {
  /** The value, without what editors and `echo` leave around it; of a password only line breaks are cut. */
  text(name: string): string | undefined;
  /** Whether it is set at all, rightly or not; what an orchestrator sets for a Service does not count. */
  has(name: string): boolean;
  /** The end of a sentence about a setting that is missing: one that is set and was probably meant; else empty. */
  near(name: string): string;
  flag(name: string): boolean | undefined;
  port(name: string): number | undefined;
  /** A part of a sentence about those of these settings (of all that were read) that are in quotes. */
  quoted(names?: readonly string[]): string | undefined;
  /** The same settings as an environment: the content of the file of NAME_FILE under NAME. */
  readonly environment: Environment;
  problem(sentence: string): void;
  readonly problems: readonly string[];
}

/** Settings that mean something of their own. */
const knownSettings = [
  ..."HOST PORT SECURE USER PASS REQUIRE_TLS IGNORE_TLS NAME FORCE_FAIL"
    .split(" ")
    .map((name) => `SMTP_${name}`),
  ..."REGION ACCESS_KEY_ID SECRET_ACCESS_KEY SESSION_TOKEN ENDPOINT ALLOW_INSECURE_HTTP FROM_EMAIL"
    .split(" ")
    .map((name) => `AWS_SES_${name}`),
];

/** The largest file that is taken for a secret, in characters. */
const maxSecretCharacters = 65_536;

function mounted(path: string): string | undefined {
  try {
    return decodeText(readFileSync(path));
  } catch {
    return undefined;
  }
}

export function settingsReader(env: Environment): SettingsReader {
  const problems: string[] = [];
  const problem = (sentence: string): void => void problems.push(sentence);
  const read = (name: string): string | undefined => {
    const value = env[name];
    return value !== undefined && trimmed(value) !== "" ? value : undefined;
  };

  const seen = new Set<string>();
  const raw = (name: string): string | undefined => {
    seen.add(name);
    const value = read(name);
    const path = read(`${name}_FILE`);
    if (path === undefined) return value;
    if (value !== undefined && !isServiceLink(name, value)) {
      problem(`${name} and ${name}_FILE are both set; keep one of them.`);
      return undefined;
    }
    const content = mounted(trimmed(path)); // never shown, not even the path: people put the secret itself there
    const quoted = isQuoted(path) ? `; it is ${quotesHint}` : "";
    if (content === undefined) problem(`${name}_FILE names a file that cannot be read${quoted}.`);
    else if (content.length > maxSecretCharacters)
      problem(`${name}_FILE names a file that is too large for a setting.`);
    else if (trimmed(content) === "") problem(`${name}_FILE names a file that is empty.`);
    else if (content.includes("\uFFFD")) problem(`${name}_FILE names a file that is not written in UTF-8.`);
    else return content;
    return undefined;
  };
  const text = (name: string): string | undefined => {
    const value = raw(name);
    if (value === undefined) return undefined;
    if (isServiceLink(name, value)) {
      problem(`${name} ${serviceLinkHint}.`);
      return undefined;
    }
    return settingText(name, value);
  };
  const wrong = (name: string, value: string, fault: string): undefined =>
    problem(`${name} ${fault}${isQuoted(value) ? `; it is ${quotesHint}` : ""}.`) as undefined;

  return {
    problems,
    problem,
    text,
    environment: new Proxy(env, { get: (_, name) => (typeof name === "string" ? text(name) : undefined) }),
    has: (name) => {
      const value = read(name);
      return (value !== undefined && !isServiceLink(name, value)) || read(`${name}_FILE`) !== undefined;
    },
    near: (name) => nearHint(name, env, [...knownSettings, `${name}_FILE`]),
    flag(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      return parseFlag(value) ?? wrong(name, value, "must be true or false");
    },
    port(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const port = Number(value);
      if (/^0*\d{1,5}(?:\.0+)?$/.test(value) && port >= 1 && port <= 65_535) return port;
      return wrong(name, value, "must be a whole number from 1 to 65535");
    },
    quoted(names = [...seen]) {
      const before = problems.length;
      const found = names.filter((name) => isQuoted(text(name) ?? ""));
      problems.length = before; // each of these was read before, and its problems are known
      return quotesSentence(found);
    },
  };
}
