import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
  { http = "", end = "closed" } = {},
): Promise<{ told: unknown[]; code: number; afterMs: number; said: string }> {
  const { host, port, ca } = ends.smtp;
  const where = JSON.stringify({ smtp: { host, port, ca }, ses: { endpoint: ends.ses.endpoint }, http });
  const flags = ["--conditions=@relais/source", program, scenario, where, end];
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

describe("a process whose chain is left open exits at once when nothing is under way", () => {
  test.each<[scenario: string, told: string[]]>([
    ["smtp", ["SMTP", "SMTP"]],
    ["smtp through nodemailer", ["SMTP", "SMTP"]],
    ["ses", ["SES", "SES"]],
    ["http", ["RESEND", "RESEND"]],
    ["both", ["SMTP", "SMTP"]],
    ["sendEmail", ["sent"]],
  ])("%s", async (scenario, told) => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => response.end('{"id":"1"}'));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ended = await child(scenario, { http, end: "left open" });
    server.close();
    expect(ended, ended.said).toMatchObject({ told, code: 0 });
    expect(ended.afterMs).toBeLessThan(2_000);
  });

  test("open breaker", async () => {
    ends.smtp.script({ connect: { reset: true } });
    const ended = await child("open breaker", { end: "left open" });
    expect(ended, ended.said).toMatchObject({ told: ["SES", "SES", "SES"], code: 0 });
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
