import { afterEach, beforeEach, expect, test } from "vitest";
import { chainTo, type FarEnds, farEnds, mail } from "./far-ends.ts";

let ends: FarEnds;
beforeEach(async () => {
  ends = await farEnds();
});
afterEach(() => ends.close());

const slow = { delayMs: 6 } as const;

/** @param ms negative: in the turn in which it is sent, when nothing can have gone out yet */
async function abortedAfter(ms: number, first: "SMTP" | "SES") {
  const chain = chainTo(ends, { first });
  const controller = new AbortController();
  let aborted = false;
  let late = false;
  const abort = () => {
    aborted = true;
    // A yardstick on the same event loop, so that a busy machine delays both.
    setTimeout(() => {
      late = true;
    }, 49);
    controller.abort();
  };
  if (ms >= 0) setTimeout(abort, ms);
  const sending = chain.send(mail, { signal: controller.signal });
  if (ms < 0) abort();
  const delivery = await sending;
  const settledInTime = !late;
  // A closed socket takes its moment to be noticed at the far end, but no second.
  const left = () => (delivery.success || !aborted ? 0 : ends.smtp.open + ends.ses.open);
  for (let i = 0; i < 50 && left() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  const open = left();
  await chain.close();
  return { delivery, settledInTime, open };
}

test.each(["SMTP", "SES"] as const)(
  "an abort at any point of a send by %s settles within 50 ms, sockets closed",
  async (first) => {
    ends.smtp.script({
      greeting: slow,
      ehlo: slow,
      starttls: slow,
      auth: slow,
      mail: slow,
      rcpt: slow,
      data: slow,
      dot: slow,
    });
    ends.ses.fault({ delayMs: 30 });
    const kinds = new Set<string>();
    for (let ms = -2; ms <= 60; ms += 2) {
      const before = ends.smtp.accepted.length + ends.ses.accepted.length;
      const { delivery, settledInTime, open } = await abortedAfter(ms, first);
      const copies = ends.smtp.accepted.length + ends.ses.accepted.length - before;
      expect(settledInTime, `aborted after ${ms} ms`).toBe(true);
      if (delivery.success) {
        expect(copies).toBe(1);
        continue;
      }
      kinds.add(delivery.kind);
      expect(open, `sockets open after ${ms} ms`).toBe(0);
      expect(["cancelled", "unknown"]).toContain(delivery.kind);
      // The far end may still take it, in its own time: before the next is sent, whose copies are counted, too.
      if (delivery.kind === "unknown") await new Promise((resolve) => setTimeout(resolve, 60));
      // What was given up as surely not delivered must not have been.
      if (delivery.kind === "cancelled") expect(copies).toBe(0);
      expect(delivery.attempts.length).toBeLessThanOrEqual(1);
    }
    expect(kinds).toContain("cancelled");
  },
);
