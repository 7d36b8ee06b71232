import type { FeedbackEvent, FeedbackType, SuppressionReason } from "@relais/core";
import fc from "fast-check";

/** What a vendor tells of one recipient of a mail, in the order in which it happens. */
export type Story = readonly Pick<FeedbackEvent, "type" | "bounce">[];

const told = (type: FeedbackType, bounce?: FeedbackEvent["bounce"]): Story[number] => ({ type, bounce });

const stories: readonly Story[] = [
  [],
  [told("deferred")],
  [told("delivered")],
  [told("deferred"), told("delivered")],
  [told("deferred"), told("bounced", "soft")],
  [told("bounced", "undetermined")],
  [told("bounced", "hard")],
  [told("delivered"), told("bounced", "hard")],
  [told("bounced", "hard"), told("delivered")],
  [told("bounced", "soft"), told("delivered")],
  [told("complained"), told("bounced", "undetermined")],
  [told("blocked")],
  [told("failed")],
  [told("delivered"), told("complained")],
  [told("delivered"), told("unsubscribed")],
];

export const anyStory: fc.Arbitrary<Story> = fc.constantFrom(...stories);

const rank = (event: Story[number]): number =>
  event.bounce === "hard"
    ? 7
    : ["", "deferred", "delivered", "unsubscribed", "failed", "bounced", "blocked", "", "complained"].indexOf(
        event.type,
      );

/** Whether the mail arrived, as far as the vendor has told; undefined if it has not. */
export function arrivedBy(story: Story): boolean | undefined {
  const [last] = [...story].sort((a, b) => rank(b) - rank(a));
  if (last === undefined || last.type === "deferred") return undefined;
  return ["delivered", "unsubscribed", "complained"].includes(last.type);
}

export interface ToldEvent extends FeedbackEvent {
  /** Of the message. */
  readonly inStream: string | undefined;
}

/** The suppressions that events amount to, each as `address stream reason`. */
export function suppressionsBy(
  events: readonly ToldEvent[],
  { softBounces, softWindowMs }: { readonly softBounces: number; readonly softWindowMs: number },
): readonly string[] {
  const found = new Set<string>();
  const put = (address: string, stream: string, reason: SuppressionReason) =>
    found.add(`${address} ${stream} ${reason}`);
  for (const [address, all] of Map.groupBy(events, ({ recipient }) => recipient.toLowerCase())) {
    for (const { type, bounce, inStream } of all) {
      if (type === "blocked" || bounce === "hard") put(address, "", "bounced");
      if (type === "complained") put(address, "", "complained");
      if (type === "unsubscribed") put(address, inStream ?? "", "unsubscribed");
    }
    const deliveredAt = Math.max(...all.filter(({ type }) => type === "delivered").map(({ at }) => at));
    const soft = all.filter(
      ({ type, bounce, at }) => type === "bounced" && bounce !== "hard" && at > deliveredAt,
    );
    const last = Math.max(...soft.map(({ at }) => at));
    const within = soft.filter(({ at }) => at > last - softWindowMs);
    if (new Set(within.map(({ message }) => message)).size >= softBounces) put(address, "", "bounced");
  }
  return [...found].sort();
}
