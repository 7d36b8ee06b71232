/** An error as SES answers it: `code` and `message` in XML, `status` as the HTTP status. */
export interface SesError {
  readonly code: string;
  readonly message: string;
  /** Default: 400. */
  readonly status?: number;
  /** Who is to blame. Default: `"Sender"` below status 500, `"Receiver"` from there. */
  readonly type?: "Sender" | "Receiver";
}

/** What an action comes to: a body's XML, or an error. */
export type SesAnswer = { readonly xml: string; readonly messageId?: string } | { readonly error: SesError };

export function refuse(code: string, message: string, status = 400): { readonly error: SesError } {
  return { error: { code, message, status } };
}
