import { type Failure, failure, type Outcome, type Rejection, receipt } from "@relais/core/spi";
import { type Judgement, judge } from "./classify.ts";
import { evidence } from "./evidence.ts";

/** Puts what came of an attempt into words, without secrets. */
export interface Telling {
  failure(judgement: Judgement): Failure;
  trouble(thrown: unknown, handedOver: boolean): Failure;
  sent(info: unknown, to: readonly string[]): Outcome;
}

const keyOf = (address: string): string => address.toLowerCase();

/** Addresses as transports give them: texts, or objects with an `address`. */
function addresses(value: unknown): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.map((one: unknown) =>
    typeof one === "object" && one !== null ? (one as { address?: unknown }).address : one,
  );
  return new Set(found.filter((one) => typeof one === "string").map(keyOf));
}

/** @param clean takes secrets out */
export function telling(provider: string, clean: (text: string) => string): Telling {
  const tell = ({ reason, code, ...parts }: Judgement, rejected?: readonly Rejection[]): Failure =>
    failure({
      ...parts,
      provider,
      reason: clean(reason),
      code: code === undefined ? undefined : clean(code),
      rejected,
    });

  const rejections = (errors: readonly unknown[]): Rejection[] =>
    errors.flatMap((thrown) => {
      const { recipient } = evidence(thrown);
      return recipient === undefined ? [] : [{ address: recipient, failure: tell(judge(thrown, false)) }];
    });

  const sent = (given: unknown, to: readonly string[]): Outcome => {
    const info = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
    const { messageId, response } = info;
    if (typeof messageId !== "string" || messageId === "") {
      return tell({ kind: "unknown", reason: "the transport gave no message id" });
    }
    const accepted = addresses(info.accepted);
    const refused = addresses(info.rejected) ?? new Set();
    const own = rejections(evidence(given).rejectedErrors);
    const without = (address: string): Failure =>
      own.find((one) => keyOf(one.address) === keyOf(address))?.failure ??
      (refused.has(keyOf(address))
        ? tell({ kind: "refused", reason: "the transport says it was refused, and not why" })
        : tell({ kind: "unknown", reason: "the transport does not say what became of it" }));
    const has = (address: string): boolean => accepted?.has(keyOf(address)) ?? !refused.has(keyOf(address));
    const rejected = to
      .filter((address) => !has(address))
      .map((address) => ({ address, failure: without(address) }));
    const [first] = rejected;
    if (first !== undefined && rejected.length === to.length) {
      const { kind, reason, code } = first.failure;
      return tell({ kind, reason, code }, rejected);
    }
    return receipt({
      provider,
      messageId,
      accepted: to.filter(has),
      rejected,
      response: typeof response === "string" ? clean(response) : undefined,
    });
  };

  return {
    failure: tell,
    trouble: (thrown, handedOver) => {
      const own = handedOver ? [] : rejections(evidence(thrown).rejectedErrors);
      return tell(judge(thrown, handedOver), own.length === 0 ? undefined : own);
    },
    sent,
  };
}
