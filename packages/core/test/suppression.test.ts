import {
  breaker,
  createChain,
  type Delivery,
  link,
  memorySuppression,
  type RelaisEvent,
  type SuppressionList,
  suppressionKey,
  suppressionReasons,
} from "@relais/core";
import { createMessage } from "@relais/core/spi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manualClock } from "./manual-clock.ts";
import { accept, fail, scripted } from "./scripted-provider.ts";

const addresses = [
  "to1@example.org",
  "to2@example.org",
  "cc@example.org",
  "bcc1@example.org",
  "bcc2@example.org",
];
const [to1, to2, cc, bcc1, bcc2] = addresses as [string, string, string, string, string];
const mail = { from: "shop@example.org", to: [to1, to2], cc, bcc: [bcc1, bcc2], subject: "s", text: "t" };

const unreadable: SuppressionList = {
  check: () => Promise.reject(new Error(`postgres://me:${"hidden"}@db`)),
};

function rejectionOf(delivery: Delivery, address: string) {
  return delivery.rejected.find((one) => one.address === address)?.failure;
}

describe("recipients on the list", () => {
  test.each(addresses)("%s gets nothing, and the other four do", async (address) => {
    const provider = scripted("P", accept());
    const chain = createChain([link(provider)], {
      suppression: memorySuppression([{ address: address.toUpperCase(), reason: "bounced", since: 0 }]),
    });
    const delivery = await chain.send(mail);
    expect(delivery).toMatchObject({ status: "partial", kind: "rejected" });
    expect(provider.calls.flat()).toEqual(addresses.filter((one) => one !== address));
    expect(rejectionOf(delivery, address)).toMatchObject({
      kind: "rejected",
      code: "suppressed",
      reason: "suppressed: bounced, since 1970-01-01T00:00:00.000Z",
    });
    expect(delivery.failures).toHaveLength(1);
  });

  test("if all are, the message is rejected and no provider is asked", async () => {
    const events: RelaisEvent[] = [];
    const provider = scripted("P", accept());
    const chain = createChain([link(provider), link(scripted("Q", accept()))], {
      suppression: { list: memorySuppression(addresses) },
      observers: [(event) => events.push(event)],
    });
    const delivery = await chain.send(mail);
    expect(delivery).toMatchObject({ status: "failed", kind: "rejected", attempts: [] });
    expect(delivery.rejected).toHaveLength(5);
    expect(delivery.error).toBe("suppression: 5 recipients are suppressed: manual");
    expect(provider.calls).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["delivery-start", "suppressed", "delivery"]);
  });

  test("whatever is on the list, who gets the mail is the rest, and each list is asked once", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            address: fc.constantFrom(...addresses).map((one) => one.toUpperCase()),
            reason: fc.constantFrom(...suppressionReasons),
            stream: fc.constantFrom(undefined, "a", "b"),
            tenant: fc.constantFrom(undefined, "t"),
            expiresAt: fc.constantFrom(undefined, 1, Date.now() + 3_600_000),
          }),
          { maxLength: 12 },
        ),
        fc.constantFrom(undefined, "a", "b"),
        fc.constantFrom(undefined, "t"),
        fc.subarray(["bounced", "unsubscribed", "manual"]),
        fc.boolean(),
        async (entries, stream, tenant, ignoreSuppression, nested) => {
          const memory = memorySuppression(entries);
          let asked = 0;
          const list: SuppressionList = {
            check: (...given) => {
              asked += 1;
              return memory.check(...given);
            },
          };
          const provider = scripted("P", accept());
          const inner = createChain([link(provider)], { suppression: list, id: "inner" });
          const chain = nested ? createChain([inner], { suppression: list }) : inner;
          const delivery = await chain.send({ ...mail, stream, ignoreSuppression }, { tenant });
          const out = addresses.filter((address) =>
            entries.some(
              (one) =>
                one.address.toLowerCase() === address &&
                !ignoreSuppression.includes(one.reason) &&
                (one.stream ?? stream) === stream &&
                one.tenant === tenant &&
                one.expiresAt !== 1,
            ),
          );
          expect(asked).toBe(1);
          expect(delivery.rejected.map((one) => one.address).sort()).toEqual([...out].sort());
          expect(provider.calls.flat()).toEqual(addresses.filter((one) => !out.includes(one)));
          expect(memory.entries().every((one) => one.address === one.address.toLowerCase())).toBe(true);
        },
      ),
    ));

  test("a chain within another is asked for its own list, and for that of the outer one no more", async () => {
    const provider = scripted("P", accept());
    const inner = createChain([link(provider)], { id: "inner", suppression: memorySuppression([to1]) });
    const chain = createChain([inner], { suppression: memorySuppression([bcc1]) });
    const delivery = await chain.send(mail, { suppression: memorySuppression([cc]) });
    expect(provider.calls.flat()).toEqual([to2, bcc2]);
    expect(delivery).toMatchObject({ status: "partial", kind: "rejected" });
    expect(delivery.rejected.map((one) => one.failure.code)).toEqual([
      "suppressed",
      "suppressed",
      "suppressed",
    ]);
  });

  test("a breaker around a chain learns nothing from it", async () => {
    const clock = manualClock();
    const provider = scripted("P", fail("misconfigured"), accept());
    const inner = createChain([link(provider)], {
      id: "inner",
      clock,
      suppression: memorySuppression([to1]),
    });
    const outer = link(inner, breaker({ resetMs: 1_000, clock }));
    const chain = createChain([outer], { clock });
    const other = { from: mail.from, to: to2, text: "t" };
    await clock.until(chain.send(other));
    expect(outer.status()).toMatchObject({ breaker: { state: "open" } });
    await clock.advance(1_500);
    await clock.until(chain.send({ from: mail.from, to: to1, text: "t" }));
    expect(outer.status()).toMatchObject({ breaker: { state: "half-open" } });
    await clock.until(chain.send(other));
    expect(outer.status()).toMatchObject({ breaker: { state: "closed" } });
  });
});

describe("a list that cannot be read", () => {
  test.each([
    ["one that rejects", unreadable],
    ["one that is silent", { check: () => new Promise(() => undefined) } as unknown as SuppressionList],
    ["one that answers nonsense", { check: async () => 5 } as unknown as SuppressionList],
    [
      "one that throws",
      {
        check: () => {
          throw new TypeError("password=hidden");
        },
      } as unknown as SuppressionList,
    ],
  ])("%s defers the message, or is passed over", async (_, list) => {
    for (const onUnavailable of ["defer", "send"] as const) {
      const events: RelaisEvent[] = [];
      const provider = scripted("P", accept());
      const chain = createChain([link(provider), link(scripted("Q", accept()))], {
        suppression: { list, onUnavailable, timeoutMs: 20 },
        observers: [(event) => events.push(event)],
      });
      const delivery = await chain.send(mail);
      const told = events.find(({ type }) => type === "suppression-unavailable");
      expect(told).toMatchObject({ action: onUnavailable });
      expect(JSON.stringify([told, delivery])).not.toContain("hidden");
      expect(provider.calls).toHaveLength(onUnavailable === "send" ? 1 : 0);
      if (onUnavailable === "send") expect(delivery.status).toBe("sent");
      else {
        expect(delivery).toMatchObject({ status: "failed", kind: "deferred", attempts: [] });
        expect(delivery).toHaveProperty("retryAfterMs");
        for (const { failure } of delivery.rejected) expect(failure.code).toBe("suppression-unavailable");
      }
    }
  });

  test("a caller who gives up gets cancelled, at once", async () => {
    const chain = createChain([link(scripted("P", accept()))], {
      suppression: { check: () => new Promise(() => undefined) },
    });
    const delivery = await chain.send(mail, { signal: AbortSignal.timeout(20) });
    expect(delivery).toMatchObject({ status: "failed", kind: "cancelled" });
  });
});

test("what is given wrongly is named in one sentence", async () => {
  const chain = createChain([link(scripted("P", accept()))]);
  const wrong = async (more: object, options?: object) =>
    (await chain.send({ ...mail, ...more }, options)).reason;
  expect(await wrong({ ignoreSuppression: ["complained"] })).toBe(
    "message: ignoreSuppression: complaints cannot be ignored",
  );
  expect(await wrong({ ignoreSuppression: "all" })).toMatch(
    /ignoreSuppression: must be bounced, unsubscribed or manual, not "all"/,
  );
  expect(await wrong({ stream: {} })).toMatch(/stream: must be a string/);
  expect(await wrong({}, { tenant: "" })).toMatch(/tenant: must be a text/);
  expect(await wrong({}, { suppression: {} })).toMatch(/suppression: list must be an object/);
  const make = (suppression: unknown) => () =>
    createChain([scripted("P", accept())], { suppression: suppression as SuppressionList });
  expect(make({})).toThrow("createChain: suppression: list must be an object with the function check");
  expect(make({ list: unreadable, onUnavailable: "stop" })).toThrow(
    'onUnavailable must be "defer" or "send"',
  );
  expect(make({ list: unreadable, timeoutMs: 0 })).toThrow(/timeoutMs must be a number of at least 1/);
  expect(() => memorySuppression(["ann"])).toThrow(/address must be an address/);
  expect(() => memorySuppression([{ address: to1, reason: "x" as "manual" }])).toThrow(
    /reason must be one of/,
  );
});

test("entries in memory are counted, and removed by stream and reason", () => {
  const list = memorySuppression([to1]);
  list.add({ address: to1.toUpperCase(), since: 5 }, { address: to1, reason: "bounced", stream: "a" });
  expect(list.entries()).toMatchObject([
    { address: to1, reason: "manual", tenant: "default", first: 5, count: 2 },
    { address: to1, reason: "bounced", stream: "a", count: 1 },
  ]);
  expect(list.remove(to1, { stream: "b" })).toBe(0);
  expect(list.remove(to1, { reason: "manual" })).toBe(1);
  expect(list.remove(to1.toUpperCase())).toBe(1);
  expect(list.entries()).toEqual([]);
});

/** Ways to write an address: what a message makes of it is what a list must find. */
const anyWriting = fc
  .tuple(
    fc.constantFrom("ann", "Ann.Lee", "ann+news", '"ann lee"', "jörg", '"a@b"', "o'neil"),
    fc.constantFrom("Bücher.example", "xn--bcher-kva.example", "example.net", "例え.jp", "[192.0.2.1]"),
  )
  .chain(([local, domain]) => {
    // What quotes around other letters mean no RFC says.
    const quoted = /^"|ö/.test(local) ? local : `"${local}"`;
    return fc.tuple(
      fc.constant(`${local}@${domain}`),
      fc.constantFrom(local, quoted, quoted.replace("n", "\\n")),
      fc.constantFrom(domain, domain.toUpperCase(), domain.endsWith("]") ? domain : `${domain}.`),
      fc.constantFrom("", " "),
    );
  })
  .map(([address, local, domain, blank]) => [address, `${blank}${local}@${domain}${blank}`] as const);

test("an address is on a list in whichever way it is written, by who mails it and by who put it there", () =>
  fc.assert(
    fc.asyncProperty(anyWriting, fc.boolean(), async ([one, other], isSwapped) => {
      const [listed, mailed] = isSwapped ? [other, one] : [one, other];
      const list = memorySuppression([listed]);
      const message = await createMessage({ ...mail, to: mailed, cc: [], bcc: [] });
      expect((await list.check(message.envelope.to, {})).size).toBe(1);
      expect(suppressionKey(suppressionKey(listed))).toBe(suppressionKey(listed));
    }),
    { numRuns: 300 },
  ));
