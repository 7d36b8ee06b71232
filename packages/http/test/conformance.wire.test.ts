import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { coverage, type Harness, type Received, rules, type Stage, throughChain } from "@relais/conformance";
import { createChain } from "@relais/core";
import { postmark, resend } from "@relais/http";
import { describe, expect, test } from "vitest";
import type { Reply } from "./api-server.ts";

/** What the vendors' servers have in common, as their documentation says. */
interface FarEnd {
  readonly endpoint: string;
  readonly received: Received[];
  requests: number;
  /** Refuses everything from now on. */
  refuse(reply: Reply): void;
  /** Takes everything from now on, and does this instead of answering. */
  take(answer: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** Nobody listens any more. */
  down(): void;
  close(): void;
}

interface Api {
  read(body: Record<string, unknown>, headers: IncomingMessage["headers"]): Omit<Received, "id">;
  success(id: string): object;
}

async function farEnd(api: Api): Promise<FarEnd> {
  let refusal: Reply | undefined;
  let odd: Parameters<FarEnd["take"]>[0] | undefined;
  const say = (response: ServerResponse, { status, headers = {}, body }: Reply): void => {
    // fetch-like clients keep connections; these rules look at what is left open.
    response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
    response.end(JSON.stringify(body ?? {}));
  };
  const server = createServer(async (request, response) => {
    if (request.method === "GET") return say(response, { status: 200, body: {} });
    far.requests += 1;
    const body = (await json(request).catch(() => undefined)) as Record<string, unknown> | undefined;
    if (body === undefined) return;
    if (refusal !== undefined) return say(response, refusal);
    const id = `m-${far.requests}`;
    far.received.push({ id, ...api.read(body, request.headers) });
    if (odd !== undefined) return odd(request, response);
    say(response, { status: 200, body: api.success(id) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const far: FarEnd = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    requests: 0,
    refuse: (reply) => {
      refusal = reply;
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

interface HttpStage extends Stage {
  readonly far: FarEnd;
}

const bare = (address: string): string => /<(.*)>/.exec(address)?.[1] ?? address;
const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : String(value ?? "").split(","))
    .map((one: string) => bare(one.trim()))
    .filter(Boolean);
const everybody = (to: unknown, cc: unknown, bcc: unknown) => [...list(to), ...list(cc), ...list(bcc)];
const refused =
  (status: number, body: unknown) =>
  ({ far }: HttpStage): void =>
    far.refuse({ status, body });

const common: Harness<HttpStage>["provoke"] = {
  unknown: ({ far }) => far.take((request) => void request.socket.destroy()),
  stall: ({ far }) => far.take(() => undefined),
  nameless: ({ far }) =>
    far.take((_, response) => void response.writeHead(200, { connection: "close" }).end("{}")),
};

const key = "re_5ecretKey00";
const resendHarness: Harness<HttpStage> = {
  async make() {
    const far = await farEnd({
      read: ({ to, cc, bcc, text }, headers) => ({
        key: String(headers["idempotency-key"]),
        recipients: everybody(to, cc, bcc),
        content: String(text),
      }),
      success: (id) => ({ id }),
    });
    const provider = resend({ apiKey: key, endpoint: far.endpoint });
    return {
      far,
      provider,
      secrets: [key],
      received: () => far.received,
      requests: () => far.requests,
      close: far.close,
    };
  },
  provoke: {
    ...common,
    transient: ({ far }) => far.down(),
    throttled: refused(429, { name: "monthly_quota_exceeded", message: "no more" }),
    misconfigured: refused(403, { name: "invalid_api_key", message: "no" }),
    refused: refused(403, { name: "validation_error", message: "not from you" }),
    echo: refused(403, { name: "validation_error", message: `Bearer ${key} is wrong` }),
  },
  cannot: {
    deferred: "Resend takes mail before it asks the recipient's server",
    rejected: "Resend takes mail before it asks the recipient's server",
    partial: "Resend takes a message for all or for nobody",
  },
};

const serverToken = "5ecret-t0ken-0000";
const postmarkHarness: Harness<HttpStage> = {
  async make() {
    const far = await farEnd({
      read: ({ To, Cc, Bcc, TextBody, Headers, Metadata }) => ({
        key: JSON.stringify([Headers, Metadata]),
        recipients: everybody(To, Cc, Bcc),
        content: String(TextBody),
      }),
      success: (MessageID) => ({ MessageID, ErrorCode: 0, Message: "OK" }),
    });
    const provider = postmark({ serverToken, endpoint: far.endpoint });
    const secrets = [serverToken];
    return {
      far,
      provider,
      secrets,
      received: () => far.received,
      requests: () => far.requests,
      close: far.close,
    };
  },
  provoke: {
    ...common,
    transient: refused(503, { ErrorCode: 100, Message: "maintenance" }),
    misconfigured: refused(401, { ErrorCode: 10, Message: "bad token" }),
    refused: refused(422, { ErrorCode: 400, Message: "sender signature" }),
    rejected: refused(422, { ErrorCode: 406, Message: "inactive recipient" }),
    echo: refused(422, { ErrorCode: 300, Message: `${serverToken} is wrong` }),
  },
  cannot: {
    deferred: "Postmark takes mail before it asks the recipient's server",
    throttled: "a 429 of Postmark has no documented body",
    partial: "Postmark takes a message for all or for nobody",
  },
};

describe.each([
  ["resend", resendHarness, 3],
  ["postmark", postmarkHarness, 3],
] as const)("%s", (_name, harness, left) => {
  describe("by itself", () => {
    test.each(rules(harness))("$name", (rule) => rule.run());
    test("is judged by every rule but those of which it says why", () => {
      expect(coverage(harness).notCovered).toHaveLength(left);
    });
  });
  describe("in a chain", () => {
    test.each(rules(throughChain(harness, (one) => createChain([one]))))("$name", (rule) => rule.run());
  });
});
