import type { HrTime } from "@opentelemetry/api";

/** Seconds and nanoseconds. The API takes a bare number for an uptime if it is small enough; this it cannot mistake. */
export function hrTime(atMs: number): HrTime {
  const seconds = Math.floor(atMs / 1000);
  return [seconds, Math.min(999_999_999, Math.round((atMs - seconds * 1000) * 1e6))];
}
