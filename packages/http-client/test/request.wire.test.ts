import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  classifyError,
  type HttpRequest,
  type HttpResponse,
  httpConnections,
  type RequestProgress,
  requestProgress,
  sendRequest,
} from "@relais/http-client";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** The body's bytes that came after the head of a request. */
const bodyBytes = (received: Buffer): number => {
  const end = received.indexOf("\r\n\r\n");
  return end < 0 ? 0 : received.length - end - 4;
};

interface Run {
  readonly progress: RequestProgress;
  readonly response?: HttpResponse;
  readonly error?: unknown;
}

async function send(
  port: number,
  request: Partial<HttpRequest>,
  handOver?: () => Promise<void>,
  signal?: AbortSignal,
): Promise<Run> {
  const connections = httpConnections({ maxConnections: 1, connectionTimeoutMs: 5_000 });
  const progress = requestProgress(handOver);
  const length = request.body?.length ?? 0;
  const wanted: HttpRequest = {
    secure: false,
    host: "127.0.0.1",
    port,
    method: "POST",
    path: "/",
    headers: { "content-length": length },
    maxResponseBytes: 1_000,
    ...request,
  };
  try {
    return { progress, response: await sendRequest(connections, wanted, progress, signal) };
  } catch (error) {
    return { progress, error };
  } finally {
    connections.destroy();
  }
}

describe("what a server may have", () => {
  /** When the server ends the connection, by what it has of the body; `never`: it goes silent, and the caller aborts. */
  const ends = fc.oneof(
    fc.constantFrom("at once", "at the hand-over", "never"),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const one = fc.record({
    bytes: fc.constantFrom(1, 10_000, 300_000, 3_000_000),
    heldBackBytes: fc.constantFrom(undefined, 1, 64 * 1024),
    ends,
    reset: fc.boolean(),
    confirmed: fc.boolean(),
  });

  test("is never all of a request that is told as not handed over, wherever the connection ends", async () => {
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(one, async ({ bytes, heldBackBytes, ends, reset, confirmed }) => {
        const chunks: Buffer[] = [];
        const sockets = new Set<Socket>();
        const end = (): void => {
          for (const socket of sockets) reset ? socket.resetAndDestroy() : socket.destroy();
        };
        const server = createTcpServer((socket) => {
          sockets.add(socket);
          socket.on("error", () => {});
          if (ends === "at once") end();
          socket.on("data", (chunk) => {
            chunks.push(chunk);
            if (typeof ends === "number" && bodyBytes(Buffer.concat(chunks)) >= ends * bytes) end();
          });
        });
        const port = await listening(server);
        const stop = new AbortController();
        if (ends === "never") setTimeout(() => stop.abort(), 60);
        const handOver = async (): Promise<void> => {
          if (ends === "at the hand-over") end();
          await sleep(ends === "at the hand-over" ? 20 : 0);
          if (!confirmed) throw new Error("not confirmed");
        };
        const request = { body: Buffer.alloc(bytes), ...(heldBackBytes && { heldBackBytes }) };
        const { progress, error } = await send(port, request, handOver, stop.signal);
        await sleep(5);
        const received = bodyBytes(Buffer.concat(chunks));
        end();
        server.close();
        const { kind, definite } = classifyError(error, progress, stop.signal.aborted);
        kinds.add(kind);
        expect(kind === "unknown", kind).toBe(progress.handedOver);
        expect(definite).toBeUndefined();
        if (received === bytes) expect(progress.handedOver).toBe(true);
        if (!progress.handedOver)
          expect(received).toBeLessThanOrEqual(bytes - Math.min(bytes, heldBackBytes ?? bytes));
        if (progress.handOverRefused) expect(kind).toBe("cancelled");
      }),
      { numRuns: 60 },
    );
    expect([...kinds].sort()).toEqual(["cancelled", "transient", "unknown"]);
  });
});

test("an answer before any byte of the request is none", async () => {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"id":"m-1"}');
  });
  onTestFinished(() => void server.close());
  const port = await listening(server);
  for (const heldBackBytes of [1_000, 64 * 1024]) {
    const { progress, response, error } = await send(port, { body: Buffer.alloc(1_000), heldBackBytes }, () =>
      sleep(100),
    );
    expect(response).toBeUndefined();
    expect(progress.handedOver).toBe(false);
    expect(classifyError(error, progress, false)).toMatchObject({ kind: "transient", code: "ECONNRESET" });
  }
});

describe("a response", () => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const [, status = "200", bytes = "0"] = (request.url ?? "").split("/");
      response.writeHead(Number(status), { "x-a": "b" }).end("x".repeat(Number(bytes)));
    });
  });

  test("has a bound, and may be cut where it is passed", async () => {
    const port = await listening(server);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const whole = await send(port, { path: "/202/1000", body: Buffer.from("a") });
    expect(whole.response).toMatchObject({ status: 202, headers: { "x-a": "b" } });
    expect(whole.response?.body).toHaveLength(1_000);

    const long = await send(port, { path: "/400/5000", body: Buffer.from("a") });
    expect(long.progress).toMatchObject({ stage: "answering", status: 400, handedOver: true });
    expect(classifyError(long.error, long.progress, false)).toEqual({
      kind: "unknown",
      reason: "the answer could not be read after the message was handed over",
      code: undefined,
    });

    const shorten = (status: number, start: Buffer) => (status === 400 ? start.subarray(0, 7) : undefined);
    const cut = await send(port, { path: "/400/5000", body: Buffer.from("a"), shorten });
    expect(Buffer.from(cut.response?.body ?? []).toString()).toBe("xxxxxxx");
    const notCut = await send(port, { path: "/200/5000", body: Buffer.from("a"), shorten });
    expect(notCut.error).toBeInstanceOf(Error);
  });
});
