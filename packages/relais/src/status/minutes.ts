const minuteMs = 60_000;
const places = 60;

/** Counts of the last sixty minutes, in as much memory however much is counted. */
export function minutes(now: () => number): { add(count: number): void; sum(): number } {
  const counts = new Array<number>(places).fill(0);
  let last = Math.floor(now() / minuteMs);
  const turn = (): number => {
    const minute = Math.floor(now() / minuteMs);
    for (let passed = Math.min(minute - last, places); passed > 0; passed--)
      counts[(minute - passed + 1) % places] = 0;
    last = Math.max(last, minute);
    return last % places;
  };
  return {
    add(count) {
      const place = turn();
      counts[place] = (counts[place] ?? 0) + count;
    },
    sum() {
      turn();
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
