import type { OutboxMessage, State } from "@relais/outbox";

/** What is done to messages by hand. */
export type Deed = "resend" | "resolve" | "cancel";

/** Where a message is that is not sent again, nor cancelled. */
const places: Partial<Record<State, string>> = {
  queued: "queued already",
  scheduled: "waiting for its time",
  deferred: "waiting for its next try",
  sending: "under way",
  sent: "sent",
};

/** Why nothing is done to a message in this state, in a few words. */
export function whyLeftOut(
  deed: Deed,
  state: State,
  resolution?: OutboxMessage["deliveryTrace"]["resolution"],
): string {
  const settled = resolution ? `, as ${resolution.by} settled it` : "";
  if (deed === "resend") return `${places[state] ?? `${state} by now`}${settled}`;
  if (deed === "cancel") return `${state === "sending" ? places.sending : state}: it is too late`;
  return `${state}${settled}: only unknown ones are settled`;
}
