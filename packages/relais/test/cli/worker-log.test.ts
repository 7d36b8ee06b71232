import type { RelaisEvent } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { expect, test } from "vitest";
import { workerLog } from "../../src/cli/outbox/worker-log.ts";

const base = { at: 0, chain: "chain", message: "m-1" } as const;
const to = "ann@example.net";
const outcome = receipt({ provider: "A", messageId: "1", accepted: [to] });
const delivery = { success: true, accepted: [to], attempts: [{ provider: "A", kind: undefined }] } as never;

const ofChain: readonly RelaisEvent[] = [
  { ...base, type: "delivery-start", recipients: 1 },
  { ...base, type: "late", provider: "A", attempt: "a-1", outcome },
  { ...base, type: "delivery", delivery, ms: 1 },
];
const worker = "w1";
const ofWorker: readonly (readonly [RelaisEvent, string])[] = [
  [
    { ...base, worker, type: "settled", tenant: "t", state: "sent", provider: "A", ms: 3, delivery },
    "m-1 sent by A (3 ms)",
  ],
  [
    { ...base, worker, type: "recovered", state: "queued" },
    "m-1 recovered from a worker that was lost: queued",
  ],
  [{ ...base, worker, type: "lease-lost" }, "m-1 lease lost: given up here"],
  [
    { ...base, worker, type: "late", provider: "A", attempt: "a-1", outcome, state: "sent" },
    "m-1 a late answer: sent",
  ],
  [
    {
      ...base,
      worker,
      type: "feedback-rate",
      provider: "SES",
      of: "bounces",
      rate: 0.0312,
      limit: 0.05,
      level: "near",
    },
    "feedback: bounces of SES 3.12 %, near the limit of 5.00 %",
  ],
  [{ ...base, worker, type: "error", during: "claiming", error: "no" }, "error while claiming: no"],
];

function written(json: boolean, events: readonly RelaisEvent[]) {
  const lines: { readonly line: string; readonly isError: boolean }[] = [];
  const observer = workerLog(json, (line, isError) => void lines.push({ line, isError }));
  for (const event of events) observer(event);
  return lines;
}

test("a line an event of the worker, and none for those of its chain", () => {
  expect(written(false, ofChain)).toEqual([]);
  expect(written(true, ofChain)).toEqual([]);
  const at = new Date(0).toISOString();
  for (const [event, line] of ofWorker)
    expect(written(false, [event])).toEqual([{ line: `${at} ${line}`, isError: event.type === "error" }]);
});

test("JSON has every field but those in which addresses are", () => {
  for (const [event] of ofWorker) {
    const [only] = written(true, [event]);
    const line = JSON.parse(only?.line ?? "");
    expect(line).toMatchObject({ type: event.type, worker, at: "1970-01-01T00:00:00.000Z" });
    expect(only?.line).not.toContain(to);
    if (event.type === "settled") expect(line.attempts).toEqual([{ provider: "A" }]);
    if (event.type === "late") expect(line).toMatchObject({ provider: "A", attempt: "a-1", state: "sent" });
  }
});
