import { refuse, type SesError } from "./ses-error.ts";
import type { SesQuota } from "./ses-server-options.ts";

/** Counts recipients against a quota's daily limit and its rate. */
export interface SendRate {
  /** What SES answers to that many recipients now; undefined when they may go. */
  check(quota: SesQuota, recipients: number, now: number): SesError | undefined;
  /** They were accepted. */
  note(recipients: number, now: number): void;
  reset(): void;
}

const SECOND_MS = 1_000;

export function sendRate(): SendRate {
  let recent: { readonly at: number; readonly recipients: number }[] = [];
  return {
    check: (quota, recipients, now) => {
      if (quota.max24HourSend >= 0 && quota.sentLast24Hours + recipients > quota.max24HourSend) {
        return refuse("Throttling", "Daily message quota exceeded.").error;
      }
      recent = recent.filter(({ at }) => now - at < SECOND_MS);
      const sum = recent.reduce((total, each) => total + each.recipients, 0);
      if (sum === 0 || sum + recipients <= quota.maxSendRate) return undefined;
      return refuse("Throttling", "Maximum sending rate exceeded.").error;
    },
    note: (recipients, now) => {
      recent.push({ at: now, recipients });
    },
    reset: () => {
      recent = [];
    },
  };
}
