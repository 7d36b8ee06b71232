import { readFileSync } from "node:fs";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { type Chain, createChain, link } from "@relais/core";
import { relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import { createTransport, type SendMailOptions } from "nodemailer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AnyTransporter, calls, refusals } from "./documented-calls.ts";
import { differences, otherBytes } from "./documented-differences.ts";
import { examples } from "./documented-examples.ts";
import { type Sources, sources } from "./documented-sources.ts";

let at: Sources;
let own: SmtpServer;
let ours: SmtpServer;
beforeAll(async () => {
  at = await sources();
});
afterAll(() => at[Symbol.asyncDispose]());

const open: AnyTransporter[] = [];
beforeEach(async () => {
  [own, ours] = await Promise.all([smtpServer({ smtpUtf8: true }), smtpServer({ smtpUtf8: true })]);
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await Promise.all([own.close(), ours.close()]);
});

const chainTo = ({ host, port }: SmtpServer): Chain =>
  createChain([link(smtp({ host, port, requireTLS: false }))]);

/** nodemailer's own transport: a pool, which has events. */
function ownTransporter(defaults: SendMailOptions = {}): AnyTransporter {
  const { host, port } = own;
  const made = createTransport({ host, port, ignoreTLS: true, pool: true }, defaults as object);
  open.push(made);
  return made;
}

/** The chain in its place. */
function chainTransporter(defaults: SendMailOptions = {}): AnyTransporter {
  const made = createTransport(relaisTransport(chainTo(ours)), defaults as object);
  open.push(made as unknown as AnyTransporter);
  return made as unknown as AnyTransporter;
}

/** A mail without what nodemailer makes anew for each, and nothing else. */
function settled(data: Buffer): string {
  return data
    .toString("latin1")
    .replaceAll(/--_NmP-[0-9a-f]+-Part_\d+/g, "--BOUNDARY")
    .replaceAll(/^Date: \w+, \d+ \w+ \d{4} \d\d:\d\d:\d\d \+0000\r$/gm, (line) =>
      line.includes("24 Nov 2026 10:00:00") ? line : "Date: …",
    )
    .replaceAll(/<[0-9a-f-]{36}@example\.com>/g, "<id>")
    .replaceAll(/cid:[0-9a-f]+@[\w.-]+/g, "cid:…")
    .replaceAll(/^Content-ID: <[0-9a-f]+@[\w.-]+>/gm, "Content-ID: …");
}

interface Kept {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** What a server kept; mails sent at once come in any order. */
const kept = (server: SmtpServer): Kept[] =>
  server.accepted
    .map(({ from, to, data }) => ({ from, to, data: settled(data) }))
    .sort((a, b) => `${a.to}`.localeCompare(`${b.to}`));

describe("a documented mail arrives by the chain as by nodemailer itself, byte for byte", () => {
  test.each(examples)("$page: $what", async ({ mail }) => {
    const expected = await ownTransporter().sendMail(mail(at));
    const info = await chainTransporter().sendMail(mail(at));
    expect(kept(ours)).toEqual(kept(own));
    expect(kept(ours)).toHaveLength(1);
    const { accepted, rejected, envelope } = info;
    expect({ accepted, rejected, envelope }).toEqual({
      accepted: expected.accepted,
      rejected: expected.rejected,
      envelope: expected.envelope,
    });
    // Each names the mail as its bytes do.
    expect(info.messageId).toBe(ours.accepted[0]?.messageId);
    const given = /^<(?:own|raw|eml)@example\.com>$/;
    expect(given.test(info.messageId)).toBe(given.test(own.accepted[0]?.messageId ?? ""));
  });
});

describe("a documented call comes to the same", () => {
  test.each(calls)("$page: $what", async ({ defaults, run }) => {
    const expected = await run(ownTransporter(defaults), at);
    expect(await run(chainTransporter(defaults), at)).toEqual(expected);
    expect(kept(ours)).toEqual(kept(own));
  });

  test.each(refusals)("$page: $what", async ({ rcpt, run }) => {
    for (const server of [own, ours]) {
      server.script({
        rcpt: ({ address = "" }) => (rcpt[address] === undefined ? undefined : { reply: rcpt[address] }),
      });
    }
    const expected = await run(ownTransporter(), at);
    expect(await run(chainTransporter(), at)).toEqual(expected);
    expect(kept(ours)).toEqual(kept(own));
  });
});

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8").replace(/\s+/g, " ");

describe("the calls that end differently are listed, and named in the README", () => {
  test.each(differences)(
    "$page: $what",
    async ({ quote, run, down, own: expected, ours: expectedOfChain }) => {
      if (down) await Promise.all([own.down(), ours.down()]);
      expect(await run(ownTransporter(), at)).toEqual(expected);
      expect(await run(chainTransporter(), at)).toEqual(expectedOfChain);
      expect(readme.includes(quote), "the README says so").toBe(true);
    },
  );

  test.each(otherBytes)("$page: $what", async (one) => {
    const { host, port } = own;
    const plain = createTransport({ host, port, ignoreTLS: true, ...one.options });
    await plain.sendMail(one.mail);
    await createTransport({ ...relaisTransport(chainTo(ours)), ...one.options }).sendMail(one.mail);
    const arrived = [own, ours].map(({ accepted }) => one.look.test(accepted[0]?.data.toString() ?? ""));
    expect(arrived).toEqual([one.own, one.ours]);
    expect(readme.includes(one.quote), "the README says so").toBe(true);
  });
});
