import type { KeyObject } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { SmtpAuth } from "./options.ts";

/** Options after checking, every default filled in. */
export interface Settings {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
  readonly tls: ConnectionOptions;
  readonly auth?: SmtpAuth;
  readonly name?: string;
  readonly localAddress?: string;
  readonly proxy?: string;
  readonly pool: PoolSettings;
  /** Keys of one domain or several; the first domain's sign for senders that are at none of them. */
  readonly dkim: readonly DkimSettings[];
  readonly connectionTimeoutMs: number;
  readonly greetingTimeoutMs: number;
  readonly socketTimeoutMs: number;
  readonly dnsTimeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface PoolSettings {
  readonly maxConnections: number;
  readonly maxMessages: number;
  readonly idleTimeoutMs: number;
}

/** One key. */
export interface DkimSettings {
  /** In lower case, ASCII. */
  readonly domainName: string;
  readonly keySelector: string;
  readonly privateKey: KeyObject;
  /** The headers to sign, where a message has them: names in lower case, each once. */
  readonly fields: readonly string[];
}
