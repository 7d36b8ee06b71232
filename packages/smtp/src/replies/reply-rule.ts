import type { FailureKind } from "@relais/core/spi";
import type { About } from "./about.ts";
import type { Phase } from "./phase.ts";
import type { Phrase } from "./phrase.ts";

/**
 * What the provider itself does about a refusal, in the same attempt, while nothing of the message was handed over:
 *
 * - `reconnect`: the connection has had its share of messages, a new one has not
 * - `fewer-connections`: the server takes fewer connections than we open; one of them is waited for
 * - `fewer-recipients`: the rest of the recipients goes in a further transaction
 */
export type Remedy = "reconnect" | "fewer-connections" | "fewer-recipients";

/** One row of the table that turns a server's 4xx or 5xx reply into a kind. What is absent fits everything. */
export interface ReplyRule {
  readonly phases?: readonly Phase[];
  /** Reply codes: `"421"`, or `"4xx"` for a class. */
  readonly codes: readonly string[];
  /** Subject and detail of the enhanced code (RFC 3463) without its class: `"1.1"`, or `"7.*"`; `"none"` if absent. */
  readonly enhanced?: readonly string[];
  /** Needs a wording of this meaning: see `phrases`. */
  readonly phrase?: Phrase["means"];
  readonly kind: FailureKind;
  readonly about: About;
  /** Another try here is pointless although the kind allows it. */
  readonly again?: false;
  readonly remedy?: Remedy;
  /** In a few words, for people. */
  readonly because: string;
  /** Where it is written down, or whose reply it is; with a `phrase`, its own source says more. */
  readonly source: string;
}
