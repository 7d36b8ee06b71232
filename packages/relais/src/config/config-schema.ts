import { failureKinds } from "@relais/core";
import type { OtherWords } from "@relais/core/spi";
import { z } from "zod";
import type { ChainRules } from "./relais-config.ts";

const text = z.string().min(1);
const count = z.int().min(1);
const notNegative = z.number().min(0);
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be 1 to 64 letters, digits, ., _ or -");

/** An object whose fields may all be left out. */
const optional = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).partial();
const allOf = <T extends z.ZodType>(names: readonly string[], value: T) =>
  optional(Object.fromEntries(names.map((name) => [name, value])));
const byKind = <T extends z.ZodType>(value: T) =>
  allOf(
    failureKinds.filter((kind) => kind !== "cancelled"),
    value,
  );

const retry = optional({
  attempts: z.int().min(1).max(100),
  baseMs: notNegative,
  capMs: notNegative,
  budget: notNegative,
  refill: notNegative,
  failover: z.enum(["first", "after-retries"]),
});
const breaker = optional({
  failureRate: z.number().min(0.001).max(1),
  minimumCalls: count,
  windowMs: z.int().min(12),
  consecutiveTimeouts: count,
  resetMs: z.number().min(1),
  maxResetMs: z.number().min(1),
  maxRestMs: notNegative,
});
const rateLimit = optional({
  perSecond: z.number().min(0.001),
  perDay: z.number().min(1),
  fromProvider: z.boolean(),
  count: z.enum(["messages", "recipients"]),
  maxWaitMs: notNegative,
});
const concurrency = optional({ messages: count, bytes: z.number().min(1), queue: z.int().min(0) });
const disposition = optional({
  retry: z.boolean(),
  failover: z.boolean(),
  /** Old names of `retry` and `failover`. */
  again: z.boolean(),
  next: z.boolean(),
  health: z.enum(["success", "failure", "open", "rest", "neither"]),
});

const provider = optional({
  use: text,
  id,
  options: z.record(z.string(), z.unknown()),
  retry: z.union([z.boolean(), retry]),
  breaker: z.union([z.boolean(), breaker]),
  timeoutMs: z.number().min(1),
  afterHandOverMs: z.number().min(1),
  rateLimit: z.union([z.literal("fromProvider"), rateLimit]),
  concurrency,
  overrides: byKind(disposition),
}).required({ use: true });

/** What stands beside `options`. */
export const entryFields: readonly string[] = Object.keys(provider.shape);

/** A chain within a chain. Its own entries are checked one by one, so that each mistake has its path. */
const nested = z.strictObject({ chain: z.union([text, z.array(z.unknown()).min(1)]), id: id.optional() });

/** One entry of a chain: which of the two it is depends on whether it has a `chain`. */
export const entrySchemas: { readonly provider: z.ZodType; readonly nested: z.ZodType } = {
  provider,
  nested,
};

const rules = {
  deadlineMs: z.number().min(1),
  onUnknown: z.enum(["stop", "failover"]),
  failover: byKind(z.boolean()),
  from: text,
};
export const ruleNames: readonly (keyof ChainRules)[] = Object.keys(rules) as (keyof ChainRules)[];
const entries = z.array(z.unknown()).min(1);

/** A list of entries with its rules. */
export const chainSchema: z.ZodType = optional({ chain: entries, ...rules }).required({ chain: true });

const columns = ["id", "recipient", "subject", "body", "html", "from", "status", "trace", "claimedAt"];
const statuses = ["pending", "sending", "sent", "failed", "unknown"];
const table = optional({
  name: text,
  columns: allOf(columns, text),
  statuses: allOf(statuses, text),
}).required({ name: true });

/** Where the outbox is, and how its worker works: for the commands `relais worker` and `relais outbox`. */
const outbox = optional({
  database: text,
  folder: text,
  connections: count.max(1_000),
  concurrency: count.max(1_000),
  migrate: z.boolean(),
  maxBytesInFlight: count,
  keepSentForMs: z.union([notNegative, z.literal("never")]),
  queryTimeoutMs: z.number().min(1_000).max(3_600_000),
  table,
});

const time = z.union([z.number().min(1), z.literal("never")]);
const suppression = optional({
  softBounces: count,
  softWindowMs: count,
  expiresMs: allOf(["bounced", "soft", "complained", "unsubscribed"], time),
  keepForMs: z.number().min(86_400_000),
  earlyForMs: z.number().min(1_000),
});
const anyOptions = z.record(z.string(), z.unknown());

/** Receivers, queues and the mailbox are checked by `@relais/feedback`, which is loaded where they are used. */
const feedback = optional({
  port: z.int().min(0).max(65_535),
  host: text,
  receivers: z.record(id, optional({ use: text, options: anyOptions })),
  queues: z.array(anyOptions),
  mailbox: anyOptions,
  mailboxEveryMs: z.number().min(1_000),
  suppression,
});

/** The whole file; lists of entries are checked one by one. */
export const fileSchema: z.ZodType = optional({
  $schema: z.string(),
  chain: entries,
  chains: z.record(z.string(), z.unknown()),
  outbox,
  feedback,
  ...rules,
});

/** What people write in the place of our fields, as other libraries call them. */
export const otherWords: OtherWords = {
  providers: ["chain"],
  provider: ["use", "chain"],
  transports: ["chain"],
  transport: ["use", "chain"],
  mailers: ["chain"],
  stages: ["chains"],
  environments: ["chains"],
  sender: ["from"],
  defaultFrom: ["from"],
  type: ["use"],
  plugin: ["use"],
  package: ["use"],
  name: ["id"],
  label: ["id"],
  settings: ["options"],
  config: ["options"],
  retries: ["retry", "attempts"],
  maxRetries: ["attempts", "retry"],
  maxAttempts: ["attempts", "retry"],
  tries: ["attempts", "retry"],
  circuitBreaker: ["breaker"],
  backoff: ["baseMs", "retry"],
  delay: ["baseMs"],
  maxDelay: ["capMs"],
  threshold: ["failureRate"],
  throttle: ["rateLimit"],
  limit: ["rateLimit"],
};
