import type { Observer, WorkerEvent } from "@relais/core";

/** Writes the worker's log: one line a message if all goes well. Of the chain only what its worker tells. */
export function workerLog(json: boolean, write: (line: string, isError: boolean) => void): Observer {
  return (event) => {
    if (event.worker !== undefined) write((json ? jsonLine : textLine)(event), event.type === "error");
  };
}

function textLine(event: WorkerEvent): string {
  const at = new Date(event.at).toISOString();
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
    case "feedback": {
      const { matched, settled, foreign } = event;
      return `${at} feedback: ${matched} of messages that are known now, ${settled} messages settled, ${foreign} of other mail`;
    }
    case "feedback-rate": {
      const { provider, of, rate, limit, level } = event;
      const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
      return `${at} feedback: ${of} of ${provider} ${percent(rate)}, ${level} the limit of ${percent(limit)}`;
    }
    case "error":
      return `${at} error while ${event.during}: ${event.error}`;
  }
}

/** Without the delivery and the outcome themselves: they have addresses. */
function jsonLine(event: WorkerEvent): string {
  const at = new Date(event.at).toISOString();
  if (event.type === "settled") {
    const { delivery, ...rest } = event;
    const attempts = delivery?.attempts.map(({ provider, kind }) => ({ provider, kind }));
    return JSON.stringify({ ...rest, at, attempts });
  }
  if (event.type !== "late") return JSON.stringify({ ...event, at });
  const { outcome: _, ...rest } = event;
  return JSON.stringify({ ...rest, at });
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
