import { smtpServer } from "@relais/conformance";
import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { rawClient, upToData } from "./raw-client.ts";
import { running } from "./running.ts";

const start = running();

async function greeted(port: number) {
  const client = rawClient(port);
  await client.until(/220 .*\r\n/);
  client.send("EHLO me\r\n");
  const features = await client.until(/250 .*\r\n/);
  return { client, features };
}

test("nodemailer delivers, and the bytes are the ones it sent", async () => {
  const server = await start(smtpServer());
  const sender = createTransport({ host: server.host, port: server.port });
  const raw = "Message-ID:\r\n <1@example.com>\r\nSubject: x\r\n\r\n.dot\r\n..dots\r\n";
  await sender.sendMail({ raw, envelope: { from: "a@example.com", to: ["b@example.com", "c@example.com"] } });
  expect(server.accepted).toMatchObject([
    {
      from: "a@example.com",
      to: ["b@example.com", "c@example.com"],
      messageId: "<1@example.com>",
      session: 1,
    },
  ]);
  expect(server.accepted[0]?.data.toString()).toBe(raw);
});

test("pipelined commands are answered in order, two mails in one packet", async () => {
  const server = await start(smtpServer());
  const { client, features } = await greeted(server.port);
  expect(features).toMatch(/250[ -]PIPELINING\r\n/);
  const mail = (n: number) =>
    `MAIL FROM:<a${n}@x.example>\r\nRCPT TO:<bad>\r\nRCPT TO:<b${n}@x.example>\r\nDATA\r\n`;
  client.send(`${mail(1)}one\r\n.\r\n${mail(2)}two\r\n.\r\nNOOP\r\nQUIT\r\n`);
  const replies = await client.until(/221 .*\r\n/);
  const each = ["250", "501", "250", "354", "250"];
  expect(replies.match(/^\d{3}/gm)).toEqual([...each, ...each, "250", "221"]);
  expect(server.accepted.map(({ from, data }) => `${from} ${data}`)).toEqual([
    "a1@x.example one\r\n",
    "a2@x.example two\r\n",
  ]);
  expect(await client.ending).toBe("FIN");
});

test("commands cut into single bytes are understood", async () => {
  const server = await start(smtpServer());
  const client = rawClient(server.port);
  for (const byte of "EHLO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n") {
    client.send(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.until(/221 .*\r\n/);
  expect(server.accepted[0]?.data.toString()).toBe("hi\r\n");
});

test("what a man in the middle puts behind STARTTLS is thrown away", async () => {
  const server = await start(smtpServer({ starttls: true }));
  const { client, features } = await greeted(server.port);
  expect(features).toMatch(/250[ -]STARTTLS\r\n/);
  client.send("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\n");
  await client.until(/220 .*\r\n/);
  const secure = await client.startTls(server.ca);
  secure.send("MAIL FROM:<a@x.example>\r\n");
  expect(await secure.until(/\r\n/)).toMatch(/^503 /);
  secure.send("EHLO me\r\n");
  expect(await secure.until(/250 .*\r\n/)).not.toContain("STARTTLS");
  expect(server.sessions[0]).toMatchObject({ secure: true, tlsVersion: "TLSv1.3" });
  expect(server.sessions[0]?.commands).toEqual(["EHLO me", "STARTTLS", "MAIL FROM:<a@x.example>", "EHLO me"]);
});

test("a delayed STARTTLS reply does not let injected commands through either", async () => {
  const server = await start(smtpServer({ starttls: true, script: { starttls: { delayMs: 500 } } }));
  const { client } = await greeted(server.port);
  client.send("STARTTLS\r\n");
  await new Promise((resolve) => setTimeout(resolve, 10));
  client.send("EHLO evil\r\n");
  await client.until(/220 .*\r\n/);
  const secure = await client.startTls(server.ca);
  secure.send("NOOP\r\n");
  expect(await secure.until(/\r\n/)).toMatch(/^250 /);
  expect(secure.left()).toBe("");
  expect(server.sessions[0]?.commands).not.toContain("EHLO evil");
});

test("a size limit is advertised, checked at MAIL and at the final dot", async () => {
  const server = await start(smtpServer({ size: 100 }));
  const { client, features } = await greeted(server.port);
  expect(features).toMatch(/250[ -]SIZE 100\r\n/);
  client.send("MAIL FROM:<a@x.example> SIZE=101\r\n");
  expect(await client.until(/\r\n/)).toMatch(/^552 /);
  client.send(`MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n${"x".repeat(99)}\r\n.\r\n`);
  expect((await client.until(/552 .*\r\n/)).match(/^\d{3}/gm)).toEqual(["250", "250", "354", "552"]);
  expect(server.accepted).toEqual([]);
});

test("an internationalised address needs SMTPUTF8 on both sides", async () => {
  for (const [smtpUtf8, parameter, code] of [
    [true, " SMTPUTF8", 250],
    [true, "", 553],
    [false, " SMTPUTF8", 553],
  ] as const) {
    const server = await start(smtpServer({ smtpUtf8 }));
    const { client } = await greeted(server.port);
    client.send(`MAIL FROM:<jürgen@x.example>${parameter}\r\n`);
    expect(await client.until(/\r\n/)).toMatch(new RegExp(`^${code} `));
  }
});

test("commands out of order are refused, and RSET forgets the mail", async () => {
  const server = await start(smtpServer());
  const client = rawClient(server.port);
  const [from, to] = ["MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>"];
  const commands = [
    from,
    "HELO me",
    to,
    "DATA",
    from,
    from,
    "DATA",
    from,
    to,
    "RSET",
    to,
    "XYZ",
    "VRFY a",
    "STARTTLS",
  ];
  client.send(`${commands.join("\r\n")}\r\nQUIT\r\n`);
  const replies = await client.until(/221 .*\r\n/);
  expect(replies.match(/^\d{3}/gm)?.join(" ")).toBe(
    "220 503 250 503 503 250 503 554 250 250 250 503 500 252 502 221",
  );
});

test("records tell the session: commands, bytes on the wire, dots", async () => {
  const server = await start(smtpServer({ record: "everything" }));
  const client = await upToData(server.port);
  expect(server.open).toBe(1);
  client.send("..hi\r\n.\r\n");
  await client.until(/250 .*\r\n/);
  client.send("QUIT\r\n");
  await client.ending;
  await expect.poll(() => server.sessions[0]?.open).toBe(false);
  expect(server.sessions[0]).toMatchObject({ number: 1, secure: false, bodyBytes: 9, finalDots: 1 });
  expect(server.sessions[0]?.commands).toHaveLength(5);
  expect(server.connections).toBe(1);
  server.reset();
  expect([server.accepted, server.sessions, server.connections]).toEqual([[], [], 0]);
});

test("a server that records envelopes keeps no bodies and no commands", async () => {
  const server = await start(smtpServer({ record: "envelopes" }));
  const client = await upToData(server.port);
  client.send("Message-ID: <1@x>\r\n\r\nhi\r\n.\r\n");
  await client.until(/250 .*\r\n/);
  expect(server.accepted).toMatchObject([{ from: "a@example.com", messageId: "<1@x>" }]);
  expect(server.accepted[0]?.data).toHaveLength(0);
  expect(server.sessions[0]?.commands).toEqual([]);
});

test("a server that is down refuses, and comes back on its port", async () => {
  const server = await start(smtpServer());
  const before = rawClient(server.port);
  await before.until(/220 .*\r\n/);
  await server.down();
  expect(await before.ending).toMatch(/FIN|ECONNRESET/);
  expect(await rawClient(server.port).ending).toBe("ECONNREFUSED");
  expect(server.open).toBe(0);
  await server.up();
  expect(await rawClient(server.port).until(/\r\n/)).toMatch(/^220 /);
});
