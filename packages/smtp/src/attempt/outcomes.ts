import { isIP } from "node:net";
import {
  aggregateKind,
  type Failure,
  failure,
  isLoopback,
  type Outcome,
  type Rejection,
  reason,
  receipt,
} from "@relais/core/spi";
import type { SecretRedactor } from "../connection/secret-redactor.ts";
import type { Settings } from "../options/options.ts";
import { type Classification, classify } from "../replies/classify.ts";
import { explainReply } from "../replies/explain-reply.ts";
import { type ParsedError, parseError, phaseOf } from "../replies/parse-error.ts";

/** Turns what happened into outcomes, under the provider's id and without secrets. */
export interface OutcomeFactory {
  failure(classification: Classification): Failure;
  /** The failure behind a thrown value. */
  fromError(thrown: unknown, handedOver: boolean): Failure;
  /** The refusals of single recipients. @param handedOver whether the message then went to others */
  rejections(errors: readonly unknown[], handedOver?: boolean): Rejection[];
  /** What all of it comes to. */
  outcome(results: RecipientResults): Outcome;
}

/** What became of each recipient, and the server's reply to each transaction. */
export interface RecipientResults {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly Rejection[];
  readonly responses: readonly string[];
}

/** More of a reply is not looked at: a reason has 300 characters, and a hostile server sends megabytes. */
const maxCharacters = 4_096;
const maxReasonCharacters = 300;

/** @param adviceFor what to do about an error, behind the reason */
export function outcomeFactory(
  provider: string,
  { redact }: SecretRedactor,
  adviceFor: (error: ParsedError) => string | undefined = () => undefined,
): OutcomeFactory {
  const clean = (text: string): string => {
    if (text.length <= maxCharacters) return redact(text);
    // A secret that the cut went through is no longer known as one: what hangs together there goes with it.
    const head = text.slice(0, maxCharacters);
    return redact(head.slice(0, head.search(/\S*$/)) || "a long reply");
  };
  const make = ({ quoted, code, ...parts }: Classification, advice?: string): Failure => {
    const words = quoted === undefined ? clean(parts.reason) : `${parts.reason}: ${clean(quoted)}`;
    return failure({
      ...parts,
      provider,
      // A long reply leaves room for the advice.
      reason:
        advice === undefined ? words : `${reason(words, maxReasonCharacters - advice.length - 1)} ${advice}`,
      code: code === undefined ? undefined : clean(code),
    });
  };

  return {
    failure: (classification) => make(classification),
    fromError: (thrown, handedOver) =>
      make(classify(thrown, handedOver), handedOver ? undefined : adviceFor(parseError(thrown))),
    rejections: (errors, handedOver = false) =>
      errors.flatMap((thrown) => {
        const error = parseError(thrown);
        if (error.recipient === undefined) return [];
        const refusal = classify(thrown, false);
        const definite = handedOver && refusal.kind === "transient" ? true : undefined;
        return [{ address: error.recipient, failure: make({ ...refusal, definite }, adviceFor(error)) }];
      }),
    outcome: ({ messageId, accepted, rejected, responses }) => {
      if (accepted.length > 0) {
        const response = responses.length === 0 ? undefined : clean(responses.join(" | "));
        return receipt({ provider, messageId, accepted, rejected, response });
      }
      // For a message that has no recipient left, a doubt is one for all, else the kind that is worth retrying.
      const kind = aggregateKind(rejected.map((one) => one.failure));
      const first = rejected.find((one) => one.failure.kind === kind)?.failure;
      if (first === undefined) return make({ kind: "rejected", reason: "there is no recipient" });
      const isSame = (one: Rejection): boolean =>
        one.failure.kind === first.kind && one.failure.reason === first.reason;
      return rejected.every(isSame) ? first : failure({ ...first, rejected });
    },
  };
}

/** A server on the same machine, container group or local network, which often has a certificate of its own. */
function isNear(host: string): boolean {
  if (isLoopback(host)) return true;
  if (isIP(host) === 4) return /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host);
  return isIP(host) === 0 && (!host.includes(".") || /\.(?:local|internal|lan|home\.arpa)$/i.test(host));
}

const certificateCode = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_)/;

/** What to do about a failure, where a setting of ours is the likely cause; goes behind its reason. */
export function advice(settings: Settings, error: ParsedError): string | undefined {
  const { code, originalCode = code, response } = error;
  const phase = phaseOf(error);
  const isNameRefused =
    response !== undefined &&
    ((phase === "ehlo" && /^(?:421|5)/.test(response)) ||
      explainReply(response, phase ?? "greeting")?.phrase?.means === "name-refused");
  if (isNameRefused) {
    return settings.name === undefined
      ? "(if it is our name that is refused: name, SMTP_NAME, sets the one in EHLO)"
      : "(the name in EHLO is that of the option name, SMTP_NAME)";
  }
  if (!settings.secure && isNear(settings.host) && certificateCode.test(originalCode ?? "")) {
    return isLoopback(settings.host)
      ? "(ignoreTLS: true, SMTP_IGNORE_TLS=true, does without TLS on this machine)"
      : "(for a server of your own: tls.ca, or ignoreTLS: true, SMTP_IGNORE_TLS=true, which goes without TLS)";
  }
  return undefined;
}
