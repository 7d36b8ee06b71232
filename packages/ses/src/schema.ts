import { z } from "zod";

const text = z.string().min(1);
const pem = z.union([text, z.array(text)]);

/** The options of `ses`, as far as a file can hold them. `checkOptions` has the last word. */
export const schema: z.ZodType = z.strictObject({
  region: text.optional(),
  endpoint: text.optional(),
  allowInsecureHttp: z.boolean().optional(),
  credentials: z
    .strictObject({ accessKeyId: text, secretAccessKey: text, sessionToken: text.optional() })
    .optional(),
  configurationSet: text.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  fromArn: text.optional(),
  sourceArn: text.optional(),
  returnPathArn: text.optional(),
  ca: pem.optional(),
  proxy: text.optional(),
  maxConnections: z.int().min(1).max(1_000).optional(),
  maxBytesUnderWay: z.int().min(1).optional(),
  connectionTimeoutMs: z.int().min(1).max(600_000).optional(),
});

/** The same as JSON Schema, for completion in editors. */
export const jsonSchema = (): unknown => z.toJSONSchema(schema, { io: "input" });
