import type { SecureContext } from "node:tls";
import type { AcceptedMail } from "./accepted-mail.ts";
import type { SessionRecord } from "./dialogue.ts";
import type { Exchange } from "./exchange.ts";
import type { SmtpAction } from "./smtp-action.ts";
import type { SmtpServerOptions } from "./smtp-server-options.ts";

/** What a session needs of its server. */
export interface SessionHost {
  readonly options: SmtpServerOptions;
  readonly record: SessionRecord;
  secureContext(): SecureContext;
  /** What the script says for this step now; counts the occurrence. */
  decide(exchange: Exchange): SmtpAction | undefined;
  accept(mail: AcceptedMail): void;
}
