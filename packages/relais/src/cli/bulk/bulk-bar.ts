import type { Shell } from "../shell.ts";
import type { RowEnd } from "./bulk-journal.ts";

/** What moves while a run goes. */
export interface BulkBar {
  advance(end: RowEnd): void;
  /** Rows that an earlier run has dealt with. */
  skip(): void;
  note(line: string): void;
  stop(): void;
}

const lineEveryMs = 5_000;

/** A bar on a terminal, a line every five seconds elsewhere. */
export async function bulkBar(rows: number, shell: Shell): Promise<BulkBar> {
  const began = Date.now();
  const count = { done: 0, skipped: 0, bad: 0 };
  const words = (): string => {
    const { done, skipped, bad } = count;
    const perSecond = done / Math.max(0.001, (Date.now() - began) / 1000);
    const left = rows - skipped - done;
    const eta = perSecond > 0 && left > 0 ? `, ${Math.ceil(left / perSecond)} s left` : "";
    return `${skipped + done} of ${rows}, ${bad} not sent, ${perSecond.toFixed(1)}/s${eta}`;
  };
  const { terminal } = shell;
  if (terminal === undefined) {
    const timer = setInterval(() => shell.err(words()), lineEveryMs);
    return {
      advance: (end) => tally(count, end),
      skip() {
        count.skipped += 1;
      },
      note: shell.err,
      stop: () => clearInterval(timer),
    };
  }
  // Loaded by those who look at it.
  const { progress } = await import("@clack/prompts");
  const bar = progress({ max: Math.max(1, rows), size: 30, output: terminal.output, indicator: "timer" });
  bar.start(words());
  return {
    advance(end) {
      tally(count, end);
      bar.advance(1, words());
    },
    skip() {
      count.skipped += 1;
      bar.advance(1, words());
    },
    note: (line) => bar.message(line),
    stop: () => bar.stop(words()),
  };
}

function tally(count: { done: number; bad: number }, { state }: RowEnd): void {
  count.done += 1;
  if (state !== "sent") count.bad += 1;
}
