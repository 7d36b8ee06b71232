import type { WorkerEvent } from "@relais/outbox";

/** A line of the worker's log, or none: one a message if all goes well. */
export function logLine(event: WorkerEvent, json: boolean): string | undefined {
  const at = new Date(event.at).toISOString();
  if (json) return JSON.stringify(jsonLine(event, at));
  switch (event.type) {
    case "settled": {
      const { message, state, provider, notBefore, error } = event;
      const by = provider === undefined ? "" : ` by ${provider}`;
      const until = notBefore === undefined ? "" : ` until ${new Date(notBefore).toISOString()}`;
      return `${at} ${message} ${state}${by}${until} (${event.ms} ms)${error === undefined ? "" : `: ${error}`}`;
    }
    case "recovered":
      return `${at} ${event.message} recovered from a worker that was lost: ${event.state}`;
    case "lease-lost":
      return `${at} ${event.message} lease lost: given up here`;
    case "late":
      return `${at} ${event.message} a late answer: ${event.state}`;
    case "error":
      return `${at} error while ${event.during}: ${event.error}`;
  }
}

/** Without the delivery itself: it has addresses. */
function jsonLine(event: WorkerEvent, at: string): object {
  if (event.type !== "settled") return { ...event, at };
  const { delivery, ...rest } = event;
  return {
    ...rest,
    at,
    ...(delivery === undefined
      ? {}
      : { attempts: delivery.attempts.map(({ provider, kind }) => ({ provider, kind })) }),
  };
}

/** The line of a log in the place of lines that were dropped. */
export const droppedLines =
  (json: boolean) =>
  (lines: number): string => {
    const at = new Date().toISOString();
    return json
      ? JSON.stringify({ type: "dropped", lines, at })
      : `${at} ${lines} lines of this log were dropped: nobody read them`;
  };
