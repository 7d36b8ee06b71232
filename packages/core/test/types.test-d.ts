// Checked by tsc alone: `tsc -p tsconfig.test.json`.
import {
  type Attempt,
  type Chain,
  type ChainEvent,
  createChain,
  type Delivery,
  type DeliveryError,
  type Failure,
  type FailureKind,
  link,
  type Observer,
  type OutboxEvent,
  type Outcome,
  type Provider,
  type Receipt,
  type RelaisEvent,
  retry,
  timeout,
  unwrap,
  type WorkerEvent,
} from "../src/index.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

// A delivery is told apart by `success`.
export function narrowing(delivery: Delivery): string {
  same<typeof delivery.attempts, readonly Attempt[]>(true);
  if (delivery.success) {
    same<typeof delivery.messageId, string>(true);
    // @ts-expect-error nothing went wrong
    return delivery.error;
  }
  same<typeof delivery.status, "failed" | "partial" | "unknown">(true);
  same<typeof delivery.kind, FailureKind>(true);
  // @ts-expect-error nobody took it
  return delivery.messageId;
}

export function outcomes(outcome: Outcome): void {
  if (outcome.success) same<typeof outcome, Receipt>(true);
  else same<typeof outcome, Failure>(true);
}

// A provider may be a plain object literal.
const plain = {
  id: "LOG",
  async send(
    message: { readonly messageId: string },
    context: { readonly envelope: { readonly to: readonly string[] } },
  ) {
    return {
      success: true as const,
      provider: "LOG",
      messageId: message.messageId,
      accepted: context.envelope.to,
      rejected: [],
    };
  },
};
export const asProvider: Provider = plain;
export const failing: Provider = {
  id: "NO",
  send: async () => ({ success: false as const, provider: "NO", kind: "refused" as const, reason: "no" }),
};
const bounced = async () => ({
  success: false as const,
  provider: "X",
  kind: "bounced" as const,
  reason: "no",
});
// @ts-expect-error a kind that does not exist
export const wrong: Provider = { id: "X", send: bounced };
// @ts-expect-error success must be told apart
export const vague: Provider = { id: "X", send: async () => ({ success: true as boolean, provider: "X" }) };

// A chain is a provider: it nests, and goes into a link.
const chain: Chain = createChain([plain, link(failing, retry(), timeout({ ms: 1 }))]);
export const nested: Provider = chain;
createChain([chain, link(chain, retry())]);
same<ReturnType<Chain["send"]>, Promise<Delivery>>(true);
export const outcome: Promise<Outcome> = chain.send({ to: "a@b.org" });

// Options are exact.
// @ts-expect-error misspelt
createChain([plain], { deadline: 5 });
// @ts-expect-error misspelt
retry({ attemps: 3 });
// @ts-expect-error ms is needed
timeout({});
// @ts-expect-error a string is no number
retry({ attempts: "3" });
// @ts-expect-error one of two words
createChain([plain], { onUnknown: "retry" });
createChain([plain], { failover: { refused: false }, observers: [(event) => void event.type] });
// @ts-expect-error a field that no message has
chain.send({ to: "a@b.org", subjct: "x" });
chain.send({ to: null, headers: { "X-A": { prepared: true, value: "x" }, "X-B": ["a", "b"], "X-C": 1 } });
// @ts-expect-error a header is text
chain.send({ to: "a@b.org", headers: { "X-A": () => "x" } });
export const write = (delivery: Delivery): void => {
  // @ts-expect-error nobody writes to a delivery
  delivery.success = true;
};

export async function thrown(): Promise<string> {
  const delivered = unwrap(await chain.send({ to: "a@b.org" }));
  same<typeof delivered.success, true>(true);
  return delivered.provider;
}
export const statusOf = (error: DeliveryError): string => error.delivery.status;

// An observer that knows the chain's events alone compiles as before: `late` of a worker has what that of a chain has.
export const ofTheChain: Observer = (event) => {
  if (event.type === "late") same<typeof event.outcome, Outcome>(true);
  if (event.type === "delivery") same<typeof event.delivery, Delivery>(true);
};
export function toldApart(event: RelaisEvent): void {
  if (event.worker === undefined) same<typeof event, ChainEvent | OutboxEvent>(true);
  else same<typeof event, WorkerEvent>(true);
  if (event.type === "settled") same<typeof event.worker, string>(true);
}
export const ofTheWorker: Observer<WorkerEvent> = ofTheChain;
// @ts-expect-error a chain reports more than a worker does
export const notOfTheChain: Observer = (event: WorkerEvent) => void event;
