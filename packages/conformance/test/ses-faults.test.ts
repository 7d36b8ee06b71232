import { Agent } from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { GetSendQuotaCommand, SESClient } from "@aws-sdk/client-ses";
import { type SesDecision, type SesFault, sesServer } from "@relais/conformance";
import { describe, expect, test } from "vitest";
import { running } from "./running.ts";
import { RAW, type Sent, sendRaw, sesClient } from "./ses-client.ts";

const start = running();
const BIG = Buffer.concat([Buffer.from(RAW), Buffer.alloc(5_000_000, "x")]);

const cases: readonly (readonly [fault: SesFault, sent: Sent, accepted: number])[] = [
  [
    { error: { code: "Throttling", message: "Maximum sending rate exceeded." } },
    { name: "Throttling", status: 400 },
    0,
  ],
  [
    { error: { code: "InternalFailure", message: "x", status: 500 } },
    { name: "InternalFailure", status: 500 },
    0,
  ],
  [{ expiredRequest: true }, { name: "RequestExpired", status: 400 }, 0],
  [{ status: 502, body: "<html><body>Bad Gateway</body></html>" }, { name: "Unknown", status: 502 }, 0],
  [{ status: 503 }, { name: "Unknown", status: 503 }, 0],
  [{ status: 413 }, { name: "Unknown", status: 413 }, 0],
  [{ status: 429, body: "{}", contentType: "application/json" }, { name: "Error", status: 429 }, 0],
  [{ reset: "beforeRead" }, { code: "ECONNRESET", message: "read ECONNRESET" }, 0],
  [{ reset: "whileReading" }, { code: "ECONNRESET", message: "read ECONNRESET" }, 0],
  [{ reset: "beforeProcessing" }, { code: "ECONNRESET", message: "read ECONNRESET" }, 0],
  [{ reset: "afterAccept" }, { code: "ECONNRESET", message: "read ECONNRESET" }, 1],
  [{ close: "beforeRead" }, { code: "ECONNRESET", message: "socket hang up" }, 0],
  [{ close: "beforeProcessing" }, { code: "ECONNRESET", message: "socket hang up" }, 0],
  [{ close: "afterAccept" }, { code: "ECONNRESET", message: "socket hang up" }, 1],
  [{ stall: "noRead" }, { name: "TimeoutError", code: "ETIMEDOUT" }, 0],
  [{ stall: "beforeProcessing" }, { name: "TimeoutError", code: "ETIMEDOUT" }, 0],
  [{ stall: "afterAccept" }, { name: "TimeoutError", code: "ETIMEDOUT" }, 1],
  [{ ok: "html" }, { status: 200, messageId: undefined }, 1],
  [{ ok: "empty" }, { status: 200, messageId: undefined }, 1],
  [{ ok: "noMessageId" }, { status: 200, messageId: undefined }, 1],
  [{ ok: "xmlBomb" }, { status: 200, messageId: "" }, 1],
  [{ ok: "truncated" }, { status: 200, code: "ECONNRESET" }, 1],
];

test.each(cases)("%j", async (fault, expected, accepted) => {
  const server = await start(sesServer({ fault }));
  const waitMs = "stall" in fault ? 300 : undefined;
  expect(await sendRaw(sesClient(server, {}, waitMs))).toMatchObject(expected);
  expect(server.accepted).toHaveLength(accepted);
  expect(server.requests).toHaveLength(1);
  server.fault();
  expect(await sendRaw(sesClient(server))).toMatchObject({
    status: 200,
    messageId: expect.stringMatching(/^0102/),
  });
});

test("a foreign body comes as it is, and an error as SES writes it", async () => {
  const server = await start(sesServer({ fault: { status: 502, body: "<html>no</html>" } }));
  const post = () => fetch(server.endpoint, { method: "POST", body: "Action=GetSendQuota" });
  const foreign = await post();
  expect([foreign.status, foreign.headers.get("content-type"), await foreign.text()]).toEqual([
    502,
    "text/html",
    "<html>no</html>",
  ]);
  server.fault({ error: { code: "ServiceUnavailable", message: "a < b & c", status: 503 } });
  const xml = await (await post()).text();
  expect(xml).toContain(
    "<Type>Receiver</Type><Code>ServiceUnavailable</Code><Message>a &lt; b &amp; c</Message>",
  );
  expect(xml).toMatch(/<RequestId>[0-9a-f-]{36}<\/RequestId>/);
});

test("a body is cut while it is being read, or never read at all", async () => {
  const server = await start(sesServer({ fault: { reset: "whileReading" } }));
  expect(await sendRaw(sesClient(server), undefined, BIG)).toMatchObject({
    code: expect.stringMatching(/ECONNRESET|EPIPE/),
  });
  expect(server.requests[0]?.bytes).toBeGreaterThan(0);
  expect(server.requests[0]?.bytes).toBeLessThan(1_000_000);
  server.fault({ stall: "noRead" });
  expect(await sendRaw(sesClient(server, {}, 300), undefined, BIG)).toMatchObject({ code: "ETIMEDOUT" });
  expect(server.requests[1]).toMatchObject({ bytes: 0 });
  expect(server.accepted).toEqual([]);
});

test("a request that is not read fills its client's window", async () => {
  const server = await start(sesServer({ fault: { stall: "noRead" } }));
  const socket = connect(server.port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n");
  await expect.poll(() => server.requests.length).toBe(1);
  socket.write(Buffer.alloc(30_000_000));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(socket.writableLength).toBeGreaterThan(0);
  socket.destroy();
});

test("parameters are decoded as forms are", async () => {
  const seen: Record<string, string>[] = [];
  const fault: SesDecision = ({ parameters }) => {
    seen.push(Object.fromEntries(parameters));
    return { status: 503 };
  };
  const server = await start(sesServer({ fault }));
  await fetch(server.endpoint, {
    method: "POST",
    body: "Action=a+b&Tags.member.1.Name=%2B%C3%A9&odd=%ZZ&none&=",
  });
  expect(seen).toEqual([{ Action: "a b", "Tags.member.1.Name": "+é", odd: "%ZZ", none: "", "": "" }]);
});

/** Counts the bytes a server answers with. */
async function counting(port: number) {
  let answered = 0;
  const proxy = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    far.on("data", (chunk) => {
      answered += chunk.length;
    });
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port: own } = proxy.address() as AddressInfo;
  const close = (): void => void proxy.close();
  return { endpoint: `http://127.0.0.1:${own}`, answered: () => answered, close };
}

test("a huge body, and one that trickles, are sent to the end", async () => {
  const server = await start(sesServer({ fault: { ok: "huge", bytes: 3_000_000 } }));
  const proxy = await start(counting(server.port));
  await sendRaw(sesClient(proxy));
  expect(proxy.answered()).toBeGreaterThan(3_000_000);
  expect(server.accepted).toHaveLength(1);
  server.fault({ ok: "trickle", everyMs: 1 });
  const began = performance.now();
  const sent = await sendRaw(sesClient(server));
  expect(performance.now() - began).toBeGreaterThan(200);
  expect(sent.messageId).toBe(server.accepted[1]?.messageId);
});

test("a delay comes before everything else, and what follows it counts", async () => {
  const server = await start(sesServer({ fault: { delayMs: 80, next: { status: 503 } } }));
  const began = performance.now();
  expect(await sendRaw(sesClient(server))).toMatchObject({ status: 503 });
  expect(performance.now() - began).toBeGreaterThan(70);
  server.fault({ delayMs: 10 });
  expect(await sendRaw(sesClient(server))).toMatchObject({ status: 200 });
});

describe("which request meets a fault", () => {
  const statuses = async (server: { endpoint: string }, count: number): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for (let at = 0; at < count; at += 1) {
      const { status, code } = await sendRaw(sesClient(server));
      seen.push(status ?? code);
    }
    return seen;
  };

  test("is the first few with times", async () => {
    const server = await start(sesServer({ fault: { status: 503, times: 2 } }));
    expect(await statuses(server, 3)).toEqual([503, 503, 200]);
    server.fault({ reset: "beforeRead", times: 1 });
    expect(await statuses(server, 2)).toEqual(["ECONNRESET", 200]);
  });

  test("is what a function says, by action and count", async () => {
    const server = await start(sesServer());
    const told: string[] = [];
    server.fault(({ action, nth, parameters, server: own }) => {
      expect(own).toBe(server);
      told.push(`${action} ${nth} ${parameters.get("Source")}`);
      return action === "SendRawEmail" && nth === 2 ? { reset: "afterAccept" } : undefined;
    });
    expect(await statuses(server, 3)).toEqual([200, "ECONNRESET", 200]);
    await sesClient(server).send(new GetSendQuotaCommand({}));
    expect(server.accepted).toHaveLength(3);
    expect(told.slice(2)).toEqual(["SendRawEmail 3 a@example.com", "GetSendQuota 1 undefined"]);
  });

  test("is none whose own error comes first: afterAccept needs an accepted mail", async () => {
    const server = await start(sesServer({ fault: { reset: "afterAccept" }, sendingEnabled: false }));
    expect(await sendRaw(sesClient(server))).toMatchObject({ name: "AccountSendingPausedException" });
  });
});

test("a server that is down refuses, comes back on its port, and can forget", async () => {
  const server = await start(sesServer());
  const client = sesClient(server);
  await sendRaw(client);
  expect(server.open).toBe(1);
  await server.down();
  expect(await sendRaw(sesClient(server))).toMatchObject({ code: "ECONNREFUSED" });
  await server.up();
  expect(await sendRaw(sesClient(server))).toMatchObject({ status: 200 });
  expect([server.accepted.length, server.requests.length, server.connections]).toEqual([2, 2, 2]);
  server.reset();
  expect([server.accepted.length, server.requests.length, server.connections]).toEqual([0, 0, 0]);
  expect(server.account.quota.sentLast24Hours).toBe(0);
});

test("an idle connection stays open and is used again", async () => {
  const server = await start(sesServer());
  const client = sesClient(server);
  await sendRaw(client);
  await sendRaw(client);
  expect(server.connections).toBe(1);
});

test("HTTPS works with the test authority, breaks with a RST below TLS, and fails with an expired certificate", async () => {
  const client = ({ endpoint, ca }: { endpoint: string; ca: string }): SESClient =>
    new SESClient({
      region: "eu-west-1",
      endpoint,
      maxAttempts: 1,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
      requestHandler: { httpsAgent: new Agent({ ca }) },
    });
  const server = await start(sesServer({ certificate: "good" }));
  expect(await sendRaw(client(server))).toMatchObject({ status: 200 });
  server.fault({ reset: "afterAccept" });
  expect(await sendRaw(client(server))).toMatchObject({ code: "ECONNRESET" });
  expect(server.accepted).toHaveLength(2);
  const expired = await start(sesServer({ certificate: "expired" }));
  expect(await sendRaw(client(expired))).toMatchObject({ code: "CERT_HAS_EXPIRED" });
});
