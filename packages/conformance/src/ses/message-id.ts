import { randomUUID } from "node:crypto";

/** A message id in the form SES gives: `0102…-…-000000`, its time in milliseconds first. */
export function sesMessageId(region: string, now: number): string {
  const prefix = region === "us-east-1" ? "0100" : "0102";
  return `${prefix}${now.toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}
