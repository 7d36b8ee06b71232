import { spawn } from "node:child_process";
import { once } from "node:events";
import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

describe("close", () => {
  test("finishes what is under way and what waits, then closes every socket; later sends are skipped", async () => {
    const server = await smtpServer({ script: { rcpt: { delayMs: 20 } } });
    const provider = smtp({ host: server.host, port: server.port, pool: { maxConnections: 2 } });
    const messages = await Promise.all(Array.from({ length: 6 }, () => mail()));
    const sending = messages.map((message) => provider.send(message, sendContext(message)));
    let settled = 0;
    for (const each of sending) void each.then(() => settled++);
    const closing = provider.close?.();
    const late = await mail();
    expect(await provider.send(late, sendContext(late))).toMatchObject({
      kind: "skipped",
      code: "closed",
      reason: "the provider is closed",
    });
    await closing;
    expect(settled).toBe(6);
    expect((await Promise.all(sending)).every(({ success }) => success)).toBe(true);
    await until(() => server.open === 0);
    expect(server.accepted).toHaveLength(6);
    await server.close();
  });

  test("waits for a verify that is under way, and later ones are skipped", async () => {
    const server = await smtpServer({ script: { ehlo: { delayMs: 30 } } });
    const provider = smtp({ host: server.host, port: server.port });
    const verifying = provider.verify?.();
    await provider.close?.();
    expect(await verifying).toMatchObject({ ok: true });
    expect(await provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "skipped" } });
    expect(server.connections).toBe(1);
    await server.close();
  });

  test("may be called twice, and before anything was sent", async () => {
    const provider = smtp({ host: "127.0.0.1", port: 9 });
    await Promise.all([provider.close?.(), provider.close?.()]);
    await provider.close?.();
  });

  test("is not held up by a server that does not answer QUIT", async () => {
    const server = await smtpServer({ script: { quit: { stall: true } } });
    const provider = smtp({ host: server.host, port: server.port });
    const message = await mail();
    await provider.send(message, sendContext(message));
    const begun = performance.now();
    await provider.close?.();
    expect(performance.now() - begun).toBeLessThan(1_500);
    await until(() => server.open === 0);
    await server.close();
  });

  test("lets the process end by itself", async () => {
    const server = await smtpServer();
    const program = `
      import { createMessage } from "@relais/core/spi";
      import { smtp } from "@relais/smtp";
      const provider = smtp({ host: "${server.host}", port: ${server.port} });
      const message = await createMessage({ from: "a@relais.test", to: "b@relais.test", text: "x" });
      const { signal } = new AbortController();
      const outcome = await provider.send(message, { envelope: message.envelope, signal, handOver: async () => {} });
      await provider.verify();
      await provider.close();
      console.log(outcome.success);
    `;
    const child = spawn(
      process.execPath,
      ["--conditions=@relais/source", "--input-type=module", "-e", program],
      { cwd: import.meta.dirname },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    let closedAt = 0;
    child.stdout.once("data", () => {
      closedAt = performance.now();
    });
    const [code] = await once(child, "exit");
    expect([code, output.trim()]).toEqual([0, "true"]);
    expect(performance.now() - closedAt).toBeLessThan(500);
    await server.close();
  });
});
