import { breaker, createChain, link } from "@relais/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { apiServer, type Reply } from "./api-server.ts";
import { everyPhrase } from "./vendor-phrases.ts";
import { vendors } from "./vendors.ts";

const mail = { from: "ann@example.com", to: "bob@example.org", subject: "Hello", text: "Hello" };

test.each(vendors)(
  "$name: an account's state waits behind an open or resting breaker, anything else leaves it closed",
  async (vendor) => {
    let reply: Reply = vendor.success;
    const server = await apiServer(() => reply);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...everyPhrase(vendor.name)), async (phrase) => {
        const { status, body, kind, about, words, atLeastMs } = phrase;
        // Vendors tell the reset of their rate with every answer. This one is past the deadline: the chain does not wait for it.
        reply = { status, body, headers: { "ratelimit-reset": "25" } };
        const chain = createChain([link(vendor.make({ endpoint: server.endpoint }), breaker())], {
          deadlineMs: 20_000,
        });
        const delivery = await chain.send(mail);
        const [first] = delivery.attempts;
        expect(first?.kind, `${status}: ${words}`).toBe(kind);
        if (atLeastMs !== undefined) expect(first?.retryAfterMs).toBeGreaterThanOrEqual(atLeastMs);
        reply = vendor.success;
        const next = await chain.send(mail);
        expect(next.attempts[0]?.kind, `after ${words}`).toBe(about === "account" ? "skipped" : undefined);
        await chain.close();
      }),
      { numRuns: 60 },
    );
  },
);
