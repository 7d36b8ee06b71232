import { z } from "zod";
import { fileSchema } from "./check-options.ts";

/** The options of `smtp` in a configuration file. */
export const schema: z.ZodType = fileSchema(z);

/** The same as JSON Schema, for completion in editors. */
export const jsonSchema = (): unknown => z.toJSONSchema(schema, { io: "input" });
