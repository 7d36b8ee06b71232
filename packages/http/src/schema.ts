import * as z from "zod";

// Shapes only: what a value may be is said once, by the providers' own checks.
const common = {
  id: z.string().optional(),
  endpoint: z.string().optional(),
  maxConnections: z.int().positive().optional(),
  connectionTimeoutMs: z.int().positive().optional(),
  ca: z.union([z.string(), z.array(z.string())]).optional(),
  proxy: z.string().optional(),
};
const apiKey = z.string();

/** The options of `http` in a configuration. */
export const schema: z.ZodType = z.discriminatedUnion("api", [
  z.strictObject({ api: z.literal("resend"), apiKey, ...common }),
  z.strictObject({
    api: z.literal("postmark"),
    serverToken: z.string(),
    messageStream: z.string().optional(),
    ...common,
  }),
  z.strictObject({ api: z.literal("sendgrid"), apiKey, ...common }),
  z.strictObject({
    api: z.literal("mailgun"),
    apiKey,
    domain: z.string(),
    region: z.enum(["us", "eu"]).optional(),
    ...common,
  }),
  z.strictObject({ api: z.literal("brevo"), apiKey, ...common }),
]);

/** The same as JSON Schema, for completion in editors. */
export const jsonSchema = (): unknown => z.toJSONSchema(schema, { io: "input" });
