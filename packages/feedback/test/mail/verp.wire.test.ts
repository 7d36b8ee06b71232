import { smtpServer } from "@relais/conformance";
import { createChain, createMessage } from "@relais/core";
import { receiveMail } from "@relais/feedback";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { expect, onTestFinished, test } from "vitest";
import { arf, dsn } from "./reports.ts";

const verp = { address: "bounces@example.org", secret: "a secret of some length" };
const id = "0198c7a4-1111-7222-8333-444455556666";

async function started(options: Partial<SmtpOptions> = {}) {
  const server = await smtpServer();
  const chain = createChain([smtp({ host: server.host, port: server.port, verp, ...options })]);
  onTestFinished(async () => {
    await chain.close();
    await server.close();
  });
  return { server, chain };
}

const mail = { id, from: "Shop <shop@example.org>", subject: "Your order", text: "Thank you." };
const failed = (...addresses: string[]) =>
  addresses.map((address) => ({ final: `rfc822; ${address}`, action: "failed", status: "5.1.1" }));

/** The return path and the header of the one mail that the server took. */
function taken(server: Awaited<ReturnType<typeof smtpServer>>) {
  const [one] = server.accepted;
  if (one === undefined) throw new Error("no mail");
  return { path: one.from, header: one.data.toString().split("\r\n\r\n")[0]?.split("\r\n") ?? [] };
}

test("a bounce to the return path is about that message, whatever came back of it", async () => {
  const { server, chain } = await started();
  expect(await chain.send({ ...mail, to: "ann@example.com" })).toMatchObject({ success: true });
  const { path, header } = taken(server);
  expect(path).toMatch(/^bounces\+[a-z2-7]{50}@example\.org$/);
  expect(header).toContain(`X-Relais-Id: ${id}`);
  const bare = dsn({ to: path, recipients: failed("ann@example.com"), original: ["Subject: Your order"] });
  const { events } = await receiveMail(bare, { verp });
  expect(events).toMatchObject([
    { type: "bounced", bounce: "hard", recipient: "ann@example.com", message: id },
  ]);
  // With what came back, it is the same event.
  const whole = dsn({ to: path, recipients: failed("ann@example.com"), original: header });
  const again = (await receiveMail(whole, { verp })).events;
  expect(again.map(({ eventId }) => eventId)).toEqual(events.map(({ eventId }) => eventId));
});

test("the address stands where the mailbox's server writes it", async () => {
  const { server, chain } = await started();
  await chain.send({ ...mail, to: "ann@example.com" });
  const { path } = taken(server);
  for (const name of ["Delivered-To", "X-Original-To", "Envelope-To"]) {
    const report = dsn({
      to: "undisclosed",
      header: [`${name}: ${path}`],
      recipients: failed("ann@example.com"),
    });
    expect((await receiveMail(report, { verp })).events).toMatchObject([{ message: id }]);
  }
  // A complaint names it as the mail's own.
  const complaint = arf(
    ["Feedback-Type: abuse", `Original-Mail-From: <${path}>`, "Original-Rcpt-To: ann@example.com"],
    ["Subject: x"],
  );
  expect((await receiveMail(complaint, { verp })).events).toMatchObject([
    { type: "complained", message: id },
  ]);
});

test("a token that is forged, or of another recipient, or none, tells nothing", async () => {
  const { server, chain } = await started();
  await chain.send({ ...mail, to: "ann@example.com" });
  const { path } = taken(server);
  const changed = path.replace(/\+./, (two) => (two === "+a" ? "+b" : "+a"));
  const told = (to: string, recipient = "ann@example.com", options = {}) =>
    receiveMail(dsn({ to, recipients: failed(recipient) }), { verp: { ...verp, ...options } });
  expect(await told(changed)).toEqual({ events: [], notice: "the token of the return path is forged" });
  expect(await told("bounces@example.org")).toEqual({
    events: [],
    notice: "a report to an address without a token",
  });
  expect(await told(path, "bob@example.com")).toEqual({
    events: [],
    notice: "a report about another recipient than the mail's",
  });
  expect(
    (await told(path, "ann@example.com", { secret: ["a new secret, long enough", verp.secret] })).events,
  ).toHaveLength(1);
  expect((await told("bounces@example.org", "ann@example.com", { allowUnsigned: true })).events).toHaveLength(
    1,
  );
});

test("where a mailbox leads on, the address that the mail was sent to is told", async () => {
  const { server, chain } = await started();
  await chain.send({ ...mail, to: "ann@example.com" });
  const { path, header } = taken(server);
  const report = dsn({ to: path, recipients: failed("ann.lee@mailbox.example.net"), original: header });
  expect((await receiveMail(report, { verp })).events).toMatchObject([
    { recipient: "ann@example.com", message: id },
  ]);
});

test("a mail to several has one token, which is about any of them", async () => {
  const { server, chain } = await started();
  await chain.send({ ...mail, to: ["ann@example.com", "bob@example.com"] });
  const { path } = taken(server);
  const { events } = await receiveMail(dsn({ to: path, recipients: failed("bob@example.com") }), { verp });
  expect(events).toMatchObject([{ recipient: "bob@example.com", message: id }]);
});

test("an envelope sender of the message's own stays, and so does the null sender", async () => {
  const { server, chain } = await started();
  const envelope = { to: "ann@example.com" };
  await chain.send({ ...mail, to: "ann@example.com", envelope: { ...envelope, from: "own@example.org" } });
  await chain.send({ ...mail, to: "ann@example.com", envelope: { ...envelope, from: "" } });
  expect(server.accepted.map(({ from }) => from)).toEqual(["own@example.org", ""]);
});

test("without correlation nothing is added", async () => {
  const { server, chain } = await started();
  await chain.send(await createMessage({ ...mail, to: "ann@example.com" }, { correlation: false }));
  const { path, header } = taken(server);
  expect(path).toBe("shop@example.org");
  expect(header.join("\n")).not.toMatch(/relais-id/i);
  const off = createChain([smtp({ host: server.host, port: server.port, verp })], { correlation: false });
  await off.send({ ...mail, to: "bob@example.com" });
  await off.close();
  expect(server.accepted[1]?.data.toString()).not.toMatch(/relais-id/i);
});

test("what is wrong with the option is said in one sentence", () => {
  const of = (wrong: object) => () => smtp({ host: "localhost", verp: { ...verp, ...wrong } });
  expect(of({ secret: "short" })).toThrow("smtp: verp.secret must have 16 characters or more");
  expect(of({ secret: [] })).toThrow("smtp: verp.secret must not be empty");
  expect(of({ address: "a-much-too-long-one@example.org" })).toThrow(
    "smtp: verp.address must have 13 characters or less before the @",
  );
});
