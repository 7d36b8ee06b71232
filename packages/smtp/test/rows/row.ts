import type { SmtpServer, SmtpServerOptions } from "@relais/conformance";
import type { FailureKind, MessageInput } from "@relais/core/spi";
import type { SmtpOptions } from "@relais/smtp";

/** One fault of the table in the research on providers (4.2), and what must come of it. */
export interface Row {
  /** Named as in the table. `[pool]` keeps connections; the others open one for each message. */
  readonly fault: string;
  readonly server?: SmtpServerOptions;
  /** Where to send, if not to a server of its own. */
  readonly at?: "refused" | "blackhole" | "nowhere";
  readonly options?: Partial<SmtpOptions> | ((server: SmtpServer) => Partial<SmtpOptions>);
  readonly mail?: MessageInput;
  /** A mail that goes through before the fault, over the same connection. */
  readonly reused?: true;
  /** How long after that mail, for faults of an idle connection. */
  readonly idleMs?: number;
  readonly kind: FailureKind | "receipt";
  /** Copies of the mail that the server really kept. */
  readonly accepted: number;
  /** `"raced"` where it depends on how much the network buffered: the kind is then `unknown` exactly if it was. */
  readonly handedOver: boolean | "raced";
  readonly code?: string | RegExp;
  readonly reason?: RegExp;
  readonly retryable?: false;
  readonly retryAfterMs?: number;
  /** Kinds by recipient. */
  readonly rejected?: Readonly<Record<string, FailureKind>>;
  /** TCP connections in all, the mail before included. @defaultValue 1 */
  readonly connections?: number;
  /** MAIL commands in all. */
  readonly mails?: number;
}

export const lost = { kind: "transient", accepted: 0, handedOver: false } as const;
export const unknown = { kind: "unknown", accepted: 1, handedOver: true } as const;
export const taken = { kind: "receipt", accepted: 1, handedOver: true } as const;
export const broken = { kind: "misconfigured", accepted: 0, handedOver: false } as const;
