// The second of two files: what the API's documentation says, so that the rules can test the provider.
import { type Harness, type HttpReply, type HttpTarget, httpHarness } from "@relais/conformance";
import { pigeon } from "./pigeon.ts";

const token = "pigeon-token-42";
const error = (status: number, text = `says ${status}`): HttpReply => ({ status, body: { error: text } });

export const harness: Harness<HttpTarget> = httpHarness({
  create: (endpoint) => pigeon({ url: `${endpoint}/`, token }),
  secrets: [token],
  async read(request) {
    const { key, to, text } = (await request.json()) as { key: string; to: string[]; text: string };
    return { key, recipients: to, content: text };
  },
  accepted: (id) => ({ body: { id } }),
  refused: {
    transient: error(503),
    throttled: error(429),
    deferred: error(409),
    misconfigured: error(401),
    refused: error(403),
    rejected: error(422),
  },
  quoting: (text) => error(403, `${text} is wrong`),
  cannot: {
    partial: "the API takes a message for all or for nobody",
    defer: "the API takes a message for all or for nobody",
  },
});
