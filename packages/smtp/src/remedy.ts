import { evidence, phaseOf } from "./evidence.ts";
import { type Explanation, explainReply } from "./explain-reply.ts";

/**
 * What the provider itself does about a refusal, in the same attempt, since nothing of the message was handed over:
 *
 * - `reconnect`: the connection has had its share of messages, a new one has not
 * - `fewer-connections`: the server takes fewer connections than we open
 * - `fewer-recipients`: the rest of the recipients goes in a further transaction
 */
export type Remedy = "reconnect" | "fewer-connections" | "fewer-recipients";

/** What a thrown value says as a reply, if it carries one that refuses. */
export function replyBehind(thrown: unknown): Explanation | undefined {
  const found = evidence(thrown);
  if (found.response === undefined) return undefined;
  const phase = phaseOf(found);
  if (phase === undefined && !found.response.startsWith("421")) return undefined;
  return explainReply(found.response, phase ?? "greeting");
}
