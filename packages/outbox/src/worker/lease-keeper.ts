import { coalesce } from "../database/with-timeout.ts";
import type { Lease, Leases } from "../store/leases.ts";

/** The leases of a worker: the one that it claims under, and older ones under which it still holds messages. */
export interface LeaseKeeper {
  /** The lease to claim under; none while it has been lost and there is no new one yet. */
  readonly current: Lease | undefined;
  /** Nothing more is claimed under the current lease; it is kept for as long as a message is held under it. */
  retire(): void;
  /** Renews all, acquires a new one where there is none or it is old, releases what holds nothing. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** pg-boss ends a job after a day at most, renewed or not. */
const maxAgeMs = 12 * 3_600_000;

/**
 * @param inUse whether a message is still held under a lease
 * @param onLost called with the ids of leases that were lost
 */
export async function leaseKeeper(
  leases: Leases,
  inUse: (lease: string) => boolean,
  onLost: (leases: readonly string[]) => void,
  replaceAfterMs: number = maxAgeMs,
): Promise<LeaseKeeper> {
  let current: Lease | undefined = await leases.acquire();
  let since = Date.now();
  let held: readonly Lease[] = [current];

  return {
    get current() {
      return current;
    },
    retire() {
      current = undefined;
    },
    renew: coalesce(async () => {
      const lost = await leases.renew(held);
      if (lost.length > 0) onLost(lost);
      held = held.filter(({ id }) => !lost.includes(id));
      // Not one that is replaced only now: messages may just be claimed under it.
      const idle = held.filter((lease) => lease !== current && !inUse(lease.id));
      held = held.filter((lease) => !idle.includes(lease));
      if (current !== undefined && lost.includes(current.id)) current = undefined;
      if (current === undefined || Date.now() - since > replaceAfterMs) {
        current = await leases.acquire();
        since = Date.now();
        held = [...held, current];
      }
      await leases.release(idle);
    }),
    release: () => leases.release(held),
  };
}
