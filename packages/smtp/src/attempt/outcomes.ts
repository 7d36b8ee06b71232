import {
  type Failure,
  type FailureKind,
  failure,
  type Outcome,
  type Rejection,
  reason,
  receipt,
} from "@relais/core/spi";
import type { Vault } from "../connection/secret-redactor.ts";
import { type Judgement, judge } from "../replies/classify.ts";
import { type Evidence, evidence } from "../replies/parse-error.ts";

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

/** More of a far end's words is not looked at: a reason has 300 characters, and whoever is hostile sends megabytes. */
const mostCharacters = 4_096;
const reasonCharacters = 300;

/** @param hint what to do about it, behind the reason */
export function telling(
  provider: string,
  { redact }: Vault,
  hint: (found: Evidence) => string | undefined = () => undefined,
): Telling {
  const clean = (text: string): string => {
    if (text.length <= mostCharacters) return redact(text);
    // A secret that the cut went through is no longer known as one: what hangs together there goes with it.
    const head = text.slice(0, mostCharacters);
    return redact(head.slice(0, head.search(/\S*$/)) || "a long reply");
  };
  const tell = ({ said, reason: own, code, ...judgement }: Judgement, more?: string): Failure => {
    const words = said === undefined ? clean(own) : `${own}: ${clean(said)}`;
    return failure({
      ...judgement,
      provider,
      // A long reply leaves room for what is behind it.
      reason: more === undefined ? words : `${reason(words, reasonCharacters - more.length - 1)} ${more}`,
      code: code === undefined ? undefined : clean(code),
    });
  };
  const rejections = (errors: readonly unknown[]): Rejection[] =>
    errors.flatMap((error) => {
      const address = evidence(error).recipient;
      return address === undefined
        ? []
        : [{ address, failure: tell(judge(error, false), hint(evidence(error))) }];
    });
  const alike = (all: readonly Rejection[]): boolean =>
    all.every(
      ({ failure: { kind, reason } }) => kind === all[0]?.failure.kind && reason === all[0]?.failure.reason,
    );

  return {
    failure: (judgement) => tell(judgement),
    trouble: (thrown, handedOver) =>
      tell(judge(thrown, handedOver), handedOver ? undefined : hint(evidence(thrown))),
    rejections,
    outcome: ({ messageId, accepted, rejected, responses }) => {
      if (accepted.length > 0) {
        const response = responses.length === 0 ? undefined : clean(responses.join(" | "));
        return receipt({ provider, messageId, accepted, rejected, response });
      }
      const [first] = [...rejected].sort((a, b) => hope(a) - hope(b));
      if (first === undefined) return tell({ kind: "rejected", reason: "there is no recipient" });
      if (alike(rejected)) return first.failure;
      return failure({ ...first.failure, rejected });
    },
  };
}
