import { type Diagnosis, type Fail, mailboxKey, type Rejection } from "@relais/core/spi";
import { retryAfterMs } from "@relais/http-client";
import type { AddressedMessage } from "../api/addressed-message.ts";
import type { Answer, HttpApi } from "../api/api.ts";
import { type ErrorRow, maxCharacters, rowFor } from "../api/errors.ts";

/** What an answer that is no success means. */
export interface Explained extends Diagnosis {
  /** It is about a recipient. */
  readonly ofRecipient: boolean;
  /** About the form of its address. */
  readonly ofForm: boolean;
  /** The recipients it is about, if it says so. */
  readonly named: readonly string[];
  /** Recipients of whom it is about one or more, if it says no more than that. */
  readonly among: readonly string[];
}

function waitOf(row: ErrorRow | undefined, answer: Answer, words: string): number | undefined {
  if (row === undefined) return undefined;
  const { retryAfter = [], otherwiseMs, atLeastMs } = row;
  const waitMs = retryAfterMs(retryAfter, answer.headers, Date.now(), words) ?? otherwiseMs;
  return atLeastMs === undefined ? waitMs : Math.max(waitMs ?? 0, atLeastMs);
}

/** What an answer that is no success means, and whom it is about, if it says so. */
export function explainAnswer(api: HttpApi, answer: Answer, outgoing?: AddressedMessage): Explained {
  const { code, text, about = [], among = [] } = api.complaint(answer, outgoing);
  const words = text?.slice(0, maxCharacters);
  const row = rowFor(api.errors, answer.status, code, words);
  return {
    kind: row?.kind ?? "unknown",
    reason: `${row?.meaning ?? "an answer that says nothing"}${words === undefined ? "" : `: ${words}`}`,
    code: code === undefined ? String(answer.status) : `${answer.status} ${code}`,
    retryAfterMs: waitOf(row, answer, words ?? ""),
    ofRecipient: row?.about === "recipient",
    ofForm: row?.form === true,
    named: about,
    among,
  };
}

/** How one request ended. */
export type Reading =
  | {
      readonly messageId: string;
      readonly accepted: readonly string[];
      readonly rejected: readonly Rejection[];
    }
  | Explained
  | Diagnosis;

const messageIdForm = /^[^\s\p{Cc}]{1,998}$/u;

/** A row of a table speaks for an answer that was read: what it calls transient was surely not accepted. */
const definitely = (explained: Explained): Explained =>
  explained.kind === "transient" ? { ...explained, definite: true } : explained;

/** What an answer to a message says. */
export function readAnswerTo(
  api: HttpApi,
  answer: Answer,
  outgoing: AddressedMessage,
  recipients: readonly string[],
  fail: Fail,
): Reading {
  const acceptance = answer.status >= 200 && answer.status <= 299 ? api.accepted(answer) : undefined;
  const { messageId = "" } = acceptance ?? {};
  if (!messageIdForm.test(messageId)) return definitely(explainAnswer(api, answer, outgoing));
  const codes = new Map(acceptance?.rejected?.map(({ address, code }) => [mailboxKey(address), code]));
  const rejected = recipients.flatMap((address): Rejection[] => {
    const code = codes.get(mailboxKey(address));
    if (code === undefined) return [];
    const row = rowFor(api.errors, answer.status, code);
    const reason = row?.meaning ?? "left out";
    return [{ address, failure: fail({ kind: row?.kind ?? "refused", reason, code }) }];
  });
  const left = new Set(rejected.map((one) => one.address));
  const accepted = recipients.filter((address) => !left.has(address));
  return { messageId, accepted, rejected };
}
