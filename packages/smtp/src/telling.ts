import {
  type Failure,
  type FailureKind,
  failure,
  type Receipt,
  type Rejection,
  receipt,
} from "@relais/core/spi";
import { evidence } from "./evidence.ts";
import { type Judgement, judge } from "./judge.ts";
import type { Vault } from "./vault.ts";

/** Turns what happened into outcomes, under the provider's id and without secrets. */
export interface Telling {
  failure(judgement: Judgement): Failure;
  /** The failure behind a thrown value, recipient by recipient where they were refused for different reasons. */
  trouble(thrown: unknown, handedOver: boolean): Failure;
  receipt(messageId: string, sent: Sent): Receipt;
}

/** The part of nodemailer's answer that counts. */
export interface Sent {
  readonly accepted: readonly string[];
  readonly rejectedErrors?: readonly unknown[] | undefined;
  readonly response?: string | undefined;
}

/** What a message amounts to that everybody was refused: the kind that leaves most hope. */
const hopefulFirst: readonly FailureKind[] = [
  "transient",
  "throttled",
  "deferred",
  "misconfigured",
  "refused",
  "rejected",
];

const hope = ({ failure }: Rejection): number => hopefulFirst.indexOf(failure.kind);

export function telling(provider: string, { redact }: Vault): Telling {
  const tell = (judgement: Judgement, rejected?: readonly Rejection[]): Failure =>
    failure({
      ...judgement,
      provider,
      reason: redact(judgement.reason),
      code: judgement.code === undefined ? undefined : redact(judgement.code),
      rejected,
    });
  const rejections = (errors: readonly unknown[]): Rejection[] =>
    errors.flatMap((error) => {
      const address = evidence(error).recipient;
      return address === undefined ? [] : [{ address, failure: tell(judge(error, false)) }];
    });
  const alike = (all: readonly Rejection[]): boolean =>
    all.every(
      ({ failure: { kind, reason } }) => kind === all[0]?.failure.kind && reason === all[0]?.failure.reason,
    );

  return {
    failure: (judgement) => tell(judgement),
    trouble: (thrown, handedOver) => {
      const refused = handedOver ? [] : rejections(evidence(thrown).rejectedErrors);
      const [first, ...others] = [...refused].sort((a, b) => hope(a) - hope(b));
      if (first === undefined) return tell(judge(thrown, handedOver));
      if (others.length === 0 || alike(refused)) return first.failure;
      return tell(first.failure, refused);
    },
    receipt: (messageId, { accepted, rejectedErrors = [], response }) =>
      receipt({
        provider,
        messageId,
        accepted,
        rejected: rejections(rejectedErrors),
        response: response === undefined ? undefined : redact(response),
      }),
  };
}
