import { describe, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { chaos } from "./chaos.ts";
import { chaosOnPglite } from "./chaos-pglite.ts";

// A little of what chaos.long.test.ts does for minutes.

describe.runIf(needs("postgres"))("chaos for some seconds", () => {
  test.concurrent("no message lost, and none twice but where that was chosen", async () => {
    await chaos({ chaosMs: 6_000, restarts: 1, messages: 500 });
  }, 120_000);
});

test.concurrent("on PGlite, its one worker killed: no message lost, none twice", async () => {
  await chaosOnPglite(1, 100);
}, 120_000);
