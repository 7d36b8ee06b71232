import { closest, type RelaisEvent } from "@relais/core/spi";
import { chainLevel, chainLine } from "./chain-line.ts";
import { checkLogger, isOn, type Logger, write } from "./logger.ts";
import { type WorkerHappening, workerLine } from "./worker-line.ts";

export interface PinoOptions {
  /**
   * Whether far ends' words are written, with every address in them as `<address>`. A server may name a mailbox without
   * its domain; `false` leaves kind and code. @defaultValue true
   */
  readonly reasons?: boolean | undefined;
}

/** An observer for a chain; `worker` is one for the worker of an outbox. Neither throws. */
export interface PinoObserver {
  (event: RelaisEvent): void;
  readonly worker: (event: WorkerHappening) => void;
}

/**
 * The log of a chain. One line a delivery: `info` if it was sent, `warn` if it needed another provider, reached only some
 * or may be there twice, `error` if it failed or nobody knows. `warn` for each failover, late answer and breaker that
 * opens, `info` for one that closes, `debug` for attempts, retries and waits. Ids, providers, kinds, codes and times;
 * never an address, a subject or a secret.
 * @param logger one of pino's, or whatever has its shape
 * @throws {TypeError} one sentence that names what is wrong
 */
export function pinoObserver(logger: Logger, options: PinoOptions = {}): PinoObserver {
  checkLogger(logger);
  const reasons = checkOptions(options);

  const observer = (event: RelaisEvent): void => {
    const level = chainLevel(event);
    if (level === undefined) return;
    try {
      if (!isOn(logger, level)) return;
      const line = chainLine(event, level, reasons);
      if (line !== undefined) write(logger, line);
    } catch {
      // A log that fails is no reason for anything else to.
    }
  };
  const worker = (event: WorkerHappening): void => {
    try {
      const line = workerLine(event, reasons);
      if (isOn(logger, line.level)) write(logger, line);
    } catch {
      // As above.
    }
  };
  return Object.assign(observer, { worker });
}

function checkOptions(options: PinoOptions): boolean {
  if (typeof options !== "object" || options === null)
    throw new TypeError("pinoObserver: options must be an object");
  for (const key of Object.keys(options)) {
    if (key === "reasons") continue;
    const near = closest(key, ["reasons"]);
    throw new TypeError(
      `pinoObserver: ${key} is not an option${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
  const { reasons = true } = options;
  if (typeof reasons !== "boolean") throw new TypeError("pinoObserver: reasons must be true or false");
  return reasons;
}
