import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hourlyCounter } from "../../src/status/stats-collector.ts";
import { type Site, site } from "./site.ts";

const token = "open-sesame-42";
let at: Site;
beforeAll(async () => {
  at = await site(token);
  for (let i = 0; i < 6; i++) await at.send();
}, 60_000);
afterAll(() => at.close());

const get = async (path = "", headers: Record<string, string> = {}) =>
  fetch(`${at.url}${path}`, { headers, redirect: "manual" });
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${at.url}${path}`, { method: "POST", body: new URLSearchParams(form), headers, redirect: "manual" });

test("at first sight: which provider is down, since when, and who delivers meanwhile", async () => {
  const page = await (await get()).text();
  expect(page).toMatch(/<p class="headline bad" role="status">SMTP is down since <time datetime="\d{4}/);
  expect(page).toMatch(/SMTP <strong class="state">down: its breaker is open<\/strong>/);
  expect(page).toMatch(/SES <strong class="state">well<\/strong>/);
  expect(page).toContain("<dt>Deliveries, last hour</dt><dd>6</dd>");
  expect(page).toContain("<dt>By a fallback</dt><dd>100 %</dd>");
  expect(page).toMatch(/<span class="tag sent">sent<\/span> by SES/);
});

test("nobody's address is shown, and nothing that a far end says is HTML", async () => {
  const page = await (await get()).text();
  expect(page).not.toContain("@example");
  expect(page).toContain("&lt;script&gt;alert(1)");
  expect(page).not.toContain("<script>alert");
  expect((await get()).headers.get("content-security-policy")).toMatch(
    /default-src 'none'.*script-src 'nonce-/,
  );
});

test("what changes is pushed", async () => {
  const controller = new AbortController();
  const { body } = await fetch(`${at.url}events`, { signal: controller.signal });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let seen = "";
  const until = async (words: string): Promise<void> => {
    while (!seen.includes(words)) seen += Buffer.from((await reader.read()).value ?? []).toString();
  };
  await until("<dd>6</dd>");
  await at.send();
  await until("<dt>Deliveries, last hour</dt><dd>7</dd>");
  controller.abort();
});

describe("buttons", () => {
  const stuck = async (): Promise<string> => {
    const { id } = await at.outbox.enqueue({
      from: "a@example.org",
      to: "b@example.net",
      subject: "x",
      text: "y",
    });
    const attempt = {
      n: 1,
      provider: "SMTP",
      at: new Date().toISOString(),
      ms: 30_000,
      phase: "handed_over",
    };
    await at.outbox.database.query(
      `update relais.message set state = 'unknown', last_error = 'lost',
         delivery_trace = jsonb_set(delivery_trace, '{attempts}', $2::jsonb) where id = $1`,
      [id, JSON.stringify([{ ...attempt, kind: "unknown", reason: "lost", worker: "w" }])],
    );
    return id;
  };

  test("are there for whoever knows the token, and do what they say", async () => {
    const id = await stuck();
    expect(await (await get()).text()).not.toContain("<button>Send again");
    expect((await post("login", { token: "wrong" })).status).toBe(403);
    const cookie = (await post("login", { token })).headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^relais_session=[\w-]+; HttpOnly; SameSite=Strict; Path=\//);
    const session = { cookie: cookie.split(";")[0] as string };
    const page = await (await get("", session)).text();
    expect(page).toContain("Send again (may arrive twice)");
    const csrf = /name="csrf" value="([\w-]+)"/.exec(page)?.[1] as string;
    for (const path of ["resend", "arrived", "not-arrived"])
      for (const [form, headers] of [
        [{ id }, session],
        [{ id, csrf: "x" }, session],
        [{ id, csrf }, {}],
        [
          { id, csrf },
          { ...session, origin: "http://evil.example" },
        ],
      ] as const) {
        expect((await post(path, form, headers)).status).toBe(403);
      }
    expect((await at.outbox.get(id))?.state).toBe("unknown");
    expect((await post("resend", { id, csrf }, session)).status).toBe(303);
    expect(await at.outbox.get(id)).toMatchObject({
      state: "queued",
      deliveryTrace: { resolution: { by: "operator:status-page" } },
    });
    const twice = await post("resend", { id, csrf }, session);
    expect([twice.status, await twice.text()]).toEqual([
      409,
      expect.stringContaining("Nothing was done: the message is queued already"),
    ]);
    expect((await post("cancel", { id, csrf }, session)).status).toBe(303);
    expect((await post("cancel", { id: "nonsense", csrf }, session)).status).toBe(500);
  });

  test.each([
    ["arrived", "sent", "It arrived"],
    ["not-arrived", "failed", "It did not arrive"],
  ] as const)("%s settles an unknown message as %s, once", async (path, state, says) => {
    const id = await stuck();
    const cookie = (await post("login", { token })).headers.get("set-cookie") ?? "";
    const session = { cookie: cookie.split(";")[0] as string };
    const page = await (await get("", session)).text();
    expect(page).toContain(`<button>${says}</button>`);
    expect(page).toContain(`Message-ID <code>&lt;${id}@example.org&gt;</code>`);
    expect(page).toContain("Look it up at SMTP, <time");
    expect(page).toContain("runbook.md#messages-are-unknown");
    const csrf = /name="csrf" value="([\w-]+)"/.exec(page)?.[1] as string;
    expect((await post(path, { id, csrf }, session)).status).toBe(303);
    expect(await at.outbox.get(id)).toMatchObject({
      state,
      deliveryTrace: { resolution: { by: "operator:status-page", as: state } },
    });
    const twice = await post(path, { id, csrf }, session);
    expect([twice.status, await twice.text()]).toEqual([
      409,
      expect.stringContaining(`${state}, as operator:status-page settled it: only unknown ones are settled`),
    ]);
    const gone = await post(path, { id: "00000000-0000-0000-0000-000000000000", csrf }, session);
    expect([gone.status, await gone.text()]).toEqual([
      409,
      expect.stringContaining("the message is not there"),
    ]);
    expect((await post("elsewhere", { id, csrf }, session)).status).toBe(404);
  });

  test("are nobody's without a token in the environment", async () => {
    const closed = await site();
    const answer = await fetch(`${closed.url}login`, {
      method: "POST",
      body: new URLSearchParams({ token: "" }),
    });
    expect(answer.status).toBe(403);
    expect(await (await fetch(closed.url)).text()).not.toContain("Log in");
    await closed.close();
  }, 30_000);
});

test.each([
  ["evil.example", 421],
  ["127.0.0.1.evil.example", 421],
  ["localhost:1", 200],
])("asked in the name of %s it answers %i", async (host, status) => {
  const answered = await new Promise<number | undefined>((resolve, reject) => {
    request(at.url, { headers: { host } }, ({ statusCode }) => resolve(statusCode))
      .on("error", reject)
      .end();
  });
  expect(answered).toBe(status);
});

test("other paths and methods are refused", async () => {
  expect((await get("nothing")).status).toBe(404);
  expect((await fetch(at.url, { method: "PUT" })).status).toBe(405);
});

test("an hour is counted by minutes, and forgotten after it", () => {
  let now = 16_666_667 * 60_000;
  const count = hourlyCounter(() => now);
  count.add(3);
  now += 30 * 60_000;
  count.add(2);
  expect(count.sum()).toBe(5);
  now += 29.5 * 60_000;
  expect(count.sum()).toBe(5);
  now += 60_000;
  expect(count.sum()).toBe(2);
  now += 10 * 3_600_000;
  expect(count.sum()).toBe(0);
  count.add(1);
  expect(count.sum()).toBe(1);
});
