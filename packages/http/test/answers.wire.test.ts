import { errorTables, explainHttpAnswer } from "@relais/http";
import { describe, expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { everyPhrase } from "./vendor-phrases.ts";
import { type ErrorCase, vendors } from "./vendors.ts";

/** What whoever stands between us and any of them may say. */
const anyVendors: readonly ErrorCase[] = [
  { reply: { status: 302, headers: { location: "/elsewhere" } }, kind: "misconfigured", code: "302" },
  { reply: { status: 401, body: "<html>" }, kind: "misconfigured", code: "401" },
  { reply: { status: 402 }, kind: "misconfigured", code: "402" },
  { reply: { status: 403 }, kind: "misconfigured", code: "403" },
  { reply: { status: 407 }, kind: "misconfigured", code: "407" },
  {
    reply: { status: 408, headers: { "retry-after": "3" } },
    kind: "transient",
    code: "408",
    retryAfterMs: 3_000,
  },
  { reply: { status: 413 }, kind: "refused", code: "413" },
  {
    reply: { status: 429, headers: { "retry-after": "9" } },
    kind: "throttled",
    code: "429",
    retryAfterMs: 9_000,
  },
  { reply: { status: 400, body: "no" }, kind: "refused", code: "400" },
  { reply: { status: 422, body: "no" }, kind: "refused", code: "422" },
  { reply: { status: 404, body: "<html>" }, kind: "misconfigured", code: "404" },
  { reply: { status: 405 }, kind: "misconfigured", code: "405" },
  // Nobody knows what it means there: no wrong setting, and no lost message where there is another provider.
  { reply: { status: 418 }, kind: "refused", code: "418" },
  { reply: { status: 409, body: "<html>" }, kind: "refused", code: "409" },
  { reply: { status: 500, body: "<html>" }, kind: "unknown", code: "500" },
  { reply: { status: 502, body: "<html>" }, kind: "unknown", code: "502" },
  { reply: { status: 503, headers: { "retry-after": "9" } }, kind: "unknown", code: "503" },
  { reply: { status: 200, body: {} }, kind: "unknown", code: "200" },
  { reply: { status: 204 }, kind: "unknown", code: "204" },
  { reply: { status: 200, body: "<html>welcome to the hotel</html>" }, kind: "unknown", code: "200" },
];

describe.each(vendors)("$name", (vendor) => {
  test("a success gives the vendor's message id, for everybody", async () => {
    const server = await apiServer(() => vendor.success);
    const provider = vendor.make({ endpoint: server.endpoint });
    const message = await sampleMessage({ to: ["bob@example.org", "cyd@example.org"] });
    const given = context(message);
    expect(await provider.send(message, given)).toEqual({
      success: true,
      provider: vendor.id,
      messageId: vendor.messageId,
      accepted: ["bob@example.org", "cyd@example.org"],
      rejected: [],
    });
    expect(given.handOvers).toBe(1);
    const [request] = server.requests;
    expect([server.requests.length, request?.method, request?.path]).toEqual([1, "POST", vendor.path]);
    expect(request?.headers[vendor.login[0]]).toBe(vendor.login[1]);
    await provider.close?.();
  });

  test.each([...vendor.errors, ...anyVendors])(
    "$reply.status $code is $kind, after one request",
    async ({ reply, kind, code, retryAfterMs }) => {
      const server = await apiServer(() => reply);
      const provider = vendor.make({ endpoint: server.endpoint });
      const message = await sampleMessage();
      const outcome = await provider.send(message, context(message));
      expect(outcome).toMatchObject({ success: false, provider: vendor.id, kind, code });
      expect("retryAfterMs" in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
      expect(server.requests).toHaveLength(1);
      await provider.close?.();
    },
  );

  test("every row of the table is met by an answer above, and no row stands in the shadow of another", () => {
    const met = new Set(
      [...vendor.errors, ...anyVendors].map(({ reply, code }) =>
        explainHttpAnswer(vendor.name, reply.status, code.split(" ")[1]),
      ),
    );
    for (const { status, code, words } of everyPhrase(vendor.name))
      met.add(explainHttpAnswer(vendor.name, status, code, words));
    const unmet = errorTables[vendor.name].filter((row) => !met.has(row));
    expect(unmet).toEqual([]);
  });
});

test("every row says where it is from", () => {
  for (const row of Object.values(errorTables).flat())
    expect(row.source).toMatch(/^https:\/\/|^from memory, not re-checked$/);
});

test("the reset of SendGrid is a point in time, which becomes a wait", async () => {
  const [, , sendgrid] = vendors;
  const reset = String(Math.ceil(Date.now() / 1_000) + 60);
  const server = await apiServer(() => ({ status: 429, headers: { "x-ratelimit-reset": reset } }));
  const message = await sampleMessage();
  const outcome = await sendgrid!.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ kind: "throttled" });
  expect(Number("retryAfterMs" in outcome && outcome.retryAfterMs)).toBeGreaterThan(55_000);
});

test.each(vendors)("$name: an answer of more than 1 MB is cut off, and unknown", async (vendor) => {
  const server = await apiServer(() => ({ status: 400, body: "x".repeat(1_100_000) }));
  const message = await sampleMessage();
  const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ kind: "unknown" });
});
