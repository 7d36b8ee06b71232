import { type HeapProfiler, Session } from "node:inspector/promises";

const sumOf = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
  children.reduce((sum, child) => sum + sumOf(child), selfSize);

/** Bytes that `run` allocates on the heap, what the collector took back meanwhile included: sampled, so about. */
export async function allocated(run: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 1_024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await run();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  return sumOf(profile.head);
}
