import type { SmtpAction } from "./smtp-action.ts";
import type { SmtpDecision } from "./smtp-script.ts";

/** The action at the first occurrence of the step, then what a working server does. Each server counts for itself. */
export function once(action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(1, 1, action);
}

/** The action at the first `count` occurrences of the step. */
export function times(count: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(1, count, action);
}

/** The action at the `position`-th occurrence only; 1 is the first. */
export function nth(position: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(position, position, action);
}

// Occurrences count from when the function first was asked, not from the server's start: a script put in later works.
function between(first: number, last: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  const asked = new WeakMap<object, number>();
  return (moment) => {
    const count = (asked.get(moment.server) ?? 0) + 1;
    asked.set(moment.server, count);
    if (count < first || count > last) return undefined;
    return typeof action === "function" ? action(moment) : action;
  };
}
