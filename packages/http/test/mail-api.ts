import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Received } from "@relais/conformance";
import type { Reply } from "./api-server.ts";
import type { Vendor } from "./vendors.ts";

/** A vendor's server on 127.0.0.1 that answers as its documentation says, and knows what it took. */
export interface MailApi {
  readonly endpoint: string;
  readonly received: Received[];
  requests: number;
  /** Refuses everything from now on. */
  refuse(reply: Reply): void;
  /** Takes everything from now on for all but these, and says this of it. */
  takeBut(left: readonly string[], body: object): void;
  /** Takes everything from now on, and does this instead of answering. */
  take(answer: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** Nobody listens any more. */
  down(): void;
  close(): void;
}

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

/** The documented success, with an id of this message's own. */
function successOf({ success, messageId }: Vendor, id: string): Reply {
  return JSON.parse(JSON.stringify(success).replace(messageId, id)) as Reply;
}

export async function mailApi(vendor: Vendor): Promise<MailApi> {
  let refusal: Reply | undefined;
  let some: { left: readonly string[]; body: object } | undefined;
  let odd: Parameters<MailApi["take"]>[0] | undefined;
  const say = (response: ServerResponse, { status, headers = {}, body }: Reply): void => {
    // One of the rules looks at what is left open: no connection outlives its answer.
    response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body ?? {}));
  };
  const server = createServer(async (request, response) => {
    if (request.method === "GET") return say(response, { status: 200, body: { scopes: ["mail.send"] } });
    far.requests += 1;
    const type = request.headers["content-type"];
    const fields = await buffer(request)
      .then((body) => bodyFields(body, type))
      .catch(() => undefined);
    if (fields === undefined) return;
    if (refusal !== undefined) return say(response, refusal);
    const id = `m-${far.requests}`;
    const read = readers[vendor.name](fields, request.headers);
    far.received.push({
      id,
      ...read,
      recipients: read.recipients.filter((address) => !some?.left.includes(address)),
    });
    if (odd !== undefined) return odd(request, response);
    const success = successOf(vendor, id);
    say(response, { ...success, body: { ...(success.body as object | undefined), ...some?.body } });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const far: MailApi = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    requests: 0,
    refuse: (reply) => {
      refusal = reply;
    },
    takeBut: (left, body) => {
      some = { left, body };
    },
    take: (answer) => {
      odd = answer;
    },
    down: () => void server.close(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return far;
}
