/** The account behind the server. All of it can be changed while the server runs, with `configure`. */
export interface SesAccount {
  /** Secrets by access key id. Default: `{ AKIDEXAMPLE: { secretAccessKey: "secret" } }`. */
  readonly credentials: Readonly<Record<string, SesCredentials>>;
  /** Default: `"eu-west-1"`. Requests signed for another one are refused. */
  readonly region: string;
  /** Recipients must be verified, and the quota is 200 a day and 1 a second where none is set. Default: false. */
  readonly sandbox: boolean;
  /** Addresses and domains that may send, and receive in the sandbox. Default: `"everything"`. */
  readonly verified: "everything" | readonly string[];
  /** Default outside the sandbox: no daily limit, 10,000 a second. */
  readonly quota: SesQuota;
  /** Default: true; otherwise AccountSendingPausedException. */
  readonly sendingEnabled: boolean;
  /** Configuration sets that exist. Default: none. */
  readonly configurationSets: readonly string[];
  /** How far the server's clock is ahead of the real one. Default: 0. */
  readonly clockSkewMs: number;
}

/** One access key's secrets. */
export interface SesCredentials {
  readonly secretAccessKey: string;
  /** With it, requests must bring this token. */
  readonly sessionToken?: string;
  /** Whether the token has run out: ExpiredToken. */
  readonly expired?: boolean;
}

/** What the account may send, counted in recipients. */
export interface SesQuota {
  /** -1 is no limit. */
  readonly max24HourSend: number;
  /** Recipients a second. One mail for more than that passes when nothing was sent in the last second. */
  readonly maxSendRate: number;
  /** Grows with every accepted mail; it never shrinks by itself. */
  readonly sentLast24Hours: number;
}

/** A mail the server really accepted, whatever its sender heard of that. */
export interface AcceptedEmail {
  readonly messageId: string;
  /** The envelope's sender. */
  readonly source: string;
  readonly destinations: readonly string[];
  /** The exact bytes of SendRawEmail; for SendEmail a mail made of its fields. */
  readonly raw: Buffer;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSetName?: string;
  readonly at: Date;
}

const SANDBOX: SesQuota = { max24HourSend: 200, maxSendRate: 1, sentLast24Hours: 0 };
const PRODUCTION: SesQuota = { max24HourSend: -1, maxSendRate: 10_000, sentLast24Hours: 0 };

/** The account with defaults for what the options leave out. */
export function accountWithDefaults(options: Partial<SesAccount>): SesAccount {
  const sandbox = options.sandbox ?? false;
  return {
    credentials: options.credentials ?? { AKIDEXAMPLE: { secretAccessKey: "secret" } },
    region: options.region ?? "eu-west-1",
    sandbox,
    verified: options.verified ?? "everything",
    quota: options.quota ?? (sandbox ? SANDBOX : PRODUCTION),
    sendingEnabled: options.sendingEnabled ?? true,
    configurationSets: options.configurationSets ?? [],
    clockSkewMs: options.clockSkewMs ?? 0,
  };
}
