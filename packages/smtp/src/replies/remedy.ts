import { type Explanation, explainReply } from "./explain-reply.ts";
import { evidence, phaseOf } from "./parse-error.ts";

/** What a thrown value says as a reply, if it carries one that refuses. */
export function replyBehind(thrown: unknown): Explanation | undefined {
  const found = evidence(thrown);
  if (found.response === undefined) return undefined;
  const phase = phaseOf(found);
  // A 421 ends a session wherever it comes; any other reply to nothing is half a line before a lost connection.
  if (phase === undefined && !found.response.startsWith("421")) return undefined;
  return explainReply(found.response, phase ?? "greeting");
}
