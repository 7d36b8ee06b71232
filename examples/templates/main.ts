// Templates of three engines, rendered before they are enqueued: what is stored is the mail, not what it is made of.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox, createWorker } from "@relais/outbox";
import { captureChain } from "@relais/testing";
import juice from "juice";
import { type MessageInput, withText } from "relais";
import { wordsIn } from "./languages.ts";
import { resetMail as byHandlebars } from "./with-handlebars.ts";
import { resetMail as byMjml } from "./with-mjml.ts";
import { resetMail as byReactEmail } from "./with-react-email.ts";

/** Puts the CSS of style sheets where Outlook reads it, and makes the text: for every mail of this application. */
const prepare = (mail: MessageInput) =>
  withText(typeof mail.html === "string" ? { ...mail, html: juice(mail.html) } : mail);

const folder = mkdtempSync(join(tmpdir(), "templates-"));
const outbox = await createOutbox({ folder, from: "Boutique <shop@example.org>", prepare });
const chain = captureChain(); // in the place of the providers
const worker = createWorker(outbox, chain);

const link = "https://shop.example/reset?token=t0k3n&lang=x";
const people = [
  { make: byReactEmail, name: "Ann <3", locale: "en-GB" },
  { make: byMjml, name: "Jörg & Söhne", locale: "de-CH" },
  { make: byHandlebars, name: "Zoë", locale: "fr" },
];
for (const { make, name, locale } of people) {
  const to = { name, address: `${locale}@example.net` };
  await outbox.enqueue(await make(to, wordsIn(locale), link));
}

await worker.start();
for (const { locale } of people) {
  const mail = await chain.next({ to: `${locale}@example.net` }, 20_000);
  console.log(`${mail.subject} | ${mail.text.replaceAll(/\s+/g, " ")}`);
  console.log(mail.links.join(" "), mail.html.includes('style="color: #17693b;"') ? "inlined" : "");
}
await worker.stop();
await outbox.close();
rmSync(folder, { recursive: true, force: true });
