export interface BackoffOptions {
  /** The pause after the first delivery that failed for a while, ms. @defaultValue 30000 */
  readonly baseMs?: number | undefined;
  /** The longest pause, ms. @defaultValue 6 hours */
  readonly capMs?: number | undefined;
}

/** The pause before a message is tried again, ms: twice as long each time, less up to a half by chance. */
export function backoff(
  deferrals: number,
  { baseMs = 30_000, capMs = 6 * 3_600_000 }: BackoffOptions,
  random: () => number = Math.random,
): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(deferrals, 30)) * (0.5 + random() / 2);
}
