import { afterEach, beforeEach, expect, test } from "vitest";
import { type ChainParts, chainTo, type FarEnds, farEnds, mail } from "./far-ends.ts";

let ends: FarEnds;
beforeEach(async () => {
  ends = await farEnds({ starttls: false, record: "envelopes" });
});
afterEach(() => ends.close());

const sends = 1_000;

async function everythingDown(parts: ChainParts): Promise<{ smtp: number; ses: number }> {
  ends.smtp.script({ connect: { reset: true } });
  ends.ses.fault({ error: { code: "ServiceUnavailable", message: "down", status: 503 } });
  // Longer than a busy machine needs to connect 50 times: a time-out before that is no call.
  const chain = chainTo(ends, { attempts: 3, timeoutMs: 30_000, ...parts });
  for (let i = 0; i < sends; i += 50) {
    const deliveries = await Promise.all(Array.from({ length: 50 }, () => chain.send(mail)));
    for (const delivery of deliveries) {
      expect(delivery.success).toBe(false);
      if (!delivery.success) expect(delivery.error).toMatch(/^SMTP: .+ \| SES: .+$/);
    }
  }
  await chain.close();
  return { smtp: ends.smtp.connections, ses: ends.ses.requests.length };
}

test("a total outage costs at most 1.1 calls a message at each provider, with any retry policy", async () => {
  const calls = await everythingDown({ breaker: false });
  expect(calls.smtp).toBeGreaterThanOrEqual(sends);
  expect(calls.smtp).toBeLessThanOrEqual(1.1 * sends);
  expect(calls.ses).toBeGreaterThanOrEqual(sends);
  expect(calls.ses).toBeLessThanOrEqual(1.1 * sends);
});

test("with breakers it costs almost no calls", async () => {
  const calls = await everythingDown({});
  expect(calls.smtp).toBeLessThanOrEqual(100);
  expect(calls.ses).toBeLessThanOrEqual(100);
});
