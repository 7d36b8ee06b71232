import { expect } from "vitest";
import { apiServer, type Received } from "./api-server.ts";
import { context, type sampleMessage } from "./context.ts";
import { bodyFields, readers } from "./vendor-requests.ts";
import type { Vendor } from "./vendors.ts";

type Lists = Readonly<Record<"to" | "cc" | "bcc", readonly string[]>>;

const bare = (one: unknown): string => {
  const text = typeof one === "string" ? one : String((one as { email?: unknown }).email);
  return /<(.*)>/.exec(text)?.[1] ?? text.trim();
};
const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : String(value ?? "").split(",")).filter(Boolean).map(bare);

/** The recipients of a request, field by field. */
export function listsOf({ name }: Vendor, fields: Record<string, unknown>): Lists {
  const at = name === "sendgrid" ? (fields.personalizations as Record<string, unknown>[])[0]! : fields;
  return { to: list(at.to ?? at.To), cc: list(at.cc ?? at.Cc), bcc: list(at.bcc ?? at.Bcc) };
}

/** How each vendor refuses a whole request for one address, as its page or reports have it. */
export const refusals: Readonly<
  Record<string, (field: "to" | "cc" | "bcc", place: number, address: string) => object>
> = {
  // Neither says which one.
  resend: (field) => ({
    status: 422,
    body: {
      statusCode: 422,
      name: "validation_error",
      message: `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
    },
  }),
  mailgun: (field) => ({
    status: 400,
    body: { message: `'${field}' parameter is not a valid address. please check documentation` },
  }),
  postmark: (field, _, address) => ({
    status: 422,
    body: {
      ErrorCode: 300,
      Message: `Invalid '${field.charAt(0).toUpperCase()}${field.slice(1)}' address: '${address}'.`,
    },
  }),
  sendgrid: (field, place) => ({
    status: 400,
    body: {
      errors: [
        { message: "Does not contain a valid address.", field: `personalizations.0.${field}.${place}.email` },
      ],
    },
  }),
  brevo: (field, _, address) => ({
    status: 400,
    body: { code: "invalid_parameter", message: `email ${address} is not valid in ${field}` },
  }),
};

/** A vendor that refuses a request as soon as one of its addresses is bad, and keeps what it takes. */
export async function strictVendor(vendor: Vendor, isBad: (address: string) => boolean) {
  const taken: string[][] = [];
  const keys = new Map<string, string>();
  const server = await apiServer(async (request: Received) => {
    const fields = await bodyFields(request.body, request.headers["content-type"]);
    const lists = listsOf(vendor, fields);
    const { key, recipients } = readers[vendor.name](fields, request.headers);
    if (["resend", "brevo"].includes(vendor.name)) {
      // The vendor's own rule: one key, one content.
      const content = JSON.stringify(recipients);
      expect(keys.get(String(key)) ?? content).toBe(content);
      keys.set(String(key), content);
    }
    for (const field of ["to", "cc", "bcc"] as const) {
      const place = lists[field].findIndex(isBad);
      if (place >= 0) return refusals[vendor.name]!(field, place, lists[field][place]!) as { status: number };
    }
    taken.push([...lists.to, ...lists.cc, ...lists.bcc]);
    return vendor.success;
  });
  return { server, taken, provider: vendor.make({ endpoint: server.endpoint }) };
}

export const isBad = (address: string): boolean => address.startsWith("bad");

export async function attempt(vendor: Vendor, message: Awaited<ReturnType<typeof sampleMessage>>) {
  const { server, taken, provider } = await strictVendor(vendor, isBad);
  const given = context(message);
  const outcome = await provider.send(message, given);
  await provider.close?.();
  const rejected = (outcome.rejected ?? []).map(({ address, failure }) => [address, failure.kind] as const);
  return { outcome, taken: taken.flat().sort(), rejected, requests: server.requests.length, given };
}
