import { describe, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { chaos } from "./chaos.ts";
import { chaosOnPglite } from "./chaos-pglite.ts";

/** How long things go wrong: `RELAIS_CHAOS_MS=3600000` for an hour. */
const chaosMs = Number(process.env.RELAIS_CHAOS_MS ?? 120_000);
const restarts = Number(process.env.RELAIS_CHAOS_RESTARTS ?? 12);
const messages = Number(process.env.RELAIS_CHAOS_MESSAGES ?? 15_000);
const kills = Number(process.env.RELAIS_CHAOS_KILLS ?? 20);

describe.runIf(needs("postgres"))("chaos", () => {
  test(
    "no message lost, and none twice but where that was chosen",
    () => chaos({ chaosMs, restarts, messages }),
    chaosMs + 420_000,
  );
});

test(
  `on PGlite, its one worker killed ${kills} times: no message lost, none twice`,
  () => chaosOnPglite(kills, 1_000),
  kills * 10_000 + 480_000,
);
