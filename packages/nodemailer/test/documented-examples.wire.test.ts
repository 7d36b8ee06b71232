import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createChain, link } from "@relais/core";
import { relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import { createTransport, type SendMailOptions } from "nodemailer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { examples } from "./documented-examples.ts";

let own: SmtpServer;
let ours: SmtpServer;
beforeEach(async () => {
  [own, ours] = await Promise.all([smtpServer(), smtpServer()]);
});
afterEach(async () => {
  await Promise.all([own.close(), ours.close()]);
});

/** nodemailer's own transport, and the chain in its place. */
function transports(defaults: SendMailOptions = {}) {
  const chain = createChain([link(smtp({ host: ours.host, port: ours.port }))]);
  return {
    plain: createTransport({ host: own.host, port: own.port, ignoreTLS: true }, defaults as object),
    chained: createTransport(relaisTransport(chain), defaults as object),
  };
}

/** A mail without what is made anew each time. */
function settled(data: Buffer | undefined): string {
  return (data?.toString() ?? "")
    .replaceAll(/--_NmP-[0-9a-f]+-Part_\d+/g, "--BOUNDARY")
    .replaceAll(/^(Message-ID|Content-ID|Date): .*$/gim, "$1: …")
    .replaceAll(/cid:[\w@.-]+/g, "cid:…");
}

describe("a documented mail arrives by the chain as by nodemailer itself", () => {
  test.each(examples)("$page: $what", async ({ mail }) => {
    const { plain, chained } = transports();
    const expected = await plain.sendMail(mail());
    const info = await chained.sendMail(mail());
    expect(settled(ours.accepted[0]?.data)).toBe(settled(own.accepted[0]?.data));
    expect(settled(ours.accepted[0]?.data)).not.toBe("");
    const [a, b] = [ours.accepted[0], own.accepted[0]];
    expect([a?.from, [...(a?.to ?? [])].sort()]).toEqual([b?.from, [...(b?.to ?? [])].sort()]);
    expect([...info.accepted].sort()).toEqual([...expected.accepted].sort());
    expect(info.rejected).toEqual(expected.rejected);
    expect(info.envelope).toEqual(expected.envelope);
    expect(info.messageId).toMatch(/^<.+@.+>$/);
    plain.close();
    chained.close();
  });
});

const mail = { from: "foo@example.com", to: "bar@example.com", subject: "Hi", text: "Hello" };

describe("a documented call", () => {
  test("/usage: a callback, as a promise does", async () => {
    const { chained } = transports();
    const info = await new Promise((resolve, reject) => {
      chained.sendMail(mail, (error, sent) => (error ? reject(error) : resolve(sent)));
    });
    expect(info).toMatchObject({ accepted: ["bar@example.com"], provider: "SMTP" });
  });

  test("/usage: defaults of the transport", async () => {
    const { chained } = transports({ from: "default@example.com", headers: { "x-default": "yes" } });
    await chained.sendMail({ to: "bar@example.com", text: "Hello" });
    expect(ours.accepted[0]?.from).toBe("default@example.com");
    expect(ours.accepted[0]?.data.toString()).toMatch(/^x-default: yes\r$/im);
  });

  test("/smtp: verify, by a promise and by a callback", async () => {
    const { chained } = transports();
    expect(await chained.verify()).toBe(true);
    expect(
      await new Promise((resolve) => chained.verify((error, success) => resolve(error ?? success))),
    ).toBe(true);
    await ours.down();
    await expect(chained.verify()).rejects.toThrow();
  });

  test("/plugins: compile and stream plugins see and change the mail", async () => {
    const { chained } = transports();
    chained.use("compile", (one, done) => {
      one.data.subject = `[plugin] ${one.data.subject}`;
      done();
    });
    chained.use("stream", (one, done) => {
      one.message.addHeader("x-plugin", "stream");
      done();
    });
    await chained.sendMail(mail);
    const data = ours.accepted[0]?.data.toString() ?? "";
    expect(data).toContain("Subject: [plugin] Hi");
    expect(data).toMatch(/^x-plugin: stream\r$/im);
  });

  test("/smtp/pooled: isIdle, the event idle, and close", async () => {
    const { chained } = transports();
    expect(chained.isIdle()).toBe(true);
    await Promise.all(Array.from({ length: 5 }, () => chained.sendMail(mail)));
    chained.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ours.open).toBe(0);
  });

  test("/dkim: messages are signed by the provider that sends them, not by the transport", async () => {
    // nodemailer signs in its own transports only: with a chain, `dkim` is an option of smtp().
    const { chained } = transports();
    await chained.sendMail(mail);
    expect(ours.accepted[0]?.data.toString()).not.toContain("DKIM-Signature");
  });
});
