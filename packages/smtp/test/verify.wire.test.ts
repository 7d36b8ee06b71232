import { inspect } from "node:util";
import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { until } from "./until.ts";

const users = { ann: "sesame-42" };

describe("verify", () => {
  test("connects, encrypts, logs in, says QUIT, and sends nothing", async () => {
    const server = await smtpServer({ starttls: true, auth: { users, required: true, tlsOnly: true } });
    const provider = smtp({
      host: server.host,
      port: server.port,
      tls: { ca: server.ca },
      auth: { user: "ann", pass: "sesame-42" },
    });
    expect(await provider.verify?.()).toEqual({
      provider: "SMTP",
      ok: true,
      reason: `127.0.0.1:${server.port} answers, logged in`,
    });
    await until(() => server.open === 0);
    const verbs = server.sessions[0]?.commands.map((line) => line.split(" ")[0]);
    expect(verbs).toEqual(["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]);
    await server.close();
  });

  test("says what a send would have met, without the password", async () => {
    const server = await smtpServer({
      auth: { users },
      script: { auth: ({ line }) => ({ reply: `535 5.7.8 ${line} wrong-pass` }) },
    });
    const provider = smtp({
      id: "SMTP-EU",
      host: server.host,
      port: server.port,
      requireTLS: false,
      auth: { user: "ann", pass: "wrong-pass" },
    });
    const health = await provider.verify?.();
    expect(health).toMatchObject({
      provider: "SMTP-EU",
      ok: false,
      failure: { kind: "misconfigured", code: "535 5.7.8", provider: "SMTP-EU" },
    });
    expect(inspect(health)).not.toContain("wrong-pass");
    expect(inspect(health)).not.toContain(Buffer.from("\0ann\0wrong-pass").toString("base64"));
    await server.close();
  });

  test("fails where the server offers no login", async () => {
    const server = await smtpServer();
    const provider = smtp({
      host: server.host,
      port: server.port,
      requireTLS: false,
      auth: { user: "ann", pass: "sesame-42" },
    });
    expect(await provider.verify?.()).toMatchObject({
      ok: false,
      failure: { kind: "misconfigured", code: "ENOAUTH" },
    });
    await server.close();
  });

  test("ends when the signal aborts", async () => {
    const server = await smtpServer({ script: { ehlo: { stall: true } } });
    const provider = smtp({ host: server.host, port: server.port });
    const begun = performance.now();
    expect(await provider.verify?.({ signal: AbortSignal.timeout(30) })).toMatchObject({
      ok: false,
      failure: { kind: "cancelled" },
    });
    expect(performance.now() - begun).toBeLessThan(200);
    await until(() => server.open === 0);
    await server.close();
  });
});
