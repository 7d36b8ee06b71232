/** A mail the server really accepted, whatever its sender heard of that. */
export interface AcceptedEmail {
  readonly messageId: string;
  /** The envelope's sender. */
  readonly source: string;
  readonly destinations: readonly string[];
  /** The exact bytes of SendRawEmail; for SendEmail a mail made of its fields. */
  readonly raw: Buffer;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSetName?: string;
  readonly at: Date;
}
