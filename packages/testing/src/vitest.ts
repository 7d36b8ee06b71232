// For `setupFiles` of Vitest: adds the matchers to its `expect`, and their types.
import { expect } from "vitest";
import { type MailMatchers, mailMatchers } from "./matchers.ts";

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends MailMatchers<R> {}
}

expect.extend(mailMatchers);
