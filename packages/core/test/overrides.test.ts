import { expect, test } from "vitest";
import { link } from "../src/chain/link.ts";
import { dispositions } from "../src/failure/kinds.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { overrides } from "../src/policies/overrides.ts";
import { retry } from "../src/policies/retry.ts";
import type { Send } from "../src/provider/provider.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { fail, scripted } from "./scripted-provider.ts";

test("the link's own table is changed, column by column, and the one table is not", () => {
  const { link } = loneLink(scripted("A"), [
    overrides({ refused: { failover: false } }),
    overrides({ refused: { retry: true } }),
  ]);
  expect(link.dispositions.refused).toEqual({ retry: true, failover: false, health: "neither" });
  expect(link.dispositions.transient).toEqual(dispositions.transient);
  expect(dispositions.refused).toEqual({ retry: false, failover: true, health: "neither" });
  expect(link.overrides).toEqual({ refused: { failover: false, retry: true } });
});

test("retry and breaker go by them, wherever the override stands among the policies", async () => {
  const clock = manualClock();
  const provider = scripted("A", fail("deferred"));
  const change = overrides({ deferred: { retry: true, health: "failure" } });
  for (const policies of [
    [change, retry({ clock }), breaker({ clock, minimumCalls: 3 })],
    [retry({ clock }), breaker({ clock, minimumCalls: 3 }), change],
  ]) {
    const { link, send, attempts } = loneLink(provider, policies, clock);
    await clock.until(send());
    expect(attempts).toHaveLength(3);
    expect(link.status()).toMatchObject({ breaker: { state: "open" } });
  }
});

test("unknown may be tried again only where somebody says so", async () => {
  const clock = manualClock();
  const provider = scripted("A", fail("unknown"));
  await clock.until(loneLink(provider, [retry({ clock })], clock).send());
  expect(provider.calls).toHaveLength(1);
  await clock.until(
    loneLink(provider, [retry({ clock }), overrides({ unknown: { retry: true } })], clock).send(),
  );
  expect(provider.calls).toHaveLength(4);
});

test("the old names of the columns are read as the new ones, in a policy of somebody else, too", async () => {
  const old = { refused: { again: true, next: false } } as const;
  const policy = Object.assign((next: Send) => next, { overrides: old });
  for (const one of [overrides(old), policy]) {
    const { dispositions, overrides: changes } = link(scripted("A"), one);
    expect(dispositions.refused).toEqual({ retry: true, failover: false, health: "neither" });
    expect(changes.refused).toEqual({ retry: true, failover: false });
  }
});
