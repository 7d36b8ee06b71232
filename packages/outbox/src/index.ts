// The application's door: an outbox, and the worker that sends what is in it.
export { type CopyProgress, copyOutbox } from "./copy.ts";
export type { Database, Queryable, Row } from "./database/database.ts";
export type { OpenOptions } from "./database/open-database.ts";
export type { EnqueueDefaults, Enqueued, EnqueueEntry } from "./enqueue.ts";
export type { EnqueueOptions } from "./enqueue-options.ts";
export type { MessageFilter } from "./filter.ts";
export type { ListOptions } from "./list.ts";
export { fromDrizzle, fromKnex, fromKysely, fromPrisma } from "./orm.ts";
export { createOutbox, type Outbox, type OutboxOptions } from "./outbox.ts";
export type { OutboxMessage } from "./outbox-message.ts";
export type { PurgeOptions } from "./purge.ts";
export {
  type CancelOptions,
  type Operator,
  type ResendOptions,
  type ResolveOptions,
  resendable,
} from "./resolve.ts";
export { wholeSchema } from "./schema/migrations.ts";
export { type State, states, type UnknownPolicy, unknownPolicies } from "./state.ts";
export type { OutboxStats } from "./stats.ts";
export type { TableColumns, TableMapping, TableStatuses } from "./table/table-mapping.ts";
export { type MessageSource, tableSource } from "./table/table-source.ts";
export type { DeliveryTrace, Resolution, TraceAttempt } from "./trace.ts";
export type { Transaction } from "./transaction.ts";
export type { BackoffOptions } from "./worker/backoff.ts";
export { createWorker, type Worker, type WorkerStatus } from "./worker/worker.ts";
export type { WorkerEvent, WorkerObserver } from "./worker/worker-event.ts";
export type { WorkerOptions } from "./worker/worker-options.ts";
