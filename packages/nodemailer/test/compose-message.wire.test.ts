import { smtpServer } from "@relais/conformance";
import { createMessage, type MessageInput, type Outcome } from "@relais/core/spi";
import { nodemailerProvider } from "@relais/nodemailer";
import { expect, test } from "vitest";
import { sendContext } from "./send-context.ts";

const offered = ["250-localhost", "250-8BITMIME", "250 DSN"];

/** What a transport's server got of a message, and what its provider says. */
async function sent(
  input: MessageInput,
): Promise<{ outcome: Outcome; commands: readonly string[]; data: string }> {
  const server = await smtpServer({ script: { ehlo: { reply: offered } } });
  const { host, port } = server;
  const provider = nodemailerProvider({ transport: { host, port, ignoreTLS: true } });
  const message = await createMessage(input);
  const outcome = await provider.send(message, sendContext(message));
  await provider.close?.();
  await server.close();
  const [session] = server.sessions;
  return { outcome, commands: session?.commands ?? [], data: server.accepted[0]?.data.toString() ?? "" };
}

const raw = "From: a@x.test\r\nTo: b@x.test\r\n\r\nx\r\n";

test("a mail without a Message-ID has none afterwards, whatever nodemailer calls it", async () => {
  const { outcome, data } = await sent({ raw });
  expect(outcome).toMatchObject({ success: true, messageId: "", accepted: ["b@x.test"] });
  expect(data).toBe(raw);
  const named = await sent({ raw: `Message-ID: <no at sign>\r\n${raw}` });
  expect(named.outcome).toMatchObject({ success: true, messageId: "<no at sign>" });
});

test("the reports that a mail asks for (RFC 3461) are asked of a server that offers them", async () => {
  const dsn = { return: "headers", id: "e 1", notify: ["failure", "delay"], recipient: "c@x.test" };
  for (const input of [
    { raw, dsn },
    { from: "a@x.test", to: "b@x.test", text: "x", dsn },
  ]) {
    const { outcome, commands } = await sent(input);
    expect(outcome).toMatchObject({ success: true });
    expect(commands).toContainEqual(expect.stringMatching(/^MAIL FROM:<a@x\.test> .*RET=HDRS ENVID=e\+201/));
    expect(commands).toContain("RCPT TO:<b@x.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;c@x.test");
  }
});
