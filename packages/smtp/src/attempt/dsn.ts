import type { Message } from "@relais/core/spi";
import type { SMTPEnvelope } from "nodemailer/lib/smtp-connection";

/** What a message asks for of reports (RFC 3461), as nodemailer says it to servers that offer DSN, and to no others. */
export function dsnOf({ dsn }: Message): Pick<SMTPEnvelope, "dsn"> {
  if (dsn === undefined) return {};
  return {
    dsn: {
      ...(dsn.return === undefined ? {} : { ret: dsn.return === "full" ? "FULL" : "HDRS" }),
      ...(dsn.id === undefined ? {} : { envid: dsn.id }),
      ...(dsn.notify === undefined ? {} : { notify: dsn.notify.join(",") }),
      ...(dsn.recipient === undefined ? {} : { recipient: dsn.recipient }),
    },
  };
}
