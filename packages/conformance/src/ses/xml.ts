import { randomUUID } from "node:crypto";
import type { SesError } from "./ses-error.ts";

const NAMESPACE = 'xmlns="http://ses.amazonaws.com/doc/2010-12-01/"';

/** Text for an element. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The response of an action around its result element's contents. */
export function responseXml(action: string, contents: string): string {
  return `<${action}Response ${NAMESPACE}><${action}Result>${contents}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>\n`;
}

export function errorXml(error: SesError): string {
  const type = error.type ?? ((error.status ?? 400) < 500 ? "Sender" : "Receiver");
  return `<ErrorResponse ${NAMESPACE}><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>\n`;
}
