import { compile } from "@relais/mime";
import { expect, test } from "vitest";
import { context, letter, parcel } from "./context.ts";
import { pair } from "./sandbox.ts";

test("SES gets the bytes that were compiled once, whatever they are", async () => {
  const { server, provider } = await pair();
  const message = await letter({
    text: "ä € 🙂 %25+&=\r\nend",
    attachments: [{ filename: "ü.bin", content: Buffer.from([0, 255, 13, 10, 38]) }],
  });
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect(server.accepted[0]?.raw.equals((await compile(message)).bytes)).toBe(true);
});

test("a blind copy stands in the destinations and nowhere in the message", async () => {
  const { server, provider } = await pair();
  const message = await letter({ bcc: "eve@example.net" });
  const outcome = await provider.send(message, context(message));
  expect(outcome).toMatchObject({ accepted: ["bob@example.org", "eve@example.net"] });
  expect(server.accepted[0]?.destinations).toEqual(["bob@example.org", "eve@example.net"]);
  expect(server.accepted[0]?.raw.toString("latin1")).not.toMatch(/^bcc:|eve@/im);
});

test("the envelope of the attempt counts, not the headers", async () => {
  const { server, provider } = await pair();
  const message = await letter({ to: ["bob@example.org", "cid@example.org"], bcc: "eve@example.net" });
  const outcome = await provider.send(
    message,
    context(message, { from: "bounces@example.com", to: ["cid@example.org"] }),
  );
  expect(outcome).toMatchObject({ accepted: ["cid@example.org"], rejected: [] });
  expect(server.accepted[0]).toMatchObject({
    source: "bounces@example.com",
    destinations: ["cid@example.org"],
  });
});

test("the null sender is refused before the wire", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  expect(await provider.send(message, context(message, { from: "" }))).toMatchObject({ kind: "refused" });
  expect(server.connections).toBe(0);
});

test("configuration set and tags arrive, and a message's own tag wins", async () => {
  const { server, provider } = await pair(
    { configurationSet: "news", tags: { team: "growth", kind: "all" } },
    { configurationSets: ["news"] },
  );
  const message = await letter({ tags: { kind: "welcome", "a b": "Größe 7.5" } });
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect(server.accepted[0]).toMatchObject({
    configurationSetName: "news",
    // SES takes letters, digits, _ and - alone.
    tags: { team: "growth", kind: "welcome", a_b: "Gr__e_7_5" },
  });
});

test("without a configuration set none is sent, and no tag but the message's id", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  await provider.send(message, context(message));
  expect(server.accepted[0]?.configurationSetName).toBeUndefined();
  expect(server.accepted[0]?.tags).toEqual({ relais_id: message.id });
});

test("the message's id stands beside as many tags as there may be", async () => {
  const many = (name: string) =>
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${name}${i}`, "x"]));
  const { server, provider } = await pair({ tags: many("of-all") });
  const message = await letter({ tags: many("own") });
  await provider.send(message, context(message));
  const tags = server.accepted[0]?.tags ?? {};
  expect(Object.keys(tags)).toHaveLength(50);
  expect(tags).toMatchObject({ relais_id: message.id, own0: "x", own48: "x" });
  expect(server.accepted[0]?.raw.toString()).toContain(`X-Relais-Id: ${message.id}`);
  const off = { ...message, correlation: false } as const;
  await provider.send(off, context(off));
  expect(server.accepted[1]?.tags).not.toHaveProperty("relais_id");
  expect(server.accepted[1]?.raw.toString()).not.toContain("X-Relais-Id");
});

test("the ARNs of sending authorization arrive", async () => {
  const arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com";
  const { server, provider } = await pair({ fromArn: arn, sourceArn: arn, returnPathArn: arn });
  let seen: unknown;
  server.fault(({ parameters }) => {
    seen = ["FromArn", "SourceArn", "ReturnPathArn"].map((name) => parameters.get(name));
    return undefined;
  });
  const message = await letter();
  await provider.send(message, context(message));
  expect(seen).toEqual([arn, arn, arn]);
});

test("exactly 10 MB in base64 go out, and one byte more does not", async () => {
  const { server, provider } = await pair();
  // A text of ASCII lines of 70 characters and CRLF is sent as it is, so that bytes can be added one by one.
  const limit = (10 * 1024 * 1024 * 3) / 4;
  const lines = (bytes: number): string => `${"x".repeat(70)}\n`.repeat(bytes / 72) + "x".repeat(bytes % 72);
  const sized = async (bytes: number) => letter({ text: lines(bytes) });
  const near = await sized(limit - 5_000);
  const overhead = (await compile(near)).bytes.length - (limit - 5_000);
  const fits = await sized(limit - overhead);
  expect((await compile(fits)).bytes.length).toBe(limit);
  const tooBig = await sized(limit - overhead + 1);
  expect((await compile(tooBig)).bytes.length).toBe(limit + 1);
  expect(await provider.send(tooBig, context(tooBig))).toMatchObject({
    kind: "refused",
    reason: /too large/,
  });
  expect(server.requests).toHaveLength(0);
  expect((await provider.send(fits, context(fits))).success).toBe(true);
  expect(server.accepted[0]?.raw.length).toBe(limit);
});

test("50 messages at once do not mix", async () => {
  const { server, provider } = await pair();
  const sent = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const message = await letter({
        to: `r${i}@example.org`,
        text: `for number ${i}.`,
        tags: { n: String(i) },
      });
      const given = context(message);
      const outcome = await provider.send(message, given);
      expect(given.handOvers).toBe(1);
      return outcome;
    }),
  );
  expect(server.accepted).toHaveLength(50);
  for (const [i, outcome] of sent.entries()) {
    const mail = server.accepted.find((each) => outcome.success && each.messageId === outcome.messageId);
    expect(mail).toMatchObject({ destinations: [`r${i}@example.org`], tags: { n: String(i) } });
    expect(mail?.raw.toString()).toContain(`for number ${i}.`);
  }
});

test("no more connections than maxConnections, and heavy messages go few at a time", async () => {
  const { server, provider } = await pair({ maxConnections: 3, maxBytesUnderWay: 1_000_000 });
  let now = 0;
  let most = 0;
  const watch = async (make: () => Promise<Awaited<ReturnType<typeof letter>>>): Promise<void> => {
    const message = await make();
    const given = context(message, {
      onHandOver: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 30));
        now -= 1;
      },
    });
    expect((await provider.send(message, given)).success).toBe(true);
  };
  await Promise.all(Array.from({ length: 9 }, () => watch(letter)));
  expect(most).toBe(3);
  expect(server.connections).toBe(3);
  most = 0;
  await Promise.all(Array.from({ length: 4 }, () => watch(() => parcel(600_000))));
  expect(most).toBe(1);
});
