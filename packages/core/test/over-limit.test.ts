import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { retry } from "../src/policies/retry.ts";
import { limited, setUp, to } from "./limited-chain.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, fail, scripted } from "./scripted-provider.ts";

describe("a message that is over a provider's limits", () => {
  const tooLarge = { maxBytes: 4 };

  test("passes it over, which is told as refused, and leaves its policies alone", async () => {
    const clock = manualClock();
    const policies = [
      retry({ clock }),
      breaker({ clock, minimumCalls: 1 }),
      rateLimit({ perSecond: 1, clock }),
    ];
    const a = limited("A", tooLarge, accept());
    const of = makeLink(a, policies, clock);
    const before = of.status();
    const chain = createChain([of, scripted("B", accept())], { clock });
    const delivery = await clock.until(chain.send(sampleInput({ to })));
    expect(a.calls).toEqual([]);
    expect(delivery).toMatchObject({ success: true, provider: "B" });
    expect(delivery.attempts).toMatchObject([
      {
        n: 1,
        provider: "A",
        kind: "refused",
        code: "over-limit",
        skipped: true,
        phase: "open",
        ms: 0,
        recipients: 7,
        reason: "message too large: at least 5 bytes; at most 4 are taken",
      },
      { n: 2, provider: "B", success: true, recipients: 7 },
    ]);
    expect(of.status()).toEqual(before);
  });

  test("with nobody else it is the error, in one attempt, and told to those who look on", async () => {
    const { send, events } = setUp([
      scripted("SMTP", fail("transient")),
      limited("SES", { ...tooLarge, maxRecipients: 2 }),
    ]);
    const delivery = await send();
    expect(delivery).toMatchObject({
      status: "failed",
      error: "SMTP: transient there | SES: message too large: at least 5 bytes; at most 4 are taken",
    });
    expect(delivery.attempts).toHaveLength(2);
    expect(events.filter(({ type }) => type === "attempt")).toHaveLength(2);
    expect(events.filter(({ type }) => type === "attempt-start")).toHaveLength(1);
  });

  test("whoever said that refused does not go on is heard", async () => {
    const b = scripted("B", accept());
    const delivery = await setUp([limited("A", tooLarge), b], { failover: { refused: false } }).send();
    expect(b.calls).toEqual([]);
    expect(delivery).toMatchObject({ kind: "refused", status: "failed" });
  });
});
