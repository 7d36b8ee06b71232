// What @relais/conformance opens. Written by `npm run api`.

// index.ts
export { brevoSender } from "./feedback/brevo-sender.ts";
export { mailgunSender } from "./feedback/mailgun-sender.ts";
export { postmarkSender } from "./feedback/postmark-sender.ts";
export { resendSender } from "./feedback/resend-sender.ts";
export type { FeedbackSender, RefusedWebhook, VendorEvent, WebhookRequest } from "./feedback/sender.ts";
export { sendgridSender } from "./feedback/sendgrid-sender.ts";
export { type SesFormat, sesEvent } from "./feedback/ses-event.ts";
export { type SnsOptions, type SnsSender, snsSender } from "./feedback/sns-sender.ts";
export { type SqsServer, sqsServer } from "./feedback/sqs-server.ts";
export type { Behaviour, Harness, Need, ProvokedKind, Received, TestTarget } from "./harness/harness.ts";
export { type HttpHarnessOptions, type HttpReply, type HttpTarget, httpHarness, } from "./harness/http-harness.ts";
export type { MakeChain } from "./rules/chain.ts";
export { type Coverage, chainRules, coverage, type Rule, rules } from "./run.ts";
export { type CertificateKind, type KeyAndCertificate, testAuthority, testCertificate, } from "./server/certificates.ts";
export type { AcceptedEmail, SesAccount, SesCredentials, SesQuota } from "./ses/account.ts";
export type { SesError } from "./ses/answer.ts";
export type { SesBreakPoint, SesCloseFault, SesDecision, SesDelayFault, SesErrorFault, SesExpiredFault, SesFault, SesForeignFault, SesMoment, SesOddFault, SesRequest, SesResetFault, SesServer, SesServerOptions, SesSimulator, SesStallFault, } from "./ses/contract.ts";
export { sesServer } from "./ses/ses-server.ts";
export type { SmtpAction, SmtpAfterBytes, SmtpDelay, SmtpDrop, SmtpFollowUp, SmtpRaw, SmtpReply, SmtpReset, SmtpStall, SmtpTrickle, } from "./smtp/action.ts";
export { type Blackhole, blackhole } from "./smtp/blackhole.ts";
export { nth, once, type SmtpAuth, type SmtpDecision, type SmtpMechanism, type SmtpMoment, type SmtpScript, type SmtpServer, type SmtpServerOptions, type SmtpStep, times, } from "./smtp/contract.ts";
export type { AcceptedMail, SmtpLogin, SmtpSession } from "./smtp/records.ts";
export { smtpServer } from "./smtp/smtp-server.ts";
export { throughChain, type WrappedTarget } from "./through-chain.ts";

// feedback/brevo-sender.ts
import { type FeedbackSender } from "./sender.ts";
export declare function brevoSender(): FeedbackSender<{
    readonly auth: {
        readonly token: string;
    };
}>;

// feedback/mailgun-sender.ts
import { type FeedbackSender, type VendorEvent, type WebhookRequest } from "./sender.ts";
export declare function mailgunSender(): FeedbackSender<{
    readonly signingKey: string;
}> & {
    replay(event: VendorEvent): readonly [WebhookRequest, WebhookRequest];
};

// feedback/postmark-sender.ts
import { type FeedbackSender } from "./sender.ts";
declare const login: {
    user: string;
    pass: string;
};
export declare function postmarkSender(): FeedbackSender<{
    readonly auth: typeof login;
}>;
export {};

// feedback/resend-sender.ts
import { type FeedbackSender, type WebhookRequest } from "./sender.ts";
export declare function resendSender(): FeedbackSender<{
    readonly secret: readonly string[];
}> & {
    sign(body: unknown): WebhookRequest;
};

// feedback/sender.ts
import type { BounceType, FeedbackType } from "@relais/core/spi";
export interface VendorEvent {
    readonly type: FeedbackType;
    readonly bounce?: BounceType | undefined;
    readonly recipient: string;
    readonly message?: string | undefined;
    readonly providerMessageId: string;
    readonly at: number;
}
export interface WebhookRequest {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array<ArrayBuffer>;
}
export interface RefusedWebhook {
    readonly name: string;
    readonly status: number;
    readonly request: WebhookRequest;
}
export interface FeedbackSender<Options extends object> {
    readonly source: string;
    readonly options: Options;
    readonly secrets: readonly string[];
    readonly tells: readonly Pick<VendorEvent, "type" | "bounce">[];
    requests(events: readonly VendorEvent[]): readonly WebhookRequest[];
    ignored(): readonly WebhookRequest[];
    refused(): readonly RefusedWebhook[];
    tampered?(request: WebhookRequest, where: number): WebhookRequest;
}
export declare function bytesOf(value: unknown): Uint8Array<ArrayBuffer>;
export declare const everyKind: readonly Pick<VendorEvent, "type" | "bounce">[];
export declare const seconds: (ms: number) => number;
export declare const iso: (ms: number) => string;
export declare const notJson: readonly (readonly [name: string, body: string | Uint8Array])[];
export declare const oversized: Uint8Array<ArrayBuffer>;
export declare function flipped(body: Uint8Array, where: number): Uint8Array<ArrayBuffer>;
export declare function loginHeaders(value: string): {
    readonly right: Readonly<Record<string, string>>;
    readonly wrong: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[];
};

// feedback/sendgrid-sender.ts
import { type FeedbackSender } from "./sender.ts";
export declare function sendgridSender(): FeedbackSender<{
    readonly publicKey: string;
}>;

// feedback/ses-event.ts
import { type VendorEvent } from "./sender.ts";
export type SesFormat = "notificationType" | "eventType";
export declare function sesEvent(event: VendorEvent, format?: SesFormat): string;

// feedback/sns-sender.ts
import { type FeedbackSender, type VendorEvent, type WebhookRequest } from "./sender.ts";
import { type SesFormat } from "./ses-event.ts";
type Envelope = Record<string, string | undefined>;
export interface SnsOptions {
    readonly topics: readonly string[];
    readonly fetch: typeof fetch;
}
export interface SnsSender extends FeedbackSender<SnsOptions> {
    readonly topic: string;
    readonly port: number;
    readonly asked: readonly string[];
    readonly confirmed: readonly string[];
    notification(message: string, changes?: Envelope): WebhookRequest;
    event(event: VendorEvent, format: SesFormat, version?: "1" | "2"): WebhookRequest;
    confirmation(type: "SubscriptionConfirmation" | "UnsubscribeConfirmation", changes?: Envelope): WebhookRequest;
    close(): Promise<void>;
}
export declare function snsSender(): Promise<SnsSender>;
export {};

// feedback/sqs-server.ts
export interface SqsServer {
    readonly endpoint: string;
    readonly queueUrl: string;
    send(body: string): void;
    readonly left: readonly string[];
    readonly receives: number;
    close(): Promise<void>;
}
export declare function sqsServer({ visibilityMs, }?: {
    readonly visibilityMs?: number;
}): Promise<SqsServer>;

// harness/fixture.ts
import { type Message, type MessageInput } from "@relais/core/spi";
import type { Behaviour, Harness, Need, TestTarget } from "./harness.ts";
export interface RuleDefinition {
    readonly name: string;
    readonly needs: readonly Need[];
    check(fixture: Fixture): Promise<void>;
}
export interface Fixture {
    has(need: Need): boolean;
    run<T>(work: (context: TestContext) => Promise<T>): Promise<T>;
    message(input?: MessageInput): Promise<Message>;
}
export interface TestContext {
    readonly target: TestTarget;
    provoke(behaviour: Behaviour | undefined): Promise<void>;
}
export declare function fixtureOf<S extends TestTarget>(harness: Harness<S>): Fixture;
export declare class NotCovered extends Error {
    readonly name = "NotCovered";
    constructor(missing: string);
}
export interface Missing {
    readonly need: Need;
    readonly reason?: string | undefined;
}
export declare function missing<S extends TestTarget>({ needs }: RuleDefinition, harness: Harness<S>): Missing | undefined;

// harness/harness.ts
import { type FailureKind, type Provider } from "@relais/core/spi";
export type ProvokedKind = Exclude<FailureKind, "cancelled" | "skipped">;
export declare const provokedKinds: readonly ProvokedKind[];
export type Behaviour = ProvokedKind | "stall" | "missingId" | "partial" | "defer" | "echo";
export declare const behaviours: readonly Behaviour[];
export type Need = Behaviour | "secrets" | "key" | "verify" | "close";
export interface Received {
    readonly id: string;
    readonly key?: string | undefined;
    readonly recipients: readonly string[];
    readonly content?: string | Uint8Array | undefined;
}
export interface TestTarget {
    readonly provider: Provider;
    readonly secrets: readonly string[];
    readonly ids?: readonly string[] | undefined;
    received(): readonly Received[];
    requests(): number;
    close(): Promise<void> | void;
}
export interface Harness<S extends TestTarget = TestTarget> {
    make(): Promise<S> | S;
    readonly provoke: {
        readonly [A in Behaviour]?: (target: S) => Promise<unknown> | unknown;
    };
    readonly cannot?: {
        readonly [N in Need]?: string;
    } | undefined;
    readonly from?: string | undefined;
}

// harness/http-harness.ts
import { type IncomingMessage } from "node:http";
import type { Provider } from "@relais/core/spi";
import type { Harness, Need, ProvokedKind, Received, TestTarget } from "./harness.ts";
export interface HttpReply {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
}
export interface HttpHarnessOptions {
    create(endpoint: string): Provider;
    readonly secrets: readonly string[];
    read(request: Request): Promise<Omit<Received, "id">> | Omit<Received, "id">;
    accepted(id: string): HttpReply;
    readonly verified?: HttpReply;
    readonly refused: {
        readonly [K in Exclude<ProvokedKind, "unknown">]?: HttpReply;
    };
    quoting(text: string): HttpReply;
    partial?(id: string): HttpReply;
    deferred?(id: string): HttpReply;
    readonly cannot?: {
        readonly [N in Need]?: string;
    };
}
export interface HttpTarget extends TestTarget {
    readonly endpoint: string;
    refuse(reply: HttpReply): void;
    accept(answer: (id: string, request: IncomingMessage) => HttpReply | undefined, without?: string): void;
    down(): Promise<void>;
}
export declare function httpHarness(options: HttpHarnessOptions): Harness<HttpTarget>;

// rules/chain.ts
import { type Provider } from "@relais/core/spi";
import type { RuleDefinition } from "../harness/fixture.ts";
export type MakeChain = (providers: readonly Provider[]) => Provider;
export declare function chainRulesFor(makeChain: MakeChain): readonly RuleDefinition[];

// run.ts
import type { Harness, TestTarget } from "./harness/harness.ts";
import { type MakeChain } from "./rules/chain.ts";
export interface Rule {
    readonly name: string;
    readonly covered: boolean;
    run(): Promise<void>;
}
export declare function rules<S extends TestTarget>(harness: Harness<S>): readonly Rule[];
export declare function chainRules<S extends TestTarget>(harness: Harness<S>, chain: MakeChain): readonly Rule[];
export interface Coverage {
    readonly covered: readonly string[];
    readonly notCovered: readonly {
        readonly name: string;
        readonly reason?: string;
    }[];
}
export declare function coverage<S extends TestTarget>(harness: Harness<S>): Coverage;

// server/certificates.ts
export type CertificateKind = "good" | "expired" | "wrongName" | "selfSigned";
export interface KeyAndCertificate {
    readonly key: string;
    readonly cert: string;
}
export declare function testAuthority(): string;
export declare function testCertificate(kind: CertificateKind): KeyAndCertificate;

// ses/account.ts
export interface SesAccount {
    readonly credentials: Readonly<Record<string, SesCredentials>>;
    readonly region: string;
    readonly sandbox: boolean;
    readonly verified: "everything" | readonly string[];
    readonly quota: SesQuota;
    readonly sendingEnabled: boolean;
    readonly configurationSets: readonly string[];
    readonly clockSkewMs: number;
}
export interface SesCredentials {
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    readonly expired?: boolean;
}
export interface SesQuota {
    readonly max24HourSend: number;
    readonly maxSendRate: number;
    readonly sentLast24Hours: number;
}
export interface AcceptedEmail {
    readonly messageId: string;
    readonly source: string;
    readonly destinations: readonly string[];
    readonly raw: Buffer;
    readonly tags: Readonly<Record<string, string>>;
    readonly configurationSetName?: string;
    readonly at: Date;
}
export declare function accountWithDefaults(options: Partial<SesAccount>): SesAccount;

// ses/answer.ts
export interface SesError {
    readonly code: string;
    readonly message: string;
    readonly status?: number;
    readonly type?: "Sender" | "Receiver";
}
export type SesAnswer = {
    readonly xml: string;
    readonly messageId?: string;
} | {
    readonly error: SesError;
};
export declare function sesError(code: string, message: string, status?: number): SesError;
export declare function responseXml(action: string, contents: string): string;
export declare function errorXml(error: SesError): string;
export declare function escapeXml(text: string): string;

// ses/contract.ts
import type { SnsSender } from "../feedback/sns-sender.ts";
import type { CertificateKind } from "../server/certificates.ts";
import type { AcceptedEmail, SesAccount } from "./account.ts";
import type { SesError } from "./answer.ts";
export interface SesServer {
    readonly endpoint: string;
    readonly host: "127.0.0.1";
    readonly port: number;
    readonly accepted: readonly AcceptedEmail[];
    readonly requests: readonly SesRequest[];
    readonly connections: number;
    readonly open: number;
    readonly ca: string;
    readonly account: SesAccount;
    configure(changes: Partial<SesAccount>): void;
    fault(next?: SesFault | SesDecision): void;
    reset(): void;
    down(): Promise<void>;
    up(): Promise<void>;
    close(): Promise<void>;
}
export interface SesServerOptions extends Partial<SesAccount> {
    readonly port?: number;
    readonly certificate?: CertificateKind;
    readonly fault?: SesFault | SesDecision;
    readonly simulator?: SesSimulator;
}
export interface SesSimulator {
    readonly sns: Pick<SnsSender, "event">;
    readonly url: string;
    readonly delayMs?: number;
}
export interface SesRequest {
    readonly action?: string;
    readonly at: Date;
    readonly bytes: number;
    readonly headers: Readonly<Record<string, string>>;
}
export type SesFault = SesErrorFault | SesForeignFault | SesResetFault | SesCloseFault | SesStallFault | SesOddFault | SesDelayFault | SesExpiredFault;
interface Times {
    readonly times?: number;
}
export type SesBreakPoint = "beforeRead" | "whileReading" | "beforeProcessing" | "afterAccept";
export interface SesErrorFault extends Times {
    readonly error: SesError;
}
export interface SesForeignFault extends Times {
    readonly status: number;
    readonly body?: string;
    readonly contentType?: string;
}
export interface SesResetFault extends Times {
    readonly reset: SesBreakPoint;
}
export interface SesCloseFault extends Times {
    readonly close: SesBreakPoint;
}
export interface SesStallFault extends Times {
    readonly stall: "noRead" | "beforeProcessing" | "afterAccept";
}
export interface SesOddFault extends Times {
    readonly ok: "html" | "empty" | "huge" | "truncated" | "trickle" | "noMessageId" | "xmlBomb";
    readonly bytes?: number;
    readonly everyMs?: number;
}
export interface SesDelayFault extends Times {
    readonly delayMs: number;
    readonly next?: SesFault;
}
export interface SesExpiredFault extends Times {
    readonly expiredRequest: true;
}
export interface SesMoment {
    readonly server: SesServer;
    readonly action: string;
    readonly nth: number;
    readonly parameters: ReadonlyMap<string, string>;
}
export type SesDecision = (moment: SesMoment) => SesFault | undefined;
export {};

// ses/ses-server.ts
import type { SesServer, SesServerOptions } from "./contract.ts";
export declare function sesServer(options?: SesServerOptions): Promise<SesServer>;

// smtp/action.ts
export type SmtpFollowUp = "continue" | "normal" | "drop" | "reset" | "stall" | SmtpAction;
interface Keep {
    readonly keep?: boolean;
}
export interface SmtpReply extends Keep {
    readonly reply: string | readonly string[];
    readonly next?: SmtpFollowUp;
}
export interface SmtpDrop extends Keep {
    readonly drop: true;
    readonly after?: string | Buffer;
}
export interface SmtpReset extends Keep {
    readonly reset: true;
}
export interface SmtpStall extends Keep {
    readonly stall: true;
}
export interface SmtpDelay extends Keep {
    readonly delayMs: number;
    readonly next?: SmtpFollowUp;
}
export interface SmtpTrickle extends Keep {
    readonly trickle: string;
    readonly everyMs: number;
    readonly next?: SmtpFollowUp;
}
export interface SmtpRaw extends Keep {
    readonly raw: string | Buffer;
    readonly next?: SmtpFollowUp;
}
export interface SmtpAfterBytes extends Keep {
    readonly afterBytes: number;
    readonly next: "drop" | "reset" | "stall" | SmtpAction;
}
export type SmtpAction = SmtpReply | SmtpDrop | SmtpReset | SmtpStall | SmtpDelay | SmtpTrickle | SmtpRaw | SmtpAfterBytes;
export {};

// smtp/blackhole.ts
export interface Blackhole {
    readonly host: "127.0.0.1";
    readonly port: number;
    close(): Promise<void>;
}
export declare function blackhole(): Promise<Blackhole>;

// smtp/contract.ts
import type { CertificateKind } from "../server/certificates.ts";
import type { SmtpAction } from "./action.ts";
import type { AcceptedMail, SmtpSession } from "./records.ts";
export interface SmtpServer {
    readonly host: "127.0.0.1";
    readonly port: number;
    readonly accepted: readonly AcceptedMail[];
    readonly sessions: readonly SmtpSession[];
    readonly connections: number;
    readonly open: number;
    readonly ca: string;
    script(next: SmtpScript): void;
    reset(): void;
    down(): Promise<void>;
    up(): Promise<void>;
    close(): Promise<void>;
}
export interface SmtpServerOptions {
    readonly port?: number;
    readonly name?: string;
    readonly secure?: boolean;
    readonly starttls?: boolean;
    readonly certificate?: CertificateKind;
    readonly maxTlsVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
    readonly auth?: SmtpAuth;
    readonly size?: number;
    readonly pipelining?: boolean;
    readonly smtpUtf8?: boolean;
    readonly dsn?: boolean;
    readonly limits?: string;
    readonly onMail?: (mail: AcceptedMail) => void;
    readonly script?: SmtpScript;
    readonly record?: "everything" | "envelopes";
}
export type SmtpMechanism = "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";
export interface SmtpAuth {
    readonly users?: Readonly<Record<string, string>>;
    readonly anyone?: boolean;
    readonly tokens?: Readonly<Record<string, string>>;
    readonly mechanisms?: readonly SmtpMechanism[];
    readonly required?: boolean;
    readonly tlsOnly?: boolean;
}
export type SmtpScript = {
    readonly [Step in SmtpStep]?: SmtpAction | SmtpDecision;
};
export type SmtpStep = "connect" | "tls" | "greeting" | "ehlo" | "helo" | "starttls" | "auth" | "mail" | "rcpt" | "data" | "body" | "dot" | "idle" | "rset" | "noop" | "quit";
export type SmtpDecision = (moment: SmtpMoment) => SmtpAction | undefined;
export interface SmtpMoment {
    readonly server: SmtpServer;
    readonly session: SmtpSession;
    readonly step: SmtpStep;
    readonly line: string;
    readonly nth: number;
    readonly address?: string;
    readonly body?: Buffer;
}
export declare function once(action: SmtpAction | SmtpDecision): SmtpDecision;
export declare function times(count: number, action: SmtpAction | SmtpDecision): SmtpDecision;
export declare function nth(position: number, action: SmtpAction | SmtpDecision): SmtpDecision;

// smtp/records.ts
export interface AcceptedMail {
    readonly from: string;
    readonly to: readonly string[];
    readonly data: Buffer;
    readonly messageId?: string;
    readonly session: number;
    readonly at: Date;
}
export interface SmtpSession {
    readonly number: number;
    readonly secure: boolean;
    readonly tlsVersion?: string;
    readonly commands: readonly string[];
    readonly logins: readonly SmtpLogin[];
    readonly bodyBytes: number;
    readonly finalDots: number;
    readonly open: boolean;
}
export interface SmtpLogin {
    readonly mechanism: string;
    readonly user?: string;
    readonly accepted: boolean;
}
export declare function messageIdOf(mail: Buffer): string | undefined;

// smtp/smtp-server.ts
import type { SmtpServer, SmtpServerOptions } from "./contract.ts";
export declare function smtpServer(options?: SmtpServerOptions): Promise<SmtpServer>;

// through-chain.ts
import type { Provider } from "@relais/core/spi";
import { type Harness, type TestTarget } from "./harness/harness.ts";
export interface WrappedTarget<S extends TestTarget> extends TestTarget {
    readonly inner: S;
}
export declare function throughChain<S extends TestTarget>(harness: Harness<S>, wrap: (provider: Provider) => Provider): Harness<WrappedTarget<S>>;
