import { type AcceptedMail, smtpServer } from "@relais/conformance";
import { createChain, type MessageInput } from "@relais/core";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { type AddressObject, type EmailAddress, simpleParser } from "mailparser";
import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import { type HostileMessage, hostileMessage } from "./hostile.ts";

// 1,000,000 of them: FUZZ_CASES=1000000 FUZZ_SEED=…
const cases = Number(process.env.FUZZ_CASES ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_124);
const batch = 200;

const written = new Set([
  "from",
  "to",
  "cc",
  "reply-to",
  "subject",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "x-relais-id",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
  "content-id", // of a mail that is one file with a cid
  "sender",
  "list-unsubscribe",
  "list-id",
]);

/** The header names of a mail, as its first reader would see them. */
function headerNames(data: Buffer): string[] {
  const bytes = data.toString("latin1");
  const block = bytes.slice(0, bytes.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  return block.split("\r\n").map((line) => {
    const name = /^([!-9;-~]+):/.exec(line)?.[1];
    if (name === undefined) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return name.toLowerCase();
  });
}

const reordering = /[\u202a-\u202e\u2066-\u206f]/;

/** Who stands in an address field, as a reader found them. */
interface Seen {
  readonly from: readonly string[];
  readonly shown: readonly string[];
  readonly replyTo: readonly string[];
  readonly texts: readonly string[];
}

function lower(list: readonly (string | undefined)[]): string[] {
  return list.flatMap((one) => (one === undefined || one === "" ? [] : [one.toLowerCase()]));
}

async function byPostalMime(data: Buffer): Promise<Seen> {
  const mail = await PostalMime.parse(data);
  const all = [mail.from, mail.sender, ...(mail.to ?? []), ...(mail.cc ?? []), ...(mail.replyTo ?? [])];
  return {
    from: lower([mail.from?.address]),
    shown: lower([...(mail.to ?? []), ...(mail.cc ?? [])].map(({ address }) => address)),
    replyTo: lower((mail.replyTo ?? []).map(({ address }) => address)),
    texts: [
      mail.subject ?? "",
      ...all.map((one) => one?.name ?? ""),
      ...mail.attachments.map(({ filename }) => filename ?? ""),
    ],
  };
}

async function byMailparser(data: Buffer): Promise<Seen> {
  const mail = await simpleParser(data, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
  const people = (field: AddressObject | AddressObject[] | undefined): EmailAddress[] =>
    [field ?? []].flat().flatMap(({ value }) => value);
  return {
    from: lower(people(mail.from).map(({ address }) => address)),
    shown: lower([...people(mail.to), ...people(mail.cc)].map(({ address }) => address)),
    replyTo: lower(people(mail.replyTo).map(({ address }) => address)),
    texts: [
      mail.subject ?? "",
      ...[mail.from, mail.to, mail.cc, mail.replyTo].flatMap((field) =>
        people(field).map(({ name }) => name),
      ),
      ...mail.attachments.map(({ filename }) => filename ?? ""),
    ],
  };
}

/** As `expect` would say it, at a tenth of the time: there are a million of them. */
function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const isAmong = (list: readonly string[], allowed: readonly string[], what: string): void => {
  const known = new Set(lower(allowed));
  for (const one of lower(list)) check(known.has(one), `unexpected ${what} ${one}`);
};

async function checkMail(given: HostileMessage, mail: AcceptedMail): Promise<void> {
  const own = Object.keys((given.input.headers as object | undefined) ?? {}).map((name) =>
    name.toLowerCase(),
  );
  for (const name of headerNames(mail.data)) {
    check(written.has(name) || own.includes(name), `header ${name} on the wire`);
    check(!name.includes("evil"), `header ${name} on the wire`);
  }
  isAmong(mail.to, given.recipients, "recipient");
  isAmong([mail.from], given.senders, "sender");
  check(!mail.data.includes("root:x:0"), "a file of the machine");
  check(!/(?<!\r)\n|\r(?!\n)/.test(mail.data.toString("latin1")), "a bare CR or LF");
  for (const seen of [await byPostalMime(mail.data), await byMailparser(mail.data)]) {
    check(seen.from.length > 0, "no author");
    isAmong(seen.from, given.authors, "author");
    isAmong(seen.shown, given.shown, "visible recipient");
    isAmong(seen.replyTo, given.replyTo, "reply address");
    for (const text of seen.texts) check(!reordering.test(text), `reordered text ${JSON.stringify(text)}`);
  }
}

test(`${cases} hostile messages: refused with the field, or correct on the wire and for a reader`, {
  timeout: 3_600_000,
}, async () => {
  const server = await smtpServer({ smtpUtf8: true });
  const chain = createChain([smtp({ host: server.host, port: server.port, name: "relais.test" })]);
  let sent = 0;
  let refused = 0;
  for (let i = 0; i < cases; i += batch) {
    const part = fc.sample(hostileMessage, { numRuns: Math.min(batch, cases - i), seed: seed + i });
    const deliveries = await Promise.all(part.map(({ input }) => chain.send(input as MessageInput)));
    // Hostile ids come more than once: what has the same Message-ID is anybody's of that id, each mail once.
    const mails = Map.groupBy(server.accepted, (mail) => mail.messageId);
    let delivered = 0;
    for (const [j, delivery] of deliveries.entries()) {
      const given = part[j] as HostileMessage;
      if (delivery.success) {
        delivered += 1;
        await takeMail(given, mails.get(delivery.messageId) ?? []);
      } else {
        refused += 1;
        expect(delivery.kind, show(given)).toBe("rejected");
        expect(delivery.error, show(given)).toMatch(/^message: [A-Za-z_][^\s:]*: \S/);
        expect(delivery.attempts).toHaveLength(0);
      }
    }
    expect(server.accepted.length).toBe(delivered);
    sent += delivered;
    server.reset();
    (server.accepted as AcceptedMail[]).length = 0;
  }
  await chain.close();
  await server.close();
  // Both ends of the fuzz must have been reached, or it shows nothing.
  expect(sent).toBeGreaterThan(cases / 5);
  expect(refused).toBeGreaterThan(cases / 10);
});

/** Takes the mail that was made of a message out of those that may be it. */
async function takeMail(given: HostileMessage, candidates: AcceptedMail[]): Promise<void> {
  let problem = new Error(`not on the wire: ${show(given)}`);
  for (const [i, mail] of candidates.entries()) {
    try {
      await checkMail(given, mail);
      candidates.splice(i, 1);
      return;
    } catch (error) {
      const bytes = mail.data.toString("latin1").slice(0, 2_000);
      problem = new Error(`${String(error)}\n${show(given)}\n${bytes}`);
    }
  }
  throw problem;
}

const show = ({ input }: HostileMessage): string => JSON.stringify(input);
