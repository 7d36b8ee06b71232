import { type SmtpAction, smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { expect, test } from "vitest";
import { kinds, people, sendTo } from "./recipients.ts";

/** What a server says of a recipient, and what that means whatever comes of the others. */
const answers = [
  ["250 2.1.5 ok", undefined],
  ["550 5.1.1 no such user", "rejected"],
  ["451 4.7.1 greylisted, come back later", "deferred"],
  ["550 5.7.1 blocked by policy", "refused"],
  // Its turn would come in a further transaction: what is unknown of the message is not so for this recipient.
  ["452 4.5.3 too many recipients", "later"],
] as const;

/** What comes of the message, for those that the server took. */
const ends: readonly (readonly [step: "data" | "dot", action: SmtpAction, kind: string])[] = [
  ["data", { reply: "451 4.3.0 not now" }, "transient"],
  ["data", { drop: true }, "transient"],
  ["data", { stall: true }, "cancelled"],
  ["dot", { reply: "554 5.7.1 looks like spam" }, "refused"],
  ["dot", { reply: "451 4.3.0 not now" }, "transient"],
  ["dot", { reset: true }, "unknown"],
  ["dot", { raw: "what?\r\n" }, "unknown"],
  ["dot", { stall: true }, "unknown"],
];

test("a refusal at RCPT holds for its recipient, whatever comes of the others", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...answers), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...ends),
      fc.boolean(),
      async (replies, [step, action, kind], pipelining) => {
        // One at least that the server takes: else it never comes to the message.
        const all = [answers[0], ...replies];
        const to = people(all.length);
        const server = await smtpServer({
          pipelining,
          script: {
            rcpt: ({ address = "" }) => ({ reply: all[to.indexOf(address)]?.[0] ?? "550 5.0.0 who?" }),
            [step]: action,
          },
        });
        const provider = smtp({ host: server.host, port: server.port });
        const wishes = "stall" in action ? { signal: AbortSignal.timeout(100) } : {};
        const { outcome } = await sendTo(provider, to, wishes);
        await provider.close?.();
        await server.close();
        expect(outcome.success).toBe(false);
        // Without a list, the failure is everyone's.
        const own = kinds(outcome);
        expect(to.map((address) => own[address] ?? outcome.kind)).toEqual(
          all.map(([, its = kind]) => (its !== "later" ? its : kind === "unknown" ? "transient" : kind)),
        );
      },
    ),
    { numRuns: 60 },
  );
});
