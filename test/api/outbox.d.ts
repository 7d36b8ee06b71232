// What @relais/outbox opens. Written by `npm run api`.

// index.ts
export type { WorkerEvent } from "@relais/core";
export type { Database, Queryable, Row } from "./database/database.ts";
export { databaseError } from "./database/faults.ts";
export { defaultFolder, type OpenOptions } from "./database/open.ts";
export type { EnqueueDefaults, EnqueueEntry } from "./enqueue/enqueue.ts";
export type { EnqueueOptions } from "./enqueue/options.ts";
export { fromDrizzle, fromKnex, fromKysely, fromMikroOrm, fromPrisma, fromSequelize, fromTypeOrm, } from "./enqueue/orm.ts";
export type { Transaction } from "./enqueue/transactions.ts";
export type { FeedbackRound, OutboxFeedback, SettledMessage } from "./feedback/feedback.ts";
export type { FeedbackOptions } from "./feedback/options.ts";
export type { OutboxSuppression, SuppressionHistory, SuppressionListOptions, } from "./feedback/suppression-list.ts";
export { type CopyProgress, copyOutbox } from "./operations/copy.ts";
export { type CancelOptions, type Operator, type ResendOptions, type ResolveOptions, resendable, } from "./operations/operator.ts";
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

// database/database.ts
export type Row = Record<string, unknown>;
export interface Queryable {
    query<T extends object = Row>(text: string, values?: readonly unknown[], timeoutMs?: number): Promise<readonly T[]>;
}
export interface Database extends Queryable {
    readonly kind: "postgres" | "pglite";
    readonly name: string;
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

// database/faults.ts
export declare function withRemedy(text: string): (error: unknown) => never;
export declare function databaseError(what: string, error: unknown, name: string): string;
export declare function cannotOpen(error: unknown, name: string): Error;

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

// feedback/feedback.ts
import { type FeedbackStore, type Observer, type OutboxEvent } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type FeedbackStats } from "../store/feedback-counts.ts";
import type { State } from "../store/message.ts";
import type { FeedbackSettings } from "./options.ts";
export interface SettledMessage {
    readonly message: string;
    readonly state: State;
}
export interface FeedbackRound {
    readonly matched: number;
    readonly foreign: number;
    readonly settled: readonly SettledMessage[];
}
export interface OutboxFeedback extends FeedbackStore {
    round(queryTimeoutMs?: number): Promise<FeedbackRound>;
    stats(queryTimeoutMs?: number): Promise<FeedbackStats>;
}
export declare function feedbackStore(own: Database, settings: FeedbackSettings, observe?: Observer<OutboxEvent>): OutboxFeedback;

// feedback/options.ts
export interface FeedbackOptions {
    readonly softBounces?: number | undefined;
    readonly softWindowMs?: number | undefined;
    readonly expiresMs?: {
        readonly bounced?: number | undefined;
        readonly soft?: number | undefined;
        readonly complained?: number | undefined;
        readonly unsubscribed?: number | undefined;
    } | undefined;
    readonly keepForMs?: number | undefined;
    readonly earlyForMs?: number | undefined;
}
type NumberName = "softBounces" | "softWindowMs" | "keepForMs" | "earlyForMs";
type ExpiryName = "bounced" | "soft" | "complained" | "unsubscribed";
export type FeedbackSettings = Readonly<Record<NumberName, number>> & {
    readonly expiresMs: Readonly<Record<ExpiryName, number>>;
};
export declare function feedbackSettings(options?: FeedbackOptions): FeedbackSettings;
export {};

// feedback/suppression-list.ts
import type { SuppressionEntry, SuppressionInput, SuppressionList, SuppressionRemoval } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type StoredEvent } from "../store/events.ts";
import { type SuppressionFilter } from "../store/suppression.ts";
export interface SuppressionListOptions extends SuppressionFilter {
    readonly limit?: number | undefined;
    readonly after?: Pick<SuppressionEntry, "tenant" | "address" | "stream" | "reason"> | undefined;
}
export interface SuppressionHistory {
    readonly entries: readonly SuppressionEntry[];
    readonly events: readonly StoredEvent[];
}
export interface OutboxSuppression extends SuppressionList {
    list(options?: SuppressionListOptions): Promise<readonly SuppressionEntry[]>;
    show(address: string, which?: Pick<SuppressionRemoval, "tenant">): Promise<SuppressionHistory>;
    add(entry: string | SuppressionInput): Promise<void>;
    remove(address: string, which?: SuppressionRemoval): Promise<readonly SuppressionEntry[]>;
    import(entries: Iterable<SuppressionInput> | AsyncIterable<SuppressionInput>): Promise<number>;
    export(filter?: SuppressionFilter): AsyncIterable<SuppressionEntry>;
}
export declare function suppressionList(database: Database): OutboxSuppression;

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
import type { MessageInput, Observer, OutboxEvent } from "@relais/core";
import { type Database } from "./database/database.ts";
import { type OpenOptions } from "./database/open.ts";
import { type EnqueueDefaults, type EnqueueEntry } from "./enqueue/enqueue.ts";
import type { EnqueueOptions } from "./enqueue/options.ts";
import { type OutboxFeedback } from "./feedback/feedback.ts";
import { type FeedbackOptions } from "./feedback/options.ts";
import { type OutboxSuppression } from "./feedback/suppression-list.ts";
import { type CancelOptions, type ResendOptions, type ResolveOptions } from "./operations/operator.ts";
import { type PurgeOptions } from "./operations/purge.ts";
import type { Enqueued } from "./store/enqueue.ts";
import { type StoredEvent } from "./store/events.ts";
import type { State } from "./store/message.ts";
import { type ListOptions, type MessageFilter, type OutboxMessage, type OutboxStats } from "./store/queries.ts";
export interface OutboxOptions extends OpenOptions, EnqueueDefaults {
    readonly feedback?: FeedbackOptions | undefined;
    readonly observers?: readonly Observer<OutboxEvent>[] | undefined;
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
    events(id: string): Promise<readonly StoredEvent[]>;
    readonly feedback: OutboxFeedback;
    readonly suppression: OutboxSuppression;
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

// store/attempts.ts
import type { Outcome } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import type { Refusal } from "./message.ts";
import { type AttemptRow } from "./trace.ts";
export interface AttemptKey {
    readonly message: string;
    readonly seq: number;
    readonly claim: number;
}
export interface AttemptStart extends AttemptKey {
    readonly worker: string;
    readonly provider: string;
    readonly recipients: readonly string[];
    readonly guard?: {
        readonly addresses: readonly string[];
        readonly stream: string;
        readonly ignore: readonly string[];
    };
}
export interface AttemptMark extends AttemptStart {
    readonly phase: "open" | "handed_over";
    readonly opened: boolean;
}
export interface AttemptEnd extends AttemptKey {
    readonly kind: string;
    readonly code: string | null;
    readonly reason: string | null;
    readonly provider_message_id: string | null;
    readonly accepted: readonly string[];
    readonly rejected: readonly Refusal[];
}
export declare function attemptEnd({ message, seq, claim }: AttemptKey, outcome: Outcome): AttemptEnd;
export declare const isSendingSql = "m.state between 'sending' and 'sending'";
export declare const isInFlightSql = "coalesce(a.kind, '') = ''";
export declare function writeAttempts(database: Queryable, marks: readonly AttemptMark[]): Promise<boolean[]>;
export declare const endSql: (ends: string, messages: string, now?: "in flight" | "unknown") => string;
export declare function endAttempts(database: Queryable, ends: readonly AttemptEnd[]): Promise<boolean[]>;
export declare const doubtfulSql: (message: string) => string;
export declare function attemptsOf(tx: Queryable, messages: readonly string[]): Promise<ReadonlyMap<string, readonly AttemptRow[]>>;

// store/claims.ts
import type { AttachmentInput } from "@relais/core";
import type { Database, Queryable } from "../database/database.ts";
import type { StoredContent } from "./enqueue.ts";
import type { Refusal, UnknownPolicy } from "./message.ts";
import type { SuppressedRow } from "./suppression.ts";
import type { DeliveryTrace } from "./trace.ts";
export interface ClaimedMessage {
    readonly id: string;
    readonly tenant: string;
    readonly claim: number;
    readonly content: StoredContent;
    readonly recipients: readonly string[] | null;
    readonly accepted: readonly string[];
    readonly rejected: readonly Refusal[];
    readonly priority: number;
    readonly turn: number;
    readonly on_unknown: UnknownPolicy;
    readonly deferrals: number;
    readonly seq: number;
    readonly created_at: Date;
    readonly expires_at: Date;
    readonly delivery_trace: DeliveryTrace;
    readonly attachments: number;
    readonly last_error: string | null;
    readonly recoveries: number;
    readonly bytes: number;
    readonly doubtful: readonly string[];
    readonly suppressed?: readonly SuppressedRow[] | null;
}
export interface ClaimOptions {
    readonly limit: number;
    readonly worker: string;
    readonly lease: string;
    readonly bytes: number;
    readonly allowLarger: boolean;
    readonly checks?: boolean;
    readonly recovered?: boolean;
}
export declare function claimLimit(room: number): number;
export declare function claimMessages(database: Database, { limit, worker, lease, bytes, allowLarger, checks, recovered }: ClaimOptions): Promise<readonly ClaimedMessage[]>;
export declare function hasRecovered(database: Database): Promise<boolean>;
export declare function releaseClaim(database: Database, { id, claim }: Pick<ClaimedMessage, "id" | "claim">): Promise<void>;
export interface KnownRecipients {
    readonly message: string;
    readonly claim: number;
    readonly recipients: readonly string[];
}
export declare function writeRecipients(database: Database, known: readonly KnownRecipients[]): Promise<void>;
interface AttachmentRow {
    readonly n: number;
    readonly filename: string | null;
    readonly content_type: string | null;
    readonly cid: string | null;
    readonly disposition: "attachment" | "inline";
    readonly bytes: number;
    readonly content: Uint8Array | null;
}
export declare function readAttachments(database: Queryable, message: string): Promise<AttachmentInput[]>;
export declare function readAttachment(database: Queryable, message: string, { n, bytes }: Pick<AttachmentRow, "n" | "bytes">): Promise<Uint8Array>;
export {};

// store/completions.ts
import type { Queryable } from "../database/database.ts";
import { type AttemptEnd } from "./attempts.ts";
import { type RecipientStatus } from "./message.ts";
import type { Resolution, TraceAttempt } from "./trace.ts";
export interface Decision extends RecipientStatus {
    readonly state: "queued" | "deferred" | "sent" | "partial" | "unknown" | "failed" | "expired";
    readonly retryAfterMs?: number;
    readonly resolution?: Resolution;
}
export interface Completion {
    readonly id: string;
    readonly claim: number;
    readonly decision: Decision;
    readonly ends: readonly AttemptEnd[];
    readonly entries: readonly TraceAttempt[];
    readonly provider?: string | undefined;
    readonly messageId?: string | undefined;
    readonly error?: string | undefined;
    readonly recoveries?: number | undefined;
    readonly countsAsDeferral?: boolean | undefined;
    readonly possibleDuplicate?: boolean | undefined;
}
export declare function writeCompletions(database: Queryable, completions: readonly Completion[]): Promise<boolean[]>;

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

// store/events.ts
import type { FeedbackEvent } from "@relais/core";
import type { Queryable } from "../database/database.ts";
export interface EventRow {
    readonly provider: string;
    readonly event_id: string;
    readonly recipient: string;
    readonly type: FeedbackEvent["type"];
    readonly bounce: FeedbackEvent["bounce"] | null;
    readonly severity: number;
    readonly source: string;
    readonly own: string | null;
    readonly own_id: string | null;
    readonly provider_message_id: string | null;
    readonly code: string | null;
    readonly reason: string | null;
    readonly stream: string | null;
    readonly tenant: string | null;
    readonly at: string;
}
export interface WrittenEvent extends Pick<EventRow, "provider" | "event_id" | "recipient" | "type" | "bounce" | "source"> {
    readonly state: "early" | "pending" | "done";
    readonly message: string | null;
    readonly tenant: string;
    readonly stream: string;
    readonly at: Date;
}
export declare function insertEvents(tx: Queryable, rows: readonly EventRow[]): Promise<readonly WrittenEvent[]>;
export declare function knownEvents(tx: Queryable, rows: readonly EventRow[]): Promise<readonly Pick<EventRow, "provider" | "event_id" | "recipient">[]>;
export declare function matchEarly(tx: Queryable, limit: number): Promise<readonly WrittenEvent[]>;
export declare function pendingMessages(database: Queryable, limit: number): Promise<readonly string[]>;
export declare function endPending(tx: Queryable, messages: readonly string[]): Promise<void>;
export declare function endOrphans(database: Queryable): Promise<void>;
export declare function purgeEvents(database: Queryable, { earlyForMs, keepForMs }: {
    readonly earlyForMs: number;
    readonly keepForMs: number;
}): Promise<number>;
export interface StoredEvent {
    readonly type: FeedbackEvent["type"];
    readonly bounce?: NonNullable<FeedbackEvent["bounce"]>;
    readonly recipient: string;
    readonly provider: string;
    readonly source: string;
    readonly eventId: string;
    readonly message?: string;
    readonly providerMessageId?: string;
    readonly code?: string;
    readonly reason?: string;
    readonly stream?: string;
    readonly tenant?: string;
    readonly severity: number;
    readonly at: Date;
    readonly receivedAt: Date;
}
export declare function readEvents(database: Queryable, by: {
    readonly messages: readonly string[];
} | {
    readonly recipient: string;
    readonly tenant: string | undefined;
    readonly limit: number;
}): Promise<readonly StoredEvent[]>;

// store/feedback-counts.ts
import { type FeedbackType, type SuppressionReason } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import type { EventRow } from "./events.ts";
export interface ProviderFeedback {
    readonly provider: string;
    readonly byType: Readonly<Record<FeedbackType, number>>;
    readonly hard: number;
    readonly bounceRate?: number;
    readonly complaintRate?: number;
    readonly lastAt: Date;
}
export interface FeedbackStats {
    readonly providers: readonly ProviderFeedback[];
    readonly early: number;
    readonly suppressed: Readonly<Record<SuppressionReason, number>>;
}
export declare function countEvents(tx: Queryable, events: readonly Pick<EventRow, "provider" | "type" | "bounce">[]): Promise<void>;
export declare function purgeCounts(database: Queryable): Promise<void>;
export declare function readFeedbackStats(database: Queryable): Promise<FeedbackStats>;

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
export declare function checkId(id: unknown): string;
export declare function whereSql(filter: MessageFilter, values: unknown[]): string;
export declare function foldCounts(database: Queryable): Promise<void>;
export interface OutboxStats {
    readonly byState: Readonly<Record<State, number>>;
    readonly oldestQueuedMs: number;
    readonly rescheduled: number;
}
export declare function stats(database: Queryable): Promise<OutboxStats>;

// store/suppression.ts
import { type Suppressed, type SuppressionReason, type SuppressionScope } from "@relais/core";
import type { Queryable } from "../database/database.ts";
export interface TenantAddress {
    readonly tenant: string;
    readonly address: string;
}
export interface SuppressedRow extends TenantAddress {
    readonly stream: string;
    readonly reason: SuppressionReason;
    readonly first_at: Date | string;
}
export declare function suppressedOf(rows: readonly SuppressedRow[], recipients: readonly string[], { stream, ignore }: SuppressionScope): ReadonlyMap<string, Suppressed>;
export declare const addressKey: (address: string) => string;
export declare function checkSuppressed(database: Queryable, addresses: readonly TenantAddress[]): Promise<readonly SuppressedRow[]>;
export interface SuppressionRow extends TenantAddress {
    readonly stream: string;
    readonly reason: SuppressionReason;
    readonly soft: boolean;
    readonly source: string | null;
    readonly first_at: string;
    readonly last_at: string;
    readonly expires_at: string | null;
    readonly count: number;
}
export declare function writeSuppressions(tx: Queryable, rows: readonly SuppressionRow[]): Promise<void>;
export interface SoftBounces extends TenantAddress {
    readonly count: number;
    readonly first_at: Date | null;
    readonly last_at: Date | null;
    readonly source: string | null;
    readonly listed: boolean;
}
export declare function softBounces(tx: Queryable, addresses: readonly TenantAddress[], windowMs: number): Promise<readonly SoftBounces[]>;
export declare function softlySuppressed(tx: Queryable, addresses: readonly TenantAddress[]): Promise<readonly TenantAddress[]>;
export declare function removeSoft(tx: Queryable, addresses: readonly TenantAddress[]): Promise<void>;
export interface SuppressionFilter {
    readonly tenant?: string | undefined;
    readonly stream?: string | undefined;
    readonly address?: string | undefined;
    readonly reason?: SuppressionReason | undefined;
    readonly source?: string | undefined;
}
export type StoredSuppression = Omit<SuppressionRow, "first_at" | "last_at" | "expires_at"> & {
    readonly first_at: Date;
    readonly last_at: Date;
    readonly expires_at: Date | null;
};
export declare function listSuppressions(database: Queryable, filter: SuppressionFilter, limit: number, after?: Pick<SuppressionRow, "tenant" | "address" | "stream" | "reason">): Promise<readonly StoredSuppression[]>;
export declare function removeSuppressions(database: Queryable, filter: SuppressionFilter & {
    readonly address: string;
}): Promise<readonly StoredSuppression[]>;
export declare function deleteExpired(database: Queryable): Promise<void>;

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

// worker/background-tasks.ts
import type { Observer, WorkerEvent } from "@relais/core";
import type { Database } from "../database/database.ts";
import type { ProviderFeedback } from "../store/feedback-counts.ts";
import type { InFlight } from "./in-flight.ts";
import { type LeaseKeeper } from "./lease-keeper.ts";
import type { WorkerSettings } from "./options.ts";
import { type WakeSignal } from "./timing.ts";
export interface BackgroundTasks {
    readonly lease: Pick<LeaseKeeper, "current" | "retire">;
    readonly tickedAt: number;
    start(): Promise<void>;
    stop(): Promise<void>;
    releaseLeases(): Promise<void>;
}
export interface BackgroundContext {
    readonly database: Database;
    readonly settings: WorkerSettings;
    readonly feedback: {
        round(queryTimeoutMs: number): Promise<FeedbackRound>;
        stats?(queryTimeoutMs: number): Promise<{
            readonly providers: readonly ProviderFeedback[];
        }>;
    } | undefined;
    readonly inFlight: InFlight;
    readonly observe: Observer<WorkerEvent> | undefined;
    readonly queued: WakeSignal;
    isStopping(): boolean;
    reportError(during: string): (error: unknown) => void;
}
interface FeedbackRound {
    readonly matched: number;
    readonly foreign: number;
    readonly settled: readonly unknown[];
}
export declare function backgroundTasks(context: BackgroundContext): BackgroundTasks;
export {};

// worker/deliver.ts
import { type Chain, type Delivery, type SuppressionOptions } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type ClaimedMessage } from "../store/claims.ts";
import type { Completion } from "../store/completions.ts";
import type { MessageJournal } from "./journal.ts";
import type { WorkerSettings } from "./options.ts";
export interface DeliveryContext {
    readonly database: Database;
    readonly chain: Pick<Chain, "send">;
    readonly worker: string;
    readonly backoff: WorkerSettings["backoff"];
    readonly defaultFrom?: string | undefined;
    readonly suppression?: SuppressionOptions | undefined;
    writeRecipients(row: ClaimedMessage, recipients: readonly string[]): Promise<unknown>;
}
export interface DeliveryResult {
    readonly completion: Completion;
    readonly delivery?: Delivery;
    readonly chainClosed?: boolean;
}
export declare function deliver(row: ClaimedMessage, context: DeliveryContext, journal: MessageJournal, signal: AbortSignal): Promise<DeliveryResult>;

// worker/in-flight.ts
import type { ClaimedMessage } from "../store/claims.ts";
import { type SenderContext } from "./send.ts";
export interface InFlightContext extends SenderContext {
    readonly concurrency: number;
    readonly maxBytesInFlight: number;
    onFreed(bytes: number): void;
}
export interface InFlight {
    readonly count: number;
    readonly room: number;
    readonly bytesLeft: number;
    add(row: ClaimedMessage, lease: string): void;
    uses(lease: string): boolean;
    abortLost(leases: readonly string[]): void;
    putBackLate(): void;
    drain(): Promise<void>;
    abortAll(reason: string): void;
}
export declare function inFlight(context: InFlightContext): InFlight;

// worker/journal.ts
import type { Journal, Outcome } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type AttemptEnd, type AttemptKey, type AttemptStart } from "../store/attempts.ts";
import type { ClaimedMessage } from "../store/claims.ts";
export interface JournalWriter {
    begin(start: AttemptStart): OpenAttempt;
    end(end: AttemptEnd): Promise<boolean>;
}
interface OpenAttempt {
    write(): Promise<boolean>;
    handOver(): Promise<boolean>;
}
export declare function journalWriter(database: Database): JournalWriter;
export interface AttemptResult extends AttemptKey {
    readonly attempt: string;
    readonly outcome: Outcome;
}
export interface MessageJournal extends Journal {
    unwritten(): readonly AttemptEnd[];
    flush(): Promise<void>;
    failed(): boolean;
}
export declare function messageJournal({ id: message, claim, seq: lastSeq, suppressed, content }: ClaimedMessage, worker: string, writer: JournalWriter, onLate: (result: AttemptResult) => void): MessageJournal;
export {};

// worker/late-results.ts
import type { Database } from "../database/database.ts";
import type { State } from "../store/message.ts";
import type { AttemptResult } from "./journal.ts";
export interface LateResults {
    add(result: AttemptResult, completed: Promise<void>): void;
    readonly pending: number;
    stopWaiting(): void;
}
export interface LateResultsContext {
    readonly database: Database;
    readonly signal: AbortSignal;
    onApplied(result: AttemptResult, state: State): void;
    onError(error: unknown): void;
}
export declare function lateResults({ database, signal, onApplied, onError }: LateResultsContext): LateResults;

// worker/lease-keeper.ts
import type { Database } from "../database/database.ts";
export interface LeaseKeeper {
    readonly current: string | undefined;
    retire(): void;
    renew(): Promise<void>;
    release(): Promise<void>;
}
export declare function leaseKeeper(database: Database, worker: string, inUse: (lease: string) => boolean, onLost: (leases: readonly string[]) => void): Promise<LeaseKeeper>;

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
    readonly suppression?: "defer" | "send" | "off" | undefined;
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

// worker/send.ts
import type { Delivery, Observer, WorkerEvent } from "@relais/core";
import { type ClaimedMessage } from "../store/claims.ts";
import { type DeliveryContext } from "./deliver.ts";
import { type LateResults } from "./late-results.ts";
export interface SenderContext extends Omit<DeliveryContext, "writeRecipients"> {
    readonly observe: Observer<WorkerEvent> | undefined;
    reportError(during: string): (error: unknown) => void;
}
export interface Sender {
    send(row: ClaimedMessage, signal: AbortSignal, written: Promise<void>): Promise<Sent>;
    giveUp(row: ClaimedMessage): Promise<void>;
    readonly late: Pick<LateResults, "pending" | "stopWaiting">;
    abort(): void;
}
export interface Sent {
    readonly delivery: Delivery | undefined;
    readonly chainClosed: string | undefined;
    write(): Promise<void>;
}
export declare function sender(context: SenderContext): Sender;

// worker/timing.ts
export declare function interval(everyMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): () => Promise<void>;
export declare function oncePer(ms: number): () => boolean;
export interface WakeSignal {
    notify(): void;
    wait(maxMs: number): Promise<void>;
}
export declare function wakeSignal(): WakeSignal;

// worker/worker.ts
import type { Chain, SuppressionList } from "@relais/core";
import { type DatabaseOwner } from "../database/database.ts";
import { type BackgroundContext } from "./background-tasks.ts";
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
    readonly suppression?: SuppressionList | undefined;
    readonly feedback?: BackgroundContext["feedback"];
}
type WorkerChain = Pick<Chain, "send"> & Partial<Pick<Chain, "id" | "observers">>;
export declare function createWorker(outbox: WorkerOutbox, chain: WorkerChain, options?: WorkerOptions): Worker;
export {};
