import { blackhole } from "@relais/conformance";
import type { Chain } from "relais";
import { chainTo, type FarEnds, mail, startFarEnds } from "./far-ends.ts";
import { bold, dim, showDelivery } from "./show.ts";
import { openPost } from "./through-outbox.ts";

function title(letter: string, what: string): void {
  console.log(`\n${bold(`${letter}) ${what}`)}`);
}

function copies({ smtp, ses }: FarEnds): void {
  console.log(dim(`   really accepted: ${smtp.accepted.length} by SMTP, ${ses.accepted.length} by SES`));
}

/** Runs one scenario with a new chain, so that no breaker state is left from the one before. */
async function scenario(
  ends: FarEnds,
  letter: string,
  what: string,
  run: (chain: Chain) => Promise<void>,
): Promise<void> {
  title(letter, what);
  ends.smtp.script({});
  ends.ses.fault();
  ends.smtp.reset();
  ends.ses.reset();
  const chain = chainTo(ends);
  await run(chain);
  copies(ends);
  await chain.close();
}

function p50(times: readonly number[]): string {
  const middle = [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  return middle === undefined ? "-" : `${middle.toFixed(1)} ms`;
}

async function blackholed(ends: FarEnds): Promise<void> {
  title("F", "SMTP swallows every connection, 50 mails: the breaker opens");
  ends.ses.fault();
  ends.ses.reset();
  const hole = await blackhole();
  const chain = chainTo(ends, hole.port, 250);
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < 50; i++) {
    const began = performance.now();
    const delivery = await chain.send(mail);
    const asked = delivery.attempts.some(({ provider, skipped }) => provider === "SMTP" && !skipped);
    (asked ? before : after).push(performance.now() - began);
  }
  const state = chain.links[0]?.status().breaker?.state ?? "none";
  console.log(`   SMTP's breaker: ${bold(state)}; all 50 went by SES: ${ends.ses.accepted.length === 50}`);
  console.log(`   p50 of ${before.length} mails while SMTP was still asked: ${bold(p50(before))}`);
  console.log(`   p50 of ${after.length} mails with the breaker open: ${bold(p50(after))}`);
  await chain.close();
  await hole.close();
}

/** Six outcomes of a send, on real sockets, and two of them through the outbox. */
export async function demonstrate(): Promise<void> {
  const ends = await startFarEnds();
  console.log(
    `SMTP on ${ends.smtp.host}:${ends.smtp.port} (STARTTLS, login) and SES on ${ends.ses.endpoint}, both on this machine`,
  );

  await scenario(ends, "A", "SMTP works", async (chain) => {
    showDelivery(await chain.send(mail));
  });
  await scenario(ends, "B", "SMTP is down: SES takes it", async (chain) => {
    await ends.smtp.down();
    showDelivery(await chain.send(mail));
    await ends.smtp.up();
  });
  await scenario(ends, "C", "SMTP says there is no such recipient: nobody else is asked", async (chain) => {
    ends.smtp.script({ rcpt: { reply: "550 5.1.1 no such user here" } });
    showDelivery(await chain.send(mail));
  });
  await scenario(
    ends,
    "D",
    "the acknowledgement is lost: nobody knows, so it is not sent again",
    async (chain) => {
      ends.smtp.script({ dot: { reset: true } });
      showDelivery(await chain.send(mail));
    },
  );
  await scenario(ends, "E", "both are down", async (chain) => {
    await ends.smtp.down();
    ends.ses.fault({
      error: {
        code: "AccountSendingPausedException",
        message: "Email sending is disabled for this account.",
        status: 400,
      },
    });
    showDelivery(await chain.send(mail));
    await ends.smtp.up();
  });
  await blackholed(ends);

  const post = await openPost();
  await scenario(ends, "G", "as A, through the outbox: written down, then sent by a worker", (chain) =>
    post.sendBy(chain),
  );
  await scenario(ends, "H", "as B, through the outbox: the row says who really delivered", async (chain) => {
    await ends.smtp.down();
    await post.sendBy(chain);
    await ends.smtp.up();
  });
  await post.close();

  await ends.smtp.close();
  await ends.ses.close();
  console.log(`\n${dim("What follows from which failure: README, “Nine kinds of failure”.")}`);
}
