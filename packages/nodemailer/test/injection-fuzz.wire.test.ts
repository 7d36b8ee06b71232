import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { createTransport, type Transporter } from "nodemailer";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: SmtpServer;
let transporter: Transporter;
beforeAll(async () => {
  server = await smtpServer({ smtpUtf8: true });
  const { host, port } = server;
  transporter = createTransport(
    relaisTransport(createChain([smtp({ host, port })])),
  ) as unknown as Transporter;
});
afterAll(async () => {
  transporter.close();
  await server.close();
});

const evil = "evil@evil.example";
const piece = fc.constantFrom(
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  " ",
  "\t",
  `Bcc: ${evil}`,
  `To: <${evil}>`,
  "From: ceo@bank.example",
  "X-Evil: 1",
  "RCPT TO:",
  `<${evil}>`,
  evil,
  ">",
  "<",
  "\0",
  '"',
  "(",
  ")",
  ":",
  "\\",
  "=?utf-8?Q?=0D=0ABcc:_x?=",
  "text",
);
const hostile = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));

/** Where hostile text may stand. In a list of addresses it comes behind the first one, so that it has to break out. */
const places: Readonly<Record<string, (text: string) => object>> = {
  prepared: (value) => ({ headers: { "X-A": { prepared: true, value: `a${value}` } } }),
  folded: (value) => ({ headers: { "X-A": [{ prepared: true, foldLines: true, value: `a${value}` }] } }),
  header: (value) => ({ headers: { "X-A": value } }),
  name: (value) => ({ headers: { [`X-A${value}`]: "x" } }),
  subject: (subject) => ({ subject }),
  person: (name) => ({ to: { name, address: "ann@example.net" } }),
  author: (name) => ({ from: { name, address: "shop@example.org" } }),
  address: (text) => ({ to: { name: "Ann", address: `ann@example.net${text}` } }),
  list: (text) => ({ to: `ann@example.net\r\n${text}` }),
  envelope: (text) => ({ envelope: { from: "shop@example.org", to: `ann@example.net\r\n${text}` } }),
  bounces: (text) => ({ envelope: { from: `shop@example.org\r\n${text}`, to: "ann@example.net" } }),
  answers: (text) => ({ replyTo: `ann@example.net\r\n${text}` }),
  id: (text) => ({ messageId: `<a@b>${text}`, inReplyTo: text, references: `<a@b>${text}` }),
  file: (text) => ({
    attachments: [{ filename: text, contentType: `text/plain${text}`, content: "x", cid: text }],
  }),
  part: (value) => ({
    attachments: [{ content: "x", headers: { "X-A": { prepared: true, value: `a${value}` } } }],
  }),
  comment: (comment) => ({ list: { unsubscribe: { url: `https://example.org/${comment}`, comment } } }),
};

test("whatever a field holds, no header, no recipient and no command comes out of it", async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(places)), hostile, async (place, text) => {
      server.reset();
      const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
      const over = places[place]?.(text) ?? {};
      const error: unknown = await transporter.sendMail({ ...mail, ...over } as never).then(
        () => undefined,
        (thrown) => thrown,
      );
      if (error !== undefined) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^E(?:MESSAGE|ENVELOPE)$/) });
        expect(server.accepted).toEqual([]);
        return;
      }
      sent += 1;
      const [got] = server.accepted;
      // Without a break or a bracket outside of quotes it is one odd address, which nodemailer writes so that it stays one.
      const odd = place === "address" && !/[\r\n<>]/.test(text.trim().replaceAll(/"[^"]*"/g, ""));
      const ann = odd ? (got?.to ?? []).slice(0, 1) : ["ann@example.net"];
      expect(got?.to).toEqual(ann);
      expect(got?.from).toBe("shop@example.org");
      const { headers, from, to, cc, bcc, text: body } = await PostalMime.parse(got?.data ?? "");
      expect(headers.filter(({ key }) => /^(?:bcc|cc|x-evil|rcpt to)$/.test(key))).toEqual([]);
      expect(headers.filter(({ key }) => /^(?:from|to|subject)$/.test(key)).length).toBeLessThanOrEqual(3);
      expect([from?.address, to?.map(({ address }) => address), cc, bcc]).toEqual([
        "shop@example.org",
        odd ? to?.map(({ address }) => address).slice(0, 1) : ann,
        undefined,
        undefined,
      ]);
      expect(body?.trim()).toBe("Hello");
    }),
    { numRuns: 600 },
  );
  expect(sent).toBeGreaterThan(150);
}, 120_000);
