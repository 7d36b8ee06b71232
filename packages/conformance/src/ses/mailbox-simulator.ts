import { setTimeout as sleep } from "node:timers/promises";
import type { VendorEvent } from "../feedback/sender.ts";
import type { AcceptedEmail } from "./account.ts";
import type { SesSimulator } from "./contract.ts";

/** What SES tells of a mail for an address, by the part before the @. */
const told: Readonly<Record<string, readonly Pick<VendorEvent, "type" | "bounce">[]>> = {
  success: [{ type: "delivered" }],
  bounce: [{ type: "bounced", bounce: "hard" }],
  complaint: [{ type: "delivered" }, { type: "complained" }],
  suppressionlist: [{ type: "blocked" }],
  ooto: [{ type: "delivered" }],
};
const simulated = /^([a-z]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;

/** SNS tries again when it is not answered with success. */
const tries = 3;
const pauseMs = 500;

/** What becomes of mails for the addresses of the mailbox simulator. */
export interface MailboxSimulator {
  accepted(email: AcceptedEmail): void;
  /** Posts nothing more. */
  close(): void;
}

export function mailboxSimulator({ sns, url, delayMs = 50 }: SesSimulator): MailboxSimulator {
  const end = new AbortController();
  const { signal } = end;
  const post = async (event: VendorEvent): Promise<void> => {
    const { headers, body } = sns.event(event, "eventType");
    await sleep(delayMs, undefined, { signal, ref: false });
    for (let nth = 1; nth <= tries; nth += 1) {
      const answer = await fetch(url, { method: "POST", headers, body, signal }).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(pauseMs, undefined, { signal, ref: false });
    }
  };
  return {
    accepted({ destinations, messageId, tags, at }) {
      for (const recipient of destinations) {
        const [, name = ""] = simulated.exec(recipient) ?? [];
        const events = told[name.toLowerCase()] ?? [];
        for (const { type, bounce } of events) {
          const own = { message: tags.relais_id, providerMessageId: messageId };
          // Nobody waits for it: it ends when it is posted, or when the server is closed.
          post({ type, bounce, recipient, ...own, at: at.getTime() }).catch(() => undefined);
        }
      }
    },
    close: () => end.abort(),
  };
}
