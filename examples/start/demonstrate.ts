import { blackhole, snsSender } from "@relais/conformance";
import { feedbackHandler, snsReceiver } from "@relais/feedback";
import type { Chain } from "relais";
import { bold, dim, showDelivery } from "./show.ts";
import { chainTo, mail, startTestServers, type TestServers } from "./test-servers.ts";
import { type DemoOutbox, openDemoOutbox, showRecipients } from "./through-outbox.ts";

function title(letter: string, what: string): void {
  console.log(`\n${bold(`${letter}) ${what}`)}`);
}

function copies({ smtp, ses }: TestServers): void {
  console.log(dim(`   really accepted: ${smtp.accepted.length} by SMTP, ${ses.accepted.length} by SES`));
}

/** Runs one scenario with a new chain, so that no breaker state is left from the one before. */
async function scenario(
  servers: TestServers,
  letter: string,
  what: string,
  run: (chain: Chain) => Promise<void>,
): Promise<void> {
  title(letter, what);
  servers.smtp.script({});
  servers.ses.fault();
  servers.smtp.reset();
  servers.ses.reset();
  const chain = chainTo(servers);
  await run(chain);
  copies(servers);
  await chain.close();
}

function p50(times: readonly number[]): string {
  const middle = [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  return middle === undefined ? "-" : `${middle.toFixed(1)} ms`;
}

async function blackholed(servers: TestServers): Promise<void> {
  title("F", "SMTP never answers, 50 mails: the breaker opens");
  servers.ses.fault();
  servers.ses.reset();
  const hole = await blackhole();
  const chain = chainTo(servers, hole.port, 250);
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < 50; i++) {
    const began = performance.now();
    const delivery = await chain.send(mail);
    const tried = delivery.attempts.some(({ provider, skipped }) => provider === "SMTP" && !skipped);
    (tried ? before : after).push(performance.now() - began);
  }
  const state = chain.links[0]?.status().breaker?.state ?? "none";
  console.log(`   SMTP's breaker: ${bold(state)}; all 50 went by SES: ${servers.ses.accepted.length === 50}`);
  console.log(`   p50 of ${before.length} mails while SMTP was still tried: ${bold(p50(before))}`);
  console.log(`   p50 of ${after.length} mails with the breaker open: ${bold(p50(after))}`);
  await chain.close();
  await hole.close();
}

/** SES says by SNS that a mail bounced. Whoever was told keeps the address from SMTP, too. */
async function bounced({ smtp }: TestServers, chain: Chain, outbox: DemoOutbox): Promise<void> {
  const sns = await snsSender();
  const receivers = { ses: snsReceiver(sns.options) };
  const handler = feedbackHandler({ receivers, store: outbox.feedback });

  await smtp.down();
  const { id, messageId = "" } = await outbox.sendBy(chain);
  await smtp.up();
  const recipient = mail.to;
  const bounce = { type: "bounced", bounce: "hard", recipient, message: id } as const;
  const webhooks = sns.requests([{ ...bounce, providerMessageId: messageId, at: Date.now() }]);
  for (const { headers, body } of webhooks) {
    const url = "https://shop.example.org/feedback/ses";
    const answer = await handler(new Request(url, { method: "POST", headers, body }));
    console.log(`   SNS: ${bold("bounced (hard)")} ${recipient}; the signature is right: ${answer.status}`);
  }
  showRecipients(
    await outbox.sendBy(chain, { ...mail, to: [mail.to, "ben@example.net", "cem@example.net"] }),
  );
  await sns.close();
}

/** Six outcomes of a send, on real sockets, two of them through the outbox, and what comes back later. */
export async function demonstrate(): Promise<void> {
  const servers = await startTestServers();
  console.log(
    `SMTP on ${servers.smtp.host}:${servers.smtp.port} (STARTTLS, login) and SES on ${servers.ses.endpoint}, both on this machine`,
  );

  await scenario(servers, "A", "SMTP works", async (chain) => {
    showDelivery(await chain.send(mail));
  });
  await scenario(servers, "B", "SMTP is down: SES takes it", async (chain) => {
    await servers.smtp.down();
    showDelivery(await chain.send(mail));
    await servers.smtp.up();
  });
  await scenario(
    servers,
    "C",
    "SMTP says there is no such recipient: no other provider is called",
    async (chain) => {
      servers.smtp.script({ rcpt: { reply: "550 5.1.1 no such user here" } });
      showDelivery(await chain.send(mail));
    },
  );
  await scenario(
    servers,
    "D",
    "the acknowledgement is lost: it may have arrived, so it is not sent again",
    async (chain) => {
      servers.smtp.script({ dot: { reset: true } });
      showDelivery(await chain.send(mail));
    },
  );
  await scenario(servers, "E", "both are down", async (chain) => {
    await servers.smtp.down();
    servers.ses.fault({
      error: {
        code: "AccountSendingPausedException",
        message: "Email sending is disabled for this account.",
        status: 400,
      },
    });
    showDelivery(await chain.send(mail));
    await servers.smtp.up();
  });
  await blackholed(servers);

  const outbox = await openDemoOutbox();
  await scenario(servers, "G", "as A, through the outbox: enqueued, then sent by a worker", async (chain) => {
    await outbox.sendBy(chain);
  });
  await scenario(
    servers,
    "H",
    "as B, through the outbox: the row names the provider that delivered",
    async (chain) => {
      await servers.smtp.down();
      await outbox.sendBy(chain);
      await servers.smtp.up();
    },
  );
  await scenario(
    servers,
    "I",
    "a bounce arrives: the next mail to that address is held back, the others go",
    (chain) => bounced(servers, chain, outbox),
  );
  await outbox.close();

  await servers.smtp.close();
  await servers.ses.close();
  console.log(`\n${dim("What each failure leads to: README, “Nine kinds of failure”.")}`);
}
