// For `setupFilesAfterEnv` of Jest: adds the matchers to its `expect`, and their types.
import type {} from "expect";
import { type MailMatchers, mailMatchers } from "./matchers.ts";

declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MailMatchers<R> {}
}
declare global {
  // The types of @types/jest, for tests that import no `expect`.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as @types/jest has it, which TypeScript wants to be the same
    interface Matchers<R, T = {}> extends MailMatchers<R> {}
  }
}

const { expect } = globalThis as { expect?: { extend(matchers: object): void } };
if (expect === undefined)
  throw new Error("@relais/testing/jest goes into setupFilesAfterEnv, where Jest has its expect");
expect.extend(mailMatchers);
