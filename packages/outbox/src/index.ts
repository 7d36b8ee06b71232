// The public API: an outbox, and the worker that sends what is in it.
export type { WorkerEvent } from "@relais/core";
export type { Database, Queryable, Row } from "./database/database.ts";
export { databaseError } from "./database/faults.ts";
export { defaultFolder, type OpenOptions } from "./database/open.ts";
export type { EnqueueDefaults, EnqueueEntry } from "./enqueue/enqueue.ts";
export type { EnqueueOptions } from "./enqueue/options.ts";
export {
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromMikroOrm,
  fromPrisma,
  fromSequelize,
  fromTypeOrm,
} from "./enqueue/orm.ts";
export type { Transaction } from "./enqueue/transactions.ts";
export type { FeedbackRound, OutboxFeedback, SettledMessage } from "./feedback/feedback.ts";
export type { FeedbackOptions } from "./feedback/options.ts";
export type {
  OutboxSuppression,
  SuppressionHistory,
  SuppressionListOptions,
} from "./feedback/suppression-list.ts";
export { type CopyProgress, copyOutbox } from "./operations/copy.ts";
export {
  type CancelOptions,
  type Operator,
  type ResendOptions,
  type ResolveOptions,
  resendable,
} from "./operations/operator.ts";
export type { PurgeOptions } from "./operations/purge.ts";
export { createOutbox, type Outbox, type OutboxOptions } from "./outbox.ts";
export type { Enqueued } from "./store/enqueue.ts";
export type { StoredEvent } from "./store/events.ts";
export type { FeedbackStats, ProviderFeedback } from "./store/feedback-counts.ts";
export { roleGrants } from "./store/grants.ts";
export { type State, states, type UnknownPolicy, unknownPolicies } from "./store/message.ts";
export { wholeSchema } from "./store/migrations.ts";
export type { ListOptions, MessageFilter, OutboxMessage, OutboxStats } from "./store/queries.ts";
export type { SuppressionFilter } from "./store/suppression.ts";
export type { DeliveryTrace, Resolution, TraceAttempt } from "./store/trace.ts";
export type { TableColumns, TableMapping, TableStatuses } from "./table/mapping.ts";
export { type MessageSource, tableSource } from "./table/source.ts";
export type { BackoffOptions, WorkerObserver, WorkerOptions } from "./worker/options.ts";
export { createWorker, type Worker, type WorkerStatus } from "./worker/worker.ts";
