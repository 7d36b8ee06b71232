import type { Lease, Leases } from "../queue/leases.ts";

/** The leases of a worker: the one that it claims under, and older ones that still hold something. */
export interface Tenure {
  /** The lease to claim under; none while it has been lost and there is no new one yet. */
  readonly current: Lease | undefined;
  /** Keeps all, takes a new one where that is due, gives back what holds nothing. Answers the ids of those lost. */
  renew(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** pg-boss ends a job after a day at most, renewed or not. */
const longestMs = 12 * 3_600_000;

/**
 * @param inUse whether something is still held under a lease
 * @param onLost told of a lost lease before a new one is taken
 */
export async function tenure(
  leases: Leases,
  inUse: (lease: string) => boolean,
  replaceAfterMs: number = longestMs,
): Promise<Tenure> {
  let current: Lease | undefined = await leases.take();
  let since = Date.now();
  let held: readonly Lease[] = [current];

  return {
    get current() {
      return current;
    },
    async renew() {
      const lost = await leases.renew(held);
      held = held.filter(({ id }) => !lost.includes(id));
      if (current !== undefined && lost.includes(current.id)) current = undefined;
      if (current === undefined || Date.now() - since > replaceAfterMs) {
        current = await leases.take();
        since = Date.now();
        held = [...held, current];
      }
      const idle = held.filter((lease) => lease !== current && !inUse(lease.id));
      held = held.filter((lease) => !idle.includes(lease));
      await leases.end(idle);
      return lost;
    },
    end: () => leases.end(held),
  };
}
