import { sesServer } from "@relais/conformance";
import { breaker, createChain, link } from "@relais/core";
import { ses } from "@relais/ses";
import fc from "fast-check";
import { expect, test } from "vitest";
import { said } from "./said-by-ses.ts";
import { credentials } from "./sandbox.ts";

const mail = { from: "shop@tenant-a.example", to: "ann@example.net", subject: "Hello", text: "Hello" };

test("an account's state waits behind an open or resting breaker; a message's or an identity's leaves it closed", async () => {
  const far = await sesServer();
  await import("@aws-sdk/client-ses"); // loading it is no part of an attempt
  const one = fc.constantFrom(...said).chain(([names, words, about, kind]) =>
    fc.record({
      code: fc.constantFrom(...names),
      suffix: fc.constantFrom("", "Exception"),
      message: fc.constantFrom(...words),
      expected: fc.constant({ about, kind }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(one, async ({ code, suffix, message, expected }) => {
      const provider = ses({ region: "eu-west-1", endpoint: far.endpoint, credentials });
      const chain = createChain([link(provider, breaker())], { deadlineMs: 800 });
      far.fault({ error: { code: `${code}${suffix}`, message, status: 400 } });
      const delivery = await chain.send(mail);
      expect(delivery.attempts[0]?.kind, `${code}: ${message}`).toBe(expected.kind);
      far.fault();
      const next = await chain.send(mail);
      const isAbout = expected.about === "account";
      expect(next.attempts[0]?.kind, `after ${code}: ${message}`).toBe(isAbout ? "skipped" : undefined);
      await chain.close();
    }),
    { numRuns: 60 },
  );
  await far.close();
});

test("a sender that the key may not use costs nobody else anything, nor does a recipient that is an identity", async () => {
  const far = await sesServer();
  const denied =
    "User `arn:aws:iam::123456789012:user/shop' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:123456789012:identity/tenant-b.example'";
  far.fault(({ parameters }) =>
    [...parameters.values()].some((value) => value.includes("tenant-b"))
      ? { error: { code: "AccessDenied", message: denied, status: 403 } }
      : undefined,
  );
  const provider = ses({ region: "eu-west-1", endpoint: far.endpoint, credentials });
  const chain = createChain([link(provider, breaker())]);
  const kinds: unknown[] = [];
  for (const more of [{}, { from: "shop@tenant-b.example" }, {}, { to: "boss@tenant-b.example" }, {}]) {
    const delivery = await chain.send({ ...mail, ...more });
    kinds.push(delivery.success ? "sent" : delivery.attempts[0]?.kind);
  }
  expect(kinds).toEqual(["sent", "refused", "sent", "refused", "sent"]);
  await chain.close();
  await far.close();
});
