import type { SmtpAction } from "./action.ts";
import { clearMail, type Dialogue, type Exchange, isSuccess, type SessionHost } from "./dialogue.ts";
import type { BodyReader } from "./input.ts";
import { isAccepted } from "./perform.ts";
import { messageIdOf } from "./records.ts";

/** MAIL FROM (RFC 5321, 4.1.1.2), with SIZE (RFC 1870) and SMTPUTF8 (RFC 6531). */
export function mailExchange(line: string, argument: string, dialogue: Dialogue): Exchange {
  const { options } = dialogue;
  const sender = path(argument, "FROM");
  return {
    step: "mail",
    line,
    ...(sender === undefined ? {} : { address: sender.address }),
    reply: () => {
      if (!dialogue.greeted) return "503 5.5.1 EHLO first\r\n";
      if (options.auth?.required === true && !dialogue.authenticated) {
        return "530 5.7.0 authentication required\r\n";
      }
      if (dialogue.from !== undefined) return "503 5.5.1 a mail is under way\r\n";
      if (sender === undefined) return "501 5.1.7 bad sender address\r\n";
      if (!isAscii(sender.address) && !(options.smtpUtf8 === true && sender.parameters.has("SMTPUTF8"))) {
        return "553 5.6.7 address needs SMTPUTF8\r\n";
      }
      const size = Number(sender.parameters.get("SIZE") ?? 0);
      if (size > (options.size ?? Number.POSITIVE_INFINITY)) return "552 5.3.4 mail too big\r\n";
      return "250 2.1.0 ok\r\n";
    },
    answered: (code) => {
      if (isSuccess(code)) dialogue.from = sender?.address ?? "";
    },
  };
}

/** RCPT TO (RFC 5321, 4.1.1.3). */
export function rcptExchange(line: string, argument: string, dialogue: Dialogue): Exchange {
  const recipient = path(argument, "TO");
  return {
    step: "rcpt",
    line,
    ...(recipient === undefined ? {} : { address: recipient.address }),
    reply: () => {
      if (dialogue.from === undefined) return "503 5.5.1 MAIL first\r\n";
      if (recipient === undefined || recipient.address === "") return "501 5.1.3 bad recipient address\r\n";
      if (!isAscii(recipient.address) && dialogue.options.smtpUtf8 !== true) {
        return "553 5.6.7 address needs SMTPUTF8\r\n";
      }
      return "250 2.1.5 ok\r\n";
    },
    answered: (code) => {
      if (isSuccess(code) && recipient !== undefined) dialogue.to.push(recipient.address);
    },
  };
}

/** DATA (RFC 5321, 4.1.1.4). */
export function dataExchange(line: string, dialogue: Dialogue): Exchange {
  let agreed = false;
  return {
    step: "data",
    line,
    reply: () => {
      if (dialogue.from === undefined) return "503 5.5.1 MAIL first\r\n";
      return dialogue.to.length === 0 ? "554 5.5.1 no valid recipients\r\n" : "354 go on\r\n";
    },
    answered: (code) => {
      agreed = code === 354;
      // A refused DATA ends the mail, as it does with the servers people run.
      if (code >= 400) clearMail(dialogue);
    },
    after: () => {
      if (agreed) dialogue.connection.startBody();
    },
  };
}

const NO_BYTES = Buffer.alloc(0);

/**
 * A mail is complete: records it if it is kept, before anything is answered, and says what the answer is.
 * `after` runs when that has gone out.
 */
export function finalDot(
  reader: BodyReader,
  dialogue: Dialogue,
  host: SessionHost,
  after: () => void,
): { readonly exchange: Exchange; readonly action: SmtpAction | undefined } {
  const { options, record } = host;
  const full = options.record !== "envelopes";
  const { from = "", to } = dialogue;
  const data = reader.data();
  const tooBig = reader.size > (options.size ?? Number.POSITIVE_INFINITY);
  clearMail(dialogue);
  record.finalDots += 1;
  const exchange: Exchange = {
    step: "dot",
    line: ".",
    body: full ? data : NO_BYTES,
    reply: () => (tooBig ? "552 5.3.4 mail too big\r\n" : "250 2.0.0 kept\r\n"),
    after,
  };
  const action = host.decide(exchange);
  if (action === undefined ? !tooBig : isAccepted(action, !tooBig)) {
    const messageId = messageIdOf(data);
    const id = messageId === undefined ? {} : { messageId };
    host.accept({ from, to, data: full ? data : NO_BYTES, ...id, session: record.number, at: new Date() });
  }
  return { exchange, action };
}

/** The address and the parameters of a MAIL or RCPT command. */
interface SmtpPath {
  readonly address: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// A local part may be quoted, and then hold blanks, brackets and an @ (RFC 5321, 4.1.2).
const pathForm = /^(\w+):\s*<("(?:[^"\\]|\\.)*"@[^<>\s]*|[^<>\s"]*)>(.*)$/;
const addressForm = /^(?:"(?:[^"\\]|\\.)*"|[^@]+)@[^@]+$|^postmaster$/i;

/** Reads `FROM:<address> KEY=value …` or `TO:<…>` (RFC 5321, 4.1.2); undefined when it is not one. */
function path(argument: string, keyword: "FROM" | "TO"): SmtpPath | undefined {
  const [, word = "", address = "", rest = ""] = pathForm.exec(argument) ?? [];
  if (word.toUpperCase() !== keyword) return undefined;
  if (address !== "" && !addressForm.test(address)) return undefined;
  const parameters = rest
    .trim()
    .split(/\s+/)
    .map((parameter): [string, string] => {
      const [key = "", value = ""] = parameter.split("=", 2);
      return [key.toUpperCase(), value];
    });
  return { address, parameters: new Map(parameters) };
}

const isAscii = (text: string): boolean => !/[^\x00-\x7f]/.test(text);
