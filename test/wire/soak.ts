import type { SesMoment, SmtpMoment } from "@relais/conformance";
import { expect } from "vitest";
import { run } from "../repo/run.ts";
import { type FarEnds, farEnds } from "./far-ends.ts";

/** What a process holds after so many sends, once nothing more can be freed. */
export interface Sample {
  readonly sends: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly handles: readonly string[];
  readonly listeners: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** A process that has sent a great many mails, and ended. */
export interface Soak {
  readonly samples: readonly Sample[];
  readonly ends: FarEnds;
}

export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

const replies: Readonly<Record<string, string>> = {
  "busy@example.net": "452 4.3.1 no room", // to SES, now and then after another try
  "taken@example.net": "550 5.7.1 not from here", // to SES at once
  "nobody@example.net": "550 5.1.1 no such user", // nowhere
  "late@example.net": "452 4.7.0 Daily message quota exceeded", // to SES, which says so too
};

/** Sends mails that end in every way, and looks after `every` of them at what is left. */
export async function soak(sends: number, every: number, timeoutMs: number): Promise<Soak> {
  const ends = await farEnds({ record: "envelopes" });
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
  const flags = ["--conditions=@relais/source", "--expose-gc", "--no-flush-bytecode"];
  const args = [...flags, program, where, String(sends), String(every)];
  const { code, stdout, said } = await run(process.execPath, args, { timeoutMs });
  expect(code, said).toBe(0);
  const samples: Sample[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const one of samples)
    console.log(`${one.sends} sends: ${mb(one.heapUsed)}, ${one.handles} ${one.listeners} listeners`);
  return { samples, ends };
}

/** Each mail ended once, in each of the ways, and what the far ends have is what the deliveries say. */
export function checkEnds({ samples, ends }: Soak, sends: number): void {
  const counts = samples.at(-1)?.counts ?? {};
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(sends);
  console.log(counts);
  for (const end of ["SMTP", "SES", "failed rejected", "failed throttled", "unknown unknown"])
    expect(counts[end], end).toBeGreaterThan(sends / 10);
  expect(counts["failed skipped"]).toBeGreaterThan(sends / 100);
  // A lost one is there too, and nobody else has it.
  const lost = ends.smtp.accepted.filter(({ to }) => to[0] === "lost@example.net").length;
  expect(lost).toBe(counts["unknown unknown"]);
  expect(ends.smtp.accepted.length - lost).toBe(counts.SMTP);
  expect(ends.ses.accepted.length).toBe(counts.SES);
}

/** No socket, no timer, no other handle is left, and no listener on the signal that all of them were given. */
export function checkHandles({ samples }: Soak): void {
  for (const one of samples) expect(one.handles, `${one.sends} sends`).toEqual(samples[0]?.handles);
  expect(samples.map((one) => one.listeners)).toEqual(samples.map(() => 0));
}
