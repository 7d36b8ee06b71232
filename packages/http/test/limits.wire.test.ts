import { createChain } from "@relais/core";
import { describe, expect, test } from "vitest";
import { apiServer, type Received } from "./api-server.ts";
import { vendors } from "./vendors.ts";

const people = (count: number, at: string) => Array.from({ length: count }, (_, i) => `r${i}@${at}.example`);
const addresses = (body: Buffer, at: string) => [
  ...new Set(body.toString().match(new RegExp(`r\\d+@${at}\\.example`, "g")) ?? []),
];

describe.each(vendors)("$name in a chain", (vendor) => {
  const send = async (message: object) => {
    const server = await apiServer(() => vendor.success);
    const provider = vendor.make({ endpoint: server.endpoint });
    const chain = createChain([provider], { limits: { maxRecipients: 10_000 } });
    const delivery = await chain.send({ from: "shop@example.com", subject: "s", text: "t", ...message });
    await chain.close();
    return { delivery, provider, requests: server.requests as readonly Received[] };
  };

  test("takes more recipients than the API does, in several requests, each for its own only", async () => {
    const to = people(2 * vendor.maxRecipients + 1, "to");
    const { delivery, requests, provider } = await send({ to });
    expect(delivery).toMatchObject({ success: true, accepted: to });
    expect(requests.map(({ body }) => addresses(body, "to").length)).toEqual([
      vendor.maxRecipients,
      vendor.maxRecipients,
      1,
    ]);
    expect(requests.flatMap(({ body }) => addresses(body, "to")).sort()).toEqual([...to].sort());
    expect(provider.limits?.maxRecipients).toBe(vendor.maxRecipients);
  });

  test("those in To and Cc see each other; nobody who is hidden is shown to another", async () => {
    const [to, cc] = [people(2, "to"), people(1, "cc")];
    const bcc = people(vendor.maxRecipients, "bcc");
    const { delivery, requests } = await send({ to, cc, bcc });
    expect(delivery).toMatchObject({ success: true });
    const [first, ...rest] = requests;
    expect(addresses(first!.body, "to")).toEqual(to);
    expect(addresses(first!.body, "cc")).toEqual(cc);
    expect(addresses(first!.body, "bcc")).toHaveLength(vendor.maxRecipients - 3);
    expect(rest.map(({ body }) => addresses(body, "bcc").length)).toEqual([1, 1, 1]);
    for (const { body } of rest) expect([...addresses(body, "to"), ...addresses(body, "cc")]).toEqual([]);
    expect(requests.flatMap(({ body }) => addresses(body, "bcc")).sort()).toEqual([...bcc].sort());
  });

  test("a mail for hidden recipients alone goes to each by himself", async () => {
    const bcc = people(3, "bcc");
    const { delivery, requests } = await send({ bcc });
    expect(delivery).toMatchObject({ success: true, accepted: bcc });
    expect(requests.map(({ body }) => addresses(body, "bcc"))).toEqual(bcc.map((address) => [address]));
  });

  test("is passed over where the message is over its bounds", async () => {
    const { delivery, requests } = await send({
      to: people(1, "to"),
      attachments: [{ filename: "a.pdf", content: Buffer.alloc(40 * 1024 * 1024 - 10) }],
    });
    expect(requests).toEqual([]);
    expect(delivery.attempts).toMatchObject([{ kind: "refused", code: "over-limit", skipped: true }]);
    expect(delivery).toMatchObject({ error: expect.stringMatching(/^[A-Z]+: message too large: at least/) });
  });
});

test.each([
  ["resend", "a.exe", false],
  ["resend", "a.zip", true],
  ["postmark", "a.vba", false],
  ["postmark", "a.js", true],
  ["sendgrid", "a.exe", true],
  ["mailgun", "a.exe", true],
  ["brevo", "a.exe", false],
  ["brevo", "a.PDF", true],
])("%s and %s: taken is %s", async (name, filename, isTaken) => {
  const vendor = vendors.find((one) => one.name === name)!;
  const server = await apiServer(() => vendor.success);
  const chain = createChain([vendor.make({ endpoint: server.endpoint })]);
  const content = Buffer.from("x");
  const message = {
    from: "shop@example.com",
    to: "r0@to.example",
    text: "t",
    attachments: [{ filename, content }],
  };
  const delivery = await chain.send(message);
  await chain.close();
  expect(delivery.success).toBe(isTaken);
  expect(server.requests).toHaveLength(isTaken ? 1 : 0);
});
