import { replyBytes, replyCode } from "./reply.ts";
import type { SmtpAction, SmtpFollowUp } from "./smtp-action.ts";
import type { Wire } from "./wire.ts";

/** Where an action meets the session it is done in. */
export interface Stage {
  readonly wire: Pick<Wire, "write" | "flush" | "drop" | "reset" | "stall" | "later">;
  /** Whether a stall also stops reading. */
  readonly deaf: boolean;
  /** The first bytes went out, with the code a client reads in them. */
  answered(code: number): void;
  /** Do what a working server does, then `done`. */
  normal(): void;
  /** The step is over and the session goes on. Not called after a drop, a reset or a stall. */
  done(): void;
}

/** Does an action. */
export function perform(action: SmtpAction, stage: Stage): void {
  const { wire } = stage;
  if ("reply" in action) {
    say(replyBytes(action.reply), action.next ?? "continue", stage);
  } else if ("raw" in action) {
    say(action.raw, action.next ?? "continue", stage);
  } else if ("trickle" in action) {
    trickle(action.trickle, action.everyMs, action.next ?? "continue", stage);
  } else if ("delayMs" in action) {
    wire.flush();
    wire.later(action.delayMs, () => follow(action.next ?? "normal", stage));
  } else if ("drop" in action) {
    if (action.after !== undefined) wire.write(action.after);
    wire.drop();
  } else if ("reset" in action) {
    wire.reset();
  } else if ("stall" in action) {
    wire.stall(stage.deaf);
  } else {
    follow(action.next, stage);
  }
}

function say(bytes: string | Buffer, next: SmtpFollowUp, stage: Stage): void {
  stage.wire.write(bytes);
  said(bytes, next, stage);
}

function trickle(text: string, everyMs: number, next: SmtpFollowUp, stage: Stage): void {
  const bytes = Buffer.from(text.endsWith("\n") ? text : `${text}\r\n`);
  const byte = (at: number): void => {
    stage.wire.write(bytes.subarray(at, at + 1));
    stage.wire.flush();
    if (at + 1 < bytes.length) stage.wire.later(everyMs, () => byte(at + 1));
    else said(bytes, next, stage);
  };
  byte(0);
}

// With the normal answer to come, what was said before it is a reply nobody asked for and changes nothing.
function said(bytes: string | Buffer, next: SmtpFollowUp, stage: Stage): void {
  const code = replyCode(bytes);
  if (code !== undefined && next !== "normal") stage.answered(code);
  follow(next, stage);
}

function follow(next: SmtpFollowUp, stage: Stage): void {
  if (next === "continue") stage.done();
  else if (next === "normal") stage.normal();
  else if (next === "drop") perform({ drop: true }, stage);
  else if (next === "reset") perform({ reset: true }, stage);
  else if (next === "stall") perform({ stall: true }, stage);
  else perform(next, stage);
}
