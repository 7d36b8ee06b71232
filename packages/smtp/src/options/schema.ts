import { z } from "zod";

const ms = z.int().min(1);
const text = z.string().min(1);

const password = z.strictObject({
  type: z.literal("login").optional(),
  user: text,
  pass: text,
  method: z.enum(["PLAIN", "LOGIN", "CRAM-MD5"]).optional(),
});
const oauth2 = z.strictObject({
  type: z.literal("OAuth2"),
  user: text,
  accessToken: text.optional(),
  expires: z.number().optional(),
  clientId: text.optional(),
  clientSecret: text.optional(),
  refreshToken: text.optional(),
  accessUrl: text.optional(),
  scope: text.optional(),
  serviceClient: text.optional(),
  privateKey: text.optional(),
});
const dkim = z.strictObject({
  domainName: text,
  keySelector: text,
  privateKey: text,
  headerFieldNames: text.optional(),
  extraFields: text.optional(),
  skipFields: text.optional(),
});
const pem = z.union([text, z.array(text)]);

/** The options of `smtp`, as far as a file can hold them. `checkOptions` checks them again. */
export const schema: z.ZodType = z.strictObject({
  host: text,
  port: z.int().min(1).max(65_535).optional(),
  secure: z.boolean().optional(),
  requireTLS: z.boolean().optional(),
  ignoreTLS: z.boolean().optional(),
  tls: z
    .strictObject({
      ca: pem.optional(),
      cert: pem.optional(),
      key: pem.optional(),
      passphrase: text.optional(),
      ciphers: text.optional(),
      minVersion: z.enum(["TLSv1.2", "TLSv1.3"]).optional(),
      maxVersion: z.enum(["TLSv1.2", "TLSv1.3"]).optional(),
      servername: text.optional(),
      rejectUnauthorized: z.boolean().optional(),
    })
    .optional(),
  allowInsecureTls: z.boolean().optional(),
  auth: z.discriminatedUnion("type", [oauth2, password]).optional(),
  name: text.optional(),
  localAddress: text.optional(),
  proxy: text.optional(),
  pool: z
    .union([
      z.boolean(),
      z.strictObject({
        maxConnections: z.int().min(1).max(1_000).optional(),
        maxMessages: z.int().min(1).optional(),
        idleTimeoutMs: ms.optional(),
      }),
    ])
    .optional(),
  dkim: z.union([dkim, z.array(dkim)]).optional(),
  connectionTimeoutMs: ms.optional(),
  greetingTimeoutMs: ms.optional(),
  socketTimeoutMs: ms.optional(),
  dnsTimeoutMs: ms.optional(),
  maxResponseBytes: z.int().min(1_024).max(16_777_216).optional(),
});

/** The same as JSON Schema, for completion in editors. */
export const jsonSchema = (): unknown => z.toJSONSchema(schema, { io: "input" });
