import { createChain } from "../src/chain/chain.ts";
import type { ChainOptions } from "../src/chain/options.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import type { ProviderLimits } from "../src/provider/limits.ts";
import type { Provider } from "../src/provider/provider.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput } from "./sample-message.ts";
import { type Scripted, type Step, scripted } from "./scripted-provider.ts";

const people = (count: number) => Array.from({ length: count }, (_, i) => `r${i}@example.org`);
export const to = people(7);

export function limited(id: string, limits: ProviderLimits, ...steps: readonly Step[]): Scripted {
  return Object.assign(scripted(id, ...steps), { limits });
}

export function setUp(providers: readonly Provider[], options: ChainOptions = {}) {
  const clock = manualClock();
  const events: RelaisEvent[] = [];
  const chain = createChain(providers, {
    policies: [],
    clock,
    observers: [(event) => void events.push(event)],
    ...options,
  });
  return { clock, events, chain, send: () => clock.until(chain.send(sampleInput({ to }))) };
}
