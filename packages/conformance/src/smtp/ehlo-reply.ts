import { mechanisms } from "./authenticate.ts";
import { replyBytes } from "./reply.ts";
import type { SmtpServerOptions } from "./smtp-server-options.ts";

/** The reply to EHLO: one line for each extension the server has (RFC 5321, 4.1.1.1). */
export function ehloReply(options: SmtpServerOptions, secure: boolean): string {
  const lines = [`250 ${options.name ?? "localhost"}`, "250 8BITMIME", "250 ENHANCEDSTATUSCODES"];
  if (options.pipelining !== false) lines.push("250 PIPELINING");
  if (options.size !== undefined) lines.push(`250 SIZE ${options.size}`);
  if (options.smtpUtf8 === true) lines.push("250 SMTPUTF8");
  if (options.dsn === true) lines.push("250 DSN");
  if (options.limits !== undefined) lines.push(`250 LIMITS ${options.limits}`);
  if (options.starttls === true && !secure) lines.push("250 STARTTLS");
  const offered = options.auth?.tlsOnly === true && !secure ? [] : mechanisms(options.auth);
  if (offered.length > 0) lines.push(`250 AUTH ${offered.join(" ")}`);
  return replyBytes(lines);
}
