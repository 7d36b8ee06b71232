/** Who the far end is told the message is from and for (RFC 5321); independent of the headers. */
export interface Envelope {
  /** The bare address that bounces go to; `""` is the null sender. */
  readonly from: string;
  /** Bare addresses, each once. */
  readonly to: readonly string[];
}
