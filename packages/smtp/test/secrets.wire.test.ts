import { inspect } from "node:util";
import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

const pass = 'p4ss+w/rd=ünd"more';
const user = "ann@relais.test";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const forms = [
  pass,
  base64(pass),
  base64(`\0${user}\0${pass}`),
  encodeURIComponent(pass),
  Buffer.from(pass).toString("hex"),
];
const methods = ["PLAIN", "LOGIN", "CRAM-MD5"] as const;

describe("a password that a server echoes", () => {
  test.for(methods)("at AUTH %s is in no form in the failure", async (method) => {
    const heard: string[] = [];
    const server = await smtpServer({
      auth: { users: { [user]: "another" }, mechanisms: [method] },
      script: {
        auth: ({ line }) => {
          heard.push(line);
          return line === "AUTH LOGIN" ||
            line === "AUTH CRAM-MD5" ||
            (heard.length === 2 && method === "LOGIN")
            ? undefined
            : { reply: [`535-5.7.8 ${heard.join(" ")}`, `535 5.7.8 ${forms.join(" and ")}`] };
        },
      },
    });
    const provider = smtp({
      host: server.host,
      port: server.port,
      requireTLS: false,
      auth: { user, pass, method },
    });
    const message = await mail();
    const outcome = await provider.send(message, sendContext(message));
    expect(outcome).toMatchObject({ kind: "misconfigured" });
    for (const text of [JSON.stringify(outcome), inspect(outcome, { depth: 9, showHidden: true })]) {
      for (const form of forms) expect(text).not.toContain(form);
      expect(text).not.toContain(base64(pass).slice(4, -4));
      expect(text).not.toContain(base64(`\0${user}\0`).slice(0, 12));
    }
    await provider.close?.();
    await server.close();
  });

  test("in its closing words is not in the receipt", async () => {
    const server = await smtpServer({
      auth: { users: { [user]: pass } },
      script: { dot: { reply: `250 2.0.0 ${forms.join(" ")}` } },
    });
    const provider = smtp({ host: server.host, port: server.port, requireTLS: false, auth: { user, pass } });
    const message = await mail();
    const outcome = await provider.send(message, sendContext(message));
    expect(outcome).toMatchObject({ success: true });
    for (const form of forms) expect(JSON.stringify(outcome)).not.toContain(form);
    await provider.close?.();
    await server.close();
  });

  test("as a refusal of one recipient is not in the rejection", async () => {
    const server = await smtpServer({
      auth: { users: { [user]: pass } },
      script: { rcpt: ({ nth }) => (nth === 1 ? { reply: `550 5.1.1 ${forms.join(" ")}` } : undefined) },
    });
    const provider = smtp({ host: server.host, port: server.port, requireTLS: false, auth: { user, pass } });
    const message = await mail({ to: ["one@relais.test", "two@relais.test"] });
    const outcome = await provider.send(message, sendContext(message));
    expect(outcome).toMatchObject({
      success: true,
      rejected: [{ address: "one@relais.test", failure: { kind: "rejected" } }],
    });
    for (const form of forms) expect(inspect(outcome, { depth: 9 })).not.toContain(form);
    await provider.close?.();
    await server.close();
  });
});

test("a provider shows none of its options", () => {
  const provider = smtp({ host: "127.0.0.1", auth: { user, pass } });
  expect(inspect(provider, { depth: 9, showHidden: true })).not.toContain(pass);
  expect(JSON.stringify(provider)).toBe('{"id":"SMTP"}');
});
