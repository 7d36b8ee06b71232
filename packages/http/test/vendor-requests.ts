import type { IncomingMessage } from "node:http";
import type { Received } from "@relais/conformance";
import type { Vendor } from "./vendors.ts";

type Fields = Record<string, unknown>;

const bare = (one: unknown): string => {
  const text = typeof one === "string" ? one : String((one as { email?: unknown }).email);
  return /<(.*)>/.exec(text)?.[1] ?? text.trim();
};
const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : String(value ?? "").split(",")).filter(Boolean).map(bare);
const all = (...values: readonly unknown[]): string[] => values.flatMap(list);

type Read = (fields: Fields, headers: IncomingMessage["headers"]) => Omit<Received, "id">;

/** The fields of a request's body. */
export async function bodyFields(body: Uint8Array, type = ""): Promise<Fields> {
  if (!type.startsWith("multipart/")) return JSON.parse(Buffer.from(body).toString());
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  return Object.fromEntries(form.entries());
}

/** Where each vendor has the recipients, the text, and what tells one message from another. */
export const readers: Readonly<Record<Vendor["name"], Read>> = {
  resend: ({ to, cc, bcc, text }, headers) => ({
    key: String(headers["idempotency-key"]),
    recipients: all(to, cc, bcc),
    content: String(text),
  }),
  postmark: ({ To, Cc, Bcc, TextBody, Headers }) => ({
    key: (Headers as { Name: string; Value: string }[]).find(({ Name }) => Name === "Message-ID")?.Value,
    recipients: all(To, Cc, Bcc),
    content: String(TextBody),
  }),
  sendgrid: ({ personalizations, content, headers }) => {
    const [{ to, cc, bcc }] = personalizations as [Fields];
    const [{ value }] = content as [Fields];
    const { "Message-ID": key } = headers as Record<string, string>;
    return { key, recipients: all(to, cc, bcc), content: String(value) };
  },
  mailgun: ({ to, cc, bcc, text, "h:Message-Id": key }) => ({
    key: String(key),
    recipients: all(to, cc, bcc),
    content: String(text),
  }),
  brevo: ({ to, cc, bcc, textContent, headers }) => ({
    key: (headers as Record<string, string>).idempotencyKey,
    recipients: all(to, cc, bcc),
    content: String(textContent),
  }),
};
