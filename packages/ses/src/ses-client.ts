import type { Quota } from "@relais/core/spi";
import type { Exchange } from "./exchange.ts";

/** One message as the service wants it. */
export interface RawEmail {
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly to: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What goes along with every call. */
export interface Call {
  readonly signal: AbortSignal;
  readonly exchange: Exchange;
}

/** What the provider needs of a service. Version 2 of the SES API (40 MB a message) would be another one of these. */
export interface SesClient {
  /** Resolves with what the service calls the message, unchecked: `undefined` if it did not say. */
  sendRaw(email: RawEmail, call: Call): Promise<unknown>;
  quota(call: Call): Promise<Quota>;
  sendingEnabled(call: Call): Promise<boolean>;
  /** The service did not like our key: get a fresh one for the next call. */
  forgetCredentials(): void;
  /** Whether a call that failed before it connected met trouble of a credentials endpoint, which passes. */
  credentialsTroublePasses(thrown: unknown): boolean;
  /** Takes every secret that was seen so far out of a text. */
  redact(text: string): string;
  /** Lets go of all sockets. */
  destroy(): void;
}
