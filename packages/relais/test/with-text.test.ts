import { captureChain } from "@relais/testing";
import fc from "fast-check";
import { createChain, createMessage, InvalidMessage, loadChain, type MessageInput, withText } from "relais";
import { describe, expect, test } from "vitest";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello" };
const html =
  '<h1>Hello</h1><p>Your code: <b>482 913</b></p><p><a href="https://x.example/a?b=1&amp;c=2">Reset</a></p><img src="cid:logo" alt="Shop">';

describe("withText", () => {
  test("makes the text of the HTML, links included", async () => {
    const { text } = await withText({ ...mail, html });
    expect(text).toBe("Hello\n\nYour code: 482 913\n\nReset [https://x.example/a?b=1&c=2]");
  });

  test("leaves alone what has a text, and what has no HTML", async () => {
    const inputs: MessageInput[] = [
      { ...mail, html, text: "mine" },
      { ...mail, text: "mine" },
      { ...mail, html: "  " },
      { ...mail, html: Buffer.from(html) },
      { raw: "From: a@example.org\r\n\r\nx" },
    ];
    for (const input of inputs) expect(await withText(input)).toBe(input);
    for (const text of ["", null, undefined])
      expect((await withText({ ...mail, html, text })).text).toContain("482 913");
  });

  test("whatever the HTML holds, its words are in the text", async () => {
    const word = fc.stringMatching(/^[\p{L}\p{N}<>&"']{1,30}$/u);
    const escaped = (text: string): string =>
      text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 8 }), async (words) => {
        const body = words.map((one) => `<p>${escaped(one)}</p>`).join("");
        expect((await withText({ ...mail, html: body })).text).toBe(words.join("\n\n"));
      }),
    );
  });
});

describe("prepare", () => {
  test("completes each message of a chain, before it is checked", async () => {
    const chain = captureChain({
      prepare: async (message) => withText({ ...message, replyTo: "help@example.org" }),
    });
    await chain.send({ ...mail, html });
    expect(chain.last).toMatchObject({ replyTo: ["help@example.org"], codes: ["482913"] });
    expect(chain.last?.text).toContain("Your code: 482 913");
    // It was complete when it was made.
    await chain.send(await createMessage({ ...mail, html }));
    expect(chain.last).toMatchObject({ text: "", replyTo: [] });
  });

  test("a chain of a configuration has it, too", async () => {
    const seen: unknown[] = [];
    const prepare = (message: MessageInput) => {
      seen.push(message.subject);
      return { ...message, to: "nobody" };
    };
    const chain = await loadChain({ config: { chain: [{ use: "log" }] }, env: {}, prepare });
    expect(await chain.send(mail)).toMatchObject({ success: false, error: expect.stringContaining("to: ") });
    expect(seen).toEqual(["Hello"]);
    await chain.close();
  });

  test.each([
    [
      "a TypeError",
      () => {
        throw new TypeError("secret of ann@example.net");
      },
      "prepare: failed",
    ],
    ["a rejection", async () => Promise.reject("secret"), "prepare: failed"],
    [
      "a sentence of its own",
      async () => {
        throw new InvalidMessage("locale", "is missing");
      },
      "locale: is missing",
    ],
    ["nothing", (() => undefined) as never, "must be"],
  ] as const)(
    "one that gives %s refuses the message, and send does not reject",
    async (_, prepare, error) => {
      const chain = captureChain({ prepare });
      const delivery = await chain.send(mail);
      expect(delivery).toMatchObject({
        success: false,
        kind: "rejected",
        error: expect.stringContaining(error),
      });
      expect(JSON.stringify(delivery)).not.toContain("secret");
      expect(chain.sent).toEqual([]);
    },
  );

  test("must be a function", () => {
    const { links } = captureChain();
    expect(() => createChain(links, { prepare: "text" as never })).toThrow(
      "createChain: prepare must be a function",
    );
  });
});
