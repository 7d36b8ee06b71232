import {
  brevoSender,
  type FeedbackSender,
  mailgunSender,
  postmarkSender,
  resendSender,
  sendgridSender,
  snsSender,
  type VendorEvent,
} from "@relais/conformance";
import {
  brevoReceiver,
  type FeedbackReceiver,
  mailgunReceiver,
  postmarkReceiver,
  resendReceiver,
  sendgridReceiver,
  snsReceiver,
} from "@relais/feedback";

/** A vendor, and a receiver that knows it. */
export interface Source {
  readonly sender: FeedbackSender<object>;
  readonly receiver: FeedbackReceiver;
  /** URLs that the receiver asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const pair = <Options extends object>(
  sender: FeedbackSender<Options>,
  make: (options: Options) => FeedbackReceiver,
): Source => ({ sender, receiver: make(sender.options), asked: [], close: async () => {} });

export const sources: Readonly<Record<string, () => Promise<Source>>> = {
  sns: async () => {
    const sender = await snsSender();
    return { ...pair(sender, snsReceiver), asked: sender.asked, close: sender.close };
  },
  sendgrid: async () => pair(sendgridSender(), sendgridReceiver),
  mailgun: async () => pair(mailgunSender(), mailgunReceiver),
  postmark: async () => pair(postmarkSender(), postmarkReceiver),
  resend: async () => pair(resendSender(), resendReceiver),
  brevo: async () => pair(brevoSender(), brevoReceiver),
};

/** One event of each kind that a vendor tells, of as many messages. */
export function everyKind({ tells, source }: FeedbackSender<object>): VendorEvent[] {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  return tells.map((kind, i) => ({
    ...kind,
    recipient: `Ann.${i}+tag@Example.net`,
    message: `0198c0de-0000-7000-8000-00000000000${i}`,
    // Mailgun and Brevo answer a send with the whole Message-ID.
    providerMessageId: source === "mailgun" || source === "brevo" ? `<id-${i}@vendor.example>` : `id-${i}`,
    at: now - 60_000 - i * 1_000,
  }));
}
