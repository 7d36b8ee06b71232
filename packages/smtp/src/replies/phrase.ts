/** A wording that tells two things apart where codes do not. */
export interface Phrase {
  readonly means:
    | "daily-quota"
    | "too-fast"
    | "paused"
    | "messages-of-connection"
    | "connections"
    | "greylisted"
    | "receives-too-much"
    | "mailbox-full"
    | "too-many-recipients"
    | "separate-recipient"
    | "relay-denied"
    | "name-refused"
    | "sender"
    | "policy"
    | "moved"
    | "no-such-host"
    | "edge-blocked"
    | "no-such-user";
  readonly pattern: RegExp;
  /** Whose wording it is, or where it is written down. */
  readonly source: string;
  /** How long to leave the server alone, in ms, where the text itself names no time. */
  readonly waitMs?: number;
}
