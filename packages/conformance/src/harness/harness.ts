import { type FailureKind, failureKinds, type Provider } from "@relais/core/spi";

/** Kinds that a server can bring about. The other two are ours: `cancelled` and `skipped`. */
export type ProvokedKind = Exclude<FailureKind, "cancelled" | "skipped">;

/** In the order of `failureKinds`. */
export const provokedKinds: readonly ProvokedKind[] = failureKinds.filter(
  (kind) => kind !== "cancelled" && kind !== "skipped",
);

/**
 * What a server can be made to do:
 *
 * - a kind: answer, or break off, so that this kind must come of it; nothing is accepted
 * - `unknown`: take the message, and break off before it says so
 * - `stall`: never answer once the message was handed over
 * - `missingId`: take the message, and say so without the id that a receipt needs
 * - `partial`: refuse `cleo@example.net` as an unknown address, and take the message for the others
 * - `defer`: have `cleo@example.net` wait, and take the message for the others
 * - `echo`: refuse, with every secret in its words
 */
export type Behaviour = ProvokedKind | "stall" | "missingId" | "partial" | "defer" | "echo";

export const behaviours: readonly Behaviour[] = [
  ...provokedKinds,
  "stall",
  "missingId",
  "partial",
  "defer",
  "echo",
];

/**
 * What a rule may lean on: a behaviour, a list of secrets, a key with what was received, or `verify` and `close` of the
 * provider.
 */
export type Need = Behaviour | "secrets" | "key" | "verify" | "close";

/** A message that the server really accepted, whatever the provider was told. */
export interface Received {
  /** What a receipt must call it: the id that the server gave; for SMTP the Message-ID header. */
  readonly id: string;
  /** What tells one message from another however often it is sent: the Message-ID header, or an idempotency key. */
  readonly key?: string | undefined;
  /** Bare addresses. */
  readonly recipients: readonly string[];
  /** The message as it came. With it, mixed-up bodies are found, too. */
  readonly content?: string | Uint8Array | undefined;
}

/** A provider, and a server of its own that takes everything until it is told otherwise. */
export interface TestTarget {
  readonly provider: Provider;
  /** Whatever the provider knows and must never tell. */
  readonly secrets: readonly string[];
  /** Ids that outcomes may bear besides the provider's own, where it contains others. */
  readonly ids?: readonly string[] | undefined;
  /** In order, since the start. */
  received(): readonly Received[];
  /** Attempts to send that the server saw, since the start, however far they came. */
  requests(): number;
  /** Ends the server; the provider was closed before. */
  close(): Promise<void> | void;
}

/** How the rules make a provider and drive its server. */
export interface Harness<S extends TestTarget = TestTarget> {
  /** Makes a fresh target. A rule makes up to a dozen, at once: a server listens on a port that is free. */
  make(): Promise<S> | S;
  /** How to make the server of a target behave so, on the wire, from now on. */
  readonly provoke: { readonly [A in Behaviour]?: (target: S) => Promise<unknown> | unknown };
  /** What cannot be had, each with the reason in a few words: `{ deferred: "the API does not say this" }`. */
  readonly cannot?: { readonly [N in Need]?: string } | undefined;
  /** Who the messages are from. @defaultValue `"ann@example.com"` */
  readonly from?: string | undefined;
}
