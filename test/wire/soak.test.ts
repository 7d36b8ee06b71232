import type { SesMoment, SmtpMoment } from "@relais/conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../repo/run.ts";
import { type FarEnds, farEnds } from "./far-ends.ts";

interface Sample {
  readonly sends: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly handles: readonly string[];
  readonly listeners: number;
  readonly counts: Readonly<Record<string, number>>;
}

const sends = 10_000;
const every = 2_000;
const replies: Readonly<Record<string, string>> = {
  "busy@example.net": "452 4.3.1 no room", // to SES, now and then after another try
  "taken@example.net": "550 5.7.1 not from here", // to SES at once
  "nobody@example.net": "550 5.1.1 no such user", // nowhere
  "late@example.net": "452 4.7.0 Daily message quota exceeded", // to SES, which says so too
};

let ends: FarEnds;
let samples: readonly Sample[] = [];
const at = (count: number): Sample => samples.find((one) => one.sends === count) as Sample;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

beforeAll(async () => {
  ends = await farEnds({ record: "envelopes" });
  const losing = new Set<number>();
  const rcpt = ({ address = "", session }: SmtpMoment) => {
    if (address === "lost@example.net") losing.add(session.number);
    const reply = replies[address];
    return reply === undefined ? undefined : { reply };
  };
  const dot = ({ session }: SmtpMoment) =>
    losing.delete(session.number) ? ({ reset: true } as const) : undefined;
  ends.smtp.script({ rcpt, dot });
  const error = { code: "Throttling", message: "Daily message quota exceeded.", status: 400 };
  ends.ses.fault(({ parameters }: SesMoment) =>
    parameters.get("Destinations.member.1") === "late@example.net" ? { error } : undefined,
  );

  const { host, port, ca } = ends.smtp;
  const where = JSON.stringify({ smtp: { host, port, ca }, ses: { endpoint: ends.ses.endpoint } });
  const program = new URL("./soak-child.ts", import.meta.url).pathname;
  // Old bytecode would be thrown away half way, 5 MB of it, and hide a leak of as much.
  const flags = [
    "--conditions=@relais/source",
    "--expose-gc",
    "--no-flush-bytecode",
    program,
    where,
    String(sends),
    String(every),
  ];
  const { code, stdout, said } = await run(process.execPath, flags, { timeoutMs: 110_000 });
  expect(code, said).toBe(0);
  samples = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const one of samples)
    console.log(`${one.sends} sends: ${mb(one.heapUsed)}, ${one.handles} ${one.listeners} listeners`);
}, 120_000);
afterAll(() => ends.close());

test("10,000 mails end in every way", () => {
  const { counts } = at(sends);
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(sends);
  console.log(counts);
  for (const end of ["SMTP", "SES", "failed rejected", "failed throttled", "unknown unknown"])
    expect(counts[end], end).toBeGreaterThan(1_000);
  expect(counts["failed skipped"]).toBeGreaterThan(100);
});

test.each([every, 3 * every])("they leave nothing behind on the heap, after %i and to the end", (from) => {
  const [early, late] = [at(from), at(sends)];
  const grown = late.heapUsed - early.heapUsed;
  expect(grown, mb(grown)).toBeLessThan(2e6);
  expect(late.heapUsed / early.heapUsed).toBeLessThan(1.15);
  expect(late.external - early.external).toBeLessThan(2e6);
});

test("nor a socket, a timer, or any other handle", () => {
  for (const one of samples) expect(one.handles, `${one.sends} sends`).toEqual(at(0).handles);
});

test("nor a listener on the signal that all of them were given", () => {
  expect(samples.map((one) => one.listeners)).toEqual(samples.map(() => 0));
});

test("and what the far ends have is what the deliveries say", () => {
  const { counts } = at(sends);
  // A lost one is there too, and nobody else has it.
  const lost = ends.smtp.accepted.filter(({ to }) => to[0] === "lost@example.net").length;
  expect(lost).toBe(counts["unknown unknown"]);
  expect(ends.smtp.accepted.length - lost).toBe(counts.SMTP);
  expect(ends.ses.accepted.length).toBe(counts.SES);
});
