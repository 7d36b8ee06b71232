import type { CapturedMail } from "./captured-mail.ts";
import { describeQuery, type MailQuery, matches } from "./captured-mail.ts";

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What `mailMatchers` adds to `expect(chain)`. */
export interface MailMatchers<R = unknown> {
  /** At least one mail was sent that fits; `times` says how many. */
  toHaveSent(query?: MailQuery & { readonly times?: number | undefined }): R;
  /** Nothing was sent. */
  toHaveSentNothing(): R;
}

function sentOf(received: unknown): readonly CapturedMail[] {
  const sent = (received as { readonly sent?: unknown } | null)?.sent;
  if (!Array.isArray(sent)) throw new TypeError("expect(…) wants what captureChain() gives");
  return sent;
}

/** For `expect.extend(mailMatchers)` of Vitest and Jest. */
export const mailMatchers: {
  toHaveSent(received: unknown, query?: MailQuery & { readonly times?: number | undefined }): MatcherResult;
  toHaveSentNothing(received: unknown): MatcherResult;
} = {
  toHaveSent(received, { times, ...query } = {}) {
    const sent = sentOf(received);
    const found = sent.filter((mail) => matches(mail, query)).length;
    const pass = times === undefined ? found > 0 : found === times;
    const wanted = describeQuery(query, sent);
    return {
      pass,
      message: () =>
        times === undefined
          ? `expected ${pass ? "no such mail" : "such a mail"}: ${wanted}`
          : `expected ${pass ? "another number than" : ""} ${times}, there are ${found}: ${wanted}`,
    };
  },
  toHaveSentNothing(received) {
    const sent = sentOf(received);
    return {
      pass: sent.length === 0,
      message: () => `expected ${sent.length === 0 ? "a mail" : "no mail"}; ${describeQuery({}, sent)}`,
    };
  },
};
