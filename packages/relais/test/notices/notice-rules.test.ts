import type { Failure, FailureKind, RelaisEvent } from "@relais/core";
import { failure } from "@relais/core/spi";
import { describe, expect, test } from "vitest";
import { noticeRules } from "../../src/notices/notice-rules.ts";

const quietMs = 60_000;
const kinds: ReadonlySet<FailureKind> = new Set(["transient", "skipped"]);
const because = (kind: FailureKind = "transient", code = "ECONNREFUSED"): Failure =>
  failure({ provider: "A", kind, code, reason: "<ann@example.net> said no" });

const failover = (at: number, why = because(), from = "A"): RelaisEvent => ({
  type: "failover",
  at,
  chain: "shop",
  from,
  to: "B",
  failure: why,
  recipients: 1,
});
const breaker = (at: number, state: "open" | "half-open" | "closed"): RelaisEvent => ({
  type: "breaker",
  at,
  chain: "shop",
  provider: "A",
  state,
  ...(state === "open" ? { failure: because() } : {}),
});

/** `type@at`, one for each notice. */
function told(events: readonly RelaisEvent[]): string[] {
  const worthIt = noticeRules({ quietMs, kinds });
  return events.flatMap((event) => {
    const notice = worthIt(event);
    return notice === undefined ? [] : [`${notice.type}@${notice.at}`];
  });
}

describe("a fallback", () => {
  test("is told once for ten thousand failures, and says afterwards how many there were", () => {
    const worthIt = noticeRules({ quietMs, kinds });
    const many = Array.from({ length: 10_000 }, (_, i) => worthIt(failover(i)));
    expect(many.filter((one) => one !== undefined)).toEqual([
      {
        type: "fallback",
        at: 0,
        chain: "shop",
        provider: "A",
        to: "B",
        kind: "transient",
        code: "ECONNREFUSED",
        suppressed: 0,
        text: "Chain shop: A fails (transient, ECONNREFUSED): its messages go to B.",
      },
    ]);
    const next = worthIt(failover(10_000 + quietMs));
    expect(next?.suppressed).toBe(9_999);
    expect(next?.text).toContain("(9999 more since the last notice)");
  });

  test("is told again only after a quiet time, which each one begins anew", () => {
    const at = [0, 59_999, 119_998, 179_997, 239_997];
    expect(told(at.map((one) => failover(one)))).toEqual(["fallback@0", "fallback@239997"]);
  });

  test("of one message or recipient is nobody's news", () => {
    expect(told([failover(0, because("deferred")), failover(1, because("refused"))])).toEqual([]);
  });

  test("is told for each provider of each chain", () => {
    const other = { ...failover(2), chain: "letters" };
    expect(told([failover(0), failover(1, because(), "C"), other])).toHaveLength(3);
  });

  test("has no address in it, whatever the far end says", () => {
    const notice = noticeRules({ quietMs, kinds })(failover(0, because("transient", "550 ann@example.net")));
    expect(JSON.stringify(notice)).not.toContain("ann");
  });
});

describe("a breaker", () => {
  test("that opens is told once, however often its probe fails, and its recovery once", () => {
    const course = [
      breaker(0, "open"),
      breaker(30_000, "half-open"),
      breaker(30_001, "open"),
      breaker(90_000, "half-open"),
      breaker(90_001, "open"),
      breaker(210_000, "half-open"),
      breaker(210_001, "closed"),
      breaker(210_002, "closed"),
    ];
    expect(told(course)).toEqual(["breaker-open@0", "recovered@210001"]);
  });

  test("that flaps is told once in a quiet time", () => {
    const flaps = Array.from({ length: 50 }, (_, i) => [
      breaker(i * 1_000, "open"),
      breaker(i * 1_000 + 500, "closed"),
    ]);
    expect(told(flaps.flat())).toEqual(["breaker-open@0", "recovered@500"]);
  });

  test("that opened again within the quiet time and stays open is told when that is over", () => {
    const course = [
      breaker(0, "open"),
      breaker(1_000, "closed"),
      breaker(2_000, "open"),
      failover(2_001, because("skipped")),
      failover(30_000, because("skipped")),
      failover(60_000, because("skipped")),
      failover(60_001, because("skipped")),
      breaker(70_000, "closed"),
    ];
    const expected = [
      "breaker-open@0",
      "recovered@1000",
      "fallback@2001",
      "breaker-open@60000",
      "recovered@70000",
    ];
    expect(told(course)).toEqual(expected);
  });

  test("that is known to be open makes no news of the messages that go elsewhere", () => {
    const rare = [1, 2, 3].map((n) => failover(n * 2 * quietMs, because("skipped")));
    expect(told([breaker(0, "open"), ...rare])).toEqual(["breaker-open@0"]);
  });
});

describe("a message that may have arrived", () => {
  const withUnknown: ReadonlySet<FailureKind> = new Set(["unknown"]);
  const lost = (at: number, id: string, status = "unknown"): RelaisEvent =>
    ({
      type: "delivery",
      at,
      chain: "shop",
      ms: 1,
      delivery: { id, status, failures: [because("unknown")] },
    }) as never;

  test("is told with its id, its provider, the time and where to read on; more of them are counted", () => {
    const worthIt = noticeRules({ quietMs, kinds: withUnknown });
    const first = worthIt(lost(0, "order-7"));
    expect(first).toMatchObject({ type: "unknown", provider: "A", kind: "unknown", message: "order-7" });
    expect(first?.text).toMatch(
      /^Chain shop: A has not answered \(unknown, ECONNREFUSED\) after message order-7 was handed over, by 1970-01-01T00:00:00\.000Z: it may have arrived; .*runbook\.md#messages-are-unknown\)\.$/,
    );
    expect([worthIt(lost(1, "b")), worthIt(lost(quietMs - 1, "c"))]).toEqual([undefined, undefined]);
    expect(worthIt(lost(quietMs, "d"))).toMatchObject({ message: "d", suppressed: 2 });
  });

  test("has no id that may hold an address; other ends of a delivery, and kinds that are left out, are no news", () => {
    const worthIt = noticeRules({ quietMs, kinds: withUnknown });
    const told = worthIt(lost(0, "reset-ann@example.net"));
    expect(JSON.stringify(told)).not.toContain("ann");
    expect(worthIt(lost(2 * quietMs, "x", "failed"))).toBeUndefined();
    expect(noticeRules({ quietMs, kinds })(lost(0, "x"))).toBeUndefined();
  });
});

test("no more than a thousand providers are remembered", () => {
  const worthIt = noticeRules({ quietMs, kinds });
  for (let i = 0; i < 1_001; i++) worthIt(failover(0, because(), `P${i}`));
  expect(worthIt(failover(1, because(), "P1000"))).toBeUndefined();
  expect(worthIt(failover(1, because(), "P0"))?.type).toBe("fallback");
});

describe("a rate near the limit of vendors", () => {
  const rate = (
    at: number,
    level: "near" | "over" | "below",
    of: "bounces" | "complaints" = "bounces",
    provider = "SES",
  ): RelaisEvent => ({
    type: "feedback-rate",
    at,
    chain: "shop",
    worker: "w",
    provider,
    of,
    rate: of === "bounces" ? 0.031 : 0.00071,
    limit: of === "bounces" ? 0.05 : 0.001,
    level,
  });

  test("is told with both numbers, and what it is of", () => {
    const worthIt = noticeRules({ quietMs, kinds });
    worthIt(failover(0, because(), "SES"));
    worthIt(failover(1, because(), "SES"));
    expect(worthIt(rate(2, "near"))).toEqual({
      type: "rate",
      at: 2,
      chain: "shop",
      provider: "SES",
      of: "bounces",
      rate: 0.031,
      limit: 0.05,
      suppressed: 0,
      text: "Chain shop: 3.1 % of the mails that SES delivers bounce for good: vendors review accounts from 5 % (https://github.com/relais-mail/relais/blob/main/docs/operations/runbook.md#much-mail-bounces-or-is-complained-about).",
    });
    expect(worthIt(rate(3, "over", "complaints"))?.text).toContain(
      "0.07 % of the mails that SES delivers are complained about: vendors review accounts from 0.1 %",
    );
    // Failovers that were not told are still to be told of.
    expect(worthIt(failover(1 + quietMs, because(), "SES"))?.suppressed).toBe(1);
  });

  test("is told once in a quiet time, unless it grows worse; each rate of each provider by itself", () => {
    const events = [
      rate(0, "near"),
      rate(1, "below"),
      rate(2, "near"),
      rate(3, "over"),
      rate(4, "near"),
      rate(5, "over"),
      rate(6, "near", "complaints"),
      rate(7, "near", "bounces", "SMTP"),
      rate(3 + quietMs, "near"),
      rate(4 + quietMs, "below"),
    ];
    expect(told(events)).toEqual(["rate@0", "rate@3", "rate@6", "rate@7", `rate@${3 + quietMs}`]);
  });
});
