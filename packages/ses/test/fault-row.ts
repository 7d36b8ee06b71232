import type { SesFault, SesServerOptions } from "@relais/conformance";
import type { FailureKind, Message } from "@relais/core/spi";
import type { SesOptions } from "@relais/ses";

/** One row of the fault matrix: what is wrong, and what must come of it. */
export interface FaultRow {
  readonly title: string;
  readonly server?: SesServerOptions;
  readonly fault?: SesFault;
  readonly options?: SesOptions;
  readonly message?: () => Promise<Message>;
  readonly to?: readonly string[];
  /** Aborts the attempt so long after the server saw its request; 0 before it begins. */
  readonly abortAfterMs?: number;
  readonly kind: FailureKind | "receipt";
  readonly code?: RegExp;
  readonly reason?: RegExp;
  readonly retryAfterMs?: number;
  /** Copies that the server really took. @defaultValue 0 */
  readonly copies?: number;
  /** @defaultValue 1 */
  readonly requests?: number;
  /** @defaultValue true */
  readonly handedOver?: boolean;
}
