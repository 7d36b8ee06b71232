import { smtpServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { compile } from "@relais/mime";
import { type SmtpDkim, smtp } from "@relais/smtp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ed25519Keys, rsaKeys } from "./dkim-keys.ts";
import { type DkimVerdict, dkimVerdicts } from "./dkim-verdict.ts";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

const [rsa, edwards] = [rsaKeys(), ed25519Keys()];
const dkim = { domainName: "relais.test", keySelector: "s1", privateKey: rsa.privateKey };
const second = { ...dkim, keySelector: "s2", privateKey: edwards.privateKey };
const at = (domainName: string): SmtpDkim => ({ ...dkim, domainName });
const dns = Object.fromEntries(
  ["relais.test", "shop.test", "mail.shop.test", "news.test", "xn--bcher-kva.test"].flatMap((domain) => [
    [`s1._domainkey.${domain}`, rsa.publicKey],
    [`s2._domainkey.${domain}`, edwards.publicKey],
  ]),
);

let server: Awaited<ReturnType<typeof smtpServer>>;
beforeAll(async () => {
  server = await smtpServer();
});
afterAll(() => server.close());

/** The mail as the server has it. */
async function arrives(options: SmtpDkim | readonly SmtpDkim[], input: object = {}): Promise<Buffer> {
  server.reset();
  const provider = smtp({ host: server.host, port: server.port, dkim: options });
  const message = await mail(input);
  expect(await provider.send(message, sendContext(message))).toMatchObject({ success: true });
  await provider.close?.();
  return server.accepted[0]?.data ?? Buffer.alloc(0);
}
const verdicts = async (
  options: SmtpDkim | readonly SmtpDkim[],
  input: object = {},
): Promise<DkimVerdict[]> => dkimVerdicts(await arrives(options, input), dns);

test("a signed message verifies, is otherwise the same, and its end still waits for the hand-over", async () => {
  server.reset();
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
  expect(server.sessions.at(-1)?.finalDots).toBe(0);
  open();
  expect(await sending).toMatchObject({ success: true });

  const data = server.accepted[0]?.data ?? Buffer.alloc(0);
  expect(await dkimVerdicts(data, dns)).toMatchObject([
    { result: "pass", domain: "relais.test", selector: "s1", algorithm: "rsa-sha256" },
  ]);
  const { bytes } = await compile(message);
  expect(data.subarray(data.length - bytes.length).equals(bytes)).toBe(true);
  await provider.close?.();
});

test("a second attempt sends the same signature; a message of another provider without DKIM has none", async () => {
  server.reset();
  const signing = smtp({
    host: server.host,
    port: server.port,
    dkim: { ...dkim, skipFields: "message-id:date" },
  });
  const bare = smtp({ host: server.host, port: server.port, dkim: [] });
  const message = await mail();
  for (const provider of [signing, signing, bare]) await provider.send(message, sendContext(message));
  const [first, again, third] = server.accepted.map(({ data }) => data);
  expect(first).toEqual(again);
  const [verdict] = await dkimVerdicts(first ?? Buffer.alloc(0), dns);
  expect(verdict).toMatchObject({ result: "pass" });
  expect(verdict?.signed).not.toContain("message-id");
  expect(third?.includes("DKIM-Signature")).toBe(false);
  await signing.close?.();
  await bare.close?.();
});

const oneClick = {
  "List-Unsubscribe": "<https://relais.test/u/1>",
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
};

test("what mail programs ask to be signed is: RFC 6376, 5.4.1 and RFC 8058, 4", async () => {
  const lists = ["Id", "Help", "Subscribe", "Post", "Owner", "Archive"].map((name) => [
    `List-${name}`,
    "<x:y>",
  ]);
  const [verdict] = await verdicts(dkim, {
    cc: "two@relais.test",
    replyTo: "help@relais.test",
    sender: "office@relais.test",
    inReplyTo: "<1@relais.test>",
    references: ["<0@relais.test>", "<1@relais.test>"],
    headers: { ...oneClick, ...Object.fromEntries(lists), "X-Own": "1" },
  });
  expect(verdict?.result).toBe("pass");
  expect([...(verdict?.signed ?? [])].sort()).toEqual(
    [
      ...["from", "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id"],
      ...["in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"],
      ...lists.map(([name]) => String(name).toLowerCase()),
      ...["mime-version", "content-type", "content-transfer-encoding"],
    ].sort(),
  );
  const [plain] = await verdicts(dkim);
  expect(plain?.signed.filter((name) => /^list-|reply|cc/.test(name))).toEqual([]);
});

test("the names are for you to choose, but From is always signed", async () => {
  const headers = { ...oneClick, "X-Own": "1", "Feedback-ID": "a:b:c:d" };
  const named = async (more: object): Promise<string[]> => {
    const [verdict] = await verdicts({ ...dkim, ...more }, { headers });
    expect(verdict?.result).toBe("pass");
    return [...(verdict?.signed ?? [])];
  };
  expect(await named({ headerFieldNames: "To:X-Own : Subject" })).toEqual([
    "from",
    "from",
    "to",
    "x-own",
    "subject",
  ]);
  expect(await named({ headerFieldNames: "To", extraFields: "feedback-id:x-none" })).toEqual([
    ...["from", "from", "to", "feedback-id"],
  ]);
  const usual = await named({});
  expect(await named({ extraFields: "X-Own:Subject" })).toEqual([...usual, "x-own"]);
  expect(await named({ extraFields: "X-Own", skipFields: "List-Unsubscribe-Post:x-own" })).toEqual(
    usual.filter((name) => name !== "list-unsubscribe-post"),
  );
});

test("another From, or another header on top, breaks it; what is not signed does not", async () => {
  const data = (await arrives([dkim, second], { headers: oneClick })).toString("latin1");
  const results = async (text: string): Promise<string[]> =>
    (await dkimVerdicts(Buffer.from(text, "latin1"), dns)).map(({ result }) => result);
  const swapped = (from: string, to: string): string => {
    expect(data).toContain(from);
    return data.replace(from, to);
  };
  expect(await results(data)).toEqual(["pass", "pass"]);
  expect(await results(`From: ceo@bank.test\r\n${data}`)).toEqual(["fail", "fail"]);
  expect(await results(swapped("=One-Click", "=Two-Clicks"))).toEqual(["fail", "fail"]);
  expect(await results(swapped("Subject: Hello", "Subject: Hallo"))).toEqual(["fail", "fail"]);
  expect(await results(swapped("\r\n\r\nHi", "\r\n\r\nHo"))).not.toContain("pass");
  expect(await results(`Received: from a by b\r\nX-Spam: no\r\n${data}`)).toEqual(["pass", "pass"]);
});

test("Ed25519 signs alone, and beside RSA, in the order of the list", async () => {
  const rsaPass = { result: "pass", algorithm: "rsa-sha256", selector: "s1", domain: "relais.test" };
  const edwardsPass = { ...rsaPass, algorithm: "ed25519-sha256", selector: "s2" };
  expect(await verdicts(second)).toMatchObject([edwardsPass]);
  expect(await verdicts([dkim, second])).toMatchObject([rsaPass, edwardsPass]);
  expect(await verdicts([second, dkim])).toMatchObject([edwardsPass, rsaPass]);
});

test("the domain nearest to the sender signs, and the first where none is near", async () => {
  const all = [at("relais.test"), second, at("shop.test"), at("mail.shop.test"), at("bücher.test")];
  const signers = async (from: string, list: readonly SmtpDkim[] = all): Promise<string> => {
    const found = await verdicts(list, { from });
    expect(found.map(({ result }) => result)).toEqual(found.map(() => "pass"));
    return found.map(({ domain, selector }) => `${selector}.${domain}`).join(" ");
  };
  expect(await signers("a@relais.test")).toBe("s1.relais.test s2.relais.test");
  expect(await signers("A <a@SHOP.test>")).toBe("s1.shop.test");
  expect(await signers("a@mail.shop.test")).toBe("s1.mail.shop.test");
  expect(await signers("a@deep.mail.shop.test")).toBe("s1.mail.shop.test");
  expect(await signers("a@news.shop.test")).toBe("s1.shop.test");
  expect(await signers("a@bücher.test")).toBe("s1.xn--bcher-kva.test");
  // Not a domain below, though it ends alike.
  expect(await signers("a@workshop.test")).toBe("s1.relais.test s2.relais.test");
  expect(await signers("a@elsewhere.test")).toBe("s1.relais.test s2.relais.test");
  // DMARC takes a signature of a domain below the sender's, too.
  expect(await signers("a@shop.test", [at("news.test"), at("mail.shop.test")])).toBe("s1.mail.shop.test");
});

test("the headers of one-click unsubscribe are signed, both of them (RFC 8058, 4), and what changes one breaks the signature", async () => {
  server.reset();
  const secret = "a secret of some length";
  const chain = createChain([smtp({ host: server.host, port: server.port, dkim })], {
    unsubscribe: { secret },
  });
  const url = "https://relais.test/unsubscribe";
  const unsubscribe = { url, stream: "news", mailto: "unsubscribe@relais.test" };
  const news = { from: "news@relais.test", to: "one@relais.test", subject: "News", text: "News" };
  expect(await chain.send({ ...news, unsubscribe })).toMatchObject({ success: true });
  await chain.close();
  const data = server.accepted[0]?.data ?? Buffer.alloc(0);
  const unfolded = data.toString().replaceAll(/\r\n[ \t]+/g, " ");
  expect(unfolded).toMatch(
    /^List-Unsubscribe: <https:\/\/relais\.test\/unsubscribe\?token=[\w-]+>, <mailto:unsubscribe@relais\.test\?subject=[\w-]+>$/m,
  );
  expect(unfolded).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
  const [verdict] = await dkimVerdicts(data, dns);
  expect(verdict?.result).toBe("pass");
  expect(verdict?.signed).toEqual(expect.arrayContaining(["list-unsubscribe", "list-unsubscribe-post"]));
  for (const [from, to] of [
    ["relais.test/unsubscribe", "evil.test/unsubscribe"],
    ["List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Click"],
  ] as const) {
    const [broken] = await dkimVerdicts(Buffer.from(data.toString().replace(from, to)), dns);
    expect(broken?.result).not.toBe("pass");
  }
});
