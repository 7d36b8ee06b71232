import { clearLine, cursorTo } from "node:readline";
import type { CliContext } from "../cli-context.ts";
import type { RowState } from "./journal.ts";

/** The progress of a bulk run. */
export interface ProgressBar {
  /** A row is over. */
  advance(state: RowState): void;
  /** An earlier run has dealt with a row. */
  skip(state: RowState): void;
  /** Writes a line above the bar. */
  log(line: string): void;
  stop(): void;
}

const lineEveryMs = 5_000;
const drawEveryMs = 100;
const cells = 12;

/**
 * A bar on a terminal, a line every five seconds elsewhere. It is drawn here because a bar that takes the keyboard (as
 * that of @clack/prompts does) makes of Ctrl-C the end of the process, instead of a signal to finish what is under way.
 */
export function progressBar(rows: number, { err, terminal }: CliContext): ProgressBar {
  const startedAt = Date.now();
  const counts = { sent: 0, failed: 0, unknown: 0, skipped: 0 };
  const screen = terminal?.output;
  const count = (state: RowState): void => {
    if (state === "sent") counts.sent += 1;
    else if (state === "unknown" || state === "handed") counts.unknown += 1;
    else counts.failed += 1;
  };
  const done = (): number => counts.sent + counts.failed + counts.unknown;
  const summary = (): string => {
    const { sent, failed, unknown, skipped } = counts;
    const perSecond = (done() - skipped) / Math.max(0.001, (Date.now() - startedAt) / 1000);
    const left = rows - done();
    const eta = perSecond > 0 && left > 0 ? `, ${timeLeft(left / perSecond)}` : "";
    return `${done()} of ${rows}: ${sent} sent, ${failed} failed, ${unknown} unknown, ${perSecond.toFixed(1)}/s${eta}`;
  };
  const clear = (): void => {
    if (screen === undefined) return;
    cursorTo(screen, 0);
    clearLine(screen, 0);
  };
  const draw = (): void => {
    if (screen === undefined) return;
    const full = Math.round((cells * done()) / Math.max(1, rows));
    const { columns = 80 } = screen as { readonly columns?: number };
    clear();
    screen.write(`${"█".repeat(full)}${"░".repeat(cells - full)} ${summary()}`.slice(0, columns - 1));
  };
  const timer = setInterval(screen ? draw : () => err(summary()), screen ? drawEveryMs : lineEveryMs);
  return {
    advance: count,
    skip(state) {
      counts.skipped += 1;
      count(state);
    },
    log(line) {
      clear();
      err(line);
    },
    stop() {
      clearInterval(timer);
      draw();
      screen?.write("\n");
    },
  };
}

function timeLeft(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}
