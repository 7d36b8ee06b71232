// What @relais/outbox opens. Written by `npm run api`.

// index.ts
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
export { type CancelOptions, type Operator, type ResendOptions, type ResolveOptions, resendable, } from "./resolve.ts";
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

// copy.ts
import type { Outbox } from "./outbox.ts";
export interface CopyProgress {
    readonly table: string;
    readonly copied: number;
    readonly total: number;
}
export declare function copyOutbox(from: Outbox, to: Outbox, onProgress?: (progress: CopyProgress) => void): Promise<number>;

// database/database.ts
export type Row = Record<string, unknown>;
export interface Queryable {
    query<T extends object = Row>(text: string, values?: readonly unknown[], timeoutMs?: number): Promise<readonly T[]>;
}
export interface Database extends Queryable {
    readonly kind: "postgres" | "pglite";
    readonly aside: Queryable;
    transaction<T>(run: (tx: Queryable) => Promise<T>, timeoutMs?: number): Promise<T>;
    listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
    close(): Promise<void>;
}

// database/open-database.ts
import type pg from "pg";
import type { Database } from "./database.ts";
export interface OpenOptions {
    readonly database?: string | pg.Pool | undefined;
    readonly folder?: string | undefined;
    readonly connections?: number | undefined;
}
export declare function openDatabase({ database, folder, connections }: OpenOptions): Promise<Database>;

// enqueue-options.ts
import { type UnknownPolicy } from "./state.ts";
import type { Transaction } from "./transaction.ts";
export interface EnqueueOptions {
    readonly tx?: Transaction | undefined;
    readonly sendAt?: Date | string | undefined;
    readonly priority?: number | undefined;
    readonly idempotencyKey?: string | undefined;
    readonly tenant?: string | undefined;
    readonly expiresInMs?: number | undefined;
    readonly onUnknown?: UnknownPolicy | undefined;
}
export interface EnqueueFields {
    readonly tenant: string;
    readonly idempotencyKey?: string | undefined;
    readonly priority: number;
    readonly sendAt?: string | undefined;
    readonly expiresAt: string;
    readonly onUnknown: UnknownPolicy;
}
export declare function dueAt({ sendAt }: EnqueueOptions): number | undefined;
export declare function enqueueFields(options: EnqueueOptions, id: string | undefined): EnqueueFields;

// enqueue.ts
import { type Limits, type MessageInput } from "@relais/core";
import type { Database } from "./database/database.ts";
import { type EnqueueOptions } from "./enqueue-options.ts";
export interface Enqueued {
    readonly id: string;
    readonly created: boolean;
}
export interface EnqueueDefaults {
    readonly from?: string | undefined;
    readonly limits?: Partial<Limits> | undefined;
}
export declare function enqueue(database: Database, input: MessageInput, options: EnqueueOptions, defaults: EnqueueDefaults): Promise<Enqueued>;
export interface EnqueueEntry {
    readonly message: MessageInput;
    readonly options?: Omit<EnqueueOptions, "tx"> | undefined;
}
export declare function enqueueMany(database: Database, entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>, options: EnqueueOptions, defaults: EnqueueDefaults): Promise<Enqueued[]>;

// filter.ts
import { type State } from "./state.ts";
export interface MessageFilter {
    readonly ids?: readonly string[] | undefined;
    readonly state?: State | readonly State[] | undefined;
    readonly tenant?: string | undefined;
    readonly recipient?: string | undefined;
    readonly provider?: string | undefined;
    readonly from?: Date | undefined;
    readonly to?: Date | undefined;
    readonly olderThanMs?: number | undefined;
}
export declare function checkId(id: unknown): string;
export declare function whereSql(filter: MessageFilter, values: unknown[]): string;

// list.ts
import type { Database } from "./database/database.ts";
import { type MessageFilter } from "./filter.ts";
import { type OutboxMessage } from "./outbox-message.ts";
export interface ListOptions extends MessageFilter {
    readonly limit?: number | undefined;
    readonly after?: string | undefined;
}
export declare function list(database: Database, options: ListOptions): Promise<OutboxMessage[]>;
export declare function get(database: Database, id: string): Promise<OutboxMessage | undefined>;

// orm.ts
import type { SqlExecutor } from "./transaction.ts";
interface KnexTransaction {
    raw(sql: string, bindings?: readonly unknown[]): PromiseLike<unknown>;
}
interface KyselyTransaction {
    executeQuery(query: never): Promise<{
        readonly rows: readonly unknown[];
    }>;
}
interface PrismaTransaction {
    $queryRawUnsafe(query: string, ...values: never[]): PromiseLike<unknown>;
}
interface DrizzleTransaction {
    execute(query: never): PromiseLike<unknown>;
}
export declare function fromKnex(trx: KnexTransaction): SqlExecutor;
export declare function fromKysely(trx: KyselyTransaction): SqlExecutor;
export declare function fromPrisma(tx: PrismaTransaction): SqlExecutor;
export declare function fromDrizzle(tx: DrizzleTransaction, sql: unknown): SqlExecutor;
export {};

// outbox-message.ts
import type { State, UnknownPolicy } from "./state.ts";
import type { DeliveryTrace } from "./trace.ts";
export interface OutboxMessage {
    readonly id: string;
    readonly tenant: string;
    readonly idempotencyKey?: string;
    readonly state: State;
    readonly recipients: readonly string[];
    readonly subject: string;
    readonly priority: number;
    readonly accepted: readonly string[];
    readonly rejected: readonly {
        readonly address: string;
        readonly kind: string;
        readonly reason: string;
    }[];
    readonly provider?: string;
    readonly providerMessageId?: string;
    readonly attempts: number;
    readonly lastError?: string;
    readonly onUnknown: UnknownPolicy;
    readonly notBefore: Date;
    readonly expiresAt: Date;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly endedAt?: Date;
    readonly worker?: string;
    readonly deliveryTrace: DeliveryTrace;
}
export declare const messageColumns: string;
export declare function outboxMessage(row: Record<string, unknown>): OutboxMessage;

// outbox.ts
import type { MessageInput } from "@relais/core";
import type { Database } from "./database/database.ts";
import { type OpenOptions } from "./database/open-database.ts";
import { type EnqueueDefaults, type Enqueued, type EnqueueEntry } from "./enqueue.ts";
import type { EnqueueOptions } from "./enqueue-options.ts";
import { type MessageFilter } from "./filter.ts";
import { type ListOptions } from "./list.ts";
import type { OutboxMessage } from "./outbox-message.ts";
import { type PurgeOptions } from "./purge.ts";
import { type CancelOptions, type ResendOptions, type ResolveOptions } from "./resolve.ts";
import { type OutboxStats } from "./stats.ts";
export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
    readonly migrate?: boolean | undefined;
}
export interface Outbox {
    enqueue(message: MessageInput, options?: EnqueueOptions): Promise<Enqueued>;
    enqueueMany(entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>, options?: EnqueueOptions): Promise<Enqueued[]>;
    get(id: string): Promise<OutboxMessage | undefined>;
    list(options?: ListOptions): Promise<OutboxMessage[]>;
    cancel(id: string): Promise<boolean>;
    cancelMany(filter: MessageFilter, options?: CancelOptions): Promise<string[]>;
    resend(id: string, options: ResendOptions): Promise<boolean>;
    resendMany(filter: MessageFilter, options: ResendOptions): Promise<string[]>;
    resolve(filter: MessageFilter, options: ResolveOptions): Promise<string[]>;
    purge(options?: PurgeOptions): Promise<number>;
    stats(): Promise<OutboxStats>;
    ping(): Promise<void>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
    readonly database: Database;
    readonly defaultFrom: string | undefined;
}
export declare function createOutbox(options?: OutboxOptions): Promise<Outbox>;

// purge.ts
import type { Database } from "./database/database.ts";
import { type MessageFilter } from "./filter.ts";
export interface PurgeOptions extends MessageFilter {
    readonly state?: MessageFilter["state"];
    readonly batch?: number | undefined;
    readonly onProgress?: ((deleted: number) => void) | undefined;
}
export declare function purge(database: Database, options: PurgeOptions): Promise<number>;

// resolve.ts
import type { Database } from "./database/database.ts";
import type { MessageFilter } from "./filter.ts";
import type { State } from "./state.ts";
export interface Operator {
    readonly by: string;
    readonly reason?: string | undefined;
    readonly onProgress?: ((done: number) => void) | undefined;
}
export declare const resendable: readonly State[];
export interface ResendOptions extends Operator {
    readonly dryRun?: boolean | undefined;
    readonly expiresInMs?: number | undefined;
    readonly limit?: number | undefined;
}
export declare function resend(database: Database, filter: MessageFilter, options: ResendOptions): Promise<string[]>;
export interface ResolveOptions extends Operator {
    readonly as: "sent" | "failed";
}
export declare function resolve(database: Database, filter: MessageFilter, options: ResolveOptions): Promise<string[]>;
export interface CancelOptions {
    readonly onProgress?: ((done: number) => void) | undefined;
}
export declare function cancel(database: Database, filter: MessageFilter, { onProgress }?: CancelOptions): Promise<string[]>;

// schema/migrations.ts
export declare const schema = "relais";
export declare const queueSchema = "relais_queue";
export interface Migration {
    readonly version: number;
    readonly sql: string;
}
export declare const migrations: readonly Migration[];
export declare const newest: number;
export declare function wholeSchema(): string;

// state.ts
export declare const states: readonly ["queued", "sending", "deferred", "sent", "partial", "unknown", "failed", "expired", "cancelled"];
export type State = (typeof states)[number];
export declare const unknownPolicies: readonly ["hold", "resend", "assume_sent"];
export type UnknownPolicy = (typeof unknownPolicies)[number];

// stats.ts
import type { Queryable } from "./database/database.ts";
import { type State } from "./state.ts";
export interface OutboxStats {
    readonly byState: Readonly<Record<State, number>>;
    readonly oldestQueuedMs: number;
    readonly rescheduled: number;
}
export declare function stats(database: Queryable): Promise<OutboxStats>;

// table/table-mapping.ts
import type { State } from "../state.ts";
export interface TableColumns {
    readonly id?: string | undefined;
    readonly recipient?: string | undefined;
    readonly subject?: string | undefined;
    readonly body?: string | undefined;
    readonly html?: string | undefined;
    readonly from?: string | undefined;
    readonly status?: string | undefined;
    readonly trace?: string | undefined;
    readonly claimedAt?: string | undefined;
}
export interface TableStatuses {
    readonly pending?: string | undefined;
    readonly sending?: string | undefined;
    readonly sent?: string | undefined;
    readonly failed?: string | undefined;
    readonly unknown?: string | undefined;
}
export interface TableMapping {
    readonly name: string;
    readonly columns?: TableColumns | undefined;
    readonly statuses?: TableStatuses | undefined;
}
export interface QuotedMapping {
    readonly name: string;
    readonly table: string;
    readonly column: Readonly<Record<keyof TableColumns, string | undefined>>;
    readonly status: Readonly<Record<keyof TableStatuses, string>>;
}
export declare function quotedMapping(mapping: TableMapping): QuotedMapping;
export declare function wordFor(state: State, { status }: QuotedMapping): string;

// table/table-source.ts
import type { Outbox } from "../outbox.ts";
import { type TableMapping } from "./table-mapping.ts";
export interface MessageSource {
    round(): Promise<number>;
}
export declare function tableSource(outbox: Outbox, mapping: TableMapping): MessageSource;

// trace.ts
import type { FailureKind } from "@relais/core";
import type { State } from "./state.ts";
export interface TraceAttempt {
    readonly n: number;
    readonly provider: string;
    readonly at: string;
    readonly ms: number;
    readonly phase: "open" | "handed_over";
    readonly success?: true;
    readonly messageId?: string;
    readonly kind?: FailureKind;
    readonly code?: string;
    readonly reason?: string;
    readonly skipped?: true;
    readonly times?: number;
    readonly lastAt?: string;
    readonly late?: true;
    readonly recipients?: number;
    readonly accepted?: number;
    readonly worker: string;
}
export interface Resolution {
    readonly by: string;
    readonly as: "sent" | "failed" | "resend";
    readonly at: string;
    readonly note?: string;
}
export interface DeliveryTrace {
    readonly v: 1;
    readonly status: State;
    readonly provider?: string;
    readonly messageId?: string;
    readonly attempts: readonly TraceAttempt[];
    readonly omitted?: number;
    readonly possibleDuplicate?: true;
    readonly resolution: Resolution | null;
}
export declare function storable(text: string): string;
export declare function storableId(text: string): string;
export declare function holdable(text: string): string;

// transaction.ts
type Rows = readonly unknown[];
interface QueryClient {
    query(text: string, values?: unknown[]): Promise<Rows | {
        readonly rows: Rows;
    }>;
}
export interface SqlExecutor {
    executeSql(text: string, values?: unknown[]): Promise<{
        readonly rows: readonly unknown[];
    }>;
}
export type Transaction = QueryClient | SqlExecutor;
export declare function runIn<T>(tx: Transaction, text: string, values: unknown[]): Promise<readonly T[]>;
export {};

// worker/backoff.ts
export interface BackoffOptions {
    readonly baseMs?: number | undefined;
    readonly capMs?: number | undefined;
}
export declare function backoff(deferrals: number, { baseMs, capMs }: BackoffOptions, random?: () => number): number;

// worker/worker-event.ts
import type { Delivery } from "@relais/core";
import type { State } from "../state.ts";
interface At {
    readonly at: number;
}
export type WorkerEvent = (At & {
    readonly type: "settled";
    readonly message: string;
    readonly tenant: string;
    readonly state: State;
    readonly provider?: string | undefined;
    readonly error?: string | undefined;
    readonly notBefore?: number | undefined;
    readonly ms: number;
    readonly delivery?: Delivery | undefined;
    readonly possibleDuplicate?: boolean | undefined;
}) | (At & {
    readonly type: "recovered";
    readonly message: string;
    readonly state: State;
}) | (At & {
    readonly type: "lease-lost";
    readonly message: string;
}) | (At & {
    readonly type: "late";
    readonly message: string;
    readonly state: State;
}) | (At & {
    readonly type: "error";
    readonly during: string;
    readonly error: string;
});
export type WorkerObserver = (event: WorkerEvent) => void;
export {};

// worker/worker-options.ts
import type { MessageSource } from "../table/table-source.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { WorkerObserver } from "./worker-event.ts";
export interface WorkerOptions {
    readonly concurrency?: number | undefined;
    readonly name?: string | undefined;
    readonly backoff?: BackoffOptions | undefined;
    readonly observers?: readonly WorkerObserver[] | undefined;
    readonly maxBytesInFlight?: number | undefined;
    readonly keepSentForMs?: number | undefined;
    readonly queryTimeoutMs?: number | undefined;
    readonly sources?: readonly MessageSource[] | undefined;
}
export interface WorkerSettings {
    readonly concurrency: number;
    readonly maxBytesInFlight: number;
    readonly name: string;
    readonly backoff: BackoffOptions;
    readonly observers: readonly WorkerObserver[];
    readonly keepSentForMs: number;
    readonly queryTimeoutMs: number;
    readonly sources: readonly MessageSource[];
}
export declare function workerSettings(options: WorkerOptions): WorkerSettings;

// worker/worker.ts
import type { Chain } from "@relais/core";
import type { Outbox } from "../outbox.ts";
import { type WorkerOptions } from "./worker-options.ts";
export interface Worker {
    readonly name: string;
    start(): Promise<void>;
    stop(options?: {
        readonly graceMs?: number | undefined;
    }): Promise<void>;
    status(): WorkerStatus;
    [Symbol.asyncDispose](): Promise<void>;
}
export interface WorkerStatus {
    readonly state: "new" | "working" | "stopping" | "stopped";
    readonly busy: number;
    readonly concurrency: number;
    readonly tickedAt: number;
}
export declare function createWorker(outbox: Outbox, chain: Pick<Chain, "send">, options?: WorkerOptions): Worker;
