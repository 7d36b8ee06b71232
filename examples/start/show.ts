import { styleText } from "node:util";
import type { Attempt, Delivery } from "relais";

const style = (format: Parameters<typeof styleText>[0]) => (text: string) => styleText(format, text);

export const bold = style("bold");
export const dim = style("dim");
export const good = style("green");
export const bad = style("red");
const unsure = style("yellow");

function attemptLine({ provider, success, kind, code, reason = "", ms, skipped }: Attempt): string {
  const how = success ? good("accepted") : kind === "unknown" ? unsure(kind) : bad(kind ?? "");
  const word = code === undefined || reason.startsWith(code) || skipped ? "" : code;
  const took = dim(skipped ? "not called" : `${ms.toFixed(0)} ms`);
  return ["  ", provider.padEnd(5), how, word, reason, took].filter((part) => part !== "").join(" ");
}

/** Prints a delivery in a few lines: each attempt, then the outcome. */
export function showDelivery(delivery: Delivery): void {
  for (const attempt of delivery.attempts) console.log(attemptLine(attempt));
  if (delivery.success)
    console.log(`   ${good("✔")} provider: ${bold(delivery.provider)}  ${dim(delivery.messageId)}`);
  else
    console.log(
      `   ${delivery.status === "unknown" ? unsure("?") : bad("✘")} ${delivery.status}: ${delivery.error}`,
    );
}
