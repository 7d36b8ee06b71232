import type { MessageFilter, State } from "@relais/outbox";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Which messages a command is about. */
export interface FilterFlags {
  readonly state?: State;
  readonly tenant?: string;
  readonly recipient?: string;
  readonly provider?: string;
  readonly olderThan?: number;
}

const states: readonly State[] = [
  "queued",
  "sending",
  "deferred",
  "sent",
  "partial",
  "unknown",
  "failed",
  "expired",
  "cancelled",
];
const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `12h`, `7d` as ms. */
export function duration(value: string): number {
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (number === undefined)
    throw new InvalidArgumentError("It must be a number with a unit, as in 90m, 12h or 7d.");
  return Number(number) * (units[unit] ?? 0);
}

export function withFilter(command: Command): Command {
  return command
    .addOption(new Option("--state <state>", "messages in this state").choices([...states]))
    .option("--tenant <name>", "messages of this tenant")
    .option("--recipient <address>", "messages to this address")
    .option("--provider <name>", "messages that this provider delivered")
    .option("--older-than <time>", "messages that have not changed for so long: 90m, 12h, 7d", duration);
}

export function filterOf(flags: FilterFlags, ids: readonly string[] = []): MessageFilter {
  const { state, tenant, recipient, provider, olderThan } = flags;
  return {
    ...(ids.length > 0 && { ids }),
    ...(state && { state }),
    ...(tenant && { tenant }),
    ...(recipient && { recipient }),
    ...(provider && { provider }),
    ...(olderThan !== undefined && { olderThanMs: olderThan }),
  };
}
