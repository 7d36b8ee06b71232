import type { FeedbackEvent } from "@relais/core/spi";

/** Headers of a request: `Headers`, or an object with names in lower case, as Node.js has them. */
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a vendor sent. */
export interface FeedbackRequest {
  readonly headers: RequestHeaders;
  /** The bytes as they came: signatures are about them. */
  readonly body: Uint8Array;
}

/** Why a request was not accepted. */
export interface Refusal {
  /**
   * 400: malformed; 401: credentials or signature are wrong, or too old; 403: signed, but not meant for this receiver;
   * 413: too large; 503: cannot be checked now, the vendor shall send it again.
   */
  readonly status: 400 | 401 | 403 | 413 | 503;
  /** One sentence, without secrets. */
  readonly error: string;
}

/** What became of a request: its events, none for what is not about the end of a mail, or why it was refused. */
export type Reception =
  | {
      readonly events: readonly FeedbackEvent[];
      /** What an operator should know: a subscription that was confirmed or has ended, events that cannot be read. */
      readonly notice?: string | undefined;
      readonly refusal?: undefined;
    }
  | { readonly refusal: Refusal; readonly events?: undefined; readonly notice?: undefined };

/** Reads what one vendor sends. */
export interface FeedbackReceiver {
  /** As in `FeedbackEvent.source`. */
  readonly source: string;
  /** Checks a request, then reads its events. Nothing is read, and no request made, for one that is not authentic. */
  receive(request: FeedbackRequest): Promise<Reception>;
}

/** The most that a request may hold: vendors send less than 1 MB. */
export const maxBodyBytes: number = 2 * 1024 * 1024;

/** Ends the reading of a request. */
export class Refused extends Error {
  readonly status: Refusal["status"];

  constructor(status: Refusal["status"], sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** What a source reads out of a request; it throws `Refused`. */
export interface Reading {
  readonly events: readonly (FeedbackEvent | undefined)[];
  readonly notice?: string | undefined;
}

/** A receiver of what `read` reads. Events that are `undefined` could not be read, or are of no interest. */
export function receiver(
  source: string,
  read: (request: FeedbackRequest) => Reading | Promise<Reading>,
): FeedbackReceiver {
  return {
    source,
    async receive(request) {
      try {
        if (request.body.length > maxBodyBytes)
          throw new Refused(413, `the request is larger than ${maxBodyBytes} bytes`);
        const { events, notice } = await read(request);
        const known = events.filter((one) => one !== undefined);
        return notice === undefined ? { events: known } : { events: known, notice };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { refusal: { status: error.status, error: error.message } };
      }
    },
  };
}

/** A header's value; the first where there are several. */
export function header(headers: RequestHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === "string" ? value : value?.[0];
}
