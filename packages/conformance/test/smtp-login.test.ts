import { createHmac } from "node:crypto";
import { smtpServer } from "@relais/conformance";
import { createTransport } from "nodemailer";
import { describe, expect, test } from "vitest";
import { rawClient } from "./raw-client.ts";
import { running } from "./running.ts";

const start = running();
const b64 = (text: string): string => Buffer.from(text).toString("base64");

async function greeted(port: number) {
  const client = rawClient(port);
  await client.until(/220 .*\r\n/);
  client.send("EHLO me\r\n");
  const features = await client.until(/250 .*\r\n/);
  return { client, features };
}

describe("logging in", () => {
  const auth = {
    users: { ann: "secret" },
    tokens: { ann: "token" },
    mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"],
    required: true,
  } as const;

  async function say(
    lines: readonly string[],
  ): Promise<{ last: string; server: Awaited<ReturnType<typeof smtpServer>> }> {
    const server = await start(smtpServer({ auth }));
    const { client } = await greeted(server.port);
    let last = "";
    for (const line of lines) {
      client.send(`${line}\r\n`);
      last = await client.until(/\r\n/);
    }
    return { last, server };
  }

  test.each([
    ["PLAIN at once", [`AUTH PLAIN ${b64("\0ann\0secret")}`]],
    ["PLAIN when asked", ["AUTH PLAIN", b64("\0ann\0secret")]],
    ["LOGIN", ["AUTH LOGIN", b64("ann"), b64("secret")]],
    ["LOGIN with the user at once", [`AUTH LOGIN ${b64("ann")}`, b64("secret")]],
    ["XOAUTH2", [`AUTH XOAUTH2 ${b64("user=ann\x01auth=Bearer token\x01\x01")}`]],
  ])("works with %s", async (_name, lines) => {
    const { last, server } = await say(lines);
    expect(last).toMatch(/^235 /);
    expect(server.sessions[0]?.logins).toMatchObject([{ user: "ann", accepted: true }]);
  });

  test.each([
    ["PLAIN", [`AUTH PLAIN ${b64("\0ann\0wrong")}`]],
    ["an unknown user", [`AUTH PLAIN ${b64("\0constructor\0x")}`]],
    ["LOGIN", ["AUTH LOGIN", b64("ann"), b64("wrong")]],
    ["CRAM-MD5", ["AUTH CRAM-MD5", b64("ann 0123")]],
    ["XOAUTH2", [`AUTH XOAUTH2 ${b64("user=ann\x01auth=Bearer old\x01\x01")}`, ""]],
    ["a login taken back", ["AUTH LOGIN", "*"]],
  ])("is refused with wrong secrets: %s", async (_name, lines) => {
    const { last, server } = await say(lines);
    expect(last).toMatch(/^535 /);
    expect(server.sessions[0]?.logins).toMatchObject([{ accepted: false }]);
  });

  test("works with CRAM-MD5", async () => {
    const server = await start(smtpServer({ auth }));
    const { client } = await greeted(server.port);
    client.send("AUTH CRAM-MD5\r\n");
    const challenge = Buffer.from((await client.until(/\r\n/)).slice(4), "base64").toString();
    client.send(`${b64(`ann ${createHmac("md5", "secret").update(challenge).digest("hex")}`)}\r\n`);
    expect(await client.until(/\r\n/)).toMatch(/^235 /);
  });

  test("is needed before MAIL when required, and offered under TLS only when asked so", async () => {
    const { last } = await say(["MAIL FROM:<a@x.example>"]);
    expect(last).toMatch(/^530 /);
    const server = await start(smtpServer({ auth: { ...auth, tlsOnly: true }, starttls: true }));
    const { client, features } = await greeted(server.port);
    expect(features).not.toContain("AUTH");
    client.send(`AUTH PLAIN ${b64("\0ann\0secret")}\r\n`);
    expect(await client.until(/\r\n/)).toMatch(/^538 /);
  });

  test.each(["PLAIN", "LOGIN", "CRAM-MD5"] as const)("nodemailer logs in with %s", async (mechanism) => {
    const server = await start(smtpServer({ auth: { ...auth, mechanisms: [mechanism] }, secure: true }));
    const { host, port, ca } = server;
    const sender = createTransport({
      host,
      port,
      secure: true,
      tls: { ca },
      auth: { user: "ann", pass: "secret" },
    });
    await sender.sendMail({ from: "a@x.example", to: "b@x.example", text: "hi" });
    expect(server.sessions[0]?.logins).toEqual([{ mechanism, user: "ann", accepted: true }]);
  });
});
