import { redactor, withoutAddresses } from "@relais/core/spi";

export type Level = "debug" | "info" | "warn" | "error";

/** A line of the log before it is written. */
export interface Line {
  readonly level: Level;
  /** Named as in `Delivery` and `Attempt`; `id` is the message's. No address among them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Ms with three decimals: what a clock says beyond that is noise. */
export const inMs = (ms: number): number => Math.round(ms * 1000) / 1000;

export const isoTime = (ms: number): string => new Date(ms).toISOString();

const quoted = /"(?:[^"\\]|\\.)*(?:"|$)/g;
const credentials = redactor([]);

/** A server's words without addresses: each becomes `<address>`. What looks like a credential goes too. */
export function clean(text: string): string {
  return withoutAddresses(credentials(text));
}

/** The reason why a message was refused before any provider was called quotes its fields: each value becomes `<value>`. */
export function cleanOwn(text: string): string {
  return clean(text.replace(quoted, "<value>"));
}
