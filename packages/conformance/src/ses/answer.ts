import { randomUUID } from "node:crypto";

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

export function sesError(code: string, message: string, status = 400): SesError {
  return { code, message, status };
}

const NAMESPACE = 'xmlns="http://ses.amazonaws.com/doc/2010-12-01/"';

/** The response of an action around its result element's contents. */
export function responseXml(action: string, contents: string): string {
  return `<${action}Response ${NAMESPACE}><${action}Result>${contents}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>\n`;
}

export function errorXml(error: SesError): string {
  const type = error.type ?? ((error.status ?? 400) < 500 ? "Sender" : "Receiver");
  return `<ErrorResponse ${NAMESPACE}><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>\n`;
}

/** Text for an element. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
