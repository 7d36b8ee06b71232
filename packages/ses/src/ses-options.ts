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
   * A key pair, or a function that gets one. What the function throws is never shown, since nobody knows which
   * secrets it holds: only its name and code are.
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
