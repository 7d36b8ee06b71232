import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMessage, type MessageInput } from "../src/message/create-message.ts";
import { InvalidMessage } from "../src/message/fields.ts";
import { isOneEdit } from "../src/runtime/options.ts";

const least = { from: "shop@example.org", to: "ann@example.net" };
async function faultOf(input: object): Promise<string> {
  try {
    await createMessage(input as MessageInput);
    return "";
  } catch (error) {
    if (error instanceof InvalidMessage) return error.message;
    throw error;
  }
}

const names = [
  ..."from sender to cc bcc replyTo inReplyTo references subject text html amp watchHtml icalEvent".split(
    " ",
  ),
  ..."alternatives attachments headers list priority xMailer dsn messageId tags date envelope".split(" "),
];

describe("a field that does not exist", () => {
  test("a typo of one letter is told with a name one letter away, and without its value", async () => {
    const typo = fc
      .tuple(
        fc.constantFrom(...names),
        fc.nat(20),
        fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"),
        fc.nat(2),
      )
      .map(([name, n, letter, how]) => {
        const at = n % name.length;
        const added = [letter + name[at], letter, ""][how];
        return name.slice(0, at) + added + name.slice(at + 1);
      });
    await fc.assert(
      fc.asyncProperty(
        typo.filter((one) => one.length > 1 && ![...names, "id", "raw"].includes(one)),
        async (one) => {
          const fault = await faultOf({ ...least, text: "x", [one]: "hunter2" });
          const [, meant = ""] = /is not a field of a message; did you mean (\w+)\?$/.exec(fault) ?? [];
          const [a, b] = [one.toLowerCase(), meant.toLowerCase()];
          expect([one, a === b || isOneEdit(a, b)]).toEqual([one, true]);
          expect(fault).not.toContain("hunter2");
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ["reply_to", "did you mean replyTo?"],
    ["reply-to", "did you mean replyTo?"],
    ["replyto", "did you mean replyTo?"],
    ["attachment", "did you mean attachments?"],
    ["files", "did you mean attachments?"],
    ["recipients", "did you mean to?"],
    ["recipient", "did you mean to?"],
    ["html_body", "did you mean html?"],
    ["bodyText", "did you mean text?"],
    ["title", "did you mean subject?"],
    ["idempotencyKey", "did you mean id?"],
    ["react", "render it, and give the result as html"],
    ["templateId", "render the template, and give the result as html and text"],
    ["body", "give it as text or html"],
    ["content", "give it as text or html"],
    ["sendAt", "sendAt is an option of enqueue, beside the message"],
    ["scheduled_at", "sendAt is an option of enqueue, beside the message"],
  ])("%s: %s", async (name, remedy) => {
    expect(await faultOf({ ...least, text: "x", [name]: "hunter2" })).toBe(
      `${name}: is not a field of a message; ${remedy}`,
    );
  });

  test.each([
    [
      { name: "a.pdf", content: "x" },
      "attachments[0].name: is not a field of an attachment; did you mean filename?",
    ],
    [{ data: "x" }, "attachments[0].data: is not a field of an attachment; did you mean content?"],
    [
      { mime_type: "x" },
      "attachments[0].mime_type: is not a field of an attachment; did you mean contentType?",
    ],
    [
      { url: "https://x" },
      "attachments[0].url: is not a field of an attachment; fetch it, and give its content",
    ],
  ])("of an attachment: %o", async (attachment, fault) => {
    expect(await faultOf({ ...least, attachments: [attachment] })).toBe(fault);
  });

  test("of an address", async () => {
    expect(await faultOf({ ...least, to: { email: "a@example.org" } })).toBe(
      "to.email: is not a field of an address; did you mean address?",
    );
  });
});

describe("what is still to be made", () => {
  const promise = "a promise (await is missing)";
  const element = { $$typeof: Symbol.for("react.element"), type: "p", props: {} };

  test.each(["html", "text", "subject"])("a promise as %s wants an await", async (field) => {
    expect(await faultOf({ ...least, [field]: Promise.resolve("x") })).toBe(
      `${field}: must be a string, not ${promise}`,
    );
  });

  test("so do a message, an address and an attachment that are promises", async () => {
    expect(await faultOf(Promise.resolve(least))).toBe(`message: must be an object, not ${promise}`);
    expect(await faultOf({ ...least, text: "x", to: Promise.resolve("a@b.org") })).toContain(promise);
    expect(await faultOf({ ...least, attachments: [Promise.resolve("x")] })).toContain(promise);
    expect(await faultOf({ ...least, attachments: [{ content: Promise.resolve("x") }] })).toContain(promise);
  });

  test("a function is to be called, a React element to be rendered", async () => {
    expect(await faultOf({ ...least, html: () => "x" })).toBe(
      "html: must be a string, not a function (call it)",
    );
    expect(await faultOf({ ...least, html: element })).toBe(
      "html: must be a string, not a React element (render it to HTML first)",
    );
  });
});

describe("a mail with nothing in it", () => {
  const empty = "message: is empty: give it a subject, text, html or attachments";

  test("is refused, however nothing is written", async () => {
    const nothing = fc.constantFrom<unknown>(undefined, null, "", []);
    const fields = ["subject", "text", "html", "attachments", "alternatives", "amp"];
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...fields), nothing), async (more) => {
        expect(await faultOf({ ...least, ...more })).toBe(empty);
      }),
    );
    expect(
      await faultOf({ ...least, html: Buffer.alloc(0), cc: "b@example.net", headers: { "X-A": "1" } }),
    ).toBe(empty);
  });

  test.each([
    { subject: "x" },
    { text: "x" },
    { html: "x" },
    { amp: "x" },
    { attachments: [{ content: "" }] },
    { icalEvent: "BEGIN:VCALENDAR\r\nEND:VCALENDAR" },
  ])("%o alone will do", async (content) => {
    expect(await faultOf({ ...least, ...content })).toBe("");
  });
});
