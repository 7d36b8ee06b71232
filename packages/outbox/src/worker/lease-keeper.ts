import { oneAtATime } from "../database/coalesce.ts";
import type { Lease, Leases } from "../store/leases.ts";

/** The leases of a worker: the one that it claims under, and older ones that still hold something. */
export interface Tenure {
  /** The lease to claim under; none while it has been lost and there is no new one yet. */
  readonly current: Lease | undefined;
  /** Nothing more is claimed under the current lease; it is kept for as long as something is held under it. */
  giveUp(): void;
  /**
   * Keeps all, takes a new one where that is due, gives back what holds nothing. Who asks while that is under way waits
   * for it.
   */
  renew(): Promise<void>;
  end(): Promise<void>;
}

/** pg-boss ends a job after a day at most, renewed or not. */
const longestMs = 12 * 3_600_000;

/**
 * @param inUse whether something is still held under a lease
 * @param onLost told of the ids of leases that were lost
 */
export async function tenure(
  leases: Leases,
  inUse: (lease: string) => boolean,
  onLost: (leases: readonly string[]) => void,
  replaceAfterMs: number = longestMs,
): Promise<Tenure> {
  let current: Lease | undefined = await leases.take();
  let since = Date.now();
  let held: readonly Lease[] = [current];

  return {
    get current() {
      return current;
    },
    giveUp() {
      current = undefined;
    },
    renew: oneAtATime(async () => {
      const lost = await leases.renew(held);
      if (lost.length > 0) onLost(lost);
      held = held.filter(({ id }) => !lost.includes(id));
      // Not one that is replaced only now: somebody may be claiming under it.
      const idle = held.filter((lease) => lease !== current && !inUse(lease.id));
      held = held.filter((lease) => !idle.includes(lease));
      if (current !== undefined && lost.includes(current.id)) current = undefined;
      if (current === undefined || Date.now() - since > replaceAfterMs) {
        current = await leases.take();
        since = Date.now();
        held = [...held, current];
      }
      await leases.end(idle);
    }),
    end: () => leases.end(held),
  };
}
