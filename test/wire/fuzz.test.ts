import { type AcceptedMail, smtpServer } from "@relais/conformance";
import { createChain, type MessageInput } from "@relais/core";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostileMessage, meant } from "./hostile.ts";

const cases = 20_000;
const batch = 200;

const written = new Set([
  "from",
  "to",
  "cc",
  "reply-to",
  "subject",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
]);

/** The header names of a mail, as its first reader would see them. */
function headerNames(data: Buffer): string[] {
  const bytes = data.toString("latin1");
  const block = bytes.slice(0, bytes.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  return block.split("\r\n").map((line) => {
    const name = /^([!-9;-~]+):/.exec(line)?.[1];
    if (name === undefined) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return name.toLowerCase();
  });
}

function checkMail(input: Record<string, unknown>, mail: AcceptedMail): void {
  const own = Object.keys((input.headers as object | undefined) ?? {}).map((name) => name.toLowerCase());
  for (const name of headerNames(mail.data)) {
    expect(written.has(name) || own.includes(name), `header ${name} on the wire`).toBe(true);
    expect(name).not.toContain("evil");
  }
  for (const recipient of mail.to) expect(meant as readonly string[]).toContain(recipient);
  expect(mail.from).toBe("shop@example.org");
  expect(mail.data.includes("root:x:0")).toBe(false);
  expect(/(?<!\r)\n|\r(?!\n)/.test(mail.data.toString("latin1")), "a bare CR or LF").toBe(false);
}

test(`${cases} hostile messages: refused by field, or on the wire with the headers and recipients meant`, {
  timeout: 180_000,
}, async () => {
  const server = await smtpServer();
  const chain = createChain([smtp({ host: server.host, port: server.port, name: "relais.test" })]);
  const seed = Number(process.env.FUZZ_SEED ?? 20_261_124);
  const inputs = fc.sample(hostileMessage, { numRuns: cases, seed }) as Record<string, unknown>[];
  let sent = 0;
  let refused = 0;
  for (let i = 0; i < cases; i += batch) {
    const part = inputs.slice(i, i + batch);
    const deliveries = await Promise.all(part.map((input) => chain.send(input as MessageInput)));
    const mails = new Map(server.accepted.map((mail) => [mail.messageId, mail]));
    let delivered = 0;
    for (const [j, delivery] of deliveries.entries()) {
      const input = part[j] as Record<string, unknown>;
      if (delivery.success) {
        delivered += 1;
        const mail = mails.get(delivery.messageId);
        if (mail === undefined) throw new Error(`not on the wire: ${JSON.stringify(input)}`);
        checkMail(input, mail);
      } else {
        refused += 1;
        expect(delivery.kind, JSON.stringify(input)).toBe("rejected");
        expect(delivery.error).toMatch(/^message: [A-Za-z_][^\s:]*: \S/);
        expect(delivery.attempts).toHaveLength(0);
      }
    }
    expect(server.accepted.length).toBe(delivered);
    sent += delivered;
    server.reset();
    (server.accepted as AcceptedMail[]).length = 0;
  }
  await chain.close();
  await server.close();
  // Both ends of the fuzz must have been reached, or it shows nothing.
  expect(sent).toBeGreaterThan(cases / 5);
  expect(refused).toBeGreaterThan(cases / 5);
});
