import { type Notice, webhook } from "relais";
import { expect, test } from "vitest";
import { hookServer } from "./hook-server.ts";

const notice: Notice = {
  type: "recovered",
  at: 0,
  chain: "shop",
  provider: "A",
  suppressed: 0,
  text: "Chain shop: A has recovered.",
};
const { signal } = new AbortController();
const post = async (notify: ReturnType<typeof webhook>, until = signal) => {
  await notify(notice, until);
};

test("the notice is posted as JSON, with the headers that were given", async () => {
  const hook = await hookServer();
  await post(webhook(hook.url, { headers: { "x-key": "k-1" } }));
  await post(webhook(new URL(hook.url), { body: ({ text }) => ({ content: text }) }));
  await hook.close();
  expect(hook.posted[0]?.body).toEqual(notice);
  expect(hook.posted[0]?.headers).toMatchObject({ "x-key": "k-1", "content-type": "application/json" });
  expect(hook.posted[1]?.body).toEqual({ content: notice.text });
});

test("a login in the URL becomes a header", async () => {
  const hook = await hookServer();
  const url = new URL(hook.url);
  url.username = "ann";
  url.password = "a b";
  await post(webhook(url));
  await hook.close();
  expect(hook.posted[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ann:a b").toString("base64")}`);
});

test("an answer that is not 2xx is a failure, and a redirect is not followed", async () => {
  const elsewhere = await hookServer();
  const answers = [400, 307];
  const hook = await hookServer((_, response) => {
    response
      .writeHead(answers.shift() ?? 200, { location: elsewhere.url })
      .end("no: /services/T0/hook-path-1");
  });
  await expect(post(webhook(hook.url))).rejects.toThrow(/^the webhook answered 400$/);
  await expect(post(webhook(hook.url))).rejects.toThrow(/^the webhook answered 307$/);
  await hook.close();
  await elsewhere.close();
  expect(elsewhere.posted).toEqual([]);
});

test("one that does not answer is given up after its time, or when it is told to", async () => {
  const hook = await hookServer(() => undefined);
  await expect(post(webhook(hook.url, { timeoutMs: 50 }))).rejects.toThrow(
    /^the webhook did not answer within 50 ms$/,
  );
  await expect(post(webhook(hook.url), AbortSignal.timeout(50))).rejects.toThrow(
    /^the webhook could not be reached$/,
  );
  await hook.close();
});

test("one that is not there is said to be so, without its URL", async () => {
  const hook = await hookServer();
  await hook.close();
  await expect(post(webhook(hook.url))).rejects.toThrow(
    /^the webhook could not be reached \(ECONNREFUSED\)$/,
  );
});

test.each([
  ["ftp://hooks.example/hook-path-1", {}, "webhook: url must be an http or https URL"],
  ["hook-path-1", {}, "webhook: url must be an http or https URL"],
  ["https://a:%E0@hooks.example/", {}, "webhook: url has a login that is not percent-encoded"],
  ["https://hooks.example/", { timeoutMs: 0 }, "webhook: timeoutMs must be a number from 1 to 600000"],
  ["https://hooks.example/", { body: "text" }, "webhook: body must be a function"],
  [
    "https://hooks.example/",
    { headers: { key: "k\n1" } },
    "webhook: headers must be an object of header names",
  ],
])("what cannot be used is refused without being shown: %s %j", (url, options, sentence) => {
  let result = "";
  try {
    webhook(url, options as never);
  } catch (error) {
    result = (error as Error).message;
  }
  expect(result).toContain(sentence);
  expect(result).not.toMatch(/hook-path|k\n1|%E0/);
});
