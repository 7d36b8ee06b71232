import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { setTimeout as later } from "node:timers/promises";
import { testAuthority, testCertificate } from "@relais/conformance";
import { describe, expect, onTestFinished, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

/** The shortest of three: a busy machine makes one of them long, a wait of ours all of them. */
async function bestOf(tookMs: () => Promise<number>): Promise<number> {
  return Math.min(await tookMs(), await tookMs(), await tookMs());
}

describe.each(vendors)("$name", (vendor) => {
  test("not a byte has arrived before the hand-over resolves", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    let before: readonly number[] = [];
    const given = context(message, {
      onHandOver: async () => {
        await later(50);
        before = [server.connections(), server.bytes(), server.requests.length];
      },
    });
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, given);
    expect(outcome.success).toBe(true);
    expect(before).toEqual([1, 0, 0]);
    expect(server.bytes()).toBeGreaterThan(100);
  });

  test("a hand-over that is refused: cancelled, and nothing was written", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    const given = context(message, {
      onHandOver: () => {
        throw new Error("no");
      },
    });
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, given);
    expect(outcome).toMatchObject({ kind: "cancelled" });
    await later(30);
    expect([server.requests.length, server.bytes()]).toEqual([0, 0]);
  });

  test("an answer that is lost: unknown, and one copy", async () => {
    const server = await apiServer((_, response) => {
      response.destroy();
      return undefined;
    });
    const message = await sampleMessage();
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
    expect(outcome).toMatchObject({ kind: "unknown", code: "ECONNRESET" });
    await later(50);
    expect(server.requests).toHaveLength(1);
  });

  test("an answer that breaks off: unknown", async () => {
    const server = await apiServer((_, response) => {
      response.writeHead(200, { "content-length": "500" });
      response.write('{"id":');
      setTimeout(() => response.destroy(), 10);
      return undefined;
    });
    const message = await sampleMessage();
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
    expect(outcome).toMatchObject({ kind: "unknown" });
  });

  test("an abort after the hand-over: unknown within 25 ms, and the connection is closed", async () => {
    const server = await apiServer(() => undefined);
    const message = await sampleMessage();
    const took = await bestOf(async () => {
      const stop = new AbortController();
      const before = server.requests.length;
      const sending = vendor
        .make({ endpoint: server.endpoint })
        .send(message, context(message, { signal: stop.signal }));
      while (server.requests.length === before) await later(2);
      const began = performance.now();
      stop.abort();
      expect(await sending).toMatchObject({ kind: "unknown" });
      return performance.now() - began;
    });
    expect(took).toBeLessThan(25);
    await later(30);
    expect(server.sockets.size).toBe(0);
  });

  test("an abort before the hand-over: cancelled within 25 ms, and nothing was written", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    const took = await bestOf(async () => {
      const stop = new AbortController();
      let began = 0;
      const given = context(message, {
        signal: stop.signal,
        onHandOver: () => {
          setTimeout(() => {
            began = performance.now();
            stop.abort();
          }, 20);
          return new Promise(() => {});
        },
      });
      const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, given);
      expect(outcome).toMatchObject({ kind: "cancelled" });
      return performance.now() - began;
    });
    expect(took).toBeLessThan(25);
    await later(30);
    expect([server.requests.length, server.bytes(), server.sockets.size]).toEqual([0, 0, 0]);
  });

  test("an abort that came first: cancelled, and nothing is connected", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    const given = context(message, { signal: AbortSignal.abort() });
    expect(await vendor.make({ endpoint: server.endpoint }).send(message, given)).toMatchObject({
      kind: "cancelled",
    });
    expect([server.connections(), given.handOvers]).toEqual([0, 0]);
  });

  test("nobody listens: transient, and no hand-over", async () => {
    const message = await sampleMessage();
    const given = context(message);
    const outcome = await vendor.make({ endpoint: "http://127.0.0.1:9" }).send(message, given);
    expect(outcome).toMatchObject({ kind: "transient", code: "ECONNREFUSED" });
    expect(given.handOvers).toBe(0);
  });

  test("a connection that goes while the hand-over is awaited: transient, and nothing was written", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    const given = context(message, {
      onHandOver: async () => {
        for (const socket of server.sockets) socket.destroy();
        await later(50);
      },
    });
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, given);
    expect(outcome).toMatchObject({ kind: "transient" });
    expect(server.requests).toHaveLength(0);
  });
});

const [vendor] = vendors;

async function listening(server: ReturnType<typeof createTcp>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("TLS", () => {
  const certificate = testCertificate("good");
  const https = async (): Promise<{ port: number; requests: () => number }> => {
    let requests = 0;
    const server = createHttps({ key: certificate.key, cert: certificate.cert }, (request, response) => {
      requests += 1;
      request.resume();
      response.end(JSON.stringify(vendor!.success.body));
    });
    const port = await listening(server);
    onTestFinished(() => server.closeAllConnections());
    return { port, requests: () => requests };
  };

  test("the handshake comes first, then the hand-over", async () => {
    const { port, requests } = await https();
    const provider = vendor!.make({ endpoint: `https://localhost:${port}`, ca: testAuthority() });
    const message = await sampleMessage();
    let seen = -1;
    const onHandOver = (): void => {
      seen = requests();
    };
    expect(await provider.send(message, context(message, { onHandOver }))).toMatchObject({ success: true });
    expect([seen, requests()]).toEqual([0, 1]);
  });

  test("a certificate of unknown origin: misconfigured, and no hand-over", async () => {
    const { port, requests } = await https();
    const message = await sampleMessage();
    const given = context(message);
    const outcome = await vendor!.make({ endpoint: `https://localhost:${port}` }).send(message, given);
    expect(outcome).toMatchObject({ kind: "misconfigured" });
    expect([given.handOvers, requests()]).toEqual([0, 0]);
  });

  test("no TLS there: misconfigured", async () => {
    const port = await listening(createTcp((socket) => void socket.end("220 hello\r\n")));
    const message = await sampleMessage();
    const outcome = await vendor!
      .make({ endpoint: `https://127.0.0.1:${port}` })
      .send(message, context(message));
    expect(outcome).toMatchObject({ kind: "misconfigured" });
  });

  test("a handshake that never ends: transient after connectionTimeoutMs", async () => {
    const port = await listening(createTcp((socket) => void socket.on("error", () => {})));
    const message = await sampleMessage();
    const given = context(message);
    const outcome = await vendor!
      .make({ endpoint: `https://127.0.0.1:${port}`, connectionTimeoutMs: 80 })
      .send(message, given);
    expect(outcome).toMatchObject({ kind: "transient", code: "ETIMEDOUT" });
    expect(given.handOvers).toBe(0);
  });
});

test("a large upload that is cut off: unknown, since it was handed over", async () => {
  const server = createTcp((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.destroy());
  });
  const port = await listening(server);
  const message = await sampleMessage({
    attachments: [{ filename: "a", content: Buffer.alloc(5_000_000) }],
  });
  const outcome = await vendor!
    .make({ endpoint: `http://127.0.0.1:${port}` })
    .send(message, context(message));
  expect(outcome).toMatchObject({ kind: "unknown" });
});
