import { describe, expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

const people = {
  to: ["Bob <bob@example.org>", "cyd@example.org"],
  cc: "dan@example.org",
  bcc: ["eve@example.org", "fay@example.org"],
};

describe.each(vendors)("$name", (vendor) => {
  const wire = async (to?: readonly string[], more = {}) => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage({ ...people, ...more });
    const parts = to === undefined ? {} : { to };
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message, parts));
    return { outcome, server, text: server.requests[0]?.body.toString() ?? "" };
  };

  test("an attempt for some names nobody else, anywhere", async () => {
    const { outcome, text } = await wire(["cyd@example.org", "fay@example.org"]);
    expect(outcome).toMatchObject({ success: true, accepted: ["cyd@example.org", "fay@example.org"] });
    expect(text).toContain("cyd@example.org");
    expect(text).toContain("fay@example.org");
    expect(text).not.toMatch(/bob@|dan@|eve@/);
  });

  test("when nobody of To is left, those in Cc stand there", async () => {
    const { outcome, text } = await wire(["dan@example.org", "eve@example.org"]);
    expect(outcome).toMatchObject({ success: true });
    expect(text).toContain("dan@example.org");
    expect(text).not.toMatch(/bob@|cyd@|fay@/);
    expect(text).not.toMatch(/"cc"|"Cc"/);
  });

  test("a hidden recipient who is alone may be shown to himself", async () => {
    const { outcome, text } = await wire(["eve@example.org"]);
    expect(outcome).toMatchObject({ success: true, accepted: ["eve@example.org"] });
    expect(text).not.toMatch(/bob@|cyd@|dan@|fay@/);
    expect(text).not.toMatch(/bcc/i);
  });

  test("several hidden ones alone are refused: one would be shown to the other", async () => {
    const { outcome, server } = await wire(["eve@example.org", "fay@example.org"]);
    expect(outcome).toMatchObject({ kind: "refused" });
    expect(server.connections()).toBe(0);
  });

  test("who is in the envelope only is hidden", async () => {
    const envelope = { from: "ann@example.com", to: ["bob@example.org", "gil@example.org"] };
    const { outcome, server, text } = await wire(undefined, { envelope });
    expect(outcome).toMatchObject({ success: true });
    expect(text).not.toMatch(/cyd@|dan@|eve@|fay@/);
    const { json } = server.requests[0]!;
    const hidden =
      json.bcc ??
      json.Bcc ??
      (json.personalizations as { bcc?: unknown }[] | undefined)?.[0]?.bcc ??
      /name="bcc"\r\n\r\n(.*)/.exec(text)?.[1];
    expect(JSON.stringify(hidden)).toContain("gil@example.org");
  });

  test("more recipients than are taken at once are refused before the wire", async () => {
    const to = Array.from({ length: vendor.maxRecipients + 1 }, (_, i) => `r${i}@example.org`);
    const server = await apiServer(() => vendor.success);
    const provider = vendor.make({ endpoint: server.endpoint });
    const message = await sampleMessage();
    const shown = ["bob@example.org", ...to];
    const many = context(message, { to: shown.slice(0, -1) });
    const outcome = await provider.send(message, many);
    const reason = `${vendor.maxRecipients + 1} recipients; at most ${vendor.maxRecipients} are taken at once`;
    expect(outcome).toMatchObject({ kind: "refused", reason });
    expect([many.handOvers, server.connections()]).toEqual([0, 0]);
    const most = context(message, { to: shown.slice(0, vendor.maxRecipients) });
    expect(await provider.send(message, most)).toMatchObject({ success: true });
  });

  test("a message without a body is one with an empty body", async () => {
    const { outcome } = await wire(undefined, { text: undefined, html: undefined, attachments: undefined });
    expect(outcome).toMatchObject({ success: true });
  });

  test("a message that is too large is refused before the wire", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage({
      attachments: [{ filename: "a", content: Buffer.alloc(31 * 1024 * 1024) }],
    });
    const given = context(message);
    const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, given);
    expect(outcome).toMatchObject({ kind: "refused", reason: expect.stringContaining("bytes") });
    expect([given.handOvers, server.connections()]).toEqual([0, 0]);
  });
});

describe("recipients of whom the vendor speaks", () => {
  const [, postmark] = vendors;
  const three = { to: ["bob@example.org", "cyd@example.org", "dan@example.org"] };

  test("Postmark takes a message for some: the inactive ones are rejected", async () => {
    const Message =
      "Message OK, but will not deliver to these inactive addresses: Cyd@example.org, bob@example.org. Inactive recipients are ones that have generated a hard bounce.";
    const { body } = postmark!.success as { body: object };
    const server = await apiServer(() => ({ status: 200, body: { ...body, Message } }));
    const message = await sampleMessage({ to: ["bob@example.org", "Cyd@example.org", "dan@example.org"] });
    const outcome = await postmark!.make({ endpoint: server.endpoint }).send(message, context(message));
    expect(outcome).toMatchObject({
      success: true,
      accepted: ["dan@example.org"],
      rejected: [
        { address: "bob@example.org", failure: { kind: "rejected", code: "406" } },
        { address: "Cyd@example.org", failure: { kind: "rejected", code: "406" } },
      ],
    });
  });

  test("Postmark's no to one of several gives up that one only", async () => {
    const Message =
      "You tried to send to a recipient that is inactive. Found inactive addresses: cyd@example.org.";
    const server = await apiServer(({ body }) =>
      body.includes("cyd@") ? { status: 422, body: { ErrorCode: 406, Message } } : postmark!.success,
    );
    const message = await sampleMessage(three);
    const outcome = await postmark!.make({ endpoint: server.endpoint }).send(message, context(message));
    expect(outcome).toMatchObject({
      success: true,
      accepted: ["bob@example.org", "dan@example.org"],
      rejected: [{ address: "cyd@example.org", failure: { kind: "rejected", code: "422 406" } }],
    });
  });

  test("Postmark's no without a name gives up nobody", async () => {
    const server = await apiServer(() => ({ status: 422, body: { ErrorCode: 406, Message: "inactive" } }));
    const message = await sampleMessage(three);
    const outcome = await postmark!.make({ endpoint: server.endpoint }).send(message, context(message));
    expect(outcome).toMatchObject({ kind: "refused", code: "422 406" });
    expect(outcome).not.toHaveProperty("rejected");
  });
});

describe("the idempotency key", () => {
  const [resend, , , , brevo] = vendors;
  const keys = async (vendor: typeof resend, tries: readonly (readonly string[] | undefined)[]) => {
    const server = await apiServer(() => ({ status: 500 }));
    const provider = vendor!.make({ endpoint: server.endpoint });
    const message = await sampleMessage({ to: ["bob@example.org", "cyd@example.org"] });
    for (const to of tries) await provider.send(message, context(message, to === undefined ? {} : { to }));
    return server.requests.map(
      ({ headers, json }) =>
        headers["idempotency-key"] ?? (json.headers as Record<string, string>).idempotencyKey,
    );
  };

  test.each([resend, brevo])("$name: the message's id, the same on each try", async (vendor) => {
    expect(await keys(vendor, [undefined, undefined])).toEqual(["order-1", "order-1"]);
  });

  test.each([resend, brevo])("$name: one of its own for a part of the recipients", async (vendor) => {
    const [first, again, other] = await keys(vendor, [
      ["bob@example.org"],
      ["bob@example.org"],
      ["cyd@example.org"],
    ]);
    expect(first).toMatch(/^order-1\/[0-9a-f]{16}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
