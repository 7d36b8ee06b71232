function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Which of `names` somebody who wrote `written` meant, if one is near enough. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const lower = written.slice(0, 60).toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(lower.length / 3)) + 1;
  for (const name of names) {
    const known = name.toLowerCase();
    // nodemailer's names without our unit: socketTimeout is socketTimeoutMs
    const apart = known.startsWith(lower) && lower.length > 3 ? 1 : distance(lower, known);
    if (apart < least) [best, least] = [name, apart];
  }
  return best;
}
