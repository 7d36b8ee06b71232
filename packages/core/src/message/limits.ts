/** How much a message may hold. */
export interface Limits {
  /** To, Cc and Bcc together. @defaultValue 1000 */
  readonly maxRecipients: number;
  /** Bodies and attachments together, before encoding. @defaultValue 40 MiB */
  readonly maxBytes: number;
  /** @defaultValue 100 */
  readonly maxAttachments: number;
  /** Whether `attachments[].path` may name local files. @defaultValue false */
  readonly allowFiles: boolean;
  /**
   * Refuses a display name that reads as another address than its own, such as `ceo@bank.example` before
   * `<shop@example.org>`. Readers show names before addresses, so such a name can deceive; mailing lists and
   * resellers write them all the same (`bob@example.com via Shop`). @defaultValue false
   */
  readonly strictNames: boolean;
}

export const defaultLimits: Limits = Object.freeze({
  maxRecipients: 1_000,
  maxBytes: 40 * 1024 * 1024,
  maxAttachments: 100,
  allowFiles: false,
  strictNames: false,
});
