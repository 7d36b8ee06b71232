import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { compile } from "@relais/mime";
import { nodemailerProvider } from "@relais/nodemailer";
import nodemailer from "nodemailer";
import type { MailMessage, SentMessageInfo, Transport } from "nodemailer/lib/mailer";
import { expect, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

/** A transport as people write them: it reads the whole mail, and asks an API. */
function api(answer: () => Partial<SentMessageInfo>): Transport & { readonly got: Buffer[] } {
  const got: Buffer[] = [];
  return {
    name: "Api",
    version: "1.0.0",
    got,
    send: (message: MailMessage, callback) => {
      message.message.build((error, bytes) => {
        if (error) return callback(error);
        try {
          const info = answer();
          got.push(bytes);
          callback(null, { envelope: message.message.getEnvelope(), messageId: "", ...info });
        } catch (thrown) {
          callback(thrown as Error);
        }
      });
    },
  };
}

test("any other transport gets the bytes, after the hand-over", async () => {
  const transport = api(() => ({ messageId: "api-7" }));
  const provider = nodemailerProvider({ transport });
  const message = await mail();
  const context = sendContext(message, { handOver: async () => expect(transport.got).toEqual([]) });
  expect(await provider.send(message, context)).toMatchObject({
    success: true,
    provider: "NODEMAILER",
    messageId: "api-7",
    accepted: ["b@x.test"],
  });
  expect(context.handOvers).toBe(1);
  expect(transport.got[0]?.equals((await compile(message)).bytes)).toBe(true);
  expect(await provider.verify?.()).toMatchObject({ ok: true, reason: "Api cannot be verified" });
});

test.each([
  [{ $metadata: { httpStatusCode: 403 }, name: "AccessDenied" }, "misconfigured", "AccessDenied"],
  [{ statusCode: 429 }, "throttled", "429"],
  [{ status: 503 }, "unknown", undefined],
  [{ responseCode: 503 }, "unknown", undefined],
  [{ responseCode: 451, response: "451 4.3.0 later" }, "transient", "451 4.3.0"],
  [{ status: 500 }, "unknown", undefined],
  [{ code: "ECONNRESET" }, "unknown", "ECONNRESET"],
  [{ responseCode: 554, response: "554 5.7.1 spam" }, "refused", "554 5.7.1"],
])("what it throws (%o) is read: %s", async (fields, kind, code) => {
  const transport = api(() => {
    throw Object.assign(new Error("no"), fields);
  });
  const message = await mail();
  const outcome = await nodemailerProvider({ transport }).send(message, sendContext(message));
  expect(outcome).toMatchObject({ success: false, kind, ...(code === undefined ? {} : { code }) });
});

test("an answer without a message id is unknown, and so is a recipient that it does not name", async () => {
  const message = await mail({ to: ["one@x.test", "two@x.test"] });
  const silent = nodemailerProvider({ transport: api(() => ({})) });
  expect(await silent.send(message, sendContext(message))).toMatchObject({ kind: "unknown" });
  const half = nodemailerProvider({ transport: api(() => ({ messageId: "1", accepted: ["one@x.test"] })) });
  expect(await half.send(message, sendContext(message))).toMatchObject({
    accepted: ["one@x.test"],
    rejected: [{ address: "two@x.test", failure: { kind: "unknown" } }],
  });
});

test("a hand-over that is declined keeps it from being called at all", async () => {
  const transport = api(() => ({ messageId: "1" }));
  const message = await mail();
  const context = sendContext(message, { handOver: () => Promise.reject(new Error("no")) });
  const outcome = await nodemailerProvider({ transport }).send(message, context);
  expect(outcome).toMatchObject({ kind: "cancelled" });
  expect(transport.got).toEqual([]);
});

test("sendmail is started after the hand-over, and one that is not there never was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relais-sendmail-"));
  const path = join(folder, "sendmail");
  await writeFile(path, `#!/bin/sh\ncat > ${folder}/mail\n`, { mode: 0o755 });
  const message = await mail();
  const provider = nodemailerProvider({ transport: { sendmail: true, path, newline: "windows" } });
  const context = sendContext(message, {
    handOver: async () => expect(existsSync(`${folder}/mail`)).toBe(false),
  });
  expect(await provider.send(message, context)).toMatchObject({
    success: true,
    messageId: message.messageId,
  });
  expect(context.handOvers).toBe(1);
  expect((await readFile(`${folder}/mail`)).equals((await compile(message)).bytes)).toBe(true);
  const missing = nodemailerProvider({ transport: { sendmail: true, path: "/nowhere/sendmail" } });
  expect(await missing.send(message, sendContext(message))).toMatchObject({ kind: "misconfigured" });
  await rm(folder, { recursive: true });
});

test("a transporter with a DKIM key of its own signs, and its stream plugins run", async () => {
  await using server = Object.assign(await smtpServer(), {
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
    },
  });
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const transporter = nodemailer.createTransport({
    host: server.host,
    port: server.port,
    ignoreTLS: true,
    dkim: { domainName: "x.test", keySelector: "s", privateKey },
  });
  const provider = nodemailerProvider({ transport: transporter });
  const message = await mail();
  expect((await provider.send(message, sendContext(message))).success).toBe(true);
  expect(server.accepted[0]?.data.toString()).toMatch(/^DKIM-Signature: /);
});

test("a pool that retries sends no second copy, and a closed provider none at all", async () => {
  const server = await smtpServer({ script: { dot: { reset: true } } });
  const { host, port } = server;
  const provider = nodemailerProvider({
    transport: { host, port, ignoreTLS: true, pool: true, maxRequeues: 5 },
  });
  const message = await mail();
  expect(await provider.send(message, sendContext(message))).toMatchObject({ kind: "unknown" });
  expect(server.accepted).toHaveLength(1);
  await Promise.all([provider.close?.(), provider.close?.()]);
  expect(await provider.send(message, sendContext(message))).toMatchObject({
    kind: "skipped",
    code: "closed",
  });
  expect(server.accepted).toHaveLength(1);
  await server.close();
});
