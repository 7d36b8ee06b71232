import { messageIdOf } from "./accepted-mail.ts";
import type { BodyReader } from "./body-reader.ts";
import { clearMail, type Dialogue } from "./dialogue.ts";
import type { Exchange } from "./exchange.ts";
import { keeps } from "./keeps.ts";
import type { SessionHost } from "./session-host.ts";
import type { SmtpAction } from "./smtp-action.ts";

const EMPTY = Buffer.alloc(0);

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
    body: full ? data : EMPTY,
    reply: () => (tooBig ? "552 5.3.4 mail too big\r\n" : "250 2.0.0 kept\r\n"),
    after,
  };
  const action = host.decide(exchange);
  if (action === undefined ? !tooBig : keeps(action, !tooBig)) {
    const messageId = messageIdOf(data);
    const id = messageId === undefined ? {} : { messageId };
    host.accept({ from, to, data: full ? data : EMPTY, ...id, session: record.number, at: new Date() });
  }
  return { exchange, action };
}
