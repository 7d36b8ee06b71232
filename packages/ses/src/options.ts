import {
  checkFields,
  connectionFields,
  endpoint,
  type Field,
  type Fields,
  flag,
  id,
  isInsecure,
  kindOf,
  required,
  shapeOf,
  text,
  textSchema,
  whole,
  type Zod,
  type ZodType,
} from "@relais/http-client";

/** An AWS key pair, with a session token where it is a temporary one. */
export interface SesCredentials {
  /** The key's name. */
  readonly accessKeyId: string;
  /** The key itself. */
  readonly secretAccessKey: string;
  /** Of a temporary key. */
  readonly sessionToken?: string | undefined;
  /** When a temporary key ends; a credentials function is asked again shortly before. */
  readonly expiration?: Date | undefined;
}

/** What `ses` is made from. Unknown fields are refused. */
export interface SesOptions {
  /** The name of this instance, unique in its chain. @defaultValue `"SES"` */
  readonly id?: string | undefined;
  /** `eu-west-1`. @defaultValue what the AWS client finds: `AWS_REGION`, or the shared configuration file */
  readonly region?: string | undefined;
  /** Another address to talk to: `https:`, or `http:` to a loopback address. @defaultValue SES in `region` */
  readonly endpoint?: string | undefined;
  /** Allows an `http:` endpoint that is not on this machine: whoever is on the way can read the mail. @defaultValue false */
  readonly allowInsecureHttp?: boolean | undefined;
  /**
   * A key pair, or a function that gets one. What the function throws is never shown, since it may hold
   * any secret: only its name and code are.
   * @defaultValue the default chain of the AWS client: environment, shared files, container, instance
   */
  readonly credentials?: SesCredentials | (() => Promise<SesCredentials>) | undefined;
  /** The configuration set of every message. */
  readonly configurationSet?: string | undefined;
  /** Tags of every message: letters, digits, `_` and `-`. A message's own tags win over these. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Sending authorization: the identity whose policy lets us write `From`. */
  readonly fromArn?: string | undefined;
  /** Sending authorization: the identity whose policy lets us be the envelope's sender. */
  readonly sourceArn?: string | undefined;
  /** Sending authorization: the identity whose policy lets us receive bounces. */
  readonly returnPathArn?: string | undefined;
  /** PEM certificates to trust instead of the usual authorities, for a private endpoint. */
  readonly ca?: string | readonly string[] | undefined;
  /**
   * An HTTP proxy that knows CONNECT: `http://user:password@host:port`.
   * @defaultValue what Node takes from the environment, if it was started with `NODE_USE_ENV_PROXY=1`
   */
  readonly proxy?: string | undefined;
  /** Connections, and requests, at once; further messages wait in line. 1 to 1,000. @defaultValue 50 */
  readonly maxConnections?: number | undefined;
  /**
   * Content of all messages under way together, in bytes before encoding; further messages wait in line, and a
   * bigger one goes alone. A request blocks the event loop for some 35 ms a MB. @defaultValue 20,000,000
   */
  readonly maxBytesUnderWay?: number | undefined;
  /** From the look-up of the host's name to the end of the TLS handshake, in ms. @defaultValue 2,000 */
  readonly connectionTimeoutMs?: number | undefined;
}

const arn = text(
  /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/[\x21-\x7e]{1,320}$/,
  "the ARN of an SES identity",
);
const tagText = /^[A-Za-z0-9_-]{1,256}$/;

const tags: Field = {
  check: (field, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new TypeError(`${field} must be an object, not ${kindOf(value)}`);
    const entries = Object.entries(value);
    if (entries.length > 50)
      throw new RangeError(`${field} has ${entries.length} entries; at most 50 are allowed`);
    for (const [name, content] of entries) {
      if (
        !tagText.test(name) ||
        name === "__proto__" ||
        typeof content !== "string" ||
        !tagText.test(content)
      )
        throw new RangeError(`${field} must have names and values of 1 to 256 letters, digits, _ or -`);
    }
  },
  schema: (zod) => zod.record(zod.string(), zod.string()),
};

/** A secret with a line break or a blank around it was pasted wrong, and would only fail as a bad signature. */
const secret: Field = {
  check: (field, value) => {
    if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
    if (value === "") throw new RangeError(`${field} is empty`);
    if (!/^[\x21-\x7e]+$/.test(value))
      throw new RangeError(`${field} has a blank, a line break or a character outside ASCII`);
  },
  schema: textSchema,
};

const expiration: Field = {
  check: (field, value) => {
    if (!(value instanceof Date) || Number.isNaN(value.getTime()))
      throw new TypeError(`${field} must be a Date`);
  },
};

const credentialsFields: Fields<keyof SesCredentials> = {
  accessKeyId: required(secret),
  secretAccessKey: required(secret),
  sessionToken: secret,
  expiration,
};

/**
 * A key pair, or a function that will give one.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and shows no value
 */
export function checkCredentials(field: string, value: unknown): void {
  if (typeof value === "function") return;
  checkFields(credentialsFields, value, {
    notAnObject: () => `${field} must be an object or a function that gives one`,
    unknown: (name, hint) => `${field}.${name.slice(1, -1)} is not a part of credentials${hint}`,
    prefix: `${field}.`,
  });
}

const fields: Fields<keyof SesOptions> = {
  id,
  region: text(/^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/, "the name of an AWS region, such as eu-west-1"),
  endpoint,
  allowInsecureHttp: flag,
  credentials: {
    check: checkCredentials,
    schema: (zod) => zod.strictObject(shapeOf(zod, credentialsFields)),
  },
  configurationSet: text(tagText, "1 to 256 letters, digits, _ or -"),
  tags,
  fromArn: arn,
  sourceArn: arn,
  returnPathArn: arn,
  ...connectionFields,
  maxBytesUnderWay: whole(1, Number.MAX_SAFE_INTEGER),
};

/** The options as far as a configuration can hold them. */
export const optionsSchema = (zod: Zod): ZodType => zod.strictObject(shapeOf(zod, fields));

/**
 * Checks everything that can be known before the first message.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and shows no value
 */
export function checkOptions(options: unknown): asserts options is SesOptions {
  checkFields(fields, options, {
    notAnObject: (kind) => `the options of ses must be an object, not ${kind}`,
    unknown: (name, hint) => `${name} is not an option of ses${hint}`,
    prefix: "",
  });
  const { endpoint: url, allowInsecureHttp } = options as SesOptions;
  if (typeof url === "string" && allowInsecureHttp !== true && isInsecure(url))
    throw new RangeError(
      "endpoint must begin with https://: without TLS the mail could be read on its way, unless allowInsecureHttp says that it may",
    );
}
