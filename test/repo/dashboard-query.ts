/** What every query is narrowed to by the variables at the top. */
export const own = 'job=~"$job",instance=~"$instance"';
/** How fast a counter rises, a second. */
export const rate = (metric: string, more = ""): string =>
  `rate(${metric}{${[own, more].filter((one) => one !== "").join(",")}}[$__rate_interval])`;
/** What a share of the durations of a histogram stays below, seconds. */
export const quantile = (share: number, metric: string, by: string): string =>
  `histogram_quantile(${share}, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`;
