import { expect } from "vitest";
import type { Delivery } from "../src/events/delivery.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import type { Plan, SeenCall } from "./random-chain.ts";

/** What was seen of one delivery, from both ends. */
export interface Seen {
  readonly made: Plan;
  readonly recipients: readonly string[];
  readonly delivery: Delivery;
  /** Calls and events of this delivery alone. */
  readonly calls: readonly SeenCall[];
  readonly events: readonly RelaisEvent[];
}

type Of<T extends RelaisEvent["type"]> = Extract<RelaisEvent, { type: T }>;
const all = <T extends RelaisEvent["type"]>(events: readonly RelaisEvent[], type: T): Of<T>[] =>
  events.filter((event): event is Of<T> => event.type === type);

/** Nobody gets two copies, or one more try after a last word. */
export function nobodyGetsTwo({ made, recipients, calls, delivery }: Seen): void {
  // Calls and attempts that were made go side by side; what is said after the attempt ended nobody heard.
  const real = delivery.attempts.filter(({ skipped }) => !skipped);
  const heard = (call: SeenCall): boolean => {
    const attempt = real[calls.indexOf(call)];
    return attempt !== undefined && call.saidAt <= Date.parse(attempt.at) + attempt.ms;
  };
  for (const address of recipients) {
    const mine = calls.filter(({ to }) => to.includes(address));
    const accepted = mine.filter(({ said }) => said.get(address) === "accept");
    // Past the gate, and no definite no: it may be on its way.
    const maybe = mine.filter(
      ({ crossed, said }) =>
        crossed && ["accept", "unknown", "cancelled", undefined].includes(said.get(address)),
    );
    if (made.onUnknown === "stop") {
      expect(maybe.length).toBeLessThanOrEqual(1);
      expect(delivery).not.toHaveProperty("possibleDuplicate");
    } else if (maybe.length > 1) expect(delivery.possibleDuplicate).toBe(true);
    if (made.onUnknown === "stop") expect(accepted.length).toBeLessThanOrEqual(1);
    const lastWord = mine.findIndex((call) => {
      const word = call.said.get(address);
      // Cancelled because the attempt's own time was over is a time-out: others may try.
      const gaveUp = !call.crossed && word === "cancelled" && real[calls.indexOf(call)]?.code !== "timeout";
      return heard(call) && (word === "rejected" || gaveUp);
    });
    if (lastWord >= 0) expect(mine.slice(lastWord + 1)).toEqual([]);
  }
}

/** The delivery says what happened, to everybody and only to them. */
export function theDeliveryIsTrue({ recipients, delivery, calls, made }: Seen): void {
  const refused = delivery.rejected.map(({ address }) => address);
  expect([...delivery.accepted, ...refused].sort()).toEqual([...recipients].sort());
  expect(delivery.success).toBe(delivery.accepted.length === recipients.length);
  expect(delivery.receipts.flatMap(({ accepted }) => accepted).sort()).toEqual([...delivery.accepted].sort());
  for (const address of delivery.accepted) {
    expect(calls.some(({ said }) => said.get(address) === "accept")).toBe(true);
  }
  if (delivery.success) {
    expect(made.links.map((_, i) => `P${i}`)).toContain(delivery.provider);
    return;
  }
  const unknown = delivery.rejected.some(({ failure }) => failure.kind === "unknown");
  expect(delivery.status).toBe(unknown ? "unknown" : delivery.accepted.length > 0 ? "partial" : "failed");
  expect(delivery.error).toBe(
    delivery.failures.map(({ provider, reason }) => `${provider}: ${reason}`).join(" | "),
  );
  const order = delivery.failures.map(({ provider }) => provider);
  expect(order).toEqual([...new Set(order)].sort());
  for (const { address, failure } of delivery.rejected) {
    const maybe = calls.some(
      ({ to, crossed, said }) => to.includes(address) && crossed && said.get(address) === undefined,
    );
    if (maybe) expect(failure.kind).toBe("unknown");
    // Somebody answered for everybody, and what surely was not sent is not in doubt.
    expect(failure.provider).toMatch(/^P\d$/);
    if (failure.kind === "unknown")
      expect(calls.some(({ to, crossed }) => to.includes(address) && crossed)).toBe(true);
  }
}

/** Every attempt is there, in order, and the events tell the same story. */
export function theStoryIsWhole({ delivery, events, calls }: Seen): void {
  const { attempts } = delivery;
  expect(attempts.map(({ n }) => n)).toEqual(attempts.map((_, i) => i + 1));
  expect(all(events, "attempt").map(({ attempt }) => attempt)).toEqual(attempts);
  const real = attempts.filter(({ skipped }) => !skipped);
  expect(all(events, "attempt-start").map(({ attempt }) => attempt)).toEqual(real.map(({ id }) => id));
  expect(calls.map(({ provider }) => provider)).toEqual(real.map(({ provider }) => provider));
  const handed = real.filter(({ phase }) => phase === "handed_over").map(({ id }) => id);
  expect(all(events, "hand-over").map(({ attempt }) => attempt)).toEqual(handed);
  expect(calls.filter(({ crossed }) => crossed)).toHaveLength(handed.length);
  expect(all(events, "delivery-start")).toHaveLength(1);
  expect(all(events, "delivery").map((event) => event.delivery)).toEqual([delivery]);
  expect(events.at(0)?.type).toBe("delivery-start");
}

/** Retries, waits and breakers keep to their options. */
export function thePoliciesHold({ made, delivery, events, calls, recipients }: Seen): void {
  const waits = all(events, "wait");
  const reached = ({ said }: SeenCall): boolean => [...said.values()].includes("accept");
  made.links.forEach((link, i) => {
    const provider = `P${i}`;
    const mine = calls.filter((call) => call.provider === provider);
    // A part has tries of its own, of which one that reached somebody is none.
    const parts = recipients.length;
    const most = (link.attempts ?? 1) * (link.limits === undefined ? 1 : parts) * (1 + waits.length);
    expect(mine.filter((call) => link.attempts === undefined || !reached(call)).length).toBeLessThanOrEqual(
      most,
    );
    for (const { failure, delayMs } of all(events, "retry").filter((event) => event.provider === provider)) {
      expect(failure.kind).toBe("transient");
      expect(delayMs).toBeGreaterThanOrEqual(failure.retryAfterMs ?? 0);
      expect(delayMs).toBeLessThanOrEqual(link.capMs);
    }
  });
  for (const { delayMs } of waits) expect(delayMs).toBeGreaterThanOrEqual(0);
  if (!delivery.success && delivery.retryAfterMs !== undefined)
    expect(delivery.retryAfterMs).toBeGreaterThanOrEqual(0);
}

/** No attempt is for more than its provider takes; a provider that would refuse is passed over, and says so. */
export function theLimitsHold({ made, calls, delivery, recipients }: Seen): void {
  const bytes = 5 + (made.attachment === undefined ? 0 : 1);
  for (const [i, { limits }] of made.links.entries()) {
    const provider = `P${i}`;
    const mine = calls.filter((call) => call.provider === provider);
    const passed = delivery.attempts.filter((one) => one.provider === provider && one.code === "over-limit");
    for (const { kind, skipped, phase } of passed)
      expect([kind, skipped, phase]).toEqual(["refused", true, "open"]);
    if (limits === undefined) {
      expect(passed).toEqual([]);
      continue;
    }
    const never =
      bytes > (limits.maxBytes ?? 1_000) ||
      (limits.refusedExtensions !== undefined && made.attachment === "a.EXE");
    if (never) expect(mine).toEqual([]);
    else expect(passed).toEqual([]);
    for (const { to, most } of mine) {
      // What is learned between two tries of one part comes too late for it.
      if (limits.learned === undefined) expect(to.length).toBeLessThanOrEqual(most ?? recipients.length);
      expect(new Set(to).size).toBe(to.length);
      const isVisible = (address: string): boolean => recipients.indexOf(address) < made.visible;
      // Visible ones may have been taken, the hidden ones beside them left over: then they are alone for the next try.
      const first = mine.find((call) => to.every((address) => call.to.includes(address)));
      if (limits.visibleRecipient === true && first !== undefined && first.to.length > 1)
        expect(first.to.some(isVisible)).toBe(true);
    }
  }
}

/** Over several deliveries: between opening and its time to reopen a breaker lets nothing through. */
export function noCallWhileOpen(events: readonly RelaisEvent[]): void {
  const closedUntil = new Map<string, number>();
  for (const event of events) {
    if (event.type === "breaker")
      closedUntil.set(event.provider, event.state === "open" ? (event.reopenAt ?? Infinity) : 0);
    if (event.type === "attempt-start")
      expect(event.at).toBeGreaterThanOrEqual(closedUntil.get(event.provider) ?? 0);
  }
}
