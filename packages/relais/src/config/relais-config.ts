import type { BreakerOptions, ConcurrencyOptions, FailureKind, Overrides, RetryOptions } from "@relais/core";
import type { Plugin, Provider } from "@relais/core/spi";

type InFile<T> = Omit<T, "clock" | "random">;

/** A plugin, whatever options it takes. */
// biome-ignore lint/suspicious/noExplicitAny: a plugin takes its own options alone
export type AnyPlugin = Plugin<any>;

/** A function that makes a provider of its options, `id` among them: what `smtp`, `ses` and `resend` are. */
// biome-ignore lint/suspicious/noExplicitAny: whatever options it takes
export type ProviderFactory = (options: any) => Provider;

/** One provider of a chain, and the policies around it. */
export interface ProviderEntry {
  /**
   * A package, a path that begins with `./`, or a short name: `smtp`, `ses`, `http`; for development `log`, `capture`. In
   * code also a plugin, or a function that makes a provider of its options.
   */
  readonly use: string | AnyPlugin | ProviderFactory;
  /** The instance's name, unique in its chain. @defaultValue the plugin's own */
  readonly id?: string;
  /** What the plugin takes. @defaultValue what the environment says, for `smtp` and `ses` */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Attempts at the same provider. @defaultValue on, with the policy's defaults; `false` leaves it out */
  readonly retry?: boolean | InFile<RetryOptions>;
  /** Leaves a provider alone that fails. @defaultValue on, with the policy's defaults; `false` leaves it out */
  readonly breaker?: boolean | InFile<BreakerOptions>;
  /** How long one attempt may take until its hand-over, ms. @defaultValue 30000 */
  readonly timeoutMs?: number;
  /** How long the answer may take after the hand-over, ms; then the attempt is `unknown`. @defaultValue the deadline of the delivery */
  readonly afterHandOverMs?: number;
  /** `"fromProvider"`: what the provider says it allows. @defaultValue none */
  readonly rateLimit?: "fromProvider" | RateLimitEntry;
  /** How much is under way at once. @defaultValue none */
  readonly concurrency?: InFile<ConcurrencyOptions>;
  /** Changes to the table of failures, for this provider. */
  readonly overrides?: Overrides;
}

/** Limits of our own. */
export interface RateLimitEntry {
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly fromProvider?: boolean;
  readonly count?: "messages" | "recipients";
  readonly maxWaitMs?: number;
}

/** A chain within a chain: by its name in `chains`, or written out. */
export interface ChainEntry {
  /** A name in `chains`, or a list of entries. */
  readonly chain: string | readonly Entry[];
  /** Its name in the chain around it. @defaultValue the chain's name */
  readonly id?: string;
}

export type Entry = ProviderEntry | ChainEntry;

/** What holds for a whole chain. */
export interface ChainRules {
  /** How long a delivery may take in all, ms. @defaultValue 60000 */
  readonly deadlineMs?: number;
  /** What to do when it is unknown whether a provider took the message: stop, or send it by the next one too. @defaultValue `"stop"` */
  readonly onUnknown?: "stop" | "failover";
  /** Whether to go on to the next provider, kind by kind, where the table of kinds says otherwise. */
  readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>>;
  /** The sender of messages that name none. */
  readonly from?: string;
}

/** Where the outbox is, and how its worker works. */
export interface OutboxEntry {
  /** `postgres://user:password@host:5432/name`. @defaultValue `DATABASE_URL` of the environment, else PGlite in `folder` */
  readonly database?: string;
  /** Where PGlite keeps its files. @defaultValue `.relais` beside the configuration, unless `NODE_ENV` is `production` */
  readonly folder?: string;
  /** The most connections to the database at once. @defaultValue 10 */
  readonly connections?: number;
  /** Messages under way at once. @defaultValue 10 */
  readonly concurrency?: number;
  /** Whether commands make the tables, or change them, where they have to be. @defaultValue true */
  readonly migrate?: boolean;
  /** Bytes of messages under way at once; one that is larger is sent alone. @defaultValue 33554432 */
  readonly maxBytesInFlight?: number;
  /** Sent messages are deleted this long after they ended, ms, or `never`. @defaultValue 2592000000 */
  readonly keepSentForMs?: number | "never";
  /** An answer of the database that has not come by then, ms, is taken for lost, and the query is sent again. @defaultValue 30000 */
  readonly queryTimeoutMs?: number;
  /** An own table of mail that the worker works off too, in the same database. @defaultValue none */
  readonly table?: TableEntry;
}

/** An application's own table of mail: which column holds what, and the words of its status. */
export interface TableEntry {
  /** `outbound_deliveries`, or `schema.table`. */
  readonly name: string;
  /** Columns that are not called id, recipient, subject, body, status, delivery_trace, claimed_at. */
  readonly columns?: Readonly<
    Partial<
      Record<
        "id" | "recipient" | "subject" | "body" | "html" | "from" | "status" | "trace" | "claimedAt",
        string
      >
    >
  >;
  /** Words that are not pending, sending, sent, failed, unknown. */
  readonly statuses?: Readonly<
    Partial<Record<"pending" | "sending" | "sent" | "failed" | "unknown", string>>
  >;
}

/** Who tells what became of mails after they were accepted, and what `relais worker` does with it. */
export interface FeedbackEntry {
  /** Where it listens for `POST /feedback/<name>` and `/unsubscribe`: a port of its own, for others to reach. @defaultValue 8738 */
  readonly port?: number;
  /** The address it listens on. @defaultValue 127.0.0.1, behind a proxy that has the certificate */
  readonly host?: string;
  /** Receivers by the name in their path: `ses` is `POST /feedback/ses`. */
  readonly receivers?: Readonly<Record<string, ReceiverEntry>>;
  /** SQS queues with events of SES. */
  readonly queues?: readonly Readonly<Record<string, unknown>>[];
  /** An IMAP mailbox that bounces come to. */
  readonly mailbox?: Readonly<Record<string, unknown>>;
  /** How often the mailbox is read, ms. @defaultValue 60000 */
  readonly mailboxEveryMs?: number;
  /** When addresses are suppressed by what is told, and how long all of it is kept. */
  readonly suppression?: SuppressionEntry;
}

/** Takes what one vendor sends. */
export interface ReceiverEntry {
  /** `sns`, `sendgrid`, `mailgun`, `postmark`, `resend` or `brevo`. @defaultValue the receiver's name */
  readonly use?: string;
  /** What the receiver takes: `topics`, `publicKey`, `signingKey`, `auth`, `secret`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** When addresses get no mail any more because of what providers tell. */
export interface SuppressionEntry {
  /**
   * An address is suppressed after so many messages that bounced, softly or for a reason that is not known, with no delivery
   * in between. @defaultValue 5
   */
  readonly softBounces?: number;
  /** Within this time, ms. @defaultValue 1209600000 */
  readonly softWindowMs?: number;
  /** How long an address is suppressed, by why. */
  readonly expiresMs?: SuppressionExpiry;
  /** How long events are kept, ms. @defaultValue 7776000000 */
  readonly keepForMs?: number;
  /** How long an event waits for its message before it counts as one of other mail, ms. @defaultValue 900000 */
  readonly earlyForMs?: number;
}

/** ms, or `never`. */
export interface SuppressionExpiry {
  /** After a hard bounce, ms, or `never`. @defaultValue never */
  readonly bounced?: number | "never";
  /** After soft bounces, ms, or `never`. @defaultValue 2592000000 */
  readonly soft?: number | "never";
  /** After a complaint, ms, or `never`. @defaultValue never */
  readonly complained?: number | "never";
  /** After an unsubscribe, ms, or `never`. @defaultValue never */
  readonly unsubscribed?: number | "never";
}

/** What a configuration file holds. */
export interface RelaisConfig extends ChainRules {
  /** For editors. */
  readonly $schema?: string;
  /** The providers, in the order in which they are tried. */
  readonly chain?: readonly Entry[];
  /** For `relais worker` and `relais outbox`. */
  readonly outbox?: OutboxEntry;
  /** For `relais worker`: what providers tell after they accepted a mail. */
  readonly feedback?: FeedbackEntry;
  /** Chains by name; `loadChain({ name })` picks one, an entry `chain: name` nests one. */
  readonly chains?: Readonly<
    Record<string, readonly Entry[] | (ChainRules & { readonly chain: readonly Entry[] })>
  >;
}

/** Where a configuration comes from. */
export interface ConfigSource {
  /** A configuration file. @defaultValue `RELAIS_CONFIG` of the environment, or the first `relais.config.{ts,mts,js,mjs,json,yaml,yml}` from `cwd` upwards */
  readonly file?: string | undefined;
  /** A configuration, instead of a file. */
  readonly config?: RelaisConfig | undefined;
  /** The short form, instead of a file: see `parseDsn`. */
  readonly dsn?: string | undefined;
  /** @defaultValue `process.cwd()` */
  readonly cwd?: string | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A configuration with its types, for `relais.config.ts`. */
export function defineConfig(config: RelaisConfig): RelaisConfig {
  return config;
}
