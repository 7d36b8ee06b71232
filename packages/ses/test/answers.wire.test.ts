import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { context, letter } from "./context.ts";
import { pair } from "./sandbox.ts";

/** What comes of a message at a far end that answers like this. */
async function answered(answer: RequestListener) {
  const server = createServer((request, response) => {
    request.resume().on("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { provider } = await pair({
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
  });
  const message = await letter();
  return provider.send(message, context(message));
}

test("Retry-After of a gateway is passed on", async () => {
  const outcome = await answered((_, response) => response.writeHead(429, { "retry-after": "7" }).end());
  expect(outcome).toMatchObject({ kind: "throttled", code: "HTTP 429", retryAfterMs: 7_000 });
});

test("a no that breaks off is still a no", async () => {
  const outcome = await answered((_, response) => {
    response.writeHead(400, { "content-length": "500" }).write("<ErrorResponse>");
    setTimeout(() => response.destroy(), 20);
  });
  expect(outcome).toMatchObject({ kind: "transient", code: "HTTP 400" });
});

test("an answer of 2 MB is not read to its end", async () => {
  let written = 0;
  const outcome = await answered((_, response) => {
    response.writeHead(200, { "content-type": "text/xml" });
    const more = (): void => {
      while (!response.destroyed && written < 200_000_000) {
        written += 65_536;
        if (!response.write(Buffer.alloc(65_536, "<a/>"))) return;
      }
    };
    response.on("drain", more);
    more();
  });
  expect(outcome).toMatchObject({ kind: "unknown" });
  expect(written).toBeLessThan(50_000_000);
});

test.each(["", "x", "&a;", "<b/>", "id with blanks", "x".repeat(500)])(
  "%j is not a message id",
  async (id) => {
    const outcome = await answered((_, response) =>
      response
        .writeHead(200, { "content-type": "text/xml" })
        .end(
          `<SendRawEmailResponse><SendRawEmailResult><MessageId>${id}</MessageId></SendRawEmailResult></SendRawEmailResponse>`,
        ),
    );
    expect(outcome).toMatchObject({ kind: "unknown" });
  },
);

test("a far end that does not speak HTTP: unknown, since it heard the message", async () => {
  const { createServer: tcp } = await import("node:net");
  const server = tcp((socket) => socket.once("data", () => socket.end("220 mail.example.com ESMTP\r\n")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { provider } = await pair({
    endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
  });
  const message = await letter();
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "unknown", code: /^HPE_/ });
});
