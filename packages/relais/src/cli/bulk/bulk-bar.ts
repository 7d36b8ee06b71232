import { clearLine, cursorTo } from "node:readline";
import type { Shell } from "../shell.ts";
import type { RowState } from "./bulk-journal.ts";

/** What moves while a run goes. */
export interface BulkBar {
  /** A row is over. */
  advance(state: RowState): void;
  /** An earlier run has dealt with a row. */
  skip(state: RowState): void;
  note(line: string): void;
  stop(): void;
}

const lineEveryMs = 5_000;
const drawEveryMs = 100;
const cells = 12;

function timeLeft(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}

/**
 * A bar on a terminal, a line every five seconds elsewhere. It is drawn here because a bar that takes the keyboard (as
 * that of @clack/prompts does) makes of Ctrl-C the end of the process, instead of a signal to finish what is under way.
 */
export function bulkBar(rows: number, { err, terminal }: Pick<Shell, "err" | "terminal">): BulkBar {
  const began = Date.now();
  const count = { sent: 0, failed: 0, unknown: 0, skipped: 0 };
  const done = (): number => count.sent + count.failed + count.unknown;
  const words = (): string => {
    const perSecond = (done() - count.skipped) / Math.max(0.001, (Date.now() - began) / 1000);
    const left = rows - done();
    const eta = perSecond > 0 && left > 0 ? `, ${timeLeft(left / perSecond)}` : "";
    const { sent, failed, unknown } = count;
    return `${done()} of ${rows}: ${sent} sent, ${failed} failed, ${unknown} unknown, ${perSecond.toFixed(1)}/s${eta}`;
  };
  const tally = (state: RowState): void => {
    if (state === "sent") count.sent += 1;
    else if (state === "unknown" || state === "handed") count.unknown += 1;
    else count.failed += 1;
  };
  const screen = terminal?.output;
  const wipe = (): void => {
    if (screen === undefined) return;
    cursorTo(screen, 0);
    clearLine(screen, 0);
  };
  const draw = (): void => {
    if (screen === undefined) return;
    const full = Math.round((cells * done()) / Math.max(1, rows));
    const { columns = 80 } = screen as { readonly columns?: number };
    wipe();
    screen.write(`${"█".repeat(full)}${"░".repeat(cells - full)} ${words()}`.slice(0, columns - 1));
  };
  const timer = setInterval(screen ? draw : () => err(words()), screen ? drawEveryMs : lineEveryMs);
  return {
    advance: tally,
    skip(state) {
      count.skipped += 1;
      tally(state);
    },
    note(line) {
      wipe();
      err(line);
    },
    stop() {
      clearInterval(timer);
      draw();
      screen?.write("\n");
    },
  };
}
