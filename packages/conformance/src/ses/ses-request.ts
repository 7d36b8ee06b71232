/** A request the server saw, for assertions. */
export interface SesRequest {
  /** Undefined when the body was not read. */
  readonly action?: string;
  readonly at: Date;
  /** Bytes of the body that were read. */
  readonly bytes: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request as it came over HTTP, whole. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
