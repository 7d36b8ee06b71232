import { option } from "@relais/core/spi";
import {
  type ConnectionOptions,
  connectionFields,
  connectionTimeoutMs,
  endpoint,
  isInsecure,
  maxConnections,
} from "@relais/http-client";

/** A secret with a line break or a blank around it was pasted wrong, and would only fail as a bad signature. */
const secret = option.map(option.secret, (value) => {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new RangeError("has a blank, a line break or a character outside ASCII");
});

const credentialsFields = {
  /** The key's name. */
  accessKeyId: option.required(secret),
  /** The key itself. */
  secretAccessKey: option.required(secret),
  /** Of a temporary key. */
  sessionToken: secret,
  /** When a temporary key ends; a credentials function is asked again shortly before. */
  expiration: option.map(option.anything<Date>(), (value) => {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
    throw new TypeError("must be a Date");
  }),
};

/** An AWS key pair, with a session token where it is a temporary one. */
export interface SesCredentials
  extends option.RequiredOptions<typeof credentialsFields>,
    option.OptionalOptions<typeof credentialsFields> {}

/** Credentials after their check: what is absent is not there. */
export interface KeyPair extends option.Checked<typeof credentialsFields> {}

/** A key pair. */
export const keyPair: option.Field<SesCredentials, KeyPair> = option.record(credentialsFields);

const credentialsFunction = option.callable<() => Promise<SesCredentials>>("a function that gives one");

const arn = option.matching(
  /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/[\x21-\x7e]{1,320}$/,
  "the ARN of an SES identity",
);
const tagText = /^[A-Za-z0-9_-]{1,256}$/;
const isTag = ([name, value]: readonly [string, unknown]): boolean =>
  tagText.test(name) && name !== "__proto__" && typeof value === "string" && tagText.test(value);

const tags = option.map(
  option.object<Readonly<Record<string, string>>>({
    type: "object",
    additionalProperties: { type: "string" },
  }),
  (tags) => {
    const entries = Object.entries(tags).filter(([, value]) => value !== null);
    if (entries.length > 50) throw new RangeError(`has ${entries.length} entries; at most 50 are allowed`);
    if (entries.every(isTag)) return Object.fromEntries(entries);
    throw new RangeError("must have names and values of 1 to 256 letters, digits, _ or -");
  },
);

const sesFields = {
  /** The name of this instance, unique in its chain. @defaultValue `"SES"` */
  id: option.id,
  /** `eu-west-1`. @defaultValue what the AWS client finds: `AWS_REGION`, or the shared configuration file */
  region: option.matching(
    /^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/,
    "the name of an AWS region, such as eu-west-1",
  ),
  /** Another address to talk to: `https:`, or `http:` to a loopback address. @defaultValue SES in `region` */
  endpoint,
  /** Allows an `http:` endpoint that is not on this machine: whoever is on the way can read the mail. @defaultValue false */
  allowInsecureHttp: option.flag,
  /**
   * A key pair, or a function that gets one. What the function throws is never shown, since it may hold
   * any secret: only its name and code are.
   * @defaultValue the default chain of the AWS client: environment, shared files, container, instance
   */
  credentials: option.either([keyPair, credentialsFunction], (value) => {
    if (typeof value === "function") return credentialsFunction;
    return typeof value === "object" && !Array.isArray(value) ? keyPair : undefined;
  }),
  /** The configuration set of every message. */
  configurationSet: option.matching(tagText, "1 to 256 letters, digits, _ or -"),
  /** Tags of every message: letters, digits, `_` and `-`. A message's own tags win over these. */
  tags,
  /** Sending authorization: the identity whose policy lets us write `From`. */
  fromArn: arn,
  /** Sending authorization: the identity whose policy lets us be the envelope's sender. */
  sourceArn: arn,
  /** Sending authorization: the identity whose policy lets us receive bounces. */
  returnPathArn: arn,
  /** Connections, and requests, at once; further messages wait in line. 1 to 1,000. @defaultValue 50 */
  maxConnections,
  /**
   * Content of all messages under way together, in bytes before encoding; further messages wait in line, and a
   * bigger one goes alone. A request blocks the event loop for some 35 ms a MB. @defaultValue 20,000,000
   */
  maxBytesUnderWay: option.whole(1, Number.MAX_SAFE_INTEGER),
  /** From the look-up of the host's name to the end of the TLS handshake, in ms. @defaultValue 2,000 */
  connectionTimeoutMs,
};

/** What `ses` is made from. Unknown fields are refused. */
export interface SesOptions
  extends ConnectionOptions,
    option.RequiredOptions<typeof sesFields>,
    option.OptionalOptions<typeof sesFields> {}

const allFields = { ...sesFields, ...connectionFields };

/** Options after their check. */
export interface CheckedOptions extends option.Checked<typeof allFields> {}

export const sesOptions: option.Field<SesOptions, CheckedOptions> = option.record(allFields);

/**
 * Checks everything that can be known before the first message.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and shows no value
 */
export function checkOptions(value: SesOptions): CheckedOptions {
  const options = option.check("ses", sesOptions, value);
  if (options.endpoint !== undefined && options.allowInsecureHttp !== true && isInsecure(options.endpoint))
    throw new RangeError(
      "ses: endpoint must begin with https://: without TLS the mail could be read on its way, unless allowInsecureHttp says that it may",
    );
  return options;
}
