import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { Failure } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { advice } from "../src/attempt/outcomes.ts";
import { checkOptions } from "../src/options/options.ts";
import { mail, sendContext } from "./send-context.ts";

async function failure(server: SmtpServerOptions, options: Partial<SmtpOptions>): Promise<Failure> {
  const far = await smtpServer(server);
  const provider = smtp({ host: far.host, port: far.port, greetingTimeoutMs: 300, ...options });
  const message = await mail();
  const outcome = await provider.send(message, sendContext(message));
  await provider.close?.();
  await far.close();
  if (outcome.success) throw new Error("it was sent");
  return outcome;
}

describe("the reason of a failure names the setting that explains it", () => {
  test.for(["selfSigned", "expired", "wrongName", "good"] as const)(
    "a port that speaks TLS, secure: false, with a certificate that is %s",
    async (certificate) => {
      const outcome = await failure({ secure: true, certificate }, { secure: false });
      expect(outcome).toMatchObject({ kind: "misconfigured", code: "ETLSPORT" });
      expect(outcome.reason).toBe("this port speaks TLS: set secure: true (SMTP_SECURE=true)");
    },
  );

  test("a port that speaks TLS is detected long before the greeting's time is over", async () => {
    const begun = performance.now();
    const outcome = await failure({ secure: true }, { secure: false, greetingTimeoutMs: 30_000 });
    expect(outcome).toMatchObject({ kind: "misconfigured", code: "ETLSPORT" });
    expect(performance.now() - begun).toBeLessThan(9_000);
  });

  test("all waiting sends get that reason, and the port is probed once", async () => {
    const far = await smtpServer({ secure: true });
    const provider = smtp({ host: far.host, port: far.port, secure: false, greetingTimeoutMs: 300 });
    const messages = await Promise.all(Array.from({ length: 5 }, () => mail()));
    const outcomes = await Promise.all(messages.map((each) => provider.send(each, sendContext(each))));
    expect(outcomes.map((one) => !one.success && one.code)).toEqual(Array(5).fill("ETLSPORT"));
    expect(far.connections).toBe(6);
    await provider.close?.();
    await far.close();
  });

  test("a server that is slow and speaks no TLS is not probed a second time", async () => {
    let connections = 0;
    const silent: Server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const provider = smtp({ host: "127.0.0.1", port, greetingTimeoutMs: 100 });
    for (let i = 0; i < 2; i++) {
      const message = await mail();
      const outcome = await provider.send(message, sendContext(message));
      expect(outcome).toMatchObject({ success: false, kind: "transient", code: "GREETING_TIMEOUT" });
    }
    expect(connections).toBe(3);
    await provider.close?.();
  });

  test("an abort during the probe is answered at once", async () => {
    const far = await smtpServer({ script: { greeting: { stall: true } } });
    const provider = smtp({ host: far.host, port: far.port, greetingTimeoutMs: 100 });
    const stop = new AbortController();
    const message = await mail();
    const sent = provider.send(message, sendContext(message, { signal: stop.signal }));
    await sleep(300);
    stop.abort();
    // A timer, not a time: what holds up this process holds up both.
    const late = sleep(50).then(() => "late");
    expect(await Promise.race([sent, late])).toMatchObject({ kind: "cancelled" });
    await provider.close?.();
    await far.close();
  });

  test.for([
    ["421 4.7.0 Try again later, closing connection. (EHLO) x - gsmtp", "misconfigured"],
    ["421 4.3.2 not now", "transient"],
  ] as const)("a name in EHLO that is refused: %s", async ([reply, kind]) => {
    const outcome = await failure({ script: { ehlo: { reply, next: "drop" } } }, {});
    expect(outcome.kind).toBe(kind);
    expect(outcome.reason).toContain(reply);
    expect(outcome.reason).toMatch(/name, SMTP_NAME, sets/);
  });

  test("a name that is refused as late as RCPT, as Postfix does", async () => {
    const reply = "504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname";
    const outcome = await failure({ script: { rcpt: { reply } } }, {});
    expect(outcome.kind).toBe("misconfigured");
    expect(outcome.reason).toMatch(/need fully-qualified hostname .*name, SMTP_NAME, sets/);
  });

  test("a certificate of one's own on this machine", async () => {
    const outcome = await failure({ starttls: true, certificate: "selfSigned" }, { host: "localhost" });
    expect(outcome).toMatchObject({ kind: "misconfigured", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(outcome.reason).toMatch(/self-signed .*ignoreTLS: true, SMTP_IGNORE_TLS=true/);
  });

  test.for([
    ["localhost", true],
    ["127.0.0.1", true],
    ["::1", true],
    ["postfix", true],
    ["10.1.2.3", true],
    ["172.16.0.9", true],
    ["192.168.1.4", true],
    ["mail.local", true],
    ["mail.example.org", false],
    ["203.0.113.4", false],
  ] as const)("and not on a server of others: %s is near: %s", ([host, near]) => {
    const error = { code: "ESOCKET", originalCode: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "" };
    expect(advice(checkOptions({ host }), { ...error, rejectedErrors: [] }) !== undefined).toBe(near);
  });

  test("follows a reply that is cut", async () => {
    const reply = `421 4.7.0 (EHLO) ${"words ".repeat(200)}`;
    const outcome = await failure({ script: { ehlo: { reply, next: "drop" } } }, {});
    expect(outcome.reason.length).toBeLessThanOrEqual(300);
    expect(outcome.reason).toMatch(/^421 4\.7\.0 .*… .*SMTP_NAME/);
  });

  test("a greeting has its own time, whatever connecting may take", async () => {
    const far = await smtpServer({ script: { greeting: { delayMs: 400 } } });
    const provider = smtp({ host: far.host, port: far.port, connectionTimeoutMs: 150 });
    const message = await mail();
    expect(await provider.send(message, sendContext(message))).toMatchObject({ success: true });
    await provider.close?.();
    await far.close();
  });
});
