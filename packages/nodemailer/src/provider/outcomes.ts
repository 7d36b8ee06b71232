import {
  type Diagnosis,
  type Failure,
  failer,
  type Outcome,
  type Rejection,
  receipt,
} from "@relais/core/spi";
import { parseError } from "@relais/smtp/replies";
import { classify } from "./classify.ts";

/** Turns what happened into outcomes, under the provider's id and without secrets. */
export interface OutcomeFactory {
  failure(diagnosis: Diagnosis): Failure;
  /** The failure behind a thrown value. */
  fromError(thrown: unknown, handedOver: boolean): Failure;
  /** What nodemailer's `info` comes to. */
  fromInfo(info: unknown, to: readonly string[]): Outcome;
}

const keyOf = (address: string): string => address.toLowerCase();

/** Addresses as transports give them: texts, or objects with an `address`. */
function keysOf(value: unknown): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const addresses = value.map((one: unknown) =>
    typeof one === "object" && one !== null ? (one as { address?: unknown }).address : one,
  );
  return new Set(addresses.filter((one) => typeof one === "string").map(keyOf));
}

/** @param redact takes secrets out */
export function outcomeFactory(provider: string, redact: (text: string) => string): OutcomeFactory {
  const make = failer(provider, redact);
  const rejections = (errors: readonly unknown[]): Rejection[] =>
    errors.flatMap((thrown) => {
      const { recipient } = parseError(thrown);
      return recipient ? [{ address: recipient, failure: make(classify(thrown, false)) }] : [];
    });

  return {
    failure: make,
    fromError: (thrown, handedOver) => {
      const rejected = handedOver ? [] : rejections(parseError(thrown).rejectedErrors);
      return make(classify(thrown, handedOver), rejected.length === 0 ? undefined : rejected);
    },
    fromInfo: (value, to) => {
      const info = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
      const { messageId, response } = info;
      if (typeof messageId !== "string" || messageId === "") {
        return make({ kind: "unknown", reason: "the transport gave no message id" });
      }
      const accepted = keysOf(info.accepted);
      const refused = keysOf(info.rejected) ?? new Set();
      const failures = new Map(
        rejections(parseError(info).rejectedErrors).map((one) => [keyOf(one.address), one.failure]),
      );
      const failureOf = (address: string): Failure =>
        failures.get(keyOf(address)) ??
        (refused.has(keyOf(address))
          ? make({ kind: "refused", reason: "the transport says it was refused, and not why" })
          : make({ kind: "unknown", reason: "the transport does not say what became of it" }));
      const isAccepted = (address: string): boolean =>
        accepted?.has(keyOf(address)) ?? !refused.has(keyOf(address));
      const rejected = to
        .filter((address) => !isAccepted(address))
        .map((address) => ({ address, failure: failureOf(address) }));
      const [first] = rejected;
      if (first !== undefined && rejected.length === to.length) {
        const { kind, reason, code } = first.failure;
        return make({ kind, reason, code }, rejected);
      }
      return receipt({
        provider,
        messageId,
        accepted: to.filter(isAccepted),
        rejected,
        response: typeof response === "string" ? redact(response) : undefined,
      });
    },
  };
}
