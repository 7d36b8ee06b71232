import { type HttpApi, http } from "@relais/http";
import { expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { attempt, isBad, listsOf, refusals } from "./strict-vendor.ts";
import { type Vendor, vendors } from "./vendors.ts";

const [resend, postmark, sendgrid, mailgun, brevo] = vendors as readonly [
  Vendor,
  Vendor,
  Vendor,
  Vendor,
  Vendor,
];
const to = ["ann@example.net", "bad@example.net", "cy@example.net", "dan@example.net"];

test("contact that is lost leaves those unknown whom it was about, and the others unasked", async () => {
  let n = 0;
  const server = await apiServer(({ json }, response) => {
    n += 1;
    const lists = listsOf(resend, json);
    const place = lists.to.findIndex(isBad);
    if (place >= 0) return refusals.resend!("to", place, "") as { status: number };
    response.destroy();
    return undefined;
  });
  const message = await sampleMessage({ to: ["bad@example.net", ...to.filter((one) => !isBad(one))] });
  const outcome = await resend.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(n).toBeGreaterThan(1);
  const kinds = Object.fromEntries((outcome.rejected ?? []).map((one) => [one.address, one.failure.kind]));
  expect(outcome).toMatchObject({ success: false, kind: "unknown" });
  expect(Object.values(kinds).filter((kind) => kind === "unknown").length).toBeGreaterThan(0);
  for (const kind of Object.values(kinds)) expect(["unknown", "transient", "rejected"]).toContain(kind);
});

test("a limit that is reached is about those that are left, and asked for no more", async () => {
  let n = 0;
  const server = await apiServer(() => {
    n += 1;
    if (n === 1) return refusals.sendgrid!("to", 1, "") as { status: number };
    return {
      status: 429,
      headers: { "retry-after": "30" },
      body: { errors: [{ message: "too many requests" }] },
    };
  });
  const message = await sampleMessage({ to });
  const outcome = await sendgrid.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(n).toBe(2);
  expect(outcome).toMatchObject({ success: false, kind: "throttled", retryAfterMs: 30_000 });
  const kinds = Object.fromEntries((outcome.rejected ?? []).map((one) => [one.address, one.failure.kind]));
  expect(kinds).toEqual({
    "ann@example.net": "throttled",
    "bad@example.net": "rejected",
    "cy@example.net": "throttled",
    "dan@example.net": "throttled",
  });
});

test("a limit that is reached between halves is about the other half too", async () => {
  let n = 0;
  const server = await apiServer(() => {
    n += 1;
    if (n === 1) return refusals.mailgun!("to", 1, "") as { status: number };
    return { status: 429, headers: { "retry-after": "30" }, body: { message: "too many requests" } };
  });
  const message = await sampleMessage({ to });
  const outcome = await mailgun.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(n).toBe(2);
  expect(outcome).toMatchObject({ success: false, kind: "throttled", retryAfterMs: 30_000 });
});

test("an abort leaves the others to the next provider, since nothing of them has left", async () => {
  const controller = new AbortController();
  const server = await apiServer(() => {
    controller.abort();
    return refusals.sendgrid!("to", 1, "") as { status: number };
  });
  const message = await sampleMessage({ to });
  const given = context(message, { signal: controller.signal });
  const outcome = await sendgrid.make({ endpoint: server.endpoint }).send(message, given);
  expect(server.requests).toHaveLength(1);
  expect(outcome).toMatchObject({ success: false });
  expect(["unknown", "transient"]).toContain(outcome.success ? "" : outcome.kind);
});

test("SendGrid names several at once, and a fault of another field is everybody's", async () => {
  const field = (place: number) => ({ message: "no", field: `personalizations.0.to.${place}.email` });
  const several = await apiServer(({ json }) => {
    const { to: left } = listsOf(sendgrid, json);
    return left.length === 4 ? { status: 400, body: { errors: [field(1), field(3)] } } : sendgrid.success;
  });
  const message = await sampleMessage({ to });
  const outcome = await sendgrid.make({ endpoint: several.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ success: true, accepted: ["ann@example.net", "cy@example.net"] });
  expect(several.requests).toHaveLength(2);
  const mixed = await apiServer(() => ({
    status: 400,
    body: { errors: [field(1), { message: "The subject is required.", field: "subject" }] },
  }));
  const other = await sendgrid.make({ endpoint: mixed.endpoint }).send(message, context(message));
  expect(other).toMatchObject({ success: false, kind: "refused", code: "400 subject" });
  expect(mixed.requests).toHaveLength(1);
});

test("a vendor whose words name a sender that is a recipient too gives up nobody", async () => {
  const server = await apiServer(() => ({
    status: 400,
    body: { code: "invalid_parameter", message: "sender ann@example.com is not valid" },
  }));
  const message = await sampleMessage({ to: ["ann@example.com", "bob@example.org"] });
  const outcome = await brevo.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ success: false, kind: "refused" });
  expect(outcome).not.toHaveProperty("rejected");
  expect(server.requests).toHaveLength(1);
});

test("an address within another one is not named", async () => {
  const server = await apiServer(({ body }) =>
    body.includes("ann@example.network")
      ? { status: 422, body: { ErrorCode: 300, Message: "Invalid 'To' address: 'ann@example.network'." } }
      : postmark.success,
  );
  const message = await sampleMessage({ to: ["ann@example.net", "ann@example.network", "xann@example.net"] });
  const outcome = await postmark.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ success: true, accepted: ["ann@example.net", "xann@example.net"] });
});

test("one bad address of thirty-two is found by halves", async () => {
  const people = Array.from({ length: 32 }, (_, i) => `${i === 20 ? "bad" : "ok"}${i}@example.net`);
  const { outcome, requests } = await attempt(mailgun, await sampleMessage({ to: people }));
  expect(outcome.success && outcome.accepted).toHaveLength(31);
  expect(requests).toBeLessThanOrEqual(12);
});

test("a mapping that throws in the middle costs those alone whom it was about", async () => {
  const taken: unknown[] = [];
  const server = await apiServer(({ json }) => {
    const all = json.to as string[];
    const bad = all.find(isBad);
    if (bad !== undefined) return { status: 422, body: { who: all.length > 2 ? "" : bad } };
    taken.push(...all);
    return { status: 200, body: { id: "1" } };
  });
  const api: HttpApi = {
    name: "Pigeon",
    endpoint: server.endpoint,
    path: "/fly",
    headers: {},
    secrets: [],
    body: (sent) => {
      const people = sent.to.map(({ address }) => address);
      if (people.includes("dan@example.net") && people.length < 4) throw new Error("no");
      return { json: { to: people } };
    },
    accepted: ({ json }) => ({ messageId: (json as { id: string }).id }),
    complaint: ({ json }, sent) => ({
      about: [(json as { who: string }).who],
      among: sent?.to.map(({ address }) => address),
    }),
    errors: [
      { status: 422, kind: "rejected", about: "recipient", meaning: "no", source: "https://pigeon.example" },
    ],
  };
  const message = await sampleMessage({ to });
  const outcome = await http({ api }).send(message, context(message));
  expect(taken).toEqual(["ann@example.net"]);
  expect(outcome).toMatchObject({
    success: true,
    accepted: ["ann@example.net"],
    rejected: [
      { address: "bad@example.net", failure: { kind: "rejected" } },
      { address: "cy@example.net", failure: { kind: "refused" } },
      { address: "dan@example.net", failure: { kind: "refused" } },
    ],
  });
});
