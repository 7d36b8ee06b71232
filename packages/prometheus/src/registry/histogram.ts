import type { LabelValues } from "./client.ts";

/** What a registry asks a metric for, in both clients. */
interface Exposed {
  readonly name: string;
  readonly help: string;
  readonly type: "histogram";
  readonly aggregator: "sum";
  readonly values: readonly {
    readonly labels: Record<string, string | number>;
    readonly value: number;
    readonly metricName: string;
  }[];
}

/** A metric as a registry holds it. */
export interface LocalHistogram extends Omit<Exposed, "values"> {
  /** A series, at 0; what it gives takes a duration, ms. */
  series(labels: LabelValues): (ms: number) => void;
  get(): Promise<Exposed>;
  reset(): void;
}

interface Series {
  readonly labels: LabelValues;
  /** How many fell into each bucket, the last for those above all. */
  readonly counts: number[];
  ms: number;
}

/**
 * A histogram that counts here and is read by the registry like one of the client's: two are observed a send, and the
 * client's own counting was two thirds of what it costs to be watched.
 *
 * @param buckets upper bounds in seconds, in order
 */
export function localHistogram(name: string, help: string, buckets: readonly number[]): LocalHistogram {
  const all: Series[] = [];
  const bounds = buckets.map((seconds) => seconds * 1_000);
  const about = { name, help, type: "histogram", aggregator: "sum" } as const;

  const exposed = ({ labels, counts, ms }: Series): Exposed["values"] => {
    let below = 0;
    const count = counts.reduce((sum, one) => sum + one, 0);
    const within = [...buckets, "+Inf"].map((le, i) => {
      below += counts[i] ?? 0;
      return { labels: { le, ...labels }, value: below, metricName: `${name}_bucket` };
    });
    return [
      ...within,
      { labels, value: ms / 1_000, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  };

  return {
    ...about,
    series(labels) {
      const one: Series = { labels, counts: new Array<number>(bounds.length + 1).fill(0), ms: 0 };
      all.push(one);
      return (ms) => {
        let place = 0;
        while (place < bounds.length && !(ms <= (bounds[place] as number))) place += 1;
        one.counts[place] = (one.counts[place] as number) + 1;
        one.ms += ms;
      };
    },
    get: async () => ({ ...about, values: all.flatMap(exposed) }),
    reset() {
      for (const one of all) {
        one.counts.fill(0);
        one.ms = 0;
      }
    },
  };
}
