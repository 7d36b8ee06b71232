import fc from "fast-check";
import { expect } from "vitest";
import { mailboxKey } from "../src/message/address.ts";
import { createMessage, type MessageInput } from "../src/message/create-message.ts";
import { InvalidMessage } from "../src/message/fields.ts";
import type { Message } from "../src/message/message.ts";
import { hostileInput } from "./hostile-input.ts";

// Marks that scripts need are not among them.
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]|\p{Cs}/u;
const bare =
  /^(?:[^\p{C}\s"(),:;<>@[\]\\]+|"[^\p{C}\p{Zl}\p{Zp}]*")@(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-fIPv:.]+\])$/u;

/** Everything of a message that ends up in a header, an envelope, or a parameter of one. */
function headerBound(message: Message): string[] {
  const people = [
    message.from,
    message.sender,
    ...message.to,
    ...message.cc,
    ...message.bcc,
    ...message.replyTo,
  ];
  return [
    ...people.flatMap((one) => (one === undefined ? [] : [one.address, one.name ?? ""])),
    message.id,
    message.messageId,
    message.date,
    message.subject,
    message.inReplyTo ?? "",
    ...message.references,
    ...Object.entries(message.headers).flat(2),
    ...Object.entries(message.tags).flat(),
    ...message.attachments.flatMap(({ filename = "", contentType = "", cid = "", disposition }) => [
      filename,
      contentType,
      cid,
      disposition,
    ]),
    message.envelope.from,
    ...message.envelope.to,
  ];
}

/** Every text that an honest reader of the input may take for an address. */
function written(value: unknown, depth = 0): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || depth > 3) return [];
  return Object.values(value).flatMap((inner) => written(inner, depth + 1));
}

const isThere = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

/** As `expect` would say it, at a tenth of the time: there are a million of them. */
function check(holds: boolean, what: string, value: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(value)}`);
}

function look(message: Message, given: MessageInput): void {
  for (const value of headerBound(message)) {
    check(typeof value === "string", "not a text", value);
    check(!unprintable.test(value), "unprintable", value);
  }
  for (const { address } of [message.from, ...message.to, ...message.cc, ...message.bcc, ...message.replyTo])
    check(bare.test(address), "not an address", address);
  const { from, to } = message.envelope;
  check(from === "" || bare.test(from), "not a sender's address", from);
  check(to.length > 0, "no recipients", to);
  const recipients = new Set(to.map(mailboxKey));
  check(recipients.size === to.length, "a recipient twice", to);
  const own = given.envelope;
  const hasOwn = own !== undefined && own !== null && [own.to, own.cc, own.bcc].some(isThere);
  const meant = hasOwn ? [own.to, own.cc, own.bcc] : [given.to, given.cc, given.bcc];
  if (!hasOwn) {
    const people = [...message.to, ...message.cc, ...message.bcc];
    const listed = new Set(people.map((one) => mailboxKey(one.address)));
    const same = recipients.size === listed.size && [...recipients].every((one) => listed.has(one));
    check(same, "recipients that are not listed", to);
  }
  const texts = meant
    .flatMap((one) => written(one))
    .join(" ")
    // UTS 46 leaves these out of a domain: nobody sees them.
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
  for (const one of to)
    check(one.includes("xn--") || texts.includes(one.toLowerCase()), "a recipient that is not written", one);
  for (const name of Object.keys(message.headers))
    check(
      !/^(bcc|to|cc|from|content-(type|transfer-encoding|disposition)|__proto__|constructor)$/i.test(name),
      "a header that is not the caller's",
      name,
    );
  check(
    message.attachments.every(({ content }) => content instanceof Uint8Array),
    "content that is no bytes",
    message.attachments,
  );
  check(Object.getPrototypeOf(message) === Object.prototype, "a prototype of its own", message);
}

/** Makes messages of hostile inputs: each is refused by name, or cannot deceive. */
export async function cannotDeceive(runs: number): Promise<void> {
  const seen = { refused: 0, taken: 0 };
  await fc.assert(
    fc.asyncProperty(hostileInput, async (given) => {
      const made: unknown = await createMessage(given as MessageInput).catch((error: unknown) => error);
      if (made instanceof InvalidMessage) {
        seen.refused += 1;
        check(made.field !== "", "no field", made.message);
        check(made.message.startsWith(`${made.field}: `), "a sentence without its field", made.message);
        check(!unprintable.test(made.message), "unprintable", made.message);
        check(made.message.length < 400, "a long sentence", made.message);
      } else {
        check(!(made instanceof Error), "another error", String(made));
        seen.taken += 1;
        look(made as Message, given as MessageInput);
      }
    }),
    { numRuns: runs },
  );
  // Both sides were really tried.
  expect(seen.refused).toBeGreaterThan(runs / 10);
  expect(seen.taken).toBeGreaterThan(runs / 40);
  expect(({} as { name?: unknown }).name).toBeUndefined();
}
