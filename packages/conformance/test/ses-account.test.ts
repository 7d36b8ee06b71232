import {
  GetAccountSendingEnabledCommand,
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  GetSendStatisticsCommand,
  ListIdentitiesCommand,
  ListTemplatesCommand,
  SendEmailCommand,
  SendRawEmailCommand,
} from "@aws-sdk/client-ses";
import { sesServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { running } from "./running.ts";
import { RAW, sendRaw, sesClient } from "./ses-client.ts";

const start = running();

test("an accepted raw mail is recorded byte for byte, with its envelope, tags and a real message id", async () => {
  const server = await start(sesServer({ configurationSets: ["main"] }));
  const raw = Buffer.concat([Buffer.from(RAW), Buffer.from([0, 255, 43, 37])]);
  const { MessageId } = await sesClient(server).send(
    new SendRawEmailCommand({
      Source: "a@example.com",
      Destinations: ["b@example.org", "Carl <c@example.org>"],
      RawMessage: { Data: raw },
      ConfigurationSetName: "main",
      Tags: [{ Name: "kind", Value: "a b+c" }],
    }),
  );
  expect(MessageId).toMatch(
    /^0102[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-000000$/,
  );
  expect(server.accepted).toEqual([
    {
      messageId: MessageId,
      source: "a@example.com",
      destinations: ["b@example.org", "c@example.org"],
      raw,
      tags: { kind: "a b+c" },
      configurationSetName: "main",
      at: expect.any(Date),
    },
  ]);
  expect(server.requests).toMatchObject([
    { action: "SendRawEmail", headers: { host: `127.0.0.1:${server.port}` } },
  ]);
  expect(server.requests[0]?.bytes).toBe(Number(server.requests[0]?.headers["content-length"]));
});

test("without Source and Destinations the headers of the mail decide", async () => {
  const server = await start(sesServer());
  const raw =
    'From: "A, b" <a@example.com>\r\nTo: b@example.org,\r\n c@example.org\r\nBcc: D <d@example.org>\r\n\r\nx\r\n';
  await sesClient(server).send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from(raw) } }));
  expect(server.accepted).toMatchObject([
    { source: "a@example.com", destinations: ["b@example.org", "c@example.org", "d@example.org"] },
  ]);
});

test("SendEmail becomes a mail", async () => {
  const server = await start(sesServer());
  await sesClient(server).send(
    new SendEmailCommand({
      Source: "a@example.com",
      Destination: { ToAddresses: ["b@example.org"], BccAddresses: ["c@example.org"] },
      Message: { Subject: { Data: "grüß" }, Body: { Text: { Data: "text" }, Html: { Data: "<b>" } } },
    }),
  );
  expect(server.accepted[0]?.destinations).toEqual(["b@example.org", "c@example.org"]);
  const raw = String(server.accepted[0]?.raw);
  expect(raw).toContain("Subject: =?utf-8?B?Z3LDvMOf?=\r\n");
  expect(raw).toContain("multipart/alternative");
  expect(raw).not.toContain("c@example.org");
});

test("the account can be asked", async () => {
  const quota = { max24HourSend: 500, maxSendRate: 14, sentLast24Hours: 3 };
  const server = await start(sesServer({ quota, verified: ["example.com", "x@example.org"] }));
  const client = sesClient(server);
  await sendRaw(client);
  expect(await client.send(new GetSendQuotaCommand({}))).toMatchObject({
    Max24HourSend: 500,
    MaxSendRate: 14,
    SentLast24Hours: 4,
  });
  expect(await client.send(new GetAccountSendingEnabledCommand({}))).toMatchObject({ Enabled: true });
  expect(await client.send(new GetSendStatisticsCommand({}))).toMatchObject({ SendDataPoints: [] });
  const list = await client.send(new ListIdentitiesCommand({ IdentityType: "Domain" }));
  expect(list.Identities).toEqual(["example.com"]);
  const asked = new GetIdentityVerificationAttributesCommand({
    Identities: ["example.com", "other.example"],
  });
  const { VerificationAttributes } = await client.send(asked);
  expect(VerificationAttributes).toEqual({ "example.com": { VerificationStatus: "Success" } });
  await expect(client.send(new ListTemplatesCommand({}))).rejects.toMatchObject({
    name: "InvalidAction",
    $metadata: { httpStatusCode: 400 },
  });
});

test("a sender must be verified, by address or domain", async () => {
  const server = await start(sesServer({ verified: ["other.example"] }));
  const client = sesClient(server);
  expect(await sendRaw(client)).toMatchObject({
    name: "MessageRejected",
    status: 400,
    message:
      "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.com",
  });
  for (const verified of [["Example.com"], ["A@example.com"]]) {
    server.configure({ verified });
    expect(await sendRaw(client)).toMatchObject({ status: 200 });
  }
});

test("in the sandbox recipients must be verified, too, and the quota is 200 a day and 1 a second", async () => {
  const server = await start(sesServer({ sandbox: true, verified: ["example.com"] }));
  const client = sesClient(server);
  expect(await sendRaw(client)).toMatchObject({
    name: "MessageRejected",
    message: expect.stringMatching(/b@example.org$/),
  });
  expect(await sendRaw(client, ["b@example.com", "success@simulator.amazonses.com"])).toMatchObject({
    status: 200,
  });
  expect(await sendRaw(client, ["b@example.com"])).toMatchObject({
    message: "Maximum sending rate exceeded.",
  });
  const quota = await client.send(new GetSendQuotaCommand({}));
  expect(quota).toMatchObject({ Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 2 });
});

test("the daily quota is enforced, counted in recipients", async () => {
  const quota = { max24HourSend: 3, maxSendRate: 100, sentLast24Hours: 0 };
  const server = await start(sesServer({ quota }));
  const client = sesClient(server);
  expect(await sendRaw(client, ["b@example.org", "c@example.org"])).toMatchObject({ status: 200 });
  expect(await sendRaw(client, ["b@example.org", "c@example.org"])).toMatchObject({
    name: "Throttling",
    status: 400,
    message: "Daily message quota exceeded.",
  });
  expect(await sendRaw(client)).toMatchObject({ status: 200 });
  expect(server.account.quota.sentLast24Hours).toBe(3);
  server.configure({ quota });
  expect(await sendRaw(client)).toMatchObject({ status: 200 });
});

test("the rate is enforced, and a second later the way is free", async () => {
  const server = await start(sesServer({ quota: { max24HourSend: -1, maxSendRate: 2, sentLast24Hours: 0 } }));
  const client = sesClient(server);
  const sent = [await sendRaw(client), await sendRaw(client), await sendRaw(client)];
  expect(sent.map(({ status, name }) => name ?? status)).toEqual([200, 200, "Throttling"]);
  await expect.poll(async () => (await sendRaw(client)).status, { timeout: 2_000 }).toBe(200);
});

test("a paused account and an unknown configuration set refuse", async () => {
  const server = await start(sesServer({ sendingEnabled: false }));
  const client = sesClient(server);
  expect(await sendRaw(client)).toMatchObject({ name: "AccountSendingPausedException", status: 400 });
  expect(await client.send(new GetAccountSendingEnabledCommand({}))).toMatchObject({ Enabled: false });
  server.configure({ sendingEnabled: true });
  const command = new SendRawEmailCommand({
    RawMessage: { Data: Buffer.from(RAW) },
    ConfigurationSetName: "none",
  });
  await expect(client.send(command)).rejects.toMatchObject({ name: "ConfigurationSetDoesNotExistException" });
});

test("50 recipients and 10 MB after base64 are the limit", async () => {
  const server = await start(sesServer());
  const client = sesClient(server);
  const many = Array.from({ length: 51 }, (_, at) => `r${at}@example.org`);
  expect(await sendRaw(client, many)).toMatchObject({
    name: "InvalidParameterValue",
    message: expect.stringMatching(/50/),
  });
  expect(await sendRaw(client, many.slice(1))).toMatchObject({ status: 200 });
  const limit = (10_485_760 / 4) * 3;
  const big = (bytes: number): Buffer =>
    Buffer.concat([Buffer.from(RAW), Buffer.alloc(bytes - RAW.length, "x")]);
  const patient = sesClient(server, {}, 20_000);
  expect(await sendRaw(patient, undefined, big(limit))).toMatchObject({ status: 200 });
  expect(await sendRaw(patient, undefined, big(limit + 1))).toMatchObject({
    name: "InvalidParameterValue",
    status: 400,
    message: "Message length is more than 10485760 bytes long: '10485764'.",
  });
  expect(server.accepted).toHaveLength(2);
}, 30_000);

test.each([["no-at-sign"], ["a@b@c"], ["with space@x.example"]])(
  "the address %s is refused",
  async (address) => {
    const server = await start(sesServer());
    expect(await sendRaw(sesClient(server), [address])).toMatchObject({ name: "InvalidParameterValue" });
  },
);
