import { Readable } from "node:stream";
import { inspect } from "node:util";
import type { SmtpScript } from "@relais/conformance";
import { expect, test } from "vitest";
import { application } from "./application.ts";

const mail = { from: "a@x.test", to: "b@x.test", subject: "Hello", text: "Hello" };

test("the second server takes what the first cannot", async () => {
  await using app = await application();
  await app.servers[0].down();
  const info = await app.transporter.sendMail(mail);
  expect(info.provider).toBe("SMTP-2");
  expect(info.delivery.failures).toMatchObject([{ provider: "SMTP-1", kind: "transient" }]);
});

test("a mail that some do not get resolves, with each one's own error", async () => {
  await using app = await application();
  app.servers[0].script({
    rcpt: ({ address }) => (address === "no@x.test" ? { reply: "550 5.1.1 no such user" } : undefined),
  });
  const info = await app.transporter.sendMail({ ...mail, to: "yes@x.test, no@x.test" });
  expect(info.accepted).toEqual(["yes@x.test"]);
  expect(info.rejected).toEqual(["no@x.test"]);
  expect(info.rejectedErrors).toMatchObject([
    { code: "EENVELOPE", responseCode: 550, recipient: "no@x.test", response: "550 5.1.1 no such user" },
  ]);
  expect(info.provider).toBe("SMTP-1");
  expect(info.delivery).toMatchObject({ success: false, status: "partial" });
});

const refusals: readonly (readonly [string, SmtpScript, object])[] = [
  ["no such user", { rcpt: { reply: "550 5.1.1 no such user" } }, { code: "EENVELOPE", responseCode: 550 }],
  ["greylisting", { rcpt: { reply: "450 4.7.1 later" } }, { code: "EENVELOPE", responseCode: 450 }],
  ["content", { dot: { reply: "554 5.7.1 spam" } }, { code: "EMESSAGE", responseCode: 554 }],
  ["for now", { mail: { reply: "421 4.3.2 shutting down" } }, { code: "ECONNECTION", responseCode: 421 }],
];

test.for(refusals)("a refusal (%s) has nodemailer's words", async ([, script, expected]) => {
  await using app = await application();
  for (const server of app.servers) server.script(script);
  const error: unknown = await app.transporter.sendMail(mail).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject(expected);
  expect(error).toMatchObject({ message: expect.stringContaining("SMTP-1: "), delivery: { success: false } });
  // Where nobody catches it.
  expect(inspect(error)).not.toMatch(/attempts|rejectedErrors/);
});

test("a lost answer is EUNKNOWN, and no provider sends again", async () => {
  await using app = await application();
  app.servers[0].script({ dot: { drop: true } });
  await expect(app.transporter.sendMail(mail)).rejects.toMatchObject({
    code: "EUNKNOWN",
    delivery: { status: "unknown" },
  });
  expect(app.servers[0].accepted).toHaveLength(1);
  expect(app.servers[1].connections).toBe(0);
});

test.each([
  [{ to: "" }, "EENVELOPE"],
  [{ to: "ann@example..net" }, "EENVELOPE"],
  [{ headers: { "X-A": { prepared: true, value: "a\r\nBcc: b@x.test" } } }, "EMESSAGE"],
  [{ raw: "not a mail" }, "EMESSAGE"],
])("before any provider is called, %o is refused", async (wrong, code) => {
  await using app = await application();
  await expect(app.transporter.sendMail({ ...mail, ...wrong })).rejects.toMatchObject({ code });
  expect(app.servers[0].connections).toBe(0);
});

test("a signal gives up while the server is silent, and while a stream is read", async () => {
  await using app = await application();
  app.servers[0].script({ rcpt: { stall: true } });
  const reason = new Error("enough");
  const give = (): AbortSignal => {
    const control = new AbortController();
    setTimeout(() => control.abort(reason), 50);
    return control.signal;
  };
  const aborted = { name: "AbortError", code: "EABORT", cause: reason };
  await expect(app.transporter.sendMail({ ...mail, signal: give() })).rejects.toMatchObject({
    ...aborted,
    delivery: { kind: "cancelled" },
  });
  const endless = new Readable({ read() {} });
  await expect(app.transporter.sendMail({ ...mail, text: endless, signal: give() })).rejects.toMatchObject(
    aborted,
  );
  expect(app.servers.flatMap((server) => server.accepted)).toEqual([]);
});

test("verify says true or why not, as a promise and to a callback", async () => {
  await using app = await application();
  expect(await app.transporter.verify()).toBe(true);
  for (const server of app.servers) await server.down();
  await expect(app.transporter.verify()).rejects.toMatchObject({ code: "ECONNECTION" });
  const error = await new Promise((resolve) => app.transporter.verify((error) => resolve(error)));
  expect(error).toMatchObject({ code: "ECONNECTION" });
});

test("close closes the chain, and nothing is taken any more", async () => {
  await using app = await application();
  expect(app.transporter.isIdle()).toBe(true);
  app.transporter.close();
  await expect(app.transporter.sendMail(mail)).rejects.toMatchObject({
    code: "EABORT",
    message: expect.stringContaining("closed"),
  });
});
