import { afterAll, beforeAll, test } from "vitest";
import { kills } from "./kills.ts";
import { type PowerCuts, powerCuts } from "./power-cuts.ts";

const rounds = Number(process.env.RELAIS_CHAOS_ROUNDS ?? 30);

let power: PowerCuts;
beforeAll(async () => {
  power = await powerCuts();
}, 120_000);
afterAll(() => power.remove());

test(
  "killed at any moment: what was committed is there, and it opens again",
  () => kills(rounds),
  rounds * 10_000,
);

test(
  "the power goes in the middle of a write: what was committed is there",
  () => power.cut(rounds),
  rounds * 20_000,
);

test("the same without fsync ruins folders: the cuts are real", () => power.withoutSync(), 180_000);
