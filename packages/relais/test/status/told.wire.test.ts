import type { FeedbackEvent } from "@relais/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, site } from "./site.ts";

const token = "open-sesame-42";
let at: Site;
let session: { readonly cookie: string };
let csrf: string;
let serial = 0;

const get = async (path = "", headers: Record<string, string> = {}) =>
  (await fetch(`${at.url}${path}`, { headers, redirect: "manual" })).text();
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${at.url}${path}`, { method: "POST", body: new URLSearchParams(form), headers, redirect: "manual" });

beforeAll(async () => {
  at = await site(token);
  const { id: message } = await at.outbox.enqueue({
    from: "shop@example.org",
    to: "ann@example.net",
    subject: "Hello",
    text: "Hello",
  });
  const event = (more: Partial<FeedbackEvent>): FeedbackEvent => ({
    type: "delivered",
    recipient: `r${++serial}@example.net`,
    provider: "SES",
    source: "sns",
    eventId: `e${serial}`,
    message,
    at: Date.now(),
    ...more,
  });
  await at.outbox.feedback.record([
    ...Array.from({ length: 118 }, () => event({})),
    event({ type: "bounced", bounce: "hard", recipient: "gone@example.net" }),
    event({ type: "bounced", bounce: "soft" }),
    event({ type: "complained", recipient: "angry@example.net" }),
    event({ type: "complained", recipient: "angrier@example.net", provider: "<b>SMTP" }),
  ]);
  await at.outbox.suppression.add({ address: "gone@example.net", tenant: "shop", stream: "news" });
  const cookie = (await post("login", { token })).headers.get("set-cookie") ?? "";
  session = { cookie: cookie.split(";")[0] as string };
  csrf = /name="csrf" value="([\w-]+)"/.exec(await get("suppressed", session))?.[1] as string;
}, 60_000);
afterAll(() => at.close());

test("what became of the mail of each provider, and how many addresses are suppressed", async () => {
  const page = (await get()).replaceAll(/\s*\n\s*/g, "");
  expect(page).toContain(
    '<th scope="row">SES</th><td>118</td><td>2 <small>1 hard, 0.83 %</small></td><td>1 <small>–</small></td><td>0</td>',
  );
  expect(page).toContain('<th scope="row">&lt;b&gt;SMTP</th><td>0</td>');
  expect(page).toContain("<dt>Suppressed: complained</dt><dd>2</dd>");
  expect(page).toContain("<dt>Suppressed: bounced</dt><dd>1</dd>");
  expect(page).not.toContain("@example");
});

test("addresses are for those who have logged in", async () => {
  const page = await get("suppressed?address=gone@example.net");
  expect(page).toContain("Log in to see and remove addresses.");
  expect(page).not.toMatch(/gone@|angry@/);
  const seen = await get("suppressed", session);
  for (const one of ["gone", "angry", "angrier"]) expect(seen).toContain(`<td>${one}@example.net</td>`);
});

test("an address is found, however it is written; what was searched for is text", async () => {
  const page = await get(`suppressed?address=${encodeURIComponent(" Gone@Example.NET")}`, session);
  expect(page.match(/<td>gone@example.net<\/td>/g)).toHaveLength(2);
  expect(page).not.toContain("angry@");
  const hostile = await get(`suppressed?address=${encodeURIComponent('"><script>x')}`, session);
  expect(hostile).toContain('value="&quot;&gt;&lt;script&gt;x"');
  expect(hostile).toMatch(/Of &quot;&gt;.*: none\./);
});

test("one entry is removed by whoever knows the token, once, and leaves the others", async () => {
  const entry = { address: "gone@example.net", tenant: "default", stream: "", reason: "bounced" };
  for (const [form, headers] of [
    [entry, session],
    [{ ...entry, csrf: "x" }, session],
    [{ ...entry, csrf }, {}],
    [
      { ...entry, csrf },
      { ...session, origin: "http://evil.example" },
    ],
  ] as const)
    expect((await post("unsuppress", form, headers)).status).toBe(403);
  for (const wrong of [{ reason: "complained" }, { reason: "nonsense" }, { stream: "news" }, { address: "" }])
    expect((await post("unsuppress", { ...entry, csrf, ...wrong }, session)).status).toBe(409);
  expect(await at.outbox.suppression.list()).toHaveLength(4);
  const done = await post("unsuppress", { ...entry, csrf }, session);
  expect([done.status, done.headers.get("location")]).toEqual([303, "/suppressed"]);
  expect((await at.outbox.suppression.list({ address: entry.address })).map(({ tenant }) => tenant)).toEqual([
    "shop",
  ]);
  expect((await post("unsuppress", { ...entry, csrf }, session)).status).toBe(409);
});
