import { authExchange, mechanisms } from "./auth.ts";
import type { SmtpServerOptions } from "./contract.ts";
import { clearMail, type Dialogue, type Exchange, isSuccess } from "./dialogue.ts";
import { dataExchange, mailExchange, rcptExchange } from "./mail-commands.ts";
import { replyBytes } from "./perform.ts";

/** The exchange a command line begins, or the plain reply to one that no script can touch. */
export function command(line: string, dialogue: Dialogue): Exchange | string {
  const { next } = dialogue;
  if (next !== undefined) {
    dialogue.next = undefined;
    return next(line);
  }
  const space = line.indexOf(" ");
  const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  const argument = space < 0 ? "" : line.slice(space + 1).trim();
  switch (verb) {
    case "EHLO":
    case "HELO":
      return greetExchange(verb, line, argument, dialogue);
    case "STARTTLS":
      return starttlsExchange(line, dialogue);
    case "AUTH":
      return authExchange(line, argument, dialogue);
    case "MAIL":
      return mailExchange(line, argument, dialogue);
    case "RCPT":
      return rcptExchange(line, argument, dialogue);
    case "DATA":
      return dataExchange(line, dialogue);
    case "RSET":
      return {
        step: "rset",
        line,
        reply: () => "250 2.0.0 forgotten\r\n",
        answered: (code) => isSuccess(code) && clearMail(dialogue),
      };
    case "NOOP":
      return { step: "noop", line, reply: () => "250 2.0.0 ok\r\n" };
    case "QUIT":
      return { step: "quit", line, reply: () => "221 2.0.0 bye\r\n", after: dialogue.connection.end };
    case "VRFY":
      return "252 2.1.5 send some mail and see\r\n";
    default:
      return "500 5.5.2 command not known\r\n";
  }
}

function greetExchange(verb: "EHLO" | "HELO", line: string, argument: string, dialogue: Dialogue): Exchange {
  const helo = verb === "HELO";
  const { options, record } = dialogue;
  return {
    step: helo ? "helo" : "ehlo",
    line,
    reply: () => {
      if (argument === "") return "501 5.5.4 a name is needed\r\n";
      return helo ? `250 ${options.name ?? "localhost"}\r\n` : ehloReply(options, record.secure);
    },
    answered: (code) => {
      if (!isSuccess(code)) return;
      dialogue.greeted = true;
      clearMail(dialogue);
    },
  };
}

function starttlsExchange(line: string, dialogue: Dialogue): Exchange {
  let agreed = false;
  return {
    step: "starttls",
    line,
    reply: () => {
      if (dialogue.options.starttls !== true) return "502 5.5.1 STARTTLS not offered\r\n";
      return dialogue.record.secure ? "503 5.5.1 TLS stands already\r\n" : "220 2.0.0 ready for TLS\r\n";
    },
    answered: (code) => {
      agreed = code === 220;
    },
    after: () => {
      if (agreed) dialogue.connection.startTls();
    },
  };
}

/** The reply to EHLO: one line for each extension the server has (RFC 5321, 4.1.1.1). */
function ehloReply(options: SmtpServerOptions, secure: boolean): string {
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
