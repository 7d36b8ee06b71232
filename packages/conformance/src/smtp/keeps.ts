import { replyBytes, replyCode } from "./reply.ts";
import type { SmtpAction, SmtpFollowUp } from "./smtp-action.ts";

/** Whether an action at the final dot leaves the mail accepted; `normal` says what a working server would do. */
export function keeps(action: SmtpAction, normal: boolean): boolean {
  if (action.keep !== undefined) return action.keep;
  if ("reply" in action) return good(replyBytes(action.reply));
  if ("trickle" in action) return good(action.trickle);
  if ("drop" in action) return good(action.after ?? "");
  if ("delayMs" in action) return follow(action.next ?? "normal", normal);
  if ("raw" in action)
    return action.next === undefined ? good(action.raw) : good(action.raw) && follow(action.next, normal);
  return true;
}

function follow(next: SmtpFollowUp, normal: boolean): boolean {
  if (next === "normal") return normal;
  return typeof next === "string" || keeps(next, normal);
}

// Anything that is not a refusal: half a reply or garbage comes from a server that has the mail.
function good(bytes: string | Buffer): boolean {
  return (replyCode(bytes) ?? 200) < 400;
}
