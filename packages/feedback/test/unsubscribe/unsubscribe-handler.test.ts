import type { FeedbackEvent } from "@relais/core";
import { unsubscribeToken } from "@relais/core/spi";
import { receiveMail, type UnsubscribeView, unsubscribeHandler } from "@relais/feedback";
import { expect, test } from "vitest";
import { textReport } from "../mail/reports.ts";

const secret = "a secret of some length";
const about = { tenant: "acme", stream: "news", recipient: "o'ann<b>@example.com", message: "order-17" };
const token = unsubscribeToken(about, secret);
const link = `https://example.org/u?list=1&token=${token}`;
const click = "List-Unsubscribe=One-Click";
const form = "application/x-www-form-urlencoded";

function setup(options: Partial<Parameters<typeof unsubscribeHandler>[0]> = {}) {
  const events: FeedbackEvent[] = [];
  const store = {
    record: async (given: readonly FeedbackEvent[]) => {
      const known = new Set(events.map(({ eventId }) => eventId));
      const fresh = given.filter(({ eventId }) => !known.has(eventId));
      events.push(...fresh);
      return { stored: fresh.length, repeated: given.length - fresh.length, early: 0, foreign: 0 };
    },
  };
  const handler = unsubscribeHandler({ secret, store, ...options });
  const ask = async (method: string, url = link, body?: string, type = form) => {
    const response = await handler(
      new Request(url, {
        method,
        ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
      }),
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { events, ask };
}

test("GET and HEAD show a page and change nothing", async () => {
  const { events, ask } = setup();
  const page = await ask("GET");
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  expect(page.headers.get("set-cookie")).toBeNull();
  expect(page.text).toContain('<html lang="en">');
  expect(page.text).toContain('<form method="post">');
  expect(page.text).toContain('<button type="submit">Unsubscribe</button>');
  expect(page.text).toContain("o&#39;ann&lt;b&gt;@example.com");
  expect(page.text).not.toMatch(/<script|onclick|onload/i);
  const head = await ask("HEAD");
  expect([head.status, head.text]).toEqual([200, ""]);
  expect(events).toEqual([]);
});

test.each([
  ["urlencoded", click, form],
  ["among other fields", `a=b&${click}&c=d`, form],
  [
    "multipart",
    `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n`,
    "multipart/form-data; boundary=b",
  ],
])("POST with one click, %s", async (_, body, type) => {
  const { events, ask } = setup();
  const answer = await ask("POST", link, body, type);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("location")).toBeNull();
  expect(answer.text).toContain("Unsubscribed");
  expect(events).toEqual([
    {
      type: "unsubscribed",
      provider: "unsubscribe",
      source: "unsubscribe",
      eventId: expect.any(String),
      at: expect.any(Number),
      ...about,
    },
  ]);
  // Again: the same answer, and nothing new.
  expect((await ask("POST", link, body, type)).status).toBe(200);
  expect(events).toHaveLength(1);
});

test("a click on a link without a tenant is of the tenant that all mail is of, whether or not its message is known", async () => {
  const { events, ask } = setup();
  const { tenant: _, ...rest } = about;
  const url = `https://example.org/u?token=${unsubscribeToken(rest, secret)}`;
  expect((await ask("POST", url, click)).status).toBe(200);
  expect(events).toMatchObject([{ type: "unsubscribed", tenant: "default", recipient: about.recipient }]);
});

test("what the page's form sends is a click", async () => {
  const { events, ask } = setup();
  const { text } = await ask("GET");
  const [, name = "", value = ""] = /name="([^"]+)" value="([^"]+)"/.exec(text) ?? [];
  await ask("POST", link, new URLSearchParams({ [name]: value }).toString());
  expect(events).toHaveLength(1);
});

test.each([
  ["an empty POST", "POST", link, "", 400],
  ["a POST of something else", "POST", link, "a=List-Unsubscribe=One-Clicker", 400],
  ["a POST that is too long", "POST", link, `${"a=b&".repeat(10_000)}${click}`, 400],
  ["no token", "POST", "https://example.org/u", click, 404],
  [
    "a token of another secret",
    "POST",
    `https://example.org/u?token=${unsubscribeToken(about, "another secret, long")}`,
    click,
    404,
  ],
  ["a changed token", "GET", `${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`, undefined, 404],
  ["PUT", "PUT", link, click, 405],
  ["DELETE", "DELETE", link, undefined, 405],
] as const)("%s changes nothing", async (_, method, url, body, status) => {
  const { events, ask } = setup();
  const answer = await ask(method, url, body);
  expect(answer.status).toBe(status);
  if (status === 404) expect(answer.text).not.toMatch(/example\.com|secret|token/);
  expect(events).toEqual([]);
});

test("a store that is away is told as such, and asked for again", async () => {
  const errors: unknown[] = [];
  const store = { record: () => Promise.reject(new Error("away")) };
  const { ask } = setup({ store, onError: (error: unknown) => errors.push(error) });
  const answer = await ask("POST", link, click);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "60"]);
  expect(answer.text).not.toContain("away");
  expect(errors).toHaveLength(1);
});

test("a page of one's own, and secrets that are being replaced", async () => {
  const { ask } = setup({
    secret: ["a new secret, long enough", secret],
    page: ({ state, stream }: UnsubscribeView) => `${state} ${stream}`,
  });
  expect((await ask("GET")).text).toBe("ask news");
  expect((await ask("POST", link, click)).text).toBe("done news");
});

test("a mail to the address of the link is a click", async () => {
  const mail = textReport("", {
    from: "ann@example.com",
    to: "unsubscribe@example.org",
    subject: `Re: ${token}`,
  });
  const { events } = await receiveMail(mail, { unsubscribe: { secret } });
  expect(events).toMatchObject([{ type: "unsubscribed", ...about }]);
  expect((await receiveMail(mail)).events).toEqual([]);
});
