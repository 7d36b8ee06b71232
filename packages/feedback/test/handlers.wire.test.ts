import { once } from "node:events";
import { createServer, request as httpRequest, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { sendgridSender, type VendorEvent } from "@relais/conformance";
import {
  type FeedbackReport,
  feedbackHandler,
  memoryFeedbackStore,
  nodeHandler,
  sendgridReceiver,
} from "@relais/feedback";
import express from "express";
import fastify from "fastify";
import { afterEach, expect, test } from "vitest";

const sender = sendgridSender();
const receivers = { sendgrid: sendgridReceiver(sender.options) };
const event: VendorEvent = {
  type: "bounced",
  bounce: "hard",
  // Bytes that a parser that goes by way of text could change.
  recipient: "zoë@example.net",
  message: "m-1",
  providerMessageId: "sg-1",
  at: Date.now() - 60_000,
};
const webhook = () => sender.requests([event])[0]!;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(listen: RequestListener): Promise<string> {
  const server = createServer(listen).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function post(url: string, { headers, body } = webhook()) {
  const response = await fetch(url, { method: "POST", headers, body });
  const answer: unknown = await response.json();
  return { status: response.status, ...(answer as object) };
}

const stored = { status: 200, stored: 1, repeated: 0, early: 0, foreign: 0 };

test("Node's own server", async () => {
  const store = memoryFeedbackStore();
  const url = await serve(nodeHandler(feedbackHandler({ receivers, store })));
  expect(await post(`${url}/feedback/sendgrid`)).toEqual(stored);
  expect(await post(`${url}/feedback/sendgrid`)).toEqual({ ...stored, stored: 0, repeated: 1 });
  expect(store.events).toMatchObject([{ recipient: "zoë@example.net", type: "bounced" }]);
});

test.each(["/feedback/sendgrid", "/api/feedback/sendgrid", "/feedback/sendgrid/"])(
  "Express without a body parser, at %s",
  async (path) => {
    const store = memoryFeedbackStore();
    const app = express();
    app.use(path.replace(/\/sendgrid\/?$/, ""), nodeHandler(feedbackHandler({ receivers, store })));
    app.use(express.json());
    const url = await serve(app);
    expect(await post(`${url}${path}`)).toEqual(stored);
  },
);

test.each([
  ["express.raw()", express.raw({ type: "*/*" })],
  [
    "express.json() that keeps rawBody",
    express.json({ verify: (request, _, bytes) => Object.assign(request, { rawBody: bytes }) }),
  ],
] as const)("Express behind %s", async (_, parser) => {
  const app = express();
  app.use(parser);
  app.use(nodeHandler(feedbackHandler({ receivers, store: memoryFeedbackStore() })));
  expect(await post(`${await serve(app)}/feedback/sendgrid`)).toEqual(stored);
});

test("Express behind a parser that keeps no bytes says so, instead of a wrong signature", async () => {
  const app = express();
  app.use(express.json());
  app.use(nodeHandler(feedbackHandler({ receivers, store: memoryFeedbackStore() })));
  expect(await post(`${await serve(app)}/feedback/sendgrid`)).toEqual({
    status: 500,
    error:
      "a body parser has read this request, and signatures are about its bytes: put the feedback handler before it, or keep the bytes as request.rawBody",
  });
});

test("Fastify, in a scope whose parser leaves the body alone", async () => {
  const store = memoryFeedbackStore();
  const handle = nodeHandler(feedbackHandler({ receivers, store }));
  const app = fastify();
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.post("/feedback/:name", (request, reply) => {
      reply.hijack();
      void handle(request.raw, reply.raw);
    });
  });
  open.push(() => app.close());
  expect(await post(`${await app.listen({ port: 0, host: "127.0.0.1" })}/feedback/sendgrid`)).toEqual(stored);
});

test("an answer comes only after the store has the events", async () => {
  const done = Promise.withResolvers<void>();
  const store = memoryFeedbackStore();
  const slow = {
    record: (events: Parameters<typeof store.record>[0]) => done.promise.then(() => store.record(events)),
  };
  const url = await serve(nodeHandler(feedbackHandler({ receivers, store: slow })));
  let answered = false;
  const answer = post(`${url}/feedback/sendgrid`).then((one) => {
    answered = true;
    return one;
  });
  await post(`${url}/feedback/none`);
  expect(answered).toBe(false);
  done.resolve();
  expect(await answer).toEqual(stored);
});

test("a store that fails is answered 503, and the cause is told to the owner only", async () => {
  const reports: FeedbackReport[] = [];
  const cause = new Error("password=hunter2 is wrong");
  const store = { record: () => Promise.reject(cause) };
  const handler = feedbackHandler({ receivers, store, onRequest: (report) => reports.push(report) });
  const url = await serve(nodeHandler(handler));
  const error = "the events could not be stored; send them again";
  expect(await post(`${url}/feedback/sendgrid`)).toEqual({ status: 503, error });
  expect(reports).toEqual([{ receiver: "sendgrid", status: 503, error, cause }]);
});

test("more requests at once than are allowed are sent away", async () => {
  const done = Promise.withResolvers<void>();
  const memory = memoryFeedbackStore();
  const reached = Promise.withResolvers<void>();
  const store = {
    async record(events: Parameters<typeof memory.record>[0]) {
      reached.resolve();
      await done.promise;
      return memory.record(events);
    },
  };
  const handler = feedbackHandler({ receivers, store, maxConcurrent: 1 });
  const send = () => handler(new Request("http://x/feedback/sendgrid", { method: "POST", ...webhook() }));
  const first = send();
  await reached.promise;
  const second = await send();
  expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
  done.resolve();
  expect((await first).status).toBe(200);
  expect((await send()).status).toBe(200);
});

test("other methods and names are refused", async () => {
  const url = await serve(nodeHandler(feedbackHandler({ receivers, store: memoryFeedbackStore() })));
  const get = await fetch(`${url}/feedback/sendgrid`);
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  for (const path of ["/feedback/constructor", "/feedback/", "/sendgrid", "/feedback/sendgrid/more", "/%"])
    expect((await fetch(`${url}${path}`, { method: "POST" })).status, path).toBe(404);
});

test.each([true, false])("a body without end is answered, and not read (length told: %s)", async (isTold) => {
  const url = new URL(await serve(nodeHandler(feedbackHandler({ receivers, store: memoryFeedbackStore() }))));
  const sending = httpRequest({
    host: url.hostname,
    port: url.port,
    path: "/feedback/sendgrid",
    method: "POST",
    headers: isTold ? { "content-length": 10 ** 9 } : {},
  });
  let bytes = 0;
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  sending.on("error", () => {});
  const more = (): void => {
    while (!sending.destroyed && sending.write(chunk)) bytes += chunk.length;
    bytes += chunk.length;
  };
  sending.on("drain", more);
  more();
  const [response] = await once(sending, "response");
  expect(response.statusCode).toBe(413);
  sending.destroy();
  expect(bytes).toBeLessThan(16 * 1024 * 1024);
});

test("a client that goes away in the middle leaves nothing behind", async () => {
  const reports: FeedbackReport[] = [];
  const told = Promise.withResolvers<void>();
  const store = memoryFeedbackStore();
  const onRequest = (report: FeedbackReport) => {
    reports.push(report);
    told.resolve();
  };
  const url = new URL(await serve(nodeHandler(feedbackHandler({ receivers, store, onRequest }))));
  const socket = connect(Number(url.port), url.hostname);
  socket.write("POST /feedback/sendgrid HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[{");
  await once(socket, "connect");
  setTimeout(() => socket.resetAndDestroy(), 50);
  await told.promise;
  expect(reports).toMatchObject([{ status: 400, error: "the body did not come to its end" }]);
  expect(store.events).toEqual([]);
});

test("options are checked, in one sentence", () => {
  const store = memoryFeedbackStore();
  expect(() => feedbackHandler({ receivers: { "a b": receivers.sendgrid }, store })).toThrow(
    /^feedbackHandler: names/,
  );
  expect(() => feedbackHandler({ receivers } as never)).toThrow("feedbackHandler: store is missing");
  expect(() => feedbackHandler({ receivers, store, reciever: 1 } as never)).toThrow(
    "did you mean receivers?",
  );
});
