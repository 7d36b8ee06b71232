import { Writable } from "node:stream";
import { type Logger as Pino, pino } from "pino";

/** A line as it was written, read back. Pino's levels: 20 debug, 30 info, 40 warn, 50 error. */
export type Written = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

/** A pino logger, and what it has written. */
export interface KeptLog {
  readonly logger: Pino;
  readonly text: () => string;
  readonly lines: () => readonly Written[];
}

export function keptLog(level = "info"): KeptLog {
  let text = "";
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const lines = (): Written[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Written);
  return { logger: pino({ level, base: null, timestamp: false }, stream), text: () => text, lines };
}
