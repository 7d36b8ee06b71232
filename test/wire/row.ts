import type { SesFault, SmtpScript, SmtpServerOptions } from "@relais/conformance";
import type { FailureKind } from "@relais/core";
import type { SesOptions } from "@relais/ses";
import type { SmtpOptions } from "@relais/smtp";

/** One fault at the first provider of a chain of two, and what must follow. */
export interface Row {
  readonly name: string;
  /** More than one where the far end's buffers decide how far the body got. */
  readonly kind: FailureKind | readonly FailureKind[];
  /** Copies that the first far end really took, whatever it said. */
  readonly copies: 0 | 1;
  readonly script?: SmtpScript;
  readonly server?: SmtpServerOptions;
  readonly smtp?: Partial<SmtpOptions>;
  readonly fault?: SesFault;
  readonly ses?: Partial<SesOptions>;
  readonly down?: true;
  readonly timeoutMs?: number;
  readonly bytes?: number;
}
