// An application that hears what became of its mails, and never mails a dead address again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sesServer, snsSender } from "@relais/conformance";
import { feedbackHandler, nodeHandler, snsReceiver, unsubscribeHandler } from "@relais/feedback";
import { createOutbox, createWorker } from "@relais/outbox";
import Fastify from "fastify";
import { createChain, ses } from "relais";

// Amazon, on this machine: SES takes mails, SNS tells later what became of them. Yours is the real one.
const amazon = await sesServer();
const sns = await snsSender();

const secret = "a secret of 16 characters or more"; // signs the links to unsubscribe
const region = "eu-west-1";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const chain = createChain([ses({ region, endpoint: amazon.endpoint, credentials })], {
  unsubscribe: { secret },
});

// PGlite in a folder. The same works on a server with { database: "postgres://…" }.
const folder = mkdtempSync(join(tmpdir(), "feedback-"));
const outbox = await createOutbox({ folder, from: "shop@example.org" });
const worker = createWorker(outbox, chain); // asks outbox.suppression before each message
await worker.start();

// Both ways in: from SNS, and from a reader's click. Events go into the outbox.
const store = outbox.feedback;
const receivers = { ses: snsReceiver(sns.options) }; // yours: { topics: "arn:aws:sns:…" }
const fromVendors = nodeHandler(feedbackHandler({ receivers, store }));
const fromReaders = nodeHandler(unsubscribeHandler({ secret, store }));
const app = Fastify();
app.register(async (scope) => {
  // Signatures are about bytes: nothing may read the body first.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  scope.post("/feedback/:name", (request, reply) => {
    reply.hijack();
    void fromVendors(request.raw, reply.raw);
  });
  scope.route({
    method: ["GET", "HEAD", "POST"],
    url: "/unsubscribe",
    handler: (request, reply) => {
      reply.hijack();
      void fromReaders(request.raw, reply.raw);
    },
  });
});
const url = await app.listen({ host: "127.0.0.1", port: 0 });

// From here on: what happens to it.
const ann = "ann@example.net";
const ben = "ben@example.net";

async function send(subject: string, to: string[], isNews = false) {
  const unsubscribe = { url: "https://shop.example.org/unsubscribe", stream: "newsletter" };
  const { id } = await outbox.enqueue({ to, subject, text: subject, ...(isNews ? { unsubscribe } : {}) });
  for (;;) {
    const message = await outbox.get(id);
    if (message === undefined) throw new Error("the message is not in the outbox");
    if (message.state !== "queued" && message.state !== "sending") {
      console.log(`${subject}: ${message.state}`);
      for (const address of message.accepted) console.log(`  ${address}: sent by ${message.provider}`);
      for (const { address, reason } of message.rejected) console.log(`  ${address}: ${reason}`);
      return message;
    }
    await sleep(20);
  }
}

// 1. A mail is sent. Later its bounce comes, signed by SNS.
const { id, messageId = "" } = await send("Your order", [ann]);
const bounce = { type: "bounced", bounce: "hard", recipient: ann } as const;
const webhooks = sns.requests([{ ...bounce, message: id, providerMessageId: messageId, at: Date.now() }]);
for (const { headers, body } of webhooks) {
  const forged = await fetch(`${url}/feedback/ses`, { method: "POST", headers, body: body.with(-9, 33) });
  console.log(`POST /feedback/ses, forged: ${forged.status}`);
  const answer = await fetch(`${url}/feedback/ses`, { method: "POST", headers, body });
  console.log(`POST /feedback/ses: ${answer.status} ${await answer.text()}`);
}

// 2. The next mail is held back from that address, and goes to the other.
await send("Your invoice", [ann, ben]);

// 3. A newsletter carries a signed link. A click takes its reader off that stream, and off no other.
await send("News of May", [ben], true);
const news =
  amazon.accepted
    .at(-1)
    ?.raw.toString()
    .replaceAll(/\r\n[ \t]+/g, " ") ?? "";
const [, query] = /^List-Unsubscribe: <https:[^>]*(\?token=[^>]+)>/m.exec(news) ?? [];
const click = { method: "POST", body: new URLSearchParams("List-Unsubscribe=One-Click") };
console.log(`POST /unsubscribe: ${(await fetch(`${url}/unsubscribe${query}`, click)).status}`);
await send("News of June", [ben], true);
await send("Your next order", [ben]);

for (const { address, reason, stream = "every stream", source } of await outbox.suppression.list())
  console.log(`suppressed: ${address} in ${stream}: ${reason}, told by ${source}`);
console.log(`mails that SES has: ${amazon.accepted.length}`);

await app.close();
await worker.stop();
await chain.close();
await outbox.close();
await Promise.all([amazon.close(), sns.close()]);
rmSync(folder, { recursive: true });
