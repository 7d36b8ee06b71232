const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

const unitMs = (unit: string): number => {
  if (/^s/i.test(unit)) return secondMs;
  if (/^m(?!o)/i.test(unit)) return minuteMs;
  return /^h/i.test(unit) ? hourMs : dayMs;
};

/** "try again in 5 minutes", "retry after 30 seconds", "wait 1 hour" */
const asked =
  /\b(?:again|retry|wait|resend|resume|back|paused?|blocked|suspended|deferred)\b[^.;]{0,30}?\b(?:in|after|for|at least|about|another|wait)? ?(\d{1,5}) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?)\b/i;

/**
 * The span over which something is counted: the first that is named. Nobody says when there is room again, and over a
 * sliding span there may be some at any time: a probe at a part of it finds that out without hammering.
 */
const span =
  /(\b24[ -]?h(?:(?:ou)?rs?)?\b|\bdaily\b|\bdays?\b|\btoday\b|\bweek(?:ly|s)?\b|\bmonth(?:ly|s)?\b)|(\bhourly\b|\b(?:hours?|hrs?)\b|\/ ?h\b)|(\bminutes?\b|\bmins?\b)|(\bseconds?\b|\bsecs?\b|\/ ?s\b)/i;

/** How long to leave a server alone that said so much, ms; `undefined` where it does not say. At most a day. */
export function waitOf(text: string): number | undefined {
  const told = asked.exec(text);
  if (told !== null) return Math.min(dayMs, Math.max(secondMs, Number(told[1]) * unitMs(told[2] ?? "s")));
  const [, day, hour, minute, second] = span.exec(text) ?? [];
  if (day !== undefined) return hourMs;
  if (hour !== undefined) return 15 * minuteMs;
  if (minute !== undefined) return minuteMs;
  return second === undefined ? undefined : secondMs;
}
