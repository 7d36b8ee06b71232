import { generateKeyPairSync } from "node:crypto";
import { smtpServer } from "@relais/conformance";
import { compile } from "@relais/mime";
import { smtp } from "@relais/smtp";
import { expect, test } from "vitest";
import { sign } from "../src/sign.ts";
import { dkimVerdict } from "./dkim-verdict.ts";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const dkim = {
  domainName: "relais.test",
  keySelector: "s1",
  privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

test("a signed message verifies, is otherwise the same, and its end still waits for the hand-over", async () => {
  const server = await smtpServer();
  const provider = smtp({ host: server.host, port: server.port, dkim });
  const message = await mail({
    subject: "Grüße  und   mehr",
    text: "Hello \t there  \r\n\r\n..dots\r\n\r\n\r\n",
  });
  let open = (): void => {};
  const door = new Promise<void>((resolve) => {
    open = resolve;
  });
  const context = sendContext(message, { handOver: () => door });
  const sending = provider.send(message, context);
  await until(() => context.handOvers === 1);
  expect(server.sessions[0]?.finalDots).toBe(0);
  open();
  expect(await sending).toMatchObject({ success: true });

  const data = server.accepted[0]?.data ?? Buffer.alloc(0);
  const verdict = dkimVerdict(data, publicKey);
  expect(verdict).toMatchObject({
    bodyHolds: true,
    headersHold: true,
    domain: "relais.test",
    selector: "s1",
  });
  expect(verdict.signed).toEqual(expect.arrayContaining(["from", "to", "subject", "date", "message-id"]));
  const { bytes } = await compile(message);
  expect(data.subarray(data.length - bytes.length).equals(bytes)).toBe(true);
  await provider.close?.();
  await server.close();
});

test("a second attempt sends the same signature; a message of another provider without DKIM has none", async () => {
  const server = await smtpServer();
  const signing = smtp({
    host: server.host,
    port: server.port,
    dkim: { ...dkim, skipFields: "message-id:date" },
  });
  const bare = smtp({ host: server.host, port: server.port });
  const message = await mail();
  for (const provider of [signing, signing, bare]) await provider.send(message, sendContext(message));
  const [first, second, third] = server.accepted.map(({ data }) => data);
  expect(first).toEqual(second);
  expect(dkimVerdict(first ?? Buffer.alloc(0), publicKey).signed).not.toContain("message-id");
  expect(third?.includes("DKIM-Signature")).toBe(false);
  await signing.close?.();
  await bare.close?.();
  await server.close();
});

test("a buffer is signed once, however often it is asked for", async () => {
  const signed = sign({ ...dkim, privateKey });
  const bytes = Buffer.from("From: a@relais.test\r\n\r\nx\r\n");
  const [first, second] = await Promise.all([signed(bytes), signed(bytes)]);
  expect(second).toBe(first);
  expect(await signed(bytes)).toBe(first);
});
