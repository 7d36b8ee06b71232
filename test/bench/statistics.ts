/** The value below which a share of all values lies: `quantile(values, 0.5)` is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Both in turns, ABBA, the first round for warming up: medians, and that of the ratios. */
export async function duel(
  plain: () => Promise<number>,
  through: () => Promise<number>,
  rounds = 5,
): Promise<{ readonly plain: number; readonly through: number; readonly ratio: number }> {
  const pairs: (readonly [number, number])[] = [];
  for (let round = -1; round < rounds; round++) {
    const [first, second] = round % 2 === 0 ? [plain, through] : [through, plain];
    const [one, two] = [await first(), await second()];
    if (round >= 0) pairs.push(first === plain ? [one, two] : [two, one]);
  }
  return {
    plain: median(pairs.map(([one]) => one)),
    through: median(pairs.map(([, two]) => two)),
    ratio: median(pairs.map(([one, two]) => two / one)),
  };
}

/** A table of text: the first column to the left, numbers to the right. */
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [`\n${title}`, ...all.map((row) => `  ${line(row)}`)].join("\n");
}

/** A line about a target. */
export function verdict(what: string, met: boolean): string {
  return `  ${met ? "PASS" : "FAIL"}  ${what}`;
}
