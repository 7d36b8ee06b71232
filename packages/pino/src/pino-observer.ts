import { knownOptions, type Observer } from "@relais/core/spi";
import { eventLevel, eventLine } from "./event-line.ts";
import type { Level, Line } from "./line.ts";

export interface PinoOptions {
  /**
   * Whether servers' words are written, with every address in them as `<address>`. A server may name a mailbox without
   * its domain; `false` leaves kind and code. @defaultValue true
   */
  readonly reasons?: boolean | undefined;
}

/** An observer for a chain, and for the worker of an outbox that sends by it. Never throws. */
export interface PinoObserver extends Observer {
  /** @deprecated the observer itself: a worker has the observers of its chain */
  readonly worker: Observer;
}

/** What is needed of a logger; one of pino's has it, and so has whatever takes fields first and a text next. */
export interface Logger {
  debug(fields: object, text: string): unknown;
  info(fields: object, text: string): unknown;
  warn(fields: object, text: string): unknown;
  error(fields: object, text: string): unknown;
  /** Where it is there, nothing is put together for a level that is off. */
  isLevelEnabled?(level: Level): boolean;
}

/**
 * The log of a chain and its worker. One line a delivery: `info` if it was sent, `warn` if it needed another provider, reached only some
 * or may be there twice, `error` if it failed or nobody knows. `warn` for each failover, late answer and breaker that
 * opens, `info` for one that closes, `debug` for attempts, retries and waits. Ids, providers, kinds, codes and times;
 * never an address, a subject or a secret.
 * @param logger one of pino's, or whatever has its shape
 * @throws {TypeError} one sentence that names what is wrong
 */
export function pinoObserver(logger: Logger, options: PinoOptions = {}): PinoObserver {
  checkLogger(logger);
  const reasons = checkOptions(options);

  const observer: Observer = (event) => {
    const level = eventLevel(event);
    if (level === undefined) return;
    try {
      if (!isOn(logger, level)) return;
      const line = eventLine(event, level, reasons);
      if (line !== undefined) write(logger, line);
    } catch {
      // A log that fails is no reason for anything else to.
    }
  };
  return Object.assign(observer, { worker: observer });
}

const methods = ["debug", "info", "warn", "error"] as const;

function checkLogger(logger: unknown): asserts logger is Logger {
  const candidate =
    (typeof logger === "object" && logger !== null) || typeof logger === "function" ? logger : {};
  const missing = methods.find(
    (level) => typeof (candidate as Record<string, unknown>)[level] !== "function",
  );
  if (missing !== undefined)
    throw new TypeError(`pinoObserver: logger must have a function ${missing}, as a pino logger has`);
}

function checkOptions(options: PinoOptions): boolean {
  knownOptions("pinoObserver", options, ["reasons"]);
  const { reasons = true } = options;
  if (typeof reasons !== "boolean") throw new TypeError("pinoObserver: reasons must be true or false");
  return reasons;
}

/** Whether a line of this level would be written; a logger that cannot say is taken to write it. */
function isOn(logger: Logger, level: Level): boolean {
  return typeof logger.isLevelEnabled !== "function" || logger.isLevelEnabled(level);
}

/** Writes a line. A logger that rejects instead of throwing must not bring the process down. */
function write(logger: Logger, { level, fields, text }: Line): void {
  const written: unknown = logger[level](fields, text);
  if (written instanceof Promise) written.catch(() => undefined);
}
