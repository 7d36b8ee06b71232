// What @relais/outbox opens. Written by `npm run api`.

// index.ts
export type { WorkerEvent } from "@relais/core";
export type { Database, Queryable, Row } from "./database/database.ts";
export { defaultFolder, type OpenOptions } from "./database/open.ts";
export type { EnqueueDefaults, EnqueueEntry } from "./enqueue/enqueue.ts";
export type { EnqueueOptions } from "./enqueue/options.ts";
export { fromDrizzle, fromKnex, fromKysely, fromMikroOrm, fromPrisma, fromSequelize, fromTypeOrm, } from "./enqueue/orm.ts";
export type { Transaction } from "./enqueue/transactions.ts";
export { type CopyProgress, copyOutbox } from "./operations/copy.ts";
export { type CancelOptions, type Operator, type ResendOptions, type ResolveOptions, resendable, } from "./operations/operator.ts";
export type { PurgeOptions } from "./operations/purge.ts";
export { createOutbox, type Outbox, type OutboxOptions } from "./outbox.ts";
export type { Enqueued } from "./store/enqueue.ts";
export { roleGrants } from "./store/grants.ts";
export { type State, states, type UnknownPolicy, unknownPolicies } from "./store/message.ts";
export { wholeSchema } from "./store/migrations.ts";
export type { ListOptions, MessageFilter, OutboxMessage, OutboxStats } from "./store/queries.ts";
export type { DeliveryTrace, Resolution, TraceAttempt } from "./store/trace.ts";
export type { TableColumns, TableMapping, TableStatuses } from "./table/mapping.ts";
export { type MessageSource, tableSource } from "./table/source.ts";
export type { BackoffOptions, WorkerObserver, WorkerOptions } from "./worker/options.ts";
export { createWorker, type Worker, type WorkerStatus } from "./worker/worker.ts";

// database/database.ts
export type Row = Record<string, unknown>;
export interface Queryable {
    query<T extends object = Row>(text: string, values?: readonly unknown[], timeoutMs?: number): Promise<readonly T[]>;
}
export interface Database extends Queryable {
    readonly kind: "postgres" | "pglite";
    readonly aside: Queryable;
    transaction<T>(run: (tx: Queryable) => Promise<T>, timeoutMs?: number): Promise<T>;
    listen(channel: string, onNotify: () => void): Promise<() => Promise<void>>;
    close(): Promise<void>;
}
export interface DatabaseOwner {
    readonly database: Database;
}
type Stop = () => Promise<unknown>;
export declare function beforeClose(database: Database, stop: Stop): () => void;
export declare function stopUsers(database: Database): Promise<void>;
export {};

// database/open.ts
import type pg from "pg";
import type { Database } from "./database.ts";
export interface OpenOptions {
    readonly database?: string | pg.Pool;
    readonly folder?: string | undefined;
    readonly connections?: number | undefined;
}
export declare function openDatabase(options: OpenOptions): Promise<Database>;
interface Surroundings {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly cwd?: string;
    readonly warn?: (sentence: string) => void;
}
export declare function defaultFolder({ env, cwd, warn, }?: Surroundings): string;
export {};

// enqueue/enqueue.ts
import { type Limits, type MessageInput, type Prepare } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type Enqueued } from "../store/enqueue.ts";
import { type EnqueueOptions } from "./options.ts";
export interface EnqueueDefaults {
    readonly from?: string | undefined;
    readonly limits?: Partial<Limits> | undefined;
    readonly prepare?: Prepare | undefined;
}
export declare function enqueue(database: Database, input: MessageInput, options: EnqueueOptions, defaults: EnqueueDefaults): Promise<Enqueued>;
export interface EnqueueEntry {
    readonly message: MessageInput;
    readonly options?: Omit<EnqueueOptions, "tx"> | undefined;
}
export declare function enqueueMany(database: Database, entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>, { tx, ...common }: EnqueueOptions, defaults: EnqueueDefaults): Promise<Enqueued[]>;

// enqueue/options.ts
import { type UnknownPolicy } from "../store/message.ts";
import type { Transaction } from "./transactions.ts";
export interface EnqueueOptions {
    readonly tx?: Transaction | null | undefined;
    readonly sendAt?: Date | string | null | undefined;
    readonly priority?: number | null | undefined;
    readonly idempotencyKey?: string | null | undefined;
    readonly tenant?: string | null | undefined;
    readonly expiresInMs?: number | null | undefined;
    readonly onUnknown?: UnknownPolicy | null | undefined;
}
export interface EnqueueSettings {
    readonly tx: Transaction | undefined;
    readonly sendAt: Date | undefined;
    readonly priority: number;
    readonly idempotencyKey: string | undefined;
    readonly tenant: string;
    readonly expiresInMs: number;
    readonly onUnknown: UnknownPolicy;
}
export declare function enqueueSettings(options: EnqueueOptions): EnqueueSettings;
export declare const checkKey: (value: unknown) => string;

// enqueue/orm.ts
import type { SqlExecutor } from "./transactions.ts";
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
interface TypeOrmManager {
    query(query: string, parameters?: never): PromiseLike<unknown>;
}
interface MikroOrmManager {
    execute(query: string, params?: never): PromiseLike<unknown>;
}
interface SequelizeLike {
    query(sql: string, options: never): PromiseLike<unknown>;
}
export declare function fromKnex(trx: KnexTransaction): SqlExecutor;
export declare function fromKysely(trx: KyselyTransaction): SqlExecutor;
export declare function fromPrisma(tx: PrismaTransaction): SqlExecutor;
export declare function fromTypeOrm(manager: TypeOrmManager): SqlExecutor;
export declare function fromMikroOrm(em: MikroOrmManager): SqlExecutor;
export declare function fromSequelize(sequelize: SequelizeLike, transaction: object): SqlExecutor;
export declare function fromDrizzle(tx: DrizzleTransaction, sql: unknown): SqlExecutor;
export {};

// enqueue/transactions.ts
import type { Queryable } from "../database/database.ts";
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
export declare function inTransaction(tx: Transaction): Queryable;
export {};

// operations/copy.ts
import type { DatabaseOwner } from "../database/database.ts";
export interface CopyProgress {
    readonly table: string;
    readonly copied: number;
    readonly total: number;
}
export declare function copyOutbox(from: DatabaseOwner, to: DatabaseOwner, onProgress?: (progress: CopyProgress) => void): Promise<number>;

// operations/operator.ts
import type { Database } from "../database/database.ts";
import type { StoredState } from "../store/message.ts";
import type { MessageFilter } from "../store/queries.ts";
interface Progress {
    readonly onProgress?: ((done: number) => void) | undefined;
}
export interface Operator extends Progress {
    readonly by: string;
    readonly reason?: string | undefined;
}
export declare const resendable: readonly StoredState[];
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
export interface CancelOptions extends Progress {
}
export declare function cancel(database: Database, filter: MessageFilter, { onProgress }?: CancelOptions): Promise<string[]>;
export {};

// operations/purge.ts
import type { Database } from "../database/database.ts";
import { type MessageFilter } from "../store/queries.ts";
export interface PurgeOptions extends MessageFilter {
    readonly state?: MessageFilter["state"];
    readonly batch?: number | undefined;
    readonly onProgress?: ((deleted: number) => void) | undefined;
}
export declare function purge(database: Database, options: PurgeOptions, isStopping?: () => boolean): Promise<number>;

// outbox.ts
import type { MessageInput } from "@relais/core";
import { type Database } from "./database/database.ts";
import { type OpenOptions } from "./database/open.ts";
import { type EnqueueDefaults, type EnqueueEntry } from "./enqueue/enqueue.ts";
import type { EnqueueOptions } from "./enqueue/options.ts";
import { type CancelOptions, type ResendOptions, type ResolveOptions } from "./operations/operator.ts";
import { type PurgeOptions } from "./operations/purge.ts";
import type { Enqueued } from "./store/enqueue.ts";
import type { State } from "./store/message.ts";
import { type ListOptions, type MessageFilter, type OutboxMessage, type OutboxStats } from "./store/queries.ts";
export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
    readonly migrate?: boolean | undefined;
}
export interface Outbox {
    enqueue(message: MessageInput, options?: EnqueueOptions): Promise<Enqueued>;
    enqueueMany(entries: Iterable<EnqueueEntry> | AsyncIterable<EnqueueEntry>, options?: EnqueueOptions): Promise<Enqueued[]>;
    get(id: string): Promise<OutboxMessage | undefined>;
    list(options?: ListOptions): Promise<OutboxMessage[]>;
    count(filter?: MessageFilter): Promise<Partial<Record<State, number>>>;
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
type WithoutUndefined<O> = O extends {
    readonly database: infer D;
} ? undefined extends D ? {
    readonly database: NonNullable<OutboxOptions["database"]>;
} : unknown : unknown;
export declare function createOutbox<O extends OutboxOptions>(given?: O & WithoutUndefined<O>): Promise<Outbox>;
export {};

// store/enqueue.ts
import type { MessageInput } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import type { UnknownPolicy } from "./message.ts";
export type StoredContent = MessageInput & {
    readonly wholeMail?: true;
};
export interface EnqueueRow {
    readonly tenant: string;
    readonly idempotencyKey?: string | undefined;
    readonly priority: number;
    readonly sendAt?: string | undefined;
    readonly expiresAt: string;
    readonly onUnknown: UnknownPolicy;
    readonly content: StoredContent;
    readonly recipients: readonly string[];
    readonly attachments: readonly {
        readonly filename?: string | undefined;
        readonly contentType?: string | undefined;
        readonly cid?: string | undefined;
        readonly disposition: "attachment" | "inline";
        readonly content: string;
    }[];
}
export interface Enqueued {
    readonly id: string;
    readonly created: boolean;
    readonly conflict: boolean;
}
export declare function insertMessage(queryable: Pick<Queryable, "query">, row: string): Promise<Enqueued>;
export declare function insertMessages(queryable: Pick<Queryable, "query">, rows: readonly string[]): Promise<Enqueued[]>;

// store/grants.ts
type Role = "application" | "worker" | "operator" | "reader";
export declare const roleGrants: Readonly<Record<Role, string>>;
export {};

// store/message.ts
import { type MessageState, messageStates } from "@relais/core/spi";
export declare const states: typeof messageStates;
export type State = MessageState;
export type StoredState = Exclude<State, "scheduled">;
export declare const isScheduledSql = "(m.state = 'deferred' and m.deferrals = 0 and m.delivery_trace->>'status' is distinct from 'deferred')";
export declare const finalStates: readonly ["sent", "partial", "failed", "expired", "cancelled"];
export declare const unknownPolicies: readonly ["hold", "resend", "assume_sent"];
export type UnknownPolicy = (typeof unknownPolicies)[number];
export interface Refusal {
    readonly address: string;
    readonly kind: string;
    readonly reason: string;
}
export interface RecipientStatus {
    readonly accepted: readonly string[];
    readonly rejected: readonly Refusal[];
    readonly unknown: readonly string[];
    readonly pending: readonly string[];
}
export declare const firstId = "00000000-0000-0000-0000-000000000000";

// store/migrations.ts
import type { Database, Queryable } from "../database/database.ts";
export interface Migration {
    readonly version: number;
    readonly sql: string;
    readonly minCompatible?: number;
}
export declare const migrations: readonly Migration[];
export declare const newest: number;
export declare function wholeSchema(): string;
export declare function migrate(database: Database): Promise<void>;
export declare function checkVersion(database: Queryable): Promise<void>;

// store/queries.ts
import type { Queryable } from "../database/database.ts";
import { type State, type UnknownPolicy } from "./message.ts";
import type { DeliveryTrace } from "./trace.ts";
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
export interface ListOptions extends MessageFilter {
    readonly limit?: number | undefined;
    readonly after?: string | undefined;
}
export interface OutboxMessage {
    readonly id: string;
    readonly tenant: string;
    readonly idempotencyKey?: string;
    readonly state: State;
    readonly recipients: readonly string[];
    readonly subject: string;
    readonly messageId?: string;
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
export declare function list(database: Queryable, options: ListOptions, defaultFrom?: string): Promise<OutboxMessage[]>;
export declare function get(database: Queryable, id: string, defaultFrom?: string): Promise<OutboxMessage | undefined>;
export declare function countByState(database: Queryable, filter: MessageFilter): Promise<Partial<Record<State, number>>>;
export declare function whereSql(filter: MessageFilter, values: unknown[]): string;
export declare function foldCounts(database: Queryable): Promise<void>;
export interface OutboxStats {
    readonly byState: Readonly<Record<State, number>>;
    readonly oldestQueuedMs: number;
    readonly rescheduled: number;
}
export declare function stats(database: Queryable): Promise<OutboxStats>;

// store/trace.ts
import type { Attempt, FailureKind } from "@relais/core";
import type { Refusal, State } from "./message.ts";
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
export interface AttemptRow {
    readonly message: string;
    readonly seq: number;
    readonly worker: string;
    readonly provider: string;
    readonly phase: "open" | "handed_over";
    readonly kind: string | null;
    readonly code: string | null;
    readonly reason: string | null;
    readonly recipients: readonly string[];
    readonly accepted: readonly string[];
    readonly rejected: readonly Refusal[];
    readonly provider_message_id: string | null;
    readonly started_at: Date;
    readonly ended_at: Date | null;
}
export declare function traceEntries(attempts: readonly Attempt[], worker: string, before: number): TraceAttempt[];
export declare function traceEntryOf(row: AttemptRow, n: number): TraceAttempt;
type Entries = Pick<DeliveryTrace, "attempts">;
export declare function lastNumber({ attempts }: Entries): number;
export declare function lastSuccess({ attempts }: Entries): Pick<DeliveryTrace, "provider" | "messageId">;
export declare function toPgText(text: string): string;
export declare function storable(text: string): string;
export declare function storableId(text: string): string;
export {};

// table/mapping.ts
import type { Queryable } from "../database/database.ts";
import type { State } from "../store/message.ts";
export interface ColumnTypes {
    readonly id: string;
    readonly status: string;
    readonly trace: string;
}
export declare function columnTypes(database: Queryable, mapping: QuotedMapping): Promise<ColumnTypes>;
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
export declare function statusFor(state: State, { status }: QuotedMapping): string;

// table/source.ts
import type { DatabaseOwner } from "../database/database.ts";
import { type TableMapping } from "./mapping.ts";
export interface MessageSource {
    round(): Promise<number>;
}
export declare function tableSource(outbox: DatabaseOwner, mapping: TableMapping): MessageSource;

// worker/options.ts
import type { Observer, WorkerEvent } from "@relais/core";
import type { MessageSource } from "../table/source.ts";
export type WorkerObserver = Observer<WorkerEvent>;
export interface BackoffOptions {
    readonly baseMs?: number | undefined;
    readonly capMs?: number | undefined;
}
export interface WorkerOptions {
    readonly concurrency?: number | undefined;
    readonly name?: string | undefined;
    readonly backoff?: BackoffOptions | undefined;
    readonly observers?: readonly Observer<WorkerEvent>[] | undefined;
    readonly maxBytesInFlight?: number | undefined;
    readonly keepSentForMs?: number | undefined;
    readonly queryTimeoutMs?: number | undefined;
    readonly sources?: readonly MessageSource[] | undefined;
}
type Complete<T> = {
    readonly [K in keyof T]-?: Exclude<T[K], undefined>;
};
export type WorkerSettings = Complete<WorkerOptions> & {
    readonly backoff: Complete<BackoffOptions>;
};
export declare function workerSettings(options: WorkerOptions): WorkerSettings;
export {};

// worker/worker.ts
import type { Chain } from "@relais/core";
import { type DatabaseOwner } from "../database/database.ts";
import { type WorkerOptions } from "./options.ts";
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
interface WorkerOutbox extends DatabaseOwner {
    readonly defaultFrom: string | undefined;
}
type WorkerChain = Pick<Chain, "send"> & Partial<Pick<Chain, "id" | "observers">>;
export declare function createWorker(outbox: WorkerOutbox, chain: WorkerChain, options?: WorkerOptions): Worker;
export {};
