import type { Delivery } from "@relais/core";
import type { State } from "../state.ts";

interface At {
  /** Ms since 1970. */
  readonly at: number;
}

/** What a worker tells its observers, besides what the chain tells its own. */
export type WorkerEvent =
  | (At & {
      readonly type: "settled";
      readonly message: string;
      readonly tenant: string;
      readonly state: State;
      /** The provider that delivered, if one did. */
      readonly provider?: string | undefined;
      readonly error?: string | undefined;
      /** Ms since 1970: not before then is it tried again. */
      readonly notBefore?: number | undefined;
      /** From the claim to what became of it. */
      readonly ms: number;
      /** Absent if there was nothing to send. */
      readonly delivery?: Delivery | undefined;
      /** It was sent again to somebody who may have had it already, and that one took it. */
      readonly possibleDuplicate?: boolean | undefined;
    })
  /** A worker was lost, and its message taken up. */
  | (At & { readonly type: "recovered"; readonly message: string; readonly state: State })
  /** This worker lost its claim: the queue had not heard of it for too long. */
  | (At & { readonly type: "lease-lost"; readonly message: string })
  /** An answer that came after nobody had known. */
  | (At & { readonly type: "late"; readonly message: string; readonly state: State })
  /** Something failed in the background; the worker goes on. */
  | (At & { readonly type: "error"; readonly during: string; readonly error: string });

export type WorkerObserver = (event: WorkerEvent) => void;
