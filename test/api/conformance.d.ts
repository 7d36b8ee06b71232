// What @relais/conformance opens. Written by `npm run api`.

// index.ts
export { type CertificateKind, type KeyAndCertificate, testAuthority, testCertificate, } from "./certificate/certificates.ts";
export { chainRules, type MakeChain } from "./rules/chain-rules.ts";
export { type Coverage, coverage } from "./rules/coverage.ts";
export type { Act, Harness, Need, ProvokedKind, Received, Stage } from "./rules/harness.ts";
export { rules } from "./rules/rules.ts";
export type { Rule } from "./rules/runnable.ts";
export { throughChain, type WrappedStage } from "./rules/through-chain.ts";
export type { AcceptedEmail } from "./ses/accepted-email.ts";
export type { SesError } from "./ses/ses-error.ts";
export type { SesBreakPoint, SesCloseFault, SesDecision, SesDelayFault, SesErrorFault, SesExpiredFault, SesFault, SesForeignFault, SesMoment, SesOddFault, SesResetFault, SesStallFault, } from "./ses/ses-fault.ts";
export type { SesRequest } from "./ses/ses-request.ts";
export { type SesServer, sesServer } from "./ses/ses-server.ts";
export type { SesAccount, SesCredentials, SesQuota, SesServerOptions } from "./ses/ses-server-options.ts";
export type { AcceptedMail } from "./smtp/accepted-mail.ts";
export { type Blackhole, blackhole } from "./smtp/blackhole.ts";
export type { SmtpAction, SmtpAfterBytes, SmtpDelay, SmtpDrop, SmtpFollowUp, SmtpRaw, SmtpReply, SmtpReset, SmtpStall, SmtpTrickle, } from "./smtp/smtp-action.ts";
export type { SmtpDecision, SmtpMoment, SmtpScript, SmtpStep } from "./smtp/smtp-script.ts";
export { type SmtpServer, smtpServer } from "./smtp/smtp-server.ts";
export type { SmtpAuth, SmtpMechanism, SmtpServerOptions } from "./smtp/smtp-server-options.ts";
export type { SmtpLogin, SmtpSession } from "./smtp/smtp-session.ts";
export { nth, once, times } from "./smtp/times.ts";

// certificate/certificates.ts
export type CertificateKind = "good" | "expired" | "wrongName" | "selfSigned";
export interface KeyAndCertificate {
    readonly key: string;
    readonly cert: string;
}
export declare function testAuthority(): string;
export declare function testCertificate(kind: CertificateKind): KeyAndCertificate;

// rules/bench.ts
import { type Message, type MessageInput } from "@relais/core/spi";
import type { Act, Harness, Need, Stage } from "./harness.ts";
export interface Scene {
    readonly stage: Stage;
    act(name: Act): Promise<void>;
}
export interface Bench {
    has(need: Need): boolean;
    on<T>(work: (scene: Scene) => Promise<T>): Promise<T>;
    letter(input?: MessageInput): Promise<Message>;
}
export declare function bench<S extends Stage>(harness: Harness<S>): Bench;

// rules/chain-rules.ts
import { type Provider } from "@relais/core/spi";
import type { Harness, Stage } from "./harness.ts";
import { type Rule } from "./runnable.ts";
export type MakeChain = (providers: readonly Provider[]) => Provider;
export declare function chainRules<S extends Stage>(harness: Harness<S>, chain: MakeChain): readonly Rule[];

// rules/coverage.ts
import type { Harness, Stage } from "./harness.ts";
export interface Coverage {
    readonly covered: readonly string[];
    readonly notCovered: readonly {
        readonly name: string;
        readonly reason?: string;
    }[];
}
export declare function coverage<S extends Stage>(harness: Harness<S>): Coverage;

// rules/harness.ts
import type { FailureKind, Provider } from "@relais/core/spi";
export type ProvokedKind = Exclude<FailureKind, "cancelled" | "skipped">;
export type Act = ProvokedKind | "stall" | "nameless" | "partial" | "putOff" | "echo";
export type Need = Act | "secrets" | "key" | "verify" | "close";
export interface Received {
    readonly id: string;
    readonly key?: string | undefined;
    readonly recipients: readonly string[];
    readonly content?: string | Uint8Array | undefined;
}
export interface Stage {
    readonly provider: Provider;
    readonly secrets: readonly string[];
    readonly ids?: readonly string[] | undefined;
    received(): readonly Received[];
    requests(): number;
    close(): Promise<void> | void;
}
export interface Harness<S extends Stage = Stage> {
    make(): Promise<S> | S;
    readonly provoke: {
        readonly [A in Act]?: (stage: S) => Promise<unknown> | unknown;
    };
    readonly cannot?: {
        readonly [N in Need]?: string;
    } | undefined;
    readonly from?: string | undefined;
}

// rules/rule-parts.ts
import type { Bench } from "./bench.ts";
import type { Need } from "./harness.ts";
export interface RuleParts {
    readonly name: string;
    readonly needs: readonly Need[];
    check(bench: Bench): Promise<void>;
}

// rules/rules.ts
import type { Harness, Stage } from "./harness.ts";
import { type Rule } from "./runnable.ts";
export declare function rules<S extends Stage>(harness: Harness<S>): readonly Rule[];

// rules/runnable.ts
import type { Harness, Stage } from "./harness.ts";
import type { RuleParts } from "./rule-parts.ts";
export interface Rule {
    readonly name: string;
    readonly covered: boolean;
    run(): Promise<void>;
}
export declare function runnable<S extends Stage>(whose: string, list: readonly RuleParts[], harness: Harness<S>): readonly Rule[];

// rules/through-chain.ts
import type { Provider } from "@relais/core/spi";
import type { Harness, Stage } from "./harness.ts";
export interface WrappedStage<S extends Stage> extends Stage {
    readonly inner: S;
}
export declare function throughChain<S extends Stage>(harness: Harness<S>, wrap: (provider: Provider) => Provider): Harness<WrappedStage<S>>;

// ses/accepted-email.ts
export interface AcceptedEmail {
    readonly messageId: string;
    readonly source: string;
    readonly destinations: readonly string[];
    readonly raw: Buffer;
    readonly tags: Readonly<Record<string, string>>;
    readonly configurationSetName?: string;
    readonly at: Date;
}

// ses/ses-error.ts
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
export declare function refuse(code: string, message: string, status?: number): {
    readonly error: SesError;
};

// ses/ses-fault.ts
import type { SesError } from "./ses-error.ts";
import type { SesServer } from "./ses-server.ts";
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
export type SesFault = SesErrorFault | SesForeignFault | SesResetFault | SesCloseFault | SesStallFault | SesOddFault | SesDelayFault | SesExpiredFault;
export interface SesMoment {
    readonly server: SesServer;
    readonly action: string;
    readonly nth: number;
    readonly parameters: ReadonlyMap<string, string>;
}
export type SesDecision = (moment: SesMoment) => SesFault | undefined;
export {};

// ses/ses-request.ts
export interface SesRequest {
    readonly action?: string;
    readonly at: Date;
    readonly bytes: number;
    readonly headers: Readonly<Record<string, string>>;
}
export interface HttpRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
}

// ses/ses-server-options.ts
import type { CertificateKind } from "../certificate/certificates.ts";
import type { SesDecision, SesFault } from "./ses-fault.ts";
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
export interface SesServerOptions extends Partial<SesAccount> {
    readonly port?: number;
    readonly certificate?: CertificateKind;
    readonly fault?: SesFault | SesDecision;
}
export declare function account(options: Partial<SesAccount>): SesAccount;

// ses/ses-server.ts
import type { AcceptedEmail } from "./accepted-email.ts";
import type { SesDecision, SesFault } from "./ses-fault.ts";
import type { SesRequest } from "./ses-request.ts";
import type { SesAccount, SesServerOptions } from "./ses-server-options.ts";
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
export declare function sesServer(options?: SesServerOptions): Promise<SesServer>;

// smtp/accepted-mail.ts
export interface AcceptedMail {
    readonly from: string;
    readonly to: readonly string[];
    readonly data: Buffer;
    readonly messageId?: string;
    readonly session: number;
    readonly at: Date;
}
export declare function messageIdOf(mail: Buffer): string | undefined;

// smtp/blackhole.ts
export interface Blackhole {
    readonly host: "127.0.0.1";
    readonly port: number;
    close(): Promise<void>;
}
export declare function blackhole(): Promise<Blackhole>;

// smtp/smtp-action.ts
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

// smtp/smtp-script.ts
import type { SmtpAction } from "./smtp-action.ts";
import type { SmtpServer } from "./smtp-server.ts";
import type { SmtpSession } from "./smtp-session.ts";
export type SmtpStep = "connect" | "tls" | "greeting" | "ehlo" | "helo" | "starttls" | "auth" | "mail" | "rcpt" | "data" | "body" | "dot" | "idle" | "rset" | "noop" | "quit";
export interface SmtpMoment {
    readonly server: SmtpServer;
    readonly session: SmtpSession;
    readonly step: SmtpStep;
    readonly line: string;
    readonly nth: number;
    readonly address?: string;
    readonly body?: Buffer;
}
export type SmtpDecision = (moment: SmtpMoment) => SmtpAction | undefined;
export type SmtpScript = {
    readonly [Step in SmtpStep]?: SmtpAction | SmtpDecision;
};

// smtp/smtp-server-options.ts
import type { CertificateKind } from "../certificate/certificates.ts";
import type { SmtpScript } from "./smtp-script.ts";
export type SmtpMechanism = "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";
export interface SmtpAuth {
    readonly users?: Readonly<Record<string, string>>;
    readonly tokens?: Readonly<Record<string, string>>;
    readonly mechanisms?: readonly SmtpMechanism[];
    readonly required?: boolean;
    readonly tlsOnly?: boolean;
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
    readonly script?: SmtpScript;
    readonly record?: "everything" | "envelopes";
}

// smtp/smtp-server.ts
import type { AcceptedMail } from "./accepted-mail.ts";
import type { SmtpScript } from "./smtp-script.ts";
import type { SmtpServerOptions } from "./smtp-server-options.ts";
import type { SmtpSession } from "./smtp-session.ts";
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
export declare function smtpServer(options?: SmtpServerOptions): Promise<SmtpServer>;

// smtp/smtp-session.ts
export interface SmtpLogin {
    readonly mechanism: string;
    readonly user?: string;
    readonly accepted: boolean;
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

// smtp/times.ts
import type { SmtpAction } from "./smtp-action.ts";
import type { SmtpDecision } from "./smtp-script.ts";
export declare function once(action: SmtpAction | SmtpDecision): SmtpDecision;
export declare function times(count: number, action: SmtpAction | SmtpDecision): SmtpDecision;
export declare function nth(position: number, action: SmtpAction | SmtpDecision): SmtpDecision;
