import { nth, type SmtpAction, type SmtpScript, smtpServer, times } from "@relais/conformance";
import { createTransport } from "nodemailer";
import { describe, expect, test, vi } from "vitest";
import { rawClient } from "./raw-client.ts";
import { running } from "./running.ts";
import { scripted as scriptedServer, sleep, upTo } from "./scripted-session.ts";

const start = running();
const scripted = (script: Parameters<typeof scriptedServer>[0]) => start(scriptedServer(script));

describe("scripts", () => {
  test("once, times and nth count for each server by themselves", async () => {
    const script: SmtpScript = { noop: times(2, { reply: "450 wait" }), rset: nth(2, { reply: "550 no" }) };
    for (const server of [await scripted(script), await scripted(script)]) {
      const client = rawClient(server.port);
      client.send("NOOP\r\nNOOP\r\nNOOP\r\nRSET\r\nRSET\r\nRSET\r\nQUIT\r\n");
      const replies = await client.until(/221 .*\r\n/);
      expect(replies.match(/^\d{3}/gm)?.join(" ")).toBe("220 450 450 250 250 550 250 221");
    }
  });

  test("a function is told what happens, and decides", async () => {
    const told = vi.fn((): SmtpAction | undefined => undefined);
    const server = await scripted({ mail: told, rcpt: told, dot: told });
    const client = await upTo("dot", server.port);
    await client.until(/250 .*\r\n/);
    const session = server.sessions[0];
    expect(told.mock.calls).toEqual([
      [
        {
          server,
          session,
          step: "mail",
          line: "MAIL FROM:<a@example.com>",
          nth: 1,
          address: "a@example.com",
        },
      ],
      [{ server, session, step: "rcpt", line: "RCPT TO:<b@example.com>", nth: 1, address: "b@example.com" }],
      [{ server, session, step: "dot", line: ".", nth: 1, body: server.accepted[0]?.data }],
    ]);
  });

  test("a server can echo the secrets of a login", async () => {
    const server = await scripted({ auth: ({ line }) => ({ reply: `535 5.7.8 rejected: ${line}` }) });
    const client = await upTo("auth", server.port);
    expect(await client.until(/\r\n/)).toBe("535 5.7.8 rejected: AUTH PLAIN AGFubgBzZWNyZXQ=\r\n");
    expect(server.sessions[0]?.logins).toEqual([{ mechanism: "PLAIN", user: "ann", accepted: false }]);
  });

  test("another script takes over for the steps to come", async () => {
    const server = await scripted({ mail: { reply: "451 later" } });
    const client = await upTo("mail", server.port);
    await client.until(/451 .*\r\n/);
    server.script({});
    client.send("MAIL FROM:<a@x.example>\r\n");
    expect(await client.until(/\r\n/)).toMatch(/^250 /);
  });

  test("the state follows the code that was sent", async () => {
    const server = await scripted({ mail: { reply: "550 no" }, ehlo: { reply: "502 no" } });
    const client = rawClient(server.port);
    client.send("EHLO me\r\nHELO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nQUIT\r\n");
    const replies = await client.until(/221 .*\r\n/);
    expect(replies.match(/^\d{3}/gm)?.join(" ")).toBe("220 502 250 550 503 221");
  });

  test("a reply nobody asked for can go before the normal one", async () => {
    const server = await scripted({
      greeting: { raw: "220 hi\r\n250 surprise\r\n" },
      mail: { raw: "250 x\r\n", next: "normal" },
    });
    const client = await upTo("mail", server.port);
    expect(await client.until(/x\r\n250 2.1.0 ok\r\n/)).toContain("250 x\r\n");
  });

  test("a greeting can be of another protocol, or never end", async () => {
    const http = await scripted({ greeting: { raw: "HTTP/1.1 400 Bad Request\r\n\r\n", next: "drop" } });
    expect(await rawClient(http.port).until(/\r\n\r\n/)).toMatch(/^HTTP/);
    const huge = await scripted({ greeting: { raw: Buffer.alloc(3_000_000, "a"), next: "drop" } });
    const client = rawClient(huge.port);
    await client.ending;
    expect(client.left()).toHaveLength(3_000_000);
  });
});

describe("an idle connection", () => {
  test("is told and closed after a mail", async () => {
    const server = await scripted({ idle: { reply: "421 idle", next: "drop" } });
    const client = await upTo("dot", server.port);
    expect(await client.until(/421 .*\r\n/)).toBe("250 2.0.0 kept\r\n421 idle\r\n");
    expect(await client.ending).toBe("FIN");
  });

  test("is left alone when the next command comes before", async () => {
    const server = await scripted({ idle: { delayMs: 40, next: "drop" } });
    const client = await upTo("dot", server.port);
    await client.until(/250 .*\r\n/);
    client.send("NOOP\r\n");
    await sleep(80);
    expect(client.left()).toMatch(/^250 /);
    expect(server.open).toBe(1);
  });
});

describe("the handshake", () => {
  const codes = [
    ["drop", { drop: true }, /ECONNRESET/],
    ["reset", { reset: true }, /ECONNRESET/],
    ["plaintext", { reply: "220 hello" }, /ERR_SSL_/],
    ["stall", { stall: true }, /ETIMEDOUT/],
  ] as const;

  test.each(codes)("breaks a STARTTLS and an implicit TLS client: %s", async (_name, action, code) => {
    for (const secure of [true, false]) {
      const { host, port, ca } = await start(smtpServer({ secure, starttls: true, script: { tls: action } }));
      const timeouts = { greetingTimeout: 200, connectionTimeout: 300 };
      const sender = createTransport({ host, port, secure, requireTLS: true, tls: { ca }, ...timeouts });
      const error = await sender
        .sendMail({ from: "a@x.example", to: "b@x.example", text: "x" })
        .catch((e) => e);
      expect(error.originalCode ?? error.code).toMatch(code);
    }
  });

  test("only begins late after a delay", async () => {
    const { host, port, ca, accepted } = await start(
      smtpServer({ secure: true, script: { tls: { delayMs: 30 } } }),
    );
    const sender = createTransport({ host, port, secure: true, tls: { ca } });
    await sender.sendMail({ from: "a@x.example", to: "b@x.example", text: "x" });
    expect(accepted).toHaveLength(1);
  });

  test("can be cut with a RST in the middle of a session under TLS", async () => {
    const script: SmtpScript = { dot: { reset: true } };
    const { host, port, ca, accepted } = await start(smtpServer({ secure: true, script }));
    const sender = createTransport({ host, port, secure: true, tls: { ca } });
    const error = await sender
      .sendMail({ from: "a@x.example", to: "b@x.example", text: "x" })
      .catch((e) => e);
    expect(error.originalCode).toBe("ECONNRESET");
    expect(accepted).toHaveLength(1);
  });
});
