const tenMinutesMs = 10 * 60_000;

/**
 * Clears away dead rows from time to time: PGlite has no background process that would.
 * @param everyMs a round is left out while the one before is still waiting or at work. @defaultValue 10 minutes
 * @returns what ends it; no timer keeps the process alive
 */
export function keepVacuumed(
  client: { exec(text: string): Promise<unknown> },
  everyMs: number = tenMinutesMs,
): () => void {
  let busy = false;
  const vacuum = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await client.exec("vacuum (analyze)");
    } catch {
      // Closed meanwhile, or the disk is full: whoever writes is told; the next round tries again.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void vacuum(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
