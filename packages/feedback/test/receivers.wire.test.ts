import { inspect } from "node:util";
import type { VendorEvent, WebhookRequest } from "@relais/conformance";
import { feedbackHandler, memoryFeedbackStore } from "@relais/feedback";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyKind, type Source, sources } from "./sources.ts";

/** What goes on the wire, and an answer's status. */
async function post(source: Source, request: WebhookRequest, store = memoryFeedbackStore()) {
  const handler = feedbackHandler({ receivers: { it: source.receiver }, store });
  const { headers, body } = request;
  const response = await handler(
    new Request("http://localhost/feedback/it", { method: "POST", headers, body }),
  );
  return { status: response.status, text: await response.text(), stored: store.events };
}

describe.each(Object.keys(sources))("%s", (name) => {
  let source: Source;
  beforeAll(async () => {
    source = await (sources[name] as () => Promise<Source>)();
  });
  afterAll(() => source.close());

  const told = (events: readonly VendorEvent[]) =>
    events.map(({ type, bounce, recipient, message, providerMessageId, at }) => ({
      type,
      ...(bounce !== undefined && { bounce }),
      recipient,
      message,
      providerMessageId,
      at,
      source: name,
    }));

  test("takes every kind of event, with whose it is", async () => {
    const events = everyKind(source.sender);
    const store = memoryFeedbackStore();
    for (const request of source.sender.requests(events))
      expect(await post(source, request, store)).toMatchObject({ status: 200 });
    expect(store.events).toMatchObject(told(events));
    for (const event of store.events.filter(({ type }) => type === "bounced"))
      expect(event.reason, inspect(event)).toMatch(/\w/);
  });

  test("takes events of mail that carries no id of ours", async () => {
    const events = everyKind(source.sender).map((event) => ({ ...event, message: undefined }));
    const store = memoryFeedbackStore();
    for (const request of source.sender.requests(events)) await post(source, request, store);
    expect(store.events).toHaveLength(events.length);
    for (const event of store.events) expect(event).not.toHaveProperty("message");
  });

  test("doubled and reordered requests change nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), async (order) => {
        const events = everyKind(source.sender);
        const requests = events.flatMap((event) => source.sender.requests([event]));
        const store = memoryFeedbackStore();
        for (const at of order) await post(source, requests[at % requests.length] as WebhookRequest, store);
        const kinds = new Set(order.map((at) => at % requests.length));
        expect(store.events).toHaveLength(kinds.size);
        for (const request of requests) await post(source, request, store);
        const sorted = (list: readonly { readonly recipient: string }[]) =>
          list.toSorted((a, b) => a.recipient.localeCompare(b.recipient));
        expect(sorted(store.events)).toMatchObject(sorted(told(events)));
      }),
      { numRuns: 10 },
    );
  });

  test("what means nothing is accepted, and nothing is stored", async () => {
    for (const request of source.sender.ignored())
      expect(await post(source, request)).toMatchObject({ status: 200, stored: [] });
  });

  test("forged, foreign, stale, oversized and malformed ones are refused, with nothing stored", async () => {
    const refused = source.sender.refused();
    expect(refused.length).toBeGreaterThan(8);
    for (const { name: fault, status, request } of refused) {
      const answer = await post(source, request);
      expect(answer, fault).toMatchObject({ status, stored: [] });
      expect((await source.receiver.receive(request)).refusal?.status, fault).toBe(status);
      expect(JSON.parse(answer.text).error, fault).toMatch(/^[a-z].{10,200}$/i);
      for (const secret of source.sender.secrets) expect(answer.text, fault).not.toContain(secret);
    }
  });

  test("no byte of what is signed can be changed", async () => {
    const { sender } = source;
    if (sender.tampered === undefined) return;
    const tampered = sender.tampered.bind(sender);
    const [request] = sender.requests(everyKind(sender).slice(0, 2)) as [WebhookRequest];
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (where) => {
        const answer = await post(source, tampered(request, where));
        expect([400, 401, 403]).toContain(answer.status);
        expect(answer.stored).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect((await post(source, request)).status).toBe(200);
  });

  test("no bytes, and no JSON that is signed or not, make it throw", async () => {
    const [genuine] = source.sender.requests(everyKind(source.sender).slice(0, 1)) as [WebhookRequest];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (body) => {
          const { refusal, events } = await source.receiver.receive({ headers: genuine.headers, body });
          expect(refusal !== undefined || events.length === 0).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
