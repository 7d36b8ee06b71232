import type { Evidence } from "./parse-error.ts";

/** RFC 6749, 4.1.2.1 and 5.2: what a token endpoint says when it is the one to blame, for now. */
const passing = /^(?:temporarily_unavailable|server_error|slow_down)\b/;

/** Whether no token came because of the network or the endpoint, and not because of what we asked with. */
export function tokenMayComeLater({ code, originalCode, message, response }: Evidence): boolean {
  if (code !== "EAUTH" || response !== undefined) return false;
  if (originalCode === "EOAUTH2")
    return passing.test(message) || message === "Invalid authentication response";
  // An endpoint that answers with HTML: nodemailer's JSON.parse threw.
  return originalCode === undefined && /JSON/.test(message);
}
