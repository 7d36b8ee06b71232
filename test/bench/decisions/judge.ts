import { dispositions, type FailureKind } from "@relais/core";
import type { Reported } from "../peers/peer.ts";
import type { Meaning } from "./faults.ts";

export const verdicts = ["right", "wrong", "lost", "duplicate"] as const;
export type Verdict = (typeof verdicts)[number];

/** What happened to one recipient of one mail. */
export interface Seen {
  /** What the caller was told of this recipient; `nothing` if the library gave no answer, or ended the process. */
  readonly reported: Reported | "nothing";
  /** Copies that each server really accepted, whatever it said. */
  readonly copies: readonly [primary: number, secondary: number];
  /** Whether the second server got this recipient in a RCPT. */
  readonly secondaryAsked: boolean;
}

/** What the two servers do to this recipient. */
export interface Meanings {
  readonly primary: Meaning;
  readonly secondary: Meaning;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Why it is not right. */
  readonly why?: string;
}

type One = FailureKind | "accepted";
const list = (meaning: Meaning): readonly One[] => (typeof meaning === "string" ? [meaning] : meaning);
const fails = (meaning: One): boolean => meaning !== "accepted" && dispositions[meaning].failover;

/**
 * The rule of the comparison. It knows no library: it reads what the caller was told and what the servers hold, and of
 * docs/failure-kinds.md which kind fails over. docs/decisions-compared.md says it in words.
 */
export function judge({ primary, secondary }: Meanings, seen: Seen): Judgement {
  const { reported, secondaryAsked } = seen;
  const copies = seen.copies[0] + seen.copies[1];
  const wouldTake =
    list(primary).includes("accepted") || (list(primary).some(fails) && list(secondary).includes("accepted"));
  if (copies > 1) return { verdict: "duplicate", why: `${copies} copies` };
  if (copies === 0 && wouldTake && (reported === "sent" || reported === "nothing"))
    return { verdict: "lost", why: `no copy, and the caller was told ${reported}` };
  if (list(primary).some((first) => isRight(first, list(secondary), seen))) return { verdict: "right" };

  const wrong = (why: string): Judgement => ({ verdict: "wrong", why });
  if (reported === "nothing") return wrong("the caller got no answer");
  if (reported === "failed" && copies === 1) return wrong("told failed, and a server has it");
  if (reported === "sent" && copies === 0) return wrong("told sent, and no server has it");
  if (secondaryAsked && !list(primary).some((first) => first === "accepted" || fails(first)))
    return wrong("the second server was asked, where it must not be");
  if (copies === 0 && wouldTake)
    return wrong(`told ${reported}, and no server has it, although one takes it`);
  if (reported === "unknown") return wrong("told unknown, where the answer was definite");
  return wrong(`told ${reported}, where the outcome cannot be known`);
}

function isRight(first: One, secondary: readonly One[], { reported, copies, secondaryAsked }: Seen): boolean {
  const [atFirst, atSecond] = copies;
  if (first === "accepted") return atFirst + atSecond === 1 && reported === "sent";
  if (fails(first))
    return atFirst === 0 && secondary.some((second) => isRightLast(second, atSecond, reported));
  return !secondaryAsked && isRightLast(first, atFirst, reported);
}

/** Whether the report is right, of the server that ends the matter. */
function isRightLast(meaning: One, copies: number, reported: Seen["reported"]): boolean {
  if (meaning === "accepted") return copies === 1 && reported === "sent";
  if (meaning === "unknown") return reported === "unknown" || (reported === "sent" && copies === 1);
  return copies === 0 && reported === "failed";
}
