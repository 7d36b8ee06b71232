import type { Message } from "@relais/core/spi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiServer, type Received } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { bodyFields } from "./vendor-requests.ts";
import { type Vendor, vendors } from "./vendors.ts";

type Fields = Record<string, unknown>;
type Content = { type: string; value: string }[];

/** What a reader is shown, out of a request as each vendor has it. */
interface Shown {
  readonly subject: unknown;
  readonly text: unknown;
  readonly html: unknown;
}
const shownBy: Readonly<Record<Vendor["name"], (fields: Fields) => Shown>> = {
  resend: ({ subject, text, html }) => ({ subject, text, html }),
  postmark: ({ Subject, TextBody, HtmlBody }) => ({ subject: Subject, text: TextBody, html: HtmlBody }),
  sendgrid: ({ subject, content }) => {
    const of = (wanted: string): unknown => (content as Content).find(({ type }) => type === wanted)?.value;
    return { subject, text: of("text/plain"), html: of("text/html") };
  },
  mailgun: ({ subject, text, html }) => ({ subject, text, html }),
  brevo: ({ subject, textContent, htmlContent }) => ({ subject, text: textContent, html: htmlContent }),
};

/** What each vendor's page wants of a request; what is wrong with this one. */
const faults: Readonly<Record<Vendor["name"], (shown: Shown, fields: Fields) => unknown>> = {
  resend: ({ subject, text, html }) => !subject || (!text && !html),
  postmark: ({ text, html }) => (!text && !html) || text === "" || html === "",
  sendgrid: ({ subject }, { content, attachments = [], headers }) =>
    !subject ||
    (content as Content).length === 0 ||
    (content as Content).some(({ value }) => value === "") ||
    (attachments as Fields[]).some(({ type, filename }) => /[;,\r\n]/.test(`${type}${filename}`)) ||
    Object.values(headers as Fields).some((value) => typeof value !== "string"),
  mailgun: ({ text, html }) => !text && !html,
  brevo: ({ subject, text, html }, { to, sender }) =>
    !subject ||
    (!text && !html) ||
    text === "" ||
    html === "" ||
    [sender, ...(to as Fields[])].some((one) => [...String((one as Fields).name ?? "")].length > 70),
};

async function sent(vendor: Vendor, message: Message): Promise<{ fields: Fields; request: Received }> {
  const seen: { fields: Fields; request: Received }[] = [];
  const server = await apiServer(async (request) => {
    const fields = await bodyFields(request.body, request.headers["content-type"]);
    seen.push({ fields, request });
    const isWrong = faults[vendor.name](shownBy[vendor.name](fields), fields);
    return isWrong ? { status: 400, body: "no" } : vendor.success;
  });
  const provider = vendor.make({ endpoint: server.endpoint });
  const outcome = await provider.send(message, context(message));
  expect(outcome).toMatchObject({ success: true });
  await provider.close?.();
  return seen[0]!;
}

const file = {
  filename: "Invoice; March, 2026.pdf",
  content: Buffer.from("%PDF-1.7"),
  contentType: "application/pdf; a=b",
};
const names = new Map([
  ["campaign", "orders"],
  ["relais_id", "7d3f5a1e-58a4-4c6e-9a3f-2f7b1c9d0e11"],
]);

describe.each(vendors)("$name", (vendor) => {
  test("mails with nothing in some places are sent, and read as they were written", async () => {
    const words = fc.constantFrom(undefined, "", "Hello");
    const one = fc.record({
      subject: fc.constantFrom(undefined, "", "Invoice"),
      text: words,
      html: words.map((text) => text && `<p>${text}</p>`),
      attachments: fc.constantFrom([], [file]),
      name: fc.constantFrom(undefined, "Bob", "n".repeat(70), "ü".repeat(200)),
    });
    // One with nothing in all of them is no mail.
    const mail = one.filter((it) => Boolean(it.subject || it.text || it.html) || it.attachments.length > 0);
    await fc.assert(
      fc.asyncProperty(mail, async ({ name, ...parts }) => {
        const to = name === undefined ? "bob@example.org" : { name, address: "bob@example.org" };
        const { fields } = await sent(vendor, await sampleMessage({ ...parts, to }));
        const shown = shownBy[vendor.name](fields);
        const seen = (text: unknown): string => String(text ?? "").trim();
        expect(seen(shown.subject)).toBe(parts.subject ?? "");
        expect(seen(shown.text)).toBe(parts.text ?? "");
        expect(seen(shown.html)).toBe(parts.html ?? "");
      }),
      { numRuns: 60 },
    );
  });

  test("a header that is there twice goes out twice, or as one with both", async () => {
    const message: Message = {
      ...(await sampleMessage()),
      headers: { "X-Step": ["first", "second"], "X-One": "1" },
    };
    const { request } = await sent(vendor, message);
    const text = request.body.toString();
    expect(text).toMatch(/first, second|first"?\}?,?[\s\S]{0,200}X-Step[\s\S]{0,80}second/);
    expect(text).toContain("X-One");
  });

  test("a calendar event is an attachment of its type", async () => {
    const content = Buffer.from("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR");
    const icalEvent = { method: "REQUEST", filename: "invite.ics", content };
    const { request } = await sent(vendor, { ...(await sampleMessage()), icalEvent });
    const text = request.body.toString();
    expect(text).toContain("invite.ics");
    expect(text.includes(content.toString("base64")) || text.includes("METHOD:REQUEST\r\n")).toBe(true);
    // Brevo goes by the name alone; SendGrid takes no parameters.
    if (vendor.name !== "brevo") expect(text).toContain("text/calendar");
    if (!["brevo", "sendgrid"].includes(vendor.name)) expect(text).toContain("method=REQUEST");
  });

  test("an id is no tag, and comes back with the vendor's events", async () => {
    const { request } = await sent(vendor, await sampleMessage({ tags: Object.fromEntries(names) }));
    const text = request.body.toString();
    for (const value of names.values()) expect(text).toContain(value);
    if (vendor.name === "mailgun") {
      expect([...text.matchAll(/name="o:tag"\r\n\r\n([^\r]*)/g)].map(([, tag]) => tag)).toEqual([
        "campaign:orders",
      ]);
      expect(text).toContain('name="v:relais_id"');
    }
    if (vendor.name === "brevo")
      expect(request.json).toMatchObject({
        tags: ["campaign:orders"],
        headers: { "X-Mailin-custom": `relais_id:${names.get("relais_id")}` },
      });
  });
});

test.each(vendors)(
  "$name carries the message's id beside as many tags as there may be, and not where it shall not",
  async (vendor) => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`tag${i}`, `value ${i}`]));
    const id = "0198c7a4-1111-7222-8333-444455556666";
    const { request } = await sent(vendor, await sampleMessage({ id, tags }));
    const body = request.body.toString();
    expect(body).toMatch(new RegExp(`X-Relais-Id\\W[\\s\\S]{0,20}${id}`));
    expect(body).toMatch(new RegExp(`relais_id\\W[\\s\\S]{0,20}${id}`));
    // What an outbox says wins: its id is not the message's.
    const outbox = await sent(vendor, await sampleMessage({ id, tags: { relais_id: "of-the-outbox" } }));
    expect(outbox.request.body.toString()).toMatch(/X-Relais-Id\W[\s\S]{0,20}of-the-outbox/);
    const off = { ...(await sampleMessage({ id, tags })), correlation: false } as const;
    expect((await sent(vendor, off)).request.body.toString()).not.toMatch(/relais[-_]id/i);
  },
);

test("fifty mails of one campaign have one tag at Mailgun and at Brevo", async () => {
  for (const vendor of vendors.filter(({ name }) => name === "mailgun" || name === "brevo")) {
    const tags = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const message = await sampleMessage({
        tags: { campaign: "orders", relais_id: crypto.randomUUID(), order: crypto.randomUUID() },
      });
      const { request } = await sent(vendor, message);
      for (const [, tag = ""] of request.body.toString().matchAll(/name="o:tag"\r\n\r\n([^\r]*)/g))
        tags.add(tag);
      for (const tag of (request.json.tags as string[] | undefined) ?? []) tags.add(tag);
    }
    expect([...tags]).toEqual(["campaign:orders"]);
  }
});
