// Sends mails by one library, as its parent says: a process of its own. Its types are stripped before it starts, so that
// no compiler is in the memory and the time that are measured.
import type { Done, Job, Library, Mail, Sender } from "./library.ts";

const { library } = (await import(process.argv[2] ?? "")) as { library: Library };
const load = <Module>(name: string): Promise<Module> => import(name);
let sender: Sender | undefined;
let number = 0;

const row = (n: number): string =>
  `<tr><td style="padding:4px 8px">${n} x article ${n * 7919}</td><td align="right">${n * 3}.${n % 90} EUR</td></tr>\n`;

/** A line of text and 2 KB of HTML. */
function compose(n: number): Mail {
  const rows = Array.from({ length: 22 }, (_, i) => row(n + i + 10)).join("");
  return {
    from: "Shop <shop@example.org>",
    to: `customer-${n}@example.net`,
    subject: `Your order ${n}`,
    text: `Your order ${n} is on its way.\n`,
    html: `<p>Your order ${n} is on its way.</p>\n<table width="600">\n${rows}</table>\n`,
  };
}

async function work({ target, atOnce, mails = Number.POSITIVE_INFINITY, forMs, fresh }: Job): Promise<Done> {
  if (fresh) {
    await sender?.close();
    sender = undefined;
  }
  const before = performance.now();
  sender ??= await library.make(target, load);
  const { send } = sender;
  const ms: number[] = [];
  let firstMs = 0;
  let delivered = 0;
  let begun = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + (forMs ?? Number.POSITIVE_INFINITY);
  const sendOneAfterAnother = async (): Promise<void> => {
    while (begun < mails && performance.now() < end) {
      begun += 1;
      number += 1;
      const began = performance.now();
      const taken = await send(compose(number)).catch(() => false);
      const now = performance.now();
      ms.push(now - began);
      if (!taken) continue;
      delivered += 1;
      if (firstMs === 0) firstMs = now - before;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendOneAfterAnother));
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const { rss } = process.memoryUsage();
  return { ms, delivered, wallMs, cpuUs: user + system, firstMs, rss };
}

process.on("message", (job: Job) => {
  work(job).then(
    (done) => process.send?.({ done }),
    (error: Error) => process.send?.({ error: error.stack }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
