import type { Message } from "@relais/core/spi";
import type { SMTPEnvelope } from "nodemailer/lib/smtp-connection";

/** What a message asks for of delivery status notifications (RFC 3461). */
interface Wishes {
  readonly return?: "full" | "headers" | undefined;
  readonly id?: string | undefined;
  readonly notify?: readonly string[] | undefined;
  readonly recipient?: string | undefined;
}

/** The same as nodemailer takes it, which says it to servers that offer DSN and to no others. */
export function dsnOf(message: Message): Pick<SMTPEnvelope, "dsn"> {
  const { dsn } = message as Message & { readonly dsn?: Wishes };
  if (dsn === undefined) return {};
  return {
    dsn: {
      ...(dsn.return === undefined ? {} : { ret: dsn.return === "full" ? "FULL" : "HDRS" }),
      ...(dsn.id === undefined ? {} : { envid: dsn.id }),
      ...(dsn.notify === undefined ? {} : { notify: dsn.notify.join(",") }),
      ...(dsn.recipient === undefined ? {} : { orcpt: dsn.recipient }),
    },
  };
}
