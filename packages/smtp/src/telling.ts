import {
  type Failure,
  type FailureKind,
  failure,
  type Outcome,
  type Rejection,
  receipt,
} from "@relais/core/spi";
import { evidence } from "./evidence.ts";
import { type Judgement, judge } from "./judge.ts";
import type { Vault } from "./vault.ts";

/** Turns what happened into outcomes, under the provider's id and without secrets. */
export interface Telling {
  failure(judgement: Judgement): Failure;
  /** The failure behind a thrown value. */
  trouble(thrown: unknown, handedOver: boolean): Failure;
  /** The refusals of single recipients. */
  rejections(errors: readonly unknown[]): Rejection[];
  /** What all of it comes to. */
  outcome(found: Found): Outcome;
}

/** What became of each recipient, and what the server said to each transaction. */
export interface Found {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly Rejection[];
  readonly responses: readonly string[];
}

/** The part of nodemailer's answer that counts. */
export interface Sent {
  readonly accepted: readonly string[];
  readonly rejectedErrors?: readonly unknown[] | undefined;
  readonly response?: string | undefined;
}

/** What a message amounts to that nobody got: a doubt is one for all, else the kind that leaves most hope. */
const hopefulFirst: readonly FailureKind[] = [
  "unknown",
  "cancelled",
  "transient",
  "throttled",
  "deferred",
  "misconfigured",
  "refused",
  "rejected",
];

const hope = ({ failure }: Rejection): number => hopefulFirst.indexOf(failure.kind);

export function telling(provider: string, { redact }: Vault): Telling {
  const tell = (judgement: Judgement): Failure =>
    failure({
      ...judgement,
      provider,
      reason: redact(judgement.reason),
      code: judgement.code === undefined ? undefined : redact(judgement.code),
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
    trouble: (thrown, handedOver) => tell(judge(thrown, handedOver)),
    rejections,
    outcome: ({ messageId, accepted, rejected, responses }) => {
      if (accepted.length > 0) {
        const response = responses.length === 0 ? undefined : redact(responses.join(" | "));
        return receipt({ provider, messageId, accepted, rejected, response });
      }
      const [first] = [...rejected].sort((a, b) => hope(a) - hope(b));
      if (first === undefined) return tell({ kind: "rejected", reason: "there is no recipient" });
      if (alike(rejected)) return first.failure;
      return failure({ ...first.failure, rejected });
    },
  };
}
