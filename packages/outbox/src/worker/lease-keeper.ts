import type { Database } from "../database/database.ts";
import { coalesce } from "../database/with-timeout.ts";
import { acquireLease, releaseLeases, renewLeases } from "../store/leases.ts";

/** The leases of a worker: the one that it claims under, and retired ones under which it still holds messages. */
export interface LeaseKeeper {
  /** The lease to claim under; none while it has been lost or retired and there is no new one yet. */
  readonly current: string | undefined;
  /** Nothing more is claimed under the current lease; it is kept for as long as a message is held under it. */
  retire(): void;
  /** Renews all, acquires a new one where there is none, releases retired ones that hold nothing. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * @param inUse whether a message is still held under a lease
 * @param onLost called with leases that were lost
 */
export async function leaseKeeper(
  database: Database,
  worker: string,
  inUse: (lease: string) => boolean,
  onLost: (leases: readonly string[]) => void,
): Promise<LeaseKeeper> {
  let current: string | undefined = await acquireLease(database, worker, undefined);
  let held: readonly string[] = [current];

  return {
    get current() {
      return current;
    },
    retire() {
      current = undefined;
    },
    renew: coalesce(async () => {
      const lost = await renewLeases(database, held);
      if (lost.length > 0) onLost(lost);
      if (current !== undefined && lost.includes(current)) current = undefined;
      const idle = held.filter((lease) => lease !== current && !lost.includes(lease) && !inUse(lease));
      held = held.filter((lease) => !lost.includes(lease) && !idle.includes(lease));
      if (current === undefined) {
        current = await acquireLease(database, worker);
        held = [...held, current];
      }
      await releaseLeases(database, idle);
    }),
    release: () => releaseLeases(database, held),
  };
}
