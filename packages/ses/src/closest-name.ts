/** Edits (insert, delete, replace, each one character) that lead from one short name to another. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The one of `names` that was probably meant by `written`, if any is close. */
export function closestName(written: string, names: Iterable<string>): string | undefined {
  if (written.length > 40) return undefined;
  const lower = written.toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const edits = distance(lower, name.toLowerCase());
    if (edits < bestEdits) [best, bestEdits] = [name, edits];
  }
  return best;
}
