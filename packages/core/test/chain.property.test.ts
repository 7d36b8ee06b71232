import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  nobodyGetsTwo,
  noCallWhileOpen,
  type Seen,
  theDeliveryIsTrue,
  theLimitsHold,
  thePoliciesHold,
  theStoryIsWhole,
} from "./delivery-rules.ts";
import { manualClock } from "./manual-clock.ts";
import { build, type Plan, plan } from "./random-chain.ts";
import { sampleMessage } from "./sample-message.ts";

const addresses = Array.from({ length: 7 }, (_, i) => `r${i}@example.org`);

/** Sends what is planned, one after the other, and looks at each delivery. */
async function run(
  made: Plan,
  look: (seen: Seen, tookMs: number, abortedAt: number | undefined, endedAt: number) => void,
) {
  const clock = manualClock();
  const { chain, calls, events } = build(made, clock);
  const recipients = addresses.slice(0, made.recipients);
  for (let i = 0; i < made.sends; i++) {
    const [callsBefore, eventsBefore, began] = [calls.length, events.length, clock.now()];
    const controller = new AbortController();
    let abortedAt: number | undefined;
    if (made.abortAfterMs !== undefined) {
      clock.after(made.abortAfterMs, () => {
        abortedAt = clock.now();
        controller.abort();
      });
    }
    const [to, bcc] = [recipients.slice(0, made.visible), recipients.slice(made.visible)];
    const attachments =
      made.attachment === undefined ? [] : [{ filename: made.attachment, content: Buffer.from("x") }];
    const message = await sampleMessage({ to, bcc, attachments });
    const delivery = await clock.until(chain.send(message, { signal: controller.signal }));
    const endedAt = clock.now();
    // What a provider says afterwards is none of this delivery's.
    const seen = {
      made,
      recipients,
      delivery,
      calls: calls.slice(callsBefore),
      events: events.slice(eventsBefore),
    };
    look(seen, endedAt - began, abortedAt, endedAt);
    await clock.advance(made.pauseMs);
  }
  return events;
}

const check = (look: Parameters<typeof run>[1]) =>
  fc.assert(
    fc.asyncProperty(plan, async (made) => void (await run(made, look))),
    { numRuns: 1_000 },
  );

describe("over random chains, policies and scripts", { timeout: 120_000 }, () => {
  test("nobody gets two copies unless the caller chose so, and no try follows a last word", () =>
    check(nobodyGetsTwo));

  test("the delivery says what happened to everybody, as documented", () => check(theDeliveryIsTrue));

  test("every attempt is there, numbered, and the events tell the same story", () => check(theStoryIsWhole));

  test("tries, waits and delays keep to their options", () => check(thePoliciesHold));

  test("no attempt is over the limits of its provider, and who is passed over is told", () =>
    check(theLimitsHold));

  test("an open breaker makes no call", () =>
    fc.assert(
      fc.asyncProperty(plan, async (made) => {
        const links = made.links.map((link) => ({ ...link, breaker: true }));
        noCallWhileOpen(await run({ ...made, links, sends: 3 }, () => undefined));
      }),
      { numRuns: 1_000 },
    ));

  test("an abort or the deadline ends a delivery within 50 ms", () =>
    check(({ made }, tookMs, abortedAt, endedAt) => {
      if (abortedAt !== undefined) expect(endedAt - abortedAt).toBeLessThanOrEqual(50);
      expect(tookMs).toBeLessThanOrEqual(made.deadlineMs + 50);
    }));
});
