import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { context, sampleMessage } from "./context.ts";
import { attempt, isBad, strictVendor } from "./strict-vendor.ts";
import { vendors } from "./vendors.ts";

describe.each(vendors)("$name", (vendor) => {
  test("one bad address of three: the two others get the mail, in one attempt", async () => {
    const message = await sampleMessage({ to: ["ann@example.net", "bad1@example.net", "cy@example.net"] });
    const { outcome, taken, rejected, given } = await attempt(vendor, message);
    expect(outcome).toMatchObject({ success: true, accepted: ["ann@example.net", "cy@example.net"] });
    expect(rejected).toEqual([["bad1@example.net", "rejected"]]);
    expect(taken).toEqual(["ann@example.net", "cy@example.net"]);
    expect(given.handOvers).toBe(1);
  });

  test("the only recipient is given up", async () => {
    const { outcome, requests } = await attempt(vendor, await sampleMessage({ to: "bad@example.net" }));
    expect(outcome).toMatchObject({ success: false, kind: "rejected" });
    expect(outcome).not.toHaveProperty("rejected");
    expect(requests).toBe(1);
  });

  test("an address of an unusual form is left to the next provider", async () => {
    const message = await sampleMessage({ to: "ann@example.net" });
    for (const odd of ["bad..one@docomo.example", "bad.@docomo.example"]) {
      const { provider } = await strictVendor(vendor, isBad);
      const outcome = await provider.send(message, context(message, { to: ["ann@example.net", odd] }));
      expect(outcome).toMatchObject({
        success: true,
        accepted: ["ann@example.net"],
        rejected: [{ address: odd, failure: { kind: "refused" } }],
      });
    }
  });

  test("when only hidden ones are left, each gets a mail of its own", async () => {
    const message = await sampleMessage({
      to: "bad@example.net",
      bcc: ["ann@example.net", "cy@example.net"],
    });
    const { server, taken, provider } = await strictVendor(vendor, isBad);
    const outcome = await provider.send(message, context(message));
    expect(outcome).toMatchObject({ success: true, accepted: ["ann@example.net", "cy@example.net"] });
    expect(taken).toEqual([["ann@example.net"], ["cy@example.net"]]);
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  test("nobody good is lost or gets it twice, and nobody good is rejected, whoever is bad", async () => {
    const field = fc.constantFrom("to", "cc", "bcc");
    const one = fc.record({ bad: fc.integer({ min: 0, max: 5 }).map((n) => n === 0), field });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 14 }), async (people) => {
        const lists: Record<string, string[]> = { to: ["zoe@example.net"], cc: [], bcc: [] };
        people.forEach(({ bad, field: name }, i) => {
          lists[name]?.push(`${bad ? "bad" : "ok"}${i}@example.net`);
        });
        const message = await sampleMessage(lists);
        const everybody = [...message.envelope.to].sort();
        const { outcome, taken, rejected, requests, given } = await attempt(vendor, message);
        const bad = everybody.filter(isBad);
        const accepted = outcome.success ? [...outcome.accepted].sort() : [];
        expect(taken).toEqual(accepted);
        expect(new Set(taken).size).toBe(taken.length);
        expect([...accepted, ...rejected.map(([address]) => address)].sort()).toEqual(everybody);
        expect(rejected.filter(([, kind]) => kind === "rejected").every(([address]) => isBad(address))).toBe(
          true,
        );
        expect(rejected.every(([, kind]) => kind === "rejected" || kind === "refused")).toBe(true);
        expect(requests).toBeLessThanOrEqual(12);
        expect(given.handOvers).toBe(1);
        // Hidden ones that are left over take a request each.
        const hidden = lists.bcc?.length ?? 0;
        if (bad.length <= 1 && hidden <= 4)
          expect(accepted).toEqual(everybody.filter((address) => !isBad(address)));
      }),
      { numRuns: 40 },
    );
  });
});
