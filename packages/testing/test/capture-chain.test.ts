import { createChain } from "@relais/core";
import { failureKinds } from "@relais/core/spi";
import { expect as jestExpect } from "expect";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { captureChain } from "../src/index.ts";
import "../src/vitest.ts";

const mail = {
  from: "Shop <shop@example.org>",
  to: "Ann <ann@example.net>",
  subject: "Hello",
  text: "Hello",
};

test("a mail in plain texts", async () => {
  const chain = captureChain();
  const delivery = await chain.send({
    ...mail,
    cc: "bob@example.net",
    bcc: "archive@example.org",
    replyTo: "help@example.org",
    html: '<style>.a{content:"123456"}</style><p>Your code: <b>482913</b></p><a href="https://x.example/?a=1&amp;b=987654">go</a>',
    text: "Your code: 482 913, until 12:30 on 2026-11-30, order 99. See https://x.example/help.",
    attachments: [{ filename: "a.txt", content: "hello", contentType: "text/plain" }],
  });
  expect(delivery).toMatchObject({ success: true, provider: "CAPTURE" });
  expect(chain.last).toMatchObject({
    from: "shop@example.org",
    to: ["ann@example.net"],
    cc: ["bob@example.net"],
    bcc: ["archive@example.org"],
    replyTo: ["help@example.org"],
    recipients: ["ann@example.net", "bob@example.net", "archive@example.org"],
    subject: "Hello",
    links: ["https://x.example/?a=1&b=987654", "https://x.example/help"],
    codes: ["482913"],
  });
  expect(chain.last?.attachments[0]).toMatchObject({ filename: "a.txt", content: Buffer.from("hello") });
});

test("files by name, and the images that the HTML shows", async () => {
  const chain = captureChain();
  const image = { content: Buffer.from("PNG"), contentType: "image/png" };
  await chain.send({
    ...mail,
    html: '<img src="cid:logo@shop" alt="Shop"><img src="https://x.example/a.png" alt="">',
    attachments: [
      { ...image, filename: "logo.png", cid: "logo@shop" },
      { ...image, filename: "other.png", cid: "other@shop" },
      { filename: "invoice.pdf", content: Buffer.from("%PDF") },
      { content: Buffer.from("x") },
    ],
  });
  expect(chain.last?.inlineImages.map(({ filename }) => filename)).toEqual(["logo.png"]);
  expect(chain.last?.attachment("invoice.pdf").content.toString()).toBe("%PDF");
  expect(() => chain.last?.attachment("bill.pdf")).toThrow(
    'there is no attachment "bill.pdf"; there is logo.png, other.png, invoice.pdf, one without a name',
  );
});

test("a whole mail is read", async () => {
  const chain = captureChain();
  const raw = `From: shop@example.org\r\nTo: ann@example.net\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nCode 4711\r\n`;
  await chain.send({ raw });
  expect(chain.last).toMatchObject({ subject: "Grüße", to: ["ann@example.net"], codes: ["4711"] });
});

test("a message is checked as any chain checks it", async () => {
  const chain = captureChain();
  const delivery = await chain.send({ ...mail, to: "ann@example.net\r\nBcc: eve@evil.test" });
  expect(delivery).toMatchObject({ success: false, kind: "rejected" });
  expect(chain).toHaveSentNothing();
});

describe("next", () => {
  test("returns each mail once, whether it was sent before or is sent later", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (asksFirst) => {
        const chain = captureChain();
        const got: string[] = [];
        const waits: Promise<unknown>[] = [];
        for (const [i, first] of asksFirst.entries()) {
          const ask = () => void waits.push(chain.next().then((found) => got.push(found.subject)));
          if (first) ask();
          await chain.send({ ...mail, subject: `n${i}` });
          if (!first) ask();
        }
        await Promise.all(waits);
        expect(got.sort()).toEqual(asksFirst.map((_, i) => `n${i}`).sort());
      }),
      { numRuns: 50 },
    );
  });

  test("waits for one that fits, and says what there was if none comes", async () => {
    const chain = captureChain();
    const found = chain.next({ to: "BOB@example.net", subject: /^Re/ });
    await chain.send(mail);
    await chain.send({ ...mail, to: "bob@example.net", subject: "Re: Hello" });
    expect((await found).subject).toBe("Re: Hello");
    await expect(chain.next({ body: "nowhere" }, 20)).rejects.toThrow(
      'no mail within 20 ms: wanted a mail with body "nowhere"; sent: "Hello" to ann@example.net; "Re: Hello" to bob@example.net',
    );
  });
});

describe("failures", () => {
  test.each(failureKinds)("%s, once, and then sends succeed", async (kind) => {
    const chain = captureChain({ deadlineMs: 500 });
    chain.failWith(kind, { times: 1, code: "X1", reason: "as the test says" });
    const delivery = await chain.send(mail);
    expect(delivery).toMatchObject({ success: false, error: "CAPTURE: as the test says", kind });
    expect(delivery.success || delivery.status).toBe(kind === "unknown" ? "unknown" : "failed");
    expect(chain.failed).toHaveLength(1);
    expect(await chain.send(mail)).toMatchObject({ success: true });
    expect(chain.sent).toHaveLength(1);
  });

  test("for one recipient, until clear", async () => {
    const chain = captureChain();
    chain.failWith("rejected", { to: /bob@/ });
    expect(await chain.send(mail)).toMatchObject({ success: true });
    expect(await chain.send({ ...mail, to: "bob@example.net" })).toMatchObject({ kind: "rejected" });
    chain.clear();
    expect(chain.sent).toEqual([]);
    expect(await chain.send({ ...mail, to: "bob@example.net" })).toMatchObject({ success: true });
  });

  test("the newest of those without an end holds, and those that are counted come first", async () => {
    const chain = captureChain();
    const kinds = async (count: number) => {
      const found: unknown[] = [];
      for (let i = 0; i < count; i++) found.push((await chain.send(mail)).kind);
      return found;
    };
    chain.failWith("transient");
    chain.unknown();
    expect(await kinds(2)).toEqual(["unknown", "unknown"]);
    chain.failWith("refused", { times: 1 });
    chain.failWith("throttled", { times: 1 });
    expect(await kinds(3)).toEqual(["refused", "throttled", "unknown"]);
    chain.failWith("misconfigured", { to: /bob@/ });
    expect((await chain.send({ ...mail, to: "bob@example.net" })).kind).toBe("misconfigured");
    expect(await kinds(1)).toEqual(["unknown"]);
  });

  test("for some recipients of a mail: the delivery is partial, and the others got it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), async (refused) => {
        const chain = captureChain();
        chain.rejectRecipients(/^no-/, { kind: "deferred", code: "450 4.2.2", reason: "mailbox full" });
        const to = refused.map((no, i) => `${no ? "no" : "yes"}-${i}@example.net`);
        const [out, accepted] = [
          to.filter((one) => one.startsWith("no")),
          to.filter((one) => /^yes/.test(one)),
        ];
        const delivery = await chain.send({ ...mail, to });
        expect(delivery.status).toBe(
          out.length === 0 ? "sent" : accepted.length === 0 ? "failed" : "partial",
        );
        if (!delivery.success) {
          expect(delivery.accepted).toEqual(accepted);
          expect(delivery.rejected.map(({ address }) => address)).toEqual(out);
          expect(delivery.rejected[0]?.failure).toMatchObject({ kind: "deferred", reason: "mailbox full" });
        }
        expect(chain.sent.map(({ recipients }) => recipients)).toEqual(
          accepted.length === 0 ? [] : [accepted],
        );
        expect(chain.failed).toHaveLength(accepted.length === 0 ? 1 : 0);
        chain.clear();
        expect(await chain.send({ ...mail, to })).toMatchObject({ status: "sent" });
      }),
      { numRuns: 40 },
    );
  });

  test("within a chain the next provider takes over", async () => {
    const first = captureChain({ provider: "FIRST" });
    const second = captureChain({ provider: "SECOND" });
    first.failWith("transient");
    const chain = createChain([
      { id: "FIRST", send: first.links[0]?.send ?? expect.unreachable() },
      { id: "SECOND", send: second.links[0]?.send ?? expect.unreachable() },
    ]);
    expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SECOND" });
    expect(first).toHaveSentNothing();
    expect(second).toHaveSent({ to: "ann@example.net" });
  });
});

describe("matchers", () => {
  test("say what was wanted and what there was", async () => {
    const chain = captureChain();
    await chain.send(mail);
    expect(chain).toHaveSent();
    expect(chain).toHaveSent({ subject: "Hello", times: 1 });
    expect(chain).not.toHaveSent({ subject: "Hell" });
    expect(() => expect(chain).toHaveSent({ to: "bob@example.net" })).toThrow(
      'expected such a mail: a mail with to "bob@example.net"; sent: "Hello" to ann@example.net',
    );
    expect(() => expect(chain).toHaveSent({ subject: "Hello", times: 2 })).toThrow(
      'expected 2 of them, there is 1: a mail with subject "Hello"; sent: "Hello" to ann@example.net',
    );
    expect(() => expect(chain).toHaveSentNothing()).toThrow(
      /^expected no mail to be sent; sent: "Hello" to ann@example\.net$/,
    );
    chain.clear();
    expect(() => expect(chain).not.toHaveSentNothing()).toThrow(
      /^expected a mail to be sent; nothing was sent$/,
    );
    expect(() => expect({}).toHaveSent()).toThrow("wants what captureChain() gives");
  });
});

test("what was not sent stands in the message of a matcher, with its reason", async () => {
  const chain = captureChain();
  await chain.send({ ...mail, html: Promise.resolve("<p>Hello</p>") as never });
  chain.failWith("throttled", { times: 1 });
  await chain.send(mail);
  const refused = "message: html: must be a string, not a promise (await is missing)";
  expect(chain.errors).toEqual([refused, "CAPTURE: too many messages"]);
  const end = `nothing was sent; not sent: ${refused}; CAPTURE: too many messages`;
  expect(() => expect(chain).toHaveSent({ to: "ann@example.net" })).toThrow(
    `expected such a mail: a mail with to "ann@example.net"; ${end}`,
  );
  expect(() => expect(chain).not.toHaveSentNothing()).toThrow(end);
  await expect(chain.next({}, 1)).rejects.toThrow(end);
  chain.clear();
  expect(chain.errors).toEqual([]);
});

test("what is no field of a query or a script is refused, and does not fit every mail", async () => {
  const chain = captureChain();
  await chain.send(mail);
  const wrong = { subjet: "Hello" } as never;
  const told = "subjet is not an option; did you mean subject?";
  expect(() => chain.find(wrong)).toThrow(`find: ${told}`);
  await expect(chain.next(wrong)).rejects.toThrow(`next: ${told}`);
  expect(() => expect(chain).toHaveSent(wrong)).toThrow(`toHaveSent: ${told}`);
  expect(() => expect(chain).not.toHaveSent(wrong)).toThrow(`toHaveSent: ${told}`);
  expect(() => chain.find({ recipient: "bob@example.net" } as never)).toThrow("recipient is not an option");
  expect(() => chain.failWith("transiant" as never)).toThrow(
    'failWith: "transiant" is not a kind of failure; did you mean transient?',
  );
  expect(() => chain.failWith("zzzzzzzz" as never)).toThrow("there are transient, throttled, ");
  expect(() => chain.failWith("transient", { time: 1 } as never)).toThrow("did you mean times?");
  expect(() => chain.rejectRecipients(/./, { kind: "reject" as never })).toThrow("did you mean rejected?");
  expect(await chain.send(mail)).toMatchObject({ success: true });
});

test("Jest's own expect takes the matchers, with their types", async () => {
  vi.stubGlobal("expect", jestExpect);
  await import("../src/jest.ts");
  vi.unstubAllGlobals();
  const chain = captureChain();
  jestExpect(chain).toHaveSentNothing();
  await chain.send(mail);
  jestExpect(chain).toHaveSent({ to: "ann@example.net", times: 1 });
  jestExpect(chain).not.toHaveSent({ subject: "Hell" });
  expect(() => jestExpect(chain).toHaveSent({ to: "bob@example.net" })).toThrow(
    'sent: "Hello" to ann@example.net',
  );
  expect(() => jestExpect(chain).not.toHaveSent()).toThrow("expected no such mail");
  // @ts-expect-error: a name that is no field of a query is told by the types, too
  expect(() => jestExpect(chain).toHaveSent({ subjekt: "Hello" })).toThrow("did you mean subject?");
});
