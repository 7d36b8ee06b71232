import { rmSync } from "node:fs";
import { relaisTransport } from "@relais/nodemailer";
import { createOutbox, createWorker } from "@relais/outbox";
import nodemailer from "nodemailer";
import { closeEmail, sendEmail, setEmailChain } from "relais";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pgliteFolder } from "../../outbox/test/pglite-folder.ts";
import { captureChain } from "../src/index.ts";
import "../src/vitest.ts";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Your code: 482913" };
const chain = captureChain();
beforeEach(() => chain.clear());
afterEach(() => setEmailChain(undefined));

test("what an application sends by sendEmail, without mocking a module", async () => {
  setEmailChain(chain);
  expect(await sendEmail(mail)).toMatchObject({ success: true, provider: "CAPTURE" });
  expect(chain.last?.codes).toEqual(["482913"]);
  chain.unknown();
  expect(await sendEmail(mail)).toMatchObject({ success: false, status: "unknown" });
  // Its maker closes it.
  await closeEmail();
  chain.clear();
  expect(await sendEmail(mail)).toMatchObject({ success: true });
  setEmailChain(undefined);
  expect(await sendEmail(mail)).toMatchObject({
    success: false,
    status: "failed",
    error: expect.stringContaining("SMTP_HOST"),
  });
  expect(chain).toHaveSent({ times: 1 });
  expect(() => setEmailChain({} as never)).toThrow("setEmailChain: give a chain, or undefined");
});

test("what an application sends by nodemailer, composed and read again", async () => {
  const transporter = nodemailer.createTransport(relaisTransport(chain));
  const content = Buffer.from("PNG");
  await transporter.sendMail({
    ...mail,
    subject: "Grüße ✔",
    bcc: "archive@example.org",
    html: '<p>Hello <img src="cid:logo" alt=""></p>',
    attachments: [
      { filename: "logo.png", content, cid: "logo" },
      { filename: "Rechnung März.pdf", content: Buffer.from("%PDF-1.7") },
    ],
  });
  expect(chain).toHaveSent({ subject: "Grüße ✔", to: "archive@example.org", body: "482913" });
  expect(chain.last?.inlineImages).toMatchObject([{ filename: "logo.png", content }]);
  expect(chain.last?.attachment("Rechnung März.pdf").content.toString()).toBe("%PDF-1.7");
  chain.failWith("misconfigured");
  await expect(transporter.sendMail(mail)).rejects.toMatchObject({ code: "EAUTH" });
  chain.clear();
  chain.rejectRecipients("bob@example.net");
  const info = await transporter.sendMail({ ...mail, to: ["ann@example.net", "bob@example.net"] });
  expect(info).toMatchObject({ accepted: ["ann@example.net"], rejected: ["bob@example.net"] });
});

test("what an application enqueues, by a worker of the outbox", async () => {
  const folder = await pgliteFolder();
  const outbox = await createOutbox({
    folder,
    from: "shop@example.org",
    // Once, when it is enqueued: the worker sends what was stored.
    prepare: (message) => ({ ...message, replyTo: "help@example.org" }),
  });
  const worker = createWorker(outbox, chain, { backoff: { baseMs: 10 } });
  await worker.start();
  chain.failWith("transient", { times: 1 });
  const rolledBack = outbox.database.transaction(async (tx) => {
    await outbox.enqueue({ ...mail, subject: "never" }, { tx });
    throw new Error("rolled back");
  });
  await expect(rolledBack).rejects.toThrow("rolled back");
  const { id } = await outbox.enqueue({ to: mail.to, subject: mail.subject, text: mail.text });
  const sent = await chain.next({ to: "ann@example.net" }, 40_000);
  expect(sent).toMatchObject({ codes: ["482913"], replyTo: ["help@example.org"] });
  await expect.poll(async () => (await outbox.get(id))?.state).toBe("sent");
  expect(chain.failed).toHaveLength(1);
  expect(chain).not.toHaveSent({ subject: "never" });
  await worker.stop();
  await outbox.close();
  rmSync(folder, { recursive: true, force: true });
}, 90_000);
