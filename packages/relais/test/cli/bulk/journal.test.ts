import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Failure, failure, type Receipt, receipt } from "@relais/core/spi";
import { expect, test } from "vitest";
import { appender, InvalidJournal, openJournal, type RowState } from "../../../src/cli/bulk/journal.ts";

const key = { template: "t", file: "f" };
const place = (): string => join(mkdtempSync(join(tmpdir(), "relais-journal-")), "j.jsonl");
const entry = { attempt: "a", messageId: "m", provider: "P", n: 1, at: 0, recipients: ["a@example.net"] };
const passing: Failure = failure({ provider: "P", kind: "transient", reason: "later" });
const taken: Receipt = receipt({ provider: "P", messageId: "m", accepted: ["a@example.net"] });

/** What a new process would find after these ends of attempts, all handed over. */
async function afterAttempts(path: string, ...ends: (Failure | Receipt)[]): Promise<RowState | undefined> {
  const journal = await openJournal(path, key);
  const steps = journal.of("row", 2);
  for (const end of ends) {
    await steps.handOver?.(entry);
    await steps.close?.(entry, end);
  }
  await journal.close();
  const next = await openJournal(path, key);
  const state = next.stateOf("row");
  await next.close();
  return state;
}

test("a row of which every attempt surely failed is open: it is sent again", async () => {
  expect(await afterAttempts(place(), passing, passing)).toBe("open");
});

test("a row that one recipient has is not, whatever came of the attempt for the others", async () => {
  expect(await afterAttempts(place(), taken, passing)).toBe("handed");
});

test("nor is one of which an attempt ended unknown", async () => {
  const unknown = failure({ provider: "P", kind: "unknown", reason: "contact lost" });
  expect(await afterAttempts(place(), unknown, passing)).toBe("handed");
});

test("nor one that was an open question before: sent again and failed, it still is", async () => {
  const path = place();
  const journal = await openJournal(path, key);
  await journal.of("row", 2).handOver?.(entry);
  await journal.close();
  expect(await afterAttempts(path, passing)).toBe("handed");
});

test("a first line that was torn is begun anew; what is no journal is left as it is", async () => {
  const torn = place();
  writeFileSync(torn, '{"v":1,"templ');
  for (const _ of ["begun", "gone on with"]) await (await openJournal(torn, key)).close();
  expect(readFileSync(torn, "utf8").split("\n")[0]).toBe(JSON.stringify({ v: 1, ...key }));
  for (const text of ["email\n", "null\n", "{}", "x"]) {
    const other = place();
    writeFileSync(other, text);
    await expect(openJournal(other, key)).rejects.toThrow(/is not the journal of a bulk run\.$/);
    expect(readFileSync(other, "utf8")).toBe(text);
  }
});

test.runIf(process.platform === "linux")("nothing is written behind a line that could not be", async () => {
  const full = await open("/dev/full", "a");
  let faults = 0;
  const write = appender(full, () => {
    faults += 1;
    return new InvalidJournal("full");
  });
  await expect(write("one")).rejects.toThrow("full");
  await expect(write("two")).rejects.toThrow("full");
  expect(faults).toBe(1);
  await full.close();
});
