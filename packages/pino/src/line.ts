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
