import { type Delivery, dispositions, type FailureKind } from "@relais/core";
import { describe, expect, test } from "vitest";
import { chainTo, farEnds, mail } from "./far-ends.ts";
import { mailRows } from "./mail-rows.ts";
import type { Row } from "./row.ts";
import { sesRows } from "./ses-rows.ts";
import { sessionRows } from "./session-rows.ts";

/** Where the breaker of the provider that failed stands afterwards, if the table is right. */
const breakerAfter = (kind: FailureKind): "open" | "closed" => {
  const { health } = dispositions[kind];
  return health === "failure" || health === "open" ? "open" : "closed";
};

async function meet(first: "SMTP" | "SES", row: Row): Promise<void> {
  const ends = await farEnds(row.server);
  if (row.script !== undefined) ends.smtp.script(row.script);
  if (row.fault !== undefined) ends.ses.fault(row.fault);
  if (row.down) await (first === "SMTP" ? ends.smtp : ends.ses).down();
  const chain = chainTo(ends, {
    first,
    ...(row.smtp === undefined ? {} : { smtp: row.smtp }),
    ...(row.ses === undefined ? {} : { ses: row.ses }),
    timeoutMs: row.timeoutMs ?? 2_000,
    // Only the deadline, so that a stated wait is not waited for.
    chain: { deadlineMs: 3_900 },
  });
  const text = row.bytes === undefined ? mail.text : "0123456789abcde\n".repeat(row.bytes / 16);
  try {
    check(first, row, await chain.send({ ...mail, text }), {
      SMTP: ends.smtp.accepted.length,
      SES: ends.ses.accepted.length,
      breaker: chain.links[0]?.status().breaker?.state,
    });
  } finally {
    await chain.close();
    await ends.close();
  }
}

interface Seen {
  readonly SMTP: number;
  readonly SES: number;
  readonly breaker: string | undefined;
}

function check(first: "SMTP" | "SES", row: Row, delivery: Delivery, seen: Seen): void {
  const second = first === "SMTP" ? "SES" : "SMTP";
  const [attempt, next] = delivery.attempts;
  const kind = attempt?.kind as FailureKind;
  expect([row.kind].flat(), attempt?.reason).toContain(kind);
  expect(attempt).toMatchObject({ provider: first, success: false, skipped: false });
  expect(seen[first], "copies at the first").toBe(row.copies);
  expect(seen.breaker, "the breaker").toBe(breakerAfter(kind));
  if (dispositions[kind].failover) {
    expect(delivery).toMatchObject({ success: true, provider: second });
    expect(seen[second], "copies at the second").toBe(1);
    expect(next).toMatchObject({ provider: second, success: true });
    expect(delivery.failures).toHaveLength(1);
  } else {
    expect(delivery).toMatchObject({ success: false, status: kind === "unknown" ? "unknown" : "failed" });
    expect(seen[second], "copies at the second").toBe(0);
    expect(delivery.attempts).toHaveLength(1);
  }
}

describe("a fault at SMTP, with SES next", () => {
  test.each([...sessionRows, ...mailRows])("$name", (row) => meet("SMTP", row));
});

describe("a fault at SES, with SMTP next", () => {
  test.each(sesRows)("$name", (row) => meet("SES", row));
});
