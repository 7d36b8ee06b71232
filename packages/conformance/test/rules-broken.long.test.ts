import { rules } from "@relais/conformance";
import { expect, test } from "vitest";
import type { Flaw } from "./pigeon.ts";
import { pigeonHarness } from "./pigeon-harness.ts";

/** Each way to be wrong, with words of the one rule that must see it. */
const flaws: Readonly<Record<Flaw, string>> = {
  "rejects when contact is lost": "never rejects",
  "answers nothing when contact is lost": "never rejects",
  "bears another id": "its own id",
  "invents a message id": "message id of the server",
  "invents a message id where there is none": "makes none up",
  "asks for the hand-over twice": "awaits the hand-over once",
  "waits for the hand-over a little only": "awaits the hand-over once",
  "does not look at a refused hand-over": "hand-over that is refused",
  "sends all the same when the hand-over is refused": "hand-over that is refused",
  "says transient when the hand-over is refused": "hand-over that is refused",
  "asks whether all is well although it was given up": "makes no request",
  "says transient when given up before": "given up before the hand-over",
  "sends all the same when given up before": "given up before the hand-over",
  "says cancelled when given up after": "given up after the hand-over",
  "answers an abort late": "within 50 ms",
  "tries again": "tries once",
  "writes on attachments": "leaves the message as it is",
  "makes a key of its own": "the same key",
  "has one key for all": "the same key",
  "writes to everybody": "recipients of the envelope",
  "remembers one message for all": "without mixing them up",
  "remembers one id for all": "without mixing them up",
  "counts everybody as reached": "recipients of the envelope",
  "tells its token": "lets no secret out, in no outcome",
  "lets the token be echoed": "that the server echoes",
  "takes the refused for accepted": "says who was accepted and who is rejected",
  "fails for all when one is refused": "says who was accepted and who is rejected",
  "takes one refused for one put off": "says who was accepted and who is rejected",
  "forgets the refused": "says who was accepted and who is rejected",
  "names the refused as accepted, too": "says who was accepted and who is rejected",
  "sends once more when one is refused": "says who was accepted and who is rejected",
  "takes those put off for accepted": "says who was accepted and who is deferred",
  "fails for all when one is put off": "says who was accepted and who is deferred",
  "takes one put off for one refused": "says who was accepted and who is deferred",
  "tries again for those put off": "says who was accepted and who is deferred",
  "verifies with a message": "verifies without sending",
  "rejects in verify": "verifies without sending",
  "finds another well": "verifies without sending",
  "is never well": "verifies without sending",
  "rejects after close": "closed twice",
  "asks whether all is well after close": "closed twice",
  "sends after close": "closed twice",
  "says cancelled after close": "closed twice",
  "cannot be closed twice": "closed twice",
  "leaves a timer": "lets go of every",
  "leaves its connections": "lets go of every",
  "takes transient for refused": "says transient",
  "takes throttled for refused": "says throttled",
  "takes deferred for refused": "says deferred",
  "takes misconfigured for refused": "says misconfigured",
  "takes rejected for refused": "says rejected",
  "takes refused for transient": "says refused",
  "takes lost contact for transient": "says unknown when the server takes the message and its answer",
};

/** What is said of a provider with this flaw: the name of each rule that it breaks. */
async function brokenBy(flaw?: Flaw): Promise<readonly string[]> {
  const all = rules(pigeonHarness(flaw));
  const broken: string[] = [];
  const judge = ({ name, run }: (typeof all)[number]): Promise<unknown> =>
    run().catch(() => broken.push(name));
  // One looks at what the whole process holds open, and one at the time: these are run alone.
  const alone = all.filter(({ name }) => /^lets go|within 50 ms/.test(name));
  await Promise.all(all.filter((one) => !alone.includes(one)).map(judge));
  for (const each of alone) await judge(each);
  return broken;
}

test("a provider that keeps to the rules is found to keep to all of them", async () => {
  expect(await brokenBy()).toEqual([]);
});

test("every rule has a flaw that only it sees", () => {
  const unseen = rules(pigeonHarness()).filter(
    ({ name }) => !Object.values(flaws).some((words) => name.includes(words)),
  );
  expect(unseen.map(({ name }) => name)).toEqual([]);
});

test.each(Object.entries(flaws) as [Flaw, string][])(
  "a provider that %s breaks the one rule: … %s …",
  async (flaw, words) => {
    expect(await brokenBy(flaw)).toEqual([expect.stringContaining(words)]);
  },
);
