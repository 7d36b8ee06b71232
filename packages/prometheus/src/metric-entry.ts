/** One metric; `name` is without the prefix. */
export interface MetricEntry {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  /** What must be watched for it to be there. */
  readonly needs: "nothing" | "chain" | "quota" | "outbox" | "worker";
  /** What one value is made of those of a cluster's processes. @defaultValue `"sum"` */
  readonly aggregator?: "max" | "min" | "first";
}
