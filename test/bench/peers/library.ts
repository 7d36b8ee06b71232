/** A mail, made anew for each send. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Where a row sends to. Every server is on 127.0.0.1 and knows neither TLS nor a login. */
export interface Target {
  /** Its port. */
  readonly primary: number;
  /** The port of the server that takes what the primary does not. */
  readonly backup?: number;
  /** How many connections may be open: as many as mails are sent at once. */
  readonly connections: number;
  /** How long the primary may be silent, for connecting, for its greeting and for each answer. */
  readonly timeoutMs?: number;
}

/** What a library was made into: an object that an application keeps. */
export interface Sender {
  /** True if the library says that the mail was taken. A rejection counts as false. */
  send(mail: Mail): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A library under test, one file each: add a file and it is measured in every row.
 *
 * It runs in a process of its own beside its installed packages, so it imports them by `load` only, and types alone from
 * elsewhere.
 */
export interface Library {
  readonly id: string;
  readonly name: string;
  /** What to install: exact versions by name. Empty for this repository. */
  readonly packages: Readonly<Record<string, string>>;
  /** Where its set-up was read, and what it is: sentences for the page. */
  readonly setup: string;
  make(target: Target, load: <Module>(name: string) => Promise<Module>): Promise<Sender>;
  /** Rows that it cannot do, each with the reason, which the page gives. */
  readonly cannot?: Readonly<Record<string, string>>;
  /** Why it is faster than Relais, by row: the page says so where that was measured. */
  readonly ahead?: Readonly<Record<string, string>>;
}

/** What one process is told to do. */
export interface Job {
  readonly target: Target;
  readonly atOnce: number;
  /** So many mails, or for so long. */
  readonly mails?: number;
  readonly forMs?: number;
  /** Whether the sender is made anew: nothing is known of the primary, no connection stands. */
  readonly fresh: boolean;
}

/** What came of it. */
export interface Done {
  /** Each mail's time, ms. */
  readonly ms: readonly number[];
  readonly delivered: number;
  readonly wallMs: number;
  /** CPU time of the process, its collector included, µs. */
  readonly cpuUs: number;
  /** From before the library's import until its first mail was taken, ms. */
  readonly firstMs: number;
  /** Resident memory at the end, bytes. */
  readonly rss: number;
}
