import { failureKinds } from "@relais/core";
import { sesErrors } from "@relais/ses";
import { findWireRule, wireRules } from "@relais/smtp/replies";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const explained = async (...words: string[]) => runHere(["explain", ...words, "--json"]);

test.each([
  ["ECONNREFUSED", "transient", "network, ECONNREFUSED"],
  ["ETIMEDOUT", "transient", "network, ETIMEDOUT"],
  ["EAUTH", "misconfigured", "network, EAUTH"],
  ["Error: connect ECONNREFUSED 127.0.0.1:587", "transient", "network, ECONNREFUSED"],
  ["SMTP: connection refused", "transient", "network, ECONNREFUSED"],
  ["SMTP: transient: connection refused (3 ms)", "transient", "network, ECONNREFUSED"],
  ["SMTP: connection lost after the message was handed over", "unknown", "kinds, unknown"],
  ["Error: 550 5.1.1 no", "rejected", "rcpt"],
  ["smtp; 550 5.1.1 no such user", "rejected", "rcpt"],
  ["SMTP: rejected (550 5.1.1): no such user", "rejected", "rcpt"],
  ["to=<a@b.example>, delay=450, dsn=5.1.1, status=bounced (host said: 550 5.1.1 no)", "rejected", "rcpt"],
  ["SES: throttled: Throttling: Maximum sending rate exceeded.", "throttled", "SES, Throttling"],
  ["HTTP 429", "throttled", "SES, HTTP 429"],
  ["571 message refused", "refused", "5xx"],
  ["host said: 571 5.7.1 refused", "refused", "5xx"],
  ["NewlyMadeException: x", "refused", "SES, any other error"],
])("explain %j: %s by the row %s", async (line, kind, row) => {
  const { code, out } = await explained(line);
  expect(code, out).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ kind, row: expect.stringContaining(row) });
});

test("each name of the tables has its own row, and each kind is explained", async () => {
  for (const { name } of sesErrors) {
    expect(JSON.parse((await explained(name)).out).row).toMatch(new RegExp(`^SES, ${name}( · |$)`));
  }
  for (const { code } of wireRules) {
    const name = code.replace("*", "SOMETHING");
    expect(JSON.parse((await explained(name)).out).row).toBe(`network, ${findWireRule([name])?.code}`);
  }
  for (const kind of failureKinds) expect(JSON.parse((await explained(kind)).out)).toMatchObject({ kind });
});

test("the error of a whole chain is explained part by part", async () => {
  const line = "SMTP: connection refused | SES: MessageRejected: x | HTTP: something odd";
  const { parts } = JSON.parse((await explained(line)).out);
  expect(parts).toMatchObject([
    { kind: "transient", row: "network, ECONNREFUSED" },
    { kind: "refused", row: "SES, MessageRejected" },
    { text: "HTTP: something odd" },
  ]);
  expect(parts[2]).not.toHaveProperty("kind");
  expect((await runHere(["explain", line])).out).toContain("HTTP: something odd\nnot known");
});

test("words that are in no table are not known", async () => {
  const known = new Set<string>([...failureKinds, ...sesErrors.map(({ name }) => name)]);
  const word = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,15}$/)
    .filter((one) => !known.has(one.toLowerCase()) && !known.has(one))
    .filter(
      (one) => !/Exception$|^HTTP$/.test(one) && findWireRule(one.match(/[A-Z0-9_]+/g) ?? []) === undefined,
    );
  const number = fc.constantFrom("127.0.0.1:550", "port 465", "port 587", "took 450 ms", "4510", "x550");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(word, number), { maxLength: 4 }), async (words) => {
      const { code, out } = await explained(words.join(" "));
      expect(out).toContain("is not known");
      expect(code).toBe(1);
    }),
    { examples: [[["hello"]], [["5.7.26"]], [[]], [["Foo:", "bar"]]] },
  );
});
