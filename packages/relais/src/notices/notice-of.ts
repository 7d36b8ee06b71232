import type { Failure } from "@relais/core";
import type { Notice } from "./notice.ts";

/** A notice before it has words. */
type Bare = Omit<Notice, "text" | "kind" | "code">;

const sentences: Readonly<Record<Notice["type"], (bare: Bare, why: string) => string>> = {
  fallback: ({ provider, to }, why) => `${provider} fails${why}: its messages go to ${to}`,
  "breaker-open": ({ provider }, why) =>
    `${provider} fails${why}: its breaker has opened, it is not called for now`,
  recovered: ({ provider }) => `${provider} has recovered: its breaker has closed`,
};

/** A frozen notice with its sentence: kind and code of the failure, never its reason. */
export function noticeOf(bare: Bare, failure: Failure | undefined): Notice {
  const kind = failure?.kind;
  // The far end's own word; one that holds an address is not passed on.
  const code = failure?.code === undefined || /@|%40/.test(failure.code) ? undefined : failure.code;
  const why = kind === undefined ? "" : ` (${[kind, code].filter((one) => one !== undefined).join(", ")})`;
  const more = bare.suppressed === 0 ? "" : ` (${bare.suppressed} more since the last notice)`;
  return Object.freeze({
    ...bare,
    ...(kind === undefined ? {} : { kind }),
    ...(code === undefined ? {} : { code }),
    text: `Chain ${bare.chain}: ${sentences[bare.type](bare, why)}${more}.`,
  });
}
