import {
  type Captured,
  checkQuery,
  describeCaptured,
  describeQuery,
  type MailQuery,
  matches,
} from "./captured-mail.ts";

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

function capturedOf(received: unknown): Captured {
  const { sent, errors } = (received ?? {}) as Partial<Captured>;
  if (!Array.isArray(sent) || !Array.isArray(errors))
    throw new TypeError("expect(…) wants what captureChain() gives");
  return { sent, errors };
}

/** For `expect.extend(mailMatchers)` of Vitest and Jest. */
export const mailMatchers: {
  toHaveSent(received: unknown, query?: MailQuery & { readonly times?: number | undefined }): MatcherResult;
  toHaveSentNothing(received: unknown): MatcherResult;
} = {
  toHaveSent(received, wanted = {}) {
    checkQuery("toHaveSent", wanted, "times");
    const { times, ...query } = wanted;
    const captured = capturedOf(received);
    const found = captured.sent.filter((mail) => matches(mail, query)).length;
    const pass = times === undefined ? found > 0 : found === times;
    const such =
      times === undefined
        ? pass
          ? "no such mail"
          : "such a mail"
        : `${pass ? "another number than " : ""}${times} of them, there ${found === 1 ? "is" : "are"} ${found}`;
    return { pass, message: () => `expected ${such}: ${describeQuery(query, captured)}` };
  },
  toHaveSentNothing(received) {
    const captured = capturedOf(received);
    const pass = captured.sent.length === 0;
    return {
      pass,
      message: () => `expected ${pass ? "a mail" : "no mail"} to be sent; ${describeCaptured(captured)}`,
    };
  },
};
