import { bareAddress } from "../message/address.ts";

/** Why an address gets no mail, the weightiest reason first. */
export const suppressionReasons = ["complained", "manual", "bounced", "unsubscribed"] as const;

/** `manual`: somebody put it on the list by hand. */
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Whom a suppression holds for. */
export interface SuppressionScope {
  /** @defaultValue `default` */
  readonly tenant?: string | undefined;
  /** The stream of the message, `marketing`; a message without one is held back by suppressions of all streams only. */
  readonly stream?: string | undefined;
  /** Reasons that the message does not heed: an address is on the list for any other one. @defaultValue none */
  readonly ignore?: readonly SuppressionReason[] | undefined;
}

/** An address that gets no mail, as a check tells it. */
export interface Suppressed {
  readonly reason: SuppressionReason;
  /** Since when, ms since 1970. */
  readonly since: number;
}

/** A list of addresses that get no mail. A chain asks it before each message, for all recipients at once. */
export interface SuppressionList {
  /**
   * Which of the recipients are on the list. Addresses are compared without case.
   * @returns those that are on it, by the address as it was given
   * @throws if the list cannot be read
   */
  check(
    recipients: readonly string[],
    scope: SuppressionScope,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Suppressed>>;
}

/** What is written in one way only: ASCII without quotes, blanks and a full stop at the end. */
const plain = /^[!#-[\]-~]*[!#-\-/-[\]-~]$/;

/**
 * The key of an address on a list: vendors compare the whole address without case. Domains are in the `xn--` form and
 * quotes that need not be there are left out, as in the addresses of a message.
 */
export function suppressionKey(address: string): string {
  const text = address.trim();
  if (plain.test(text)) return text.toLowerCase();
  try {
    return bareAddress("address", text).toLowerCase();
  } catch {
    return text.toLowerCase();
  }
}
