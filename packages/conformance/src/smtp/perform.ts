import type { SmtpAction, SmtpFollowUp } from "./action.ts";
import type { Wire } from "./wire.ts";

/** Where an action meets the session it is done in. */
export interface StepControl {
  readonly wire: Pick<Wire, "write" | "flush" | "drop" | "reset" | "stall" | "later">;
  /** Whether a stall also stops reading. */
  readonly stopsReading: boolean;
  /** The first bytes went out, with the code a client reads in them. */
  answered(code: number): void;
  /** Do what a working server does, then `done`. */
  normal(): void;
  /** The step is over and the session goes on. Not called after a drop, a reset or a stall. */
  done(): void;
}

/** Does an action. */
export function perform(action: SmtpAction, control: StepControl): void {
  const { wire } = control;
  if ("reply" in action) {
    say(replyBytes(action.reply), action.next ?? "continue", control);
  } else if ("raw" in action) {
    say(action.raw, action.next ?? "continue", control);
  } else if ("trickle" in action) {
    trickle(action.trickle, action.everyMs, action.next ?? "continue", control);
  } else if ("delayMs" in action) {
    wire.flush();
    wire.later(action.delayMs, () => follow(action.next ?? "normal", control));
  } else if ("drop" in action) {
    if (action.after !== undefined) wire.write(action.after);
    wire.drop();
  } else if ("reset" in action) {
    wire.reset();
  } else if ("stall" in action) {
    wire.stall(control.stopsReading);
  } else {
    follow(action.next, control);
  }
}

function say(bytes: string | Buffer, next: SmtpFollowUp, control: StepControl): void {
  control.wire.write(bytes);
  replied(bytes, next, control);
}

// With the normal answer to come, what was sent before it is a reply no command asked for and changes nothing.
function replied(bytes: string | Buffer, next: SmtpFollowUp, control: StepControl): void {
  const code = replyCode(bytes);
  if (code !== undefined && next !== "normal") control.answered(code);
  follow(next, control);
}

function trickle(text: string, everyMs: number, next: SmtpFollowUp, control: StepControl): void {
  const bytes = Buffer.from(text.endsWith("\n") ? text : `${text}\r\n`);
  const byte = (at: number): void => {
    control.wire.write(bytes.subarray(at, at + 1));
    control.wire.flush();
    if (at + 1 < bytes.length) control.wire.later(everyMs, () => byte(at + 1));
    else replied(bytes, next, control);
  };
  byte(0);
}

function follow(next: SmtpFollowUp, control: StepControl): void {
  if (next === "continue") control.done();
  else if (next === "normal") control.normal();
  else if (next === "drop") perform({ drop: true }, control);
  else if (next === "reset") perform({ reset: true }, control);
  else if (next === "stall") perform({ stall: true }, control);
  else perform(next, control);
}

/** Whether an action at the final dot leaves the mail accepted; `normal` says what a working server would do. */
export function isAccepted(action: SmtpAction, normal: boolean): boolean {
  if (action.keep !== undefined) return action.keep;
  if ("reply" in action) return isNotRefusal(replyBytes(action.reply));
  if ("trickle" in action) return isNotRefusal(action.trickle);
  if ("drop" in action) return isNotRefusal(action.after ?? "");
  if ("delayMs" in action) return keptAfter(action.next ?? "normal", normal);
  if ("raw" in action)
    return action.next === undefined
      ? isNotRefusal(action.raw)
      : isNotRefusal(action.raw) && keptAfter(action.next, normal);
  return true;
}

function keptAfter(next: SmtpFollowUp, normal: boolean): boolean {
  if (next === "normal") return normal;
  return typeof next === "string" || isAccepted(next, normal);
}

// Anything that is not a refusal: half a reply or garbage comes from a server that has the mail.
function isNotRefusal(bytes: string | Buffer): boolean {
  return (replyCode(bytes) ?? 200) < 400;
}

/** A reply as it goes on the wire; more than one text makes a multi-line reply of the first one's code (RFC 5321, 4.2.1). */
export function replyBytes(reply: string | readonly string[]): string {
  if (typeof reply === "string") return `${reply}\r\n`;
  const code = reply[0]?.slice(0, 3) ?? "";
  const texts = reply.map((line) => (line.startsWith(code) ? line.slice(4) : line));
  return texts.map((text, at) => `${code}${at === texts.length - 1 ? " " : "-"}${text}\r\n`).join("");
}

/** The code a client would read from what was sent, or undefined for anything that is not a reply. */
export function replyCode(bytes: string | Buffer): number | undefined {
  const head = typeof bytes === "string" ? bytes.slice(0, 3) : bytes.toString("latin1", 0, 3);
  return /^[2-5]\d\d$/.test(head) ? Number(head) : undefined;
}
