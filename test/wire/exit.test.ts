import { once, type SmtpScript } from "@relais/conformance";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../repo/run.ts";
import { type FarEnds, farEnds } from "./far-ends.ts";

let ends: FarEnds;
beforeEach(async () => {
  ends = await farEnds({ record: "envelopes" });
});
afterEach(() => ends.close());

const program = new URL("./exit-child.ts", import.meta.url).pathname;

/** Runs a scenario in a process of its own: what its deliveries were, how it ended, how long after closing. */
async function child(
  scenario: string,
): Promise<{ told: unknown[]; code: number; afterMs: number; said: string }> {
  const { host, port, ca } = ends.smtp;
  const where = JSON.stringify({ smtp: { host, port, ca }, ses: { endpoint: ends.ses.endpoint } });
  const flags = ["--conditions=@relais/source", program, scenario, where];
  const { code, stdout, said } = await run(process.execPath, flags, { timeoutMs: 15_000 });
  const endedAt = Date.now();
  const told = stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line || "null"));
  const closedAt = Number(told.pop());
  return { told, code, said, afterMs: endedAt - closedAt };
}

describe("a process exits at once when its chain is closed", () => {
  const down: SmtpScript = { connect: { reset: true } };
  test.each<[scenario: string, script: SmtpScript, told: string[]]>([
    [
      "both",
      { rcpt: ({ address }) => (address === "busy@example.net" ? { reply: "451 4.3.0 busy" } : undefined) },
      ["SMTP", "SES"],
    ],
    ["aborted", { data: { stall: true } }, ["failed: cancelled"]],
    ["aborted after the hand-over", { dot: { stall: true } }, ["unknown: unknown"]],
    ["aborted", { connect: { stall: true } }, ["failed: cancelled"]],
    ["open breaker", down, ["SES", "SES", "SES"]],
    ["cancelled retry", down, ["failed: transient"]],
    ["closed twice", {}, ["SMTP"]],
  ])("%s, the server doing %o", async (scenario, script, told) => {
    ends.smtp.script(script);
    const ended = await child(scenario);
    expect(ended, ended.said).toMatchObject({ told, code: 0 });
    expect(ended.afterMs).toBeLessThan(2_000);
  });
});

describe("a process does not exit while a delivery is in flight, with nothing pending but:", () => {
  test("retry sleep", async () => {
    ends.smtp.script({ connect: once({ reset: true }) });
    const ended = await child("retry sleep");
    expect(ended, ended.said).toMatchObject({ told: ["SMTP"], code: 0 });
    expect(ends.smtp.accepted).toHaveLength(1);
  });

  test.each([
    ["wait for a throttled provider", "LATER"],
    ["time-out of an attempt", "failed: transient"],
    ["deadline", "failed: cancelled"],
  ])("%s", async (scenario, told) => {
    const ended = await child(scenario);
    expect(ended, ended.said).toMatchObject({ told: [told], code: 0 });
  });
});
