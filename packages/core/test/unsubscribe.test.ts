import { createChain, createMessage, type Message, type MessageInput } from "@relais/core";
import { readUnsubscribeToken, receipt, unsubscribeToken } from "@relais/core/spi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const secret = "a secret of some length";
const mail = {
  id: "order-17",
  from: "shop@example.org",
  to: "ann@example.com",
  subject: "News",
  text: "News",
};
const unsubscribe = { url: "https://example.org/u?list=1", stream: "news" };

/** What a provider of a chain with these options gets, or why it gets nothing. */
async function sent(input: MessageInput | Message, options = {}, sendOptions = {}) {
  let taken: Message | undefined;
  const provider = {
    id: "TEST",
    send: async (message: Message) => {
      taken = message;
      return receipt({ provider: "TEST", messageId: "1", accepted: message.envelope.to });
    },
  };
  const chain = createChain([provider], { unsubscribe: { secret }, ...options });
  const delivery = await chain.send(input, sendOptions);
  await chain.close();
  return { taken, delivery };
}

function tokenOf(message: Message | undefined): string {
  const [, url = ""] = /^<(https:[^>]+)>/.exec(String(message?.headers["List-Unsubscribe"])) ?? [];
  return new URL(url).searchParams.get("token") ?? "";
}

describe("a message with unsubscribe", () => {
  test("has both headers, with a token of its recipient", async () => {
    const { taken } = await sent({ ...mail, unsubscribe }, {}, { tenant: "acme" });
    expect(taken?.headers).toEqual({
      "List-Unsubscribe": expect.stringMatching(/^<https:\/\/example\.org\/u\?list=1&token=[\w-]+>$/),
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    expect(readUnsubscribeToken(tokenOf(taken), [secret])).toEqual({
      tenant: "acme",
      stream: "news",
      recipient: "ann@example.com",
      message: "order-17",
    });
  });

  test("made with createMessage it is the same, in a chain within a chain too", async () => {
    const message = await createMessage({ ...mail, unsubscribe: { url: unsubscribe.url } });
    let taken: Message | undefined;
    const provider = {
      id: "TEST",
      send: async (given: Message) => {
        taken = given;
        return receipt({ provider: "TEST", messageId: "1", accepted: given.envelope.to });
      },
    };
    const inner = createChain([provider], { id: "inner" });
    const outer = createChain([inner], { unsubscribe: { secret: ["a new secret, long enough", secret] } });
    expect(await outer.send(message)).toMatchObject({ success: true });
    expect(readUnsubscribeToken(tokenOf(taken), ["a new secret, long enough"])).toEqual({
      recipient: "ann@example.com",
      message: "order-17",
    });
    expect(readUnsubscribeToken(tokenOf(taken), [secret])).toBeUndefined();
  });

  test("may name an address, for readers that send no requests", async () => {
    const { taken } = await sent({
      ...mail,
      unsubscribe: { ...unsubscribe, mailto: "unsubscribe@example.org" },
    });
    expect(taken?.headers["List-Unsubscribe"]).toBe(
      `<https://example.org/u?list=1&token=${tokenOf(taken)}>, <mailto:unsubscribe@example.org?subject=${tokenOf(taken)}>`,
    );
  });

  test("without a secret no provider is asked", async () => {
    const { taken, delivery } = await sent({ ...mail, unsubscribe }, { unsubscribe: undefined });
    expect(taken).toBeUndefined();
    expect(delivery).toMatchObject({
      success: false,
      kind: "misconfigured",
      reason:
        "message: unsubscribe: needs a secret: the option unsubscribe of the chain, or RELAIS_UNSUBSCRIBE_SECRET",
    });
  });

  test.each<[string, MessageInput]>([
    [
      "unsubscribe: the link is for one recipient, and the message has 2; send one message to each",
      { to: ["a@example.com", "b@example.com"] },
    ],
    [
      "unsubscribe: the link is for one recipient, and the message has 2; send one message to each",
      { bcc: "b@example.com" },
    ],
    [
      "unsubscribe: the message has the header List-Unsubscribe; give one of the two",
      { headers: { "List-Unsubscribe": "<https://x.example>" } },
    ],
    [
      "unsubscribe: the message has the header list-unsubscribe-post; give one of the two",
      { headers: { "list-unsubscribe-post": "x" } },
    ],
    [
      "unsubscribe: the message has the header List-Unsubscribe; give one of the two",
      { list: { unsubscribe: "https://x.example" } },
    ],
    [
      'unsubscribe.url: must be an https URL, not "http://example.org/u"',
      { unsubscribe: { url: "http://example.org/u" } },
    ],
    ['unsubscribe.url: must be an https URL, not "example.org/u"', { unsubscribe: { url: "example.org/u" } }],
  ])("%s", async (sentence, more) => {
    const { taken, delivery } = await sent({ ...mail, unsubscribe, ...more });
    expect(taken).toBeUndefined();
    expect(delivery).toMatchObject({ success: false, kind: "rejected", reason: `message: ${sentence}` });
  });

  test("what is wrong with the secret is said in one sentence", () => {
    const provider = {
      id: "TEST",
      send: async () => receipt({ provider: "TEST", messageId: "1", accepted: [] }),
    };
    expect(() => createChain([provider], { unsubscribe: { secret: "short" } })).toThrow(
      "createChain.unsubscribe: secret must have 16 characters or more",
    );
  });
});

test("a token is good for what it was made for, and any change of it for nothing", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((one) => one.isWellFormed());
  fc.assert(
    fc.property(
      text,
      text,
      fc.emailAddress(),
      text,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (tenant, stream, recipient, message, place, by) => {
        const request = { tenant, stream, recipient, message };
        const token = unsubscribeToken(request, secret);
        const read = readUnsubscribeToken(token, ["another secret, long", secret]);
        expect({ tenant: "", stream: "", ...read }).toEqual(request);
        const bytes = Buffer.from(token, "base64url");
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ by;
        expect(readUnsubscribeToken(bytes.toString("base64url"), [secret])).toBeUndefined();
        expect(readUnsubscribeToken(token.slice(0, -1), [secret])).toBeUndefined();
        expect(readUnsubscribeToken(`${token}=`, [secret])).toBeUndefined();
        expect(readUnsubscribeToken(token, ["another secret, long"])).toBeUndefined();
      },
    ),
    { numRuns: 500 },
  );
});
