import fc from "fast-check";
import { createChain } from "../src/chain/chain.ts";
import { link, makeLink } from "../src/chain/link.ts";
import { failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import { overrides } from "../src/policies/overrides.ts";
import type { Policy } from "../src/policies/policy.ts";
import { retry } from "../src/policies/retry.ts";
import { timeout } from "../src/policies/timeout.ts";
import type { Provider, SendContext } from "../src/provider/provider.ts";
import type { Clock } from "../src/runtime/clock.ts";

/** How one leaf treats one recipient: what it answers, or that it takes the message and the answer is lost. */
const ends = ["accept", "accept", "transient", "deferred", "refused", "rejected", "lost"] as const;
export type End = (typeof ends)[number];

/** Policies that forget, lie, throw, give up, or do it again. */
const faults = [
  "none",
  "none",
  "forgets",
  "throws-after",
  "throws-before",
  "garbage",
  "hides-acceptance",
  "hides-doubt",
  "impatient",
  "asks-twice",
  "both-at-once",
  "asks-after-it-answered",
  "hangs",
  "retries",
  "retries-unknown",
  "timeout",
] as const;

const wraps = ["bare", "decorated", "late", "spread", "proxied", "link", "throws-after", "forgets"] as const;
/** It sees of the delivery what any provider does, so nobody outside knows of the attempts within. */
const opaque = "without-scope";

export interface Leaf {
  readonly type: "leaf";
  /** A call, and in it a recipient, each in turn. */
  readonly script: readonly (readonly End[])[];
  readonly delayMs: number;
  readonly whenLost: "throws" | "hangs" | "unknown" | "garbage" | "bare-transient";
  readonly fault: (typeof faults)[number];
}
export interface Branch {
  readonly type: "chain";
  readonly nodes: readonly Tree[];
  readonly wrap: (typeof wraps)[number] | typeof opaque;
  readonly fault: (typeof faults)[number];
  readonly onUnknown: "stop" | "failover";
}
export type Tree = Leaf | Branch;

const leaf: fc.Arbitrary<Leaf> = fc.record({
  type: fc.constant("leaf" as const),
  script: fc.array(fc.array(fc.constantFrom(...ends), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  }),
  delayMs: fc.constantFrom(0, 0, 10, 400),
  whenLost: fc.constantFrom("throws", "hangs", "unknown", "garbage", "bare-transient"),
  fault: fc.constantFrom(...faults),
});

const branchOf = (nodes: fc.Arbitrary<Tree>, all: readonly Branch["wrap"][]): fc.Arbitrary<Branch> =>
  fc.record({
    type: fc.constant("chain" as const),
    nodes: fc.array(nodes, { minLength: 1, maxLength: 3 }),
    wrap: fc.constantFrom(...all),
    fault: fc.constantFrom(...faults),
    onUnknown: fc.constantFrom("stop" as const, "stop" as const, "failover" as const),
  });

/** Chains within chains within chains. */
const treeOf = (all: readonly Branch["wrap"][]): fc.Arbitrary<Branch> => {
  const two = branchOf(fc.oneof(leaf, leaf, branchOf(leaf, all)), all);
  return branchOf(fc.oneof(leaf, leaf, two), all);
};
export const tree: fc.Arbitrary<Branch> = treeOf(wraps);
/** With some of which nobody outside knows the attempts. */
export const opaqueTree: fc.Arbitrary<Branch> = treeOf([...wraps, opaque, opaque, opaque]);

/** One call of a leaf, as the far end saw it. */
export interface Copy {
  readonly provider: string;
  readonly address: string;
  readonly end: "accept" | "lost";
}

/** What the far ends took, and a chain over them. */
export function plant(root: Branch, clock: Clock): { readonly chain: Provider; readonly copies: Copy[] } {
  const copies: Copy[] = [];
  let count = 0;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  const leafOf = ({ script, delayMs, whenLost }: Leaf): Provider => {
    const provider = `P${count++}`;
    let calls = 0;
    return {
      id: provider,
      async send(_message, { envelope, handOver }) {
        const row = script[calls++ % script.length] as readonly End[];
        const mine = envelope.to.map((address, i) => [address, row[i % row.length] as End] as const);
        if (delayMs > 0) await wait(delayMs);
        const taken = mine.filter(([, end]) => end === "accept" || end === "lost");
        const lost = mine.some(([, end]) => end === "lost");
        if (taken.length > 0) {
          await handOver();
          for (const [address, end] of taken)
            copies.push({ provider, address, end: lost ? "lost" : (end as "accept") });
          if (delayMs > 0) await wait(delayMs);
        }
        if (lost) return answerLost(provider, whenLost);
        const rejected = mine.flatMap(([address, end]) =>
          end === "accept" || end === "lost"
            ? []
            : [{ address, failure: failure({ provider, kind: end, reason: `${end} at ${provider}` }) }],
        );
        const accepted = taken.map(([address]) => address);
        const [first] = rejected;
        if (accepted.length > 0 || first === undefined)
          return receipt({ provider, messageId: `<${provider}>`, accepted, rejected });
        return failure({ ...first.failure, rejected });
      },
    };
  };

  const nodeOf = (node: Tree): Provider => {
    if (node.type === "leaf") return makeLink(leafOf(node), policiesOf(node.fault, clock, wait), clock);
    const chain = chainOf(node);
    return makeLink(wrapped(chain, node.wrap, clock), policiesOf(node.fault, clock, wait), clock);
  };

  const chainOf = ({ nodes, onUnknown }: Branch): Provider =>
    createChain(nodes.map(nodeOf), { id: `C${count++}`, policies: [], clock, onUnknown, deadlineMs: 5_000 });

  return { chain: chainOf(root), copies };
}

function answerLost(provider: string, how: Leaf["whenLost"]): Promise<Outcome> | Outcome {
  if (how === "throws") throw new Error("socket hang up");
  if (how === "hangs") return new Promise(() => undefined);
  if (how === "garbage") return "250 ok" as unknown as Outcome;
  const kind = how === "unknown" ? "unknown" : "transient";
  return failure({ provider, kind, reason: how === "unknown" ? "lost" : "503" });
}

/** A chain as people put it into something of their own. */
function wrapped(chain: Provider, how: Branch["wrap"], clock: Clock): Provider {
  const { id } = chain;
  const send = (message: Parameters<Provider["send"]>[0], context: SendContext) =>
    chain.send(message, context);
  switch (how) {
    case "decorated":
      return { id, send };
    case "late":
      return {
        id,
        async send(...args) {
          await null;
          return send(...args);
        },
      };
    case "spread":
      return { ...chain };
    case "proxied":
      return new Proxy(chain, {});
    case "link":
      return link(makeLink(chain, [], clock));
    case opaque:
      return {
        id,
        send: (message, { envelope, handOver, signal }) =>
          chain.send(message, { envelope, handOver, signal } as SendContext),
      };
    case "throws-after":
      return {
        id,
        async send(...args) {
          await send(...args);
          throw new Error("a fault of the decorator");
        },
      };
    case "forgets":
      return {
        id,
        async send(...args) {
          await send(...args);
          return undefined as unknown as Outcome;
        },
      };
    default:
      return chain;
  }
}

function policiesOf(
  fault: Leaf["fault"],
  clock: Clock,
  wait: (ms: number) => Promise<void>,
): readonly Policy[] {
  const lie = (kind: "transient" | "refused") =>
    failure({ provider: "LIAR", kind, reason: "so says the policy" });
  const made: Partial<Record<Leaf["fault"], Policy>> = {
    forgets: (next) => async (message, context) => {
      await next(message, context);
      return undefined as unknown as Outcome;
    },
    "throws-after": (next) => async (message, context) => {
      await next(message, context);
      throw new Error("a fault of the policy");
    },
    "throws-before": () => () => {
      throw new Error("a fault of the policy");
    },
    garbage: (next) => async (message, context) => {
      await next(message, context);
      return { success: "perhaps" } as unknown as Outcome;
    },
    "hides-acceptance": (next) => async (message, context) => {
      const outcome = await next(message, context);
      return outcome.success ? lie("refused") : outcome;
    },
    "hides-doubt": (next) => async (message, context) => {
      const outcome = await next(message, context);
      return !outcome.success && outcome.kind === "unknown" ? lie("transient") : outcome;
    },
    impatient: (next) => (message, context) =>
      Promise.race([next(message, context), wait(5).then(() => lie("transient"))]),
    "asks-twice": (next) => async (message, context) => {
      await next(message, context);
      return next(message, context);
    },
    "both-at-once": (next) => async (message, context) => {
      const [, second] = await Promise.all([next(message, context), next(message, context)]);
      return second;
    },
    "asks-after-it-answered": (next) => async (message, context) => {
      void wait(20).then(() => next(message, context));
      return lie("transient");
    },
    hangs: (next) => async (message, context) => {
      await next(message, context);
      return new Promise(() => undefined);
    },
  };
  if (fault === "retries") return [retry({ attempts: 3, baseMs: 10, clock })];
  if (fault === "retries-unknown")
    return [overrides({ unknown: { retry: true } }), retry({ attempts: 3, baseMs: 10, clock })];
  if (fault === "timeout") return [timeout({ ms: 100, clock })];
  const one = made[fault];
  return one === undefined ? [] : [one];
}
