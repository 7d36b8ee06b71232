import { type SqsServer, sesEvent, snsSender, sqsServer, type VendorEvent } from "@relais/conformance";
import { memoryFeedbackStore, type SqsReport, sqsPoller } from "@relais/feedback";
import { afterEach, expect, test, vi } from "vitest";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret-4711" };
const events = Array.from(
  { length: 25 },
  (_, i): VendorEvent => ({
    type: i % 2 === 0 ? "delivered" : "complained",
    recipient: `ann.${i}@example.net`,
    message: `m-${i}`,
    providerMessageId: `0102-${i}`,
    at: Date.now() - 60_000,
  }),
);

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function queue(options?: { visibilityMs: number }): Promise<SqsServer> {
  const server = await sqsServer(options);
  open.push(server.close);
  return server;
}

async function poll(server: SqsServer, store: Parameters<typeof sqsPoller>[0]["store"]) {
  const reports: SqsReport[] = [];
  const { queueUrl, endpoint } = server;
  const options = { region: "eu-west-1", queueUrl, endpoint, credentials, store };
  const poller = await sqsPoller({ ...options, onBatch: (report) => reports.push(report) });
  open.push(poller.close);
  return { poller, reports };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

test("messages, wrapped by SNS and raw, are deleted after their events are stored", async () => {
  const sns = await snsSender();
  open.push(sns.close);
  const server = await queue();
  for (const [i, event] of events.entries())
    server.send(
      i % 3 === 0 ? sesEvent(event) : Buffer.from(sns.event(event, "notificationType").body).toString(),
    );
  const store = memoryFeedbackStore();
  const lefts: number[] = [];
  await poll(server, {
    async record(batch) {
      lefts.push(server.left.length);
      return store.record(batch);
    },
  });
  await until(() => expect(server.left).toEqual([]));
  const told = events.map(({ type, recipient, message }) => ({
    type,
    recipient,
    message,
    source: "sqs",
    provider: "SES",
  }));
  expect(store.events).toMatchObject(told);
  // What is being stored is still in the queue.
  expect(lefts).toEqual([25, 15, 5]);
});

test("what could not be stored comes again", async () => {
  const server = await queue({ visibilityMs: 200 });
  server.send(sesEvent(events[0] as VendorEvent));
  const store = memoryFeedbackStore();
  let tries = 0;
  const { reports } = await poll(server, {
    async record(batch) {
      tries += 1;
      if (tries < 2) throw new Error("no database");
      return store.record(batch);
    },
  });
  await until(() => expect(server.left).toEqual([]));
  const told = () =>
    reports.map(({ cause, result }) => (cause as Error | undefined)?.message ?? result?.stored);
  await until(() => expect(told()).toEqual(["no database", 1]));
  expect(store.events).toHaveLength(1);
});

test("what cannot be read stays in the queue, for its redrive policy, and the rest goes on", async () => {
  const server = await queue();
  const broken = JSON.stringify({ eventType: "Bounce", bounce: {}, mail: {} });
  server.send(broken);
  server.send("Successfully validated SNS topic for Amazon SES event publishing.");
  server.send(sesEvent(events[0] as VendorEvent));
  const store = memoryFeedbackStore();
  const { reports } = await poll(server, store);
  await until(() => expect(server.left).toEqual([broken]));
  expect(store.events).toHaveLength(1);
  await until(() =>
    expect(reports.flatMap(({ unreadable = [] }) => unreadable)).toEqual([
      "the Bounce event names no recipient",
    ]),
  );
});

test("closing ends a poll that waits", async () => {
  const server = await queue();
  const { poller, reports } = await poll(server, memoryFeedbackStore());
  await new Promise((resolve) => setTimeout(resolve, 300));
  const from = Date.now();
  await poller.close();
  expect(Date.now() - from).toBeLessThan(5_000);
  expect(reports).toEqual([]);
});

test("options are checked, in one sentence, without the key", async () => {
  const store = memoryFeedbackStore();
  const queueUrl = "https://sqs.eu-west-1.amazonaws.com/1/q";
  await expect(sqsPoller({ queueUrl: "mail-events", store })).rejects.toThrow(
    "sqsPoller: queueUrl must be the URL of a queue",
  );
  await expect(sqsPoller({ queueUrl, store, credentials: "secret-4711" as never })).rejects.toThrow(
    /^sqsPoller: credentials must be an object(?!.*4711)/,
  );
});
