import type { Level, Line } from "./line.ts";

/** What is needed of a logger; one of pino's has it, and so has whatever takes fields first and a text next. */
export interface Logger {
  debug(fields: object, text: string): unknown;
  info(fields: object, text: string): unknown;
  warn(fields: object, text: string): unknown;
  error(fields: object, text: string): unknown;
  /** Where it is there, nothing is put together for a level that is off. */
  isLevelEnabled?(level: Level): boolean;
}

const needed = ["debug", "info", "warn", "error"] as const;

/** @throws {TypeError} one sentence, if it is no logger */
export function checkLogger(logger: unknown): asserts logger is Logger {
  const given = (typeof logger === "object" && logger !== null) || typeof logger === "function" ? logger : {};
  const lacking = needed.find((level) => typeof (given as Record<string, unknown>)[level] !== "function");
  if (lacking !== undefined)
    throw new TypeError(`pinoObserver: logger must have a function ${lacking}, as a pino logger has`);
}

/** Whether a line of this level would be written; a logger that cannot say is taken to write it. */
export function isOn(logger: Logger, level: Level): boolean {
  return typeof logger.isLevelEnabled !== "function" || logger.isLevelEnabled(level);
}

/** Writes a line. A logger that rejects instead of throwing must not bring the process down. */
export function write(logger: Logger, { level, fields, text }: Line): void {
  const answer: unknown = logger[level](fields, text);
  if (answer instanceof Promise) answer.catch(() => undefined);
}
