import type { SmtpMoment, SmtpScript } from "@relais/conformance";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fault, faults, type Meaning, type Side } from "./bench/decisions/faults.ts";
import { meet } from "./bench/decisions/meet.ts";
import { relais } from "./bench/peers/relais.ts";

const decide = (fault: Fault) =>
  meet(fault, (options) => relais.makeFailover(options, (name) => import(name)));

const atRecipient = [
  ["250 2.1.5 ok", "accepted"],
  ["550 5.1.1 no such user", "rejected"],
  ["451 4.7.1 greylisted, come back later", "deferred"],
  ["450 4.3.2 try later", "transient"],
  ["550 5.7.1 blocked by policy", "refused"],
] as const;
const atMessage: readonly (readonly [SmtpScript, Meaning])[] = [
  [{}, "accepted"],
  [{ mail: { reply: "451 4.3.0 try later" } }, "transient"],
  [{ mail: { reply: "550 5.7.1 sender not allowed" } }, "refused"],
  [{ mail: { reply: "454 Throttling failure: Daily message quota exceeded." } }, "throttled"],
  [{ data: { drop: true } }, "transient"],
  [{ data: { reply: "554 5.7.1 not from you" } }, "refused"],
  [{ dot: { reply: "554 5.7.1 looks like spam" } }, "refused"],
  [{ dot: { reply: "421 4.3.2 closing", next: "drop" } }, "transient"],
  [{ dot: { reset: true } }, "unknown"],
  [{ dot: { drop: true, after: "250 o" } }, "unknown"],
];
const people = ["ann@example.net", "bob@example.net", "cid@example.net"];

/** A server that says something of its own to each recipient, and something to the message. */
const side = fc
  .tuple(
    fc.array(fc.constantFrom(...atRecipient), { minLength: 3, maxLength: 3 }),
    fc.constantFrom(...atMessage),
    fc.boolean(),
  )
  .map(([replies, [script, kind], pipelining]): Side => {
    // What is said to MAIL comes before any recipient.
    const own = (at: number): Meaning => {
      const meaning = replies[at]?.[1] ?? "accepted";
      return script.mail !== undefined || meaning === "accepted" ? kind : meaning;
    };
    const rcpt = ({ address = "" }: SmtpMoment) => ({
      reply: replies[people.indexOf(address)]?.[0] ?? "250 ok",
    });
    return {
      means: Object.fromEntries(people.map((address, at) => [address, own(at)])),
      script: { ...script, rcpt },
      server: { pipelining },
    };
  });

// The column of Relais in docs/decisions-compared.md, where all of it is right.
describe.concurrent("Relais decides rightly", () => {
  test.each(faults)("$group: $name", async (fault) => {
    expect(await decide(fault)).toMatchObject({ verdict: "right" });
  });

  test("whatever two servers say to one to three recipients", async () => {
    await fc.assert(
      fc.asyncProperty(side, side, fc.integer({ min: 1, max: 3 }), async (primary, secondary, count) => {
        const to = people.slice(0, count);
        const result = await decide({ name: "any", group: "any", to, primary, secondary });
        expect(result, JSON.stringify(result.mails)).toMatchObject({ verdict: "right" });
      }),
      { numRuns: 100 },
    );
  });
});
