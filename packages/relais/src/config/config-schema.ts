import { failureKinds } from "@relais/core";
import { z } from "zod";

const count = z.int().min(1);
const overridable = failureKinds.filter((kind) => kind !== "cancelled");
const text = z.string().min(1);
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be 1 to 64 letters, digits, ., _ or -");

const disposition = z.strictObject({
  retry: z.boolean().optional(),
  failover: z.boolean().optional(),
  /** Old names of `retry` and `failover`. */
  again: z.boolean().optional(),
  next: z.boolean().optional(),
  health: z.enum(["success", "failure", "open", "rest", "neither"]).optional(),
});
const byKind = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(overridable.map((kind) => [kind, value.optional()])));

const provider = z.strictObject({
  use: text,
  id: id.optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  retry: z
    .union([
      z.boolean(),
      z.strictObject({
        attempts: z.int().min(1).max(100).optional(),
        baseMs: z.number().min(0).optional(),
        capMs: z.number().min(0).optional(),
        budget: z.number().min(0).optional(),
        refill: z.number().min(0).optional(),
      }),
    ])
    .optional(),
  breaker: z
    .union([
      z.boolean(),
      z.strictObject({
        failureRate: z.number().min(0.001).max(1).optional(),
        minimumCalls: count.optional(),
        windowMs: z.int().min(12).optional(),
        resetMs: z.number().min(1).optional(),
        maxResetMs: z.number().min(1).optional(),
        maxRestMs: z.number().min(0).optional(),
      }),
    ])
    .optional(),
  timeoutMs: z.number().min(1).optional(),
  afterHandOverMs: z.number().min(1).optional(),
  rateLimit: z
    .union([
      z.literal("fromProvider"),
      z.strictObject({
        perSecond: z.number().min(0.001).optional(),
        perDay: z.number().min(1).optional(),
        fromProvider: z.boolean().optional(),
        count: z.enum(["messages", "recipients"]).optional(),
        maxWaitMs: z.number().min(0).optional(),
      }),
    ])
    .optional(),
  concurrency: z
    .strictObject({
      messages: count.optional(),
      bytes: z.number().min(1).optional(),
      queue: z.int().min(0).optional(),
    })
    .optional(),
  overrides: byKind(disposition).optional(),
});

/** A chain within a chain. Its own entries are looked at one by one, so that each mistake has its path. */
const nested = z.strictObject({ chain: z.union([text, z.array(z.unknown()).min(1)]), id: id.optional() });

const rules = {
  deadlineMs: z.number().min(1).optional(),
  onUnknown: z.enum(["stop", "failover"]).optional(),
  failover: byKind(z.boolean()).optional(),
  from: text.optional(),
};

const tableColumns = [
  "id",
  "recipient",
  "subject",
  "body",
  "html",
  "from",
  "status",
  "trace",
  "claimedAt",
] as const;
const tableStatuses = ["pending", "sending", "sent", "failed", "unknown"] as const;
const words = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, text.optional()]));

/** Where the outbox is, and how its worker works: for the commands `relais worker` and `relais outbox`. */
const outbox = z.strictObject({
  database: text.optional(),
  folder: text.optional(),
  connections: count.max(1_000).optional(),
  concurrency: count.max(1_000).optional(),
  migrate: z.boolean().optional(),
  maxBytesInFlight: count.optional(),
  keepSentForMs: z.union([z.number().min(0), z.literal("never")]).optional(),
  queryTimeoutMs: z.number().min(1_000).max(3_600_000).optional(),
  table: z
    .strictObject({
      name: text,
      columns: z.strictObject(words(tableColumns)).optional(),
      statuses: z.strictObject(words(tableStatuses)).optional(),
    })
    .optional(),
});

/** One entry of a chain: which of the two it is depends on whether it has a `chain`. */
export const entrySchemas: { readonly provider: z.ZodType; readonly nested: z.ZodType } = {
  provider,
  nested,
};

/** What stands around a list of entries. */
export const chainSchema: z.ZodType = z.strictObject({ chain: z.array(z.unknown()).min(1), ...rules });

/** The whole file; lists of entries are looked at one by one. */
export const fileSchema: z.ZodType = z.strictObject({
  $schema: z.string().optional(),
  chain: z.array(z.unknown()).min(1).optional(),
  chains: z.record(z.string(), z.unknown()).optional(),
  outbox: outbox.optional(),
  ...rules,
});
