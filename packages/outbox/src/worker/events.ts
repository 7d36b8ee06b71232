import { inspect } from "node:util";
import type { Delivery } from "@relais/core";
import type { State } from "../store/message.ts";

interface At {
  /** Ms since 1970. */
  readonly at: number;
}

/** What a worker reports to its observers, besides what the chain reports to its own. */
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
      /** It was sent again to somebody who may have had it already, and a provider accepted it for them. */
      readonly possibleDuplicate?: boolean | undefined;
    })
  /** A worker was lost, and its message recovered. */
  | (At & { readonly type: "recovered"; readonly message: string; readonly state: State })
  /** This worker lost its claim: its lease was not renewed in time. */
  | (At & { readonly type: "lease-lost"; readonly message: string })
  /** A result that came after its attempt had been taken for unknown. */
  | (At & { readonly type: "late"; readonly message: string; readonly state: State })
  /** Something failed in the background; the worker goes on. */
  | (At & { readonly type: "error"; readonly during: string; readonly error: string });

export type WorkerObserver = (event: WorkerEvent) => void;

const maxLength = 500;

/** An error on one line: some have no message but a code, and some that are thrown are no errors. */
export function errorText(error: unknown): string {
  return textOf(error).replace(/\s+/g, " ").slice(0, maxLength).toWellFormed();
}

function textOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, code, errors } = error as { message?: unknown; code?: unknown; errors?: unknown };
  if (typeof message === "string" && message !== "") return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(textOf).join(", ");
  if (typeof code === "string" && code !== "") return code;
  return inspect(error, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}
