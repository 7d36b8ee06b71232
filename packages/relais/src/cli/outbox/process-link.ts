import type { ProcessFigures } from "./metrics.ts";

/** What the first process asks the others. */
export interface Answers {
  /** Its worker works, and its database answers. */
  ready(): Promise<boolean>;
  /** Its worker's loop runs. */
  alive(): Promise<boolean>;
  metrics(): Promise<ProcessFigures>;
}

export type Ask = keyof Answers;

/** To a process: a question, or that it is to stop. */
export type ToProcess = { readonly ask: Ask; readonly id: number } | "stop";
/** From a process: an answer, none if it has failed; or that its worker works. */
export type FromProcess = { readonly id: number; readonly answer?: unknown } | "started";

/** Says to a process that it is one of several. Its number. */
export const processVariable = "RELAIS_WORKER_PROCESS";

/** The link of a process to the first one. */
export interface ProcessLink {
  /** Resolves when it is to stop, or the first one is gone. */
  readonly stopped: Promise<void>;
  started(): void;
  answer(answers: Answers): void;
  /** Nothing more is said: it does not keep the process. */
  close(): void;
}

/** @returns undefined in a process that nobody has started as one of several */
export function processLink(env: Readonly<Record<string, string | undefined>>): ProcessLink | undefined {
  if (env[processVariable] === undefined || process.send === undefined) return undefined;
  // One that has gone hears nothing.
  const send = (message: FromProcess): void => void process.send?.(message, () => undefined);
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  process.once("disconnect", resolve);
  process.on("message", (message: ToProcess) => message === "stop" && resolve());
  return {
    stopped,
    started: () => send("started"),
    close: () => process.connected && process.disconnect(),
    answer(answers) {
      process.on("message", async (message: ToProcess) => {
        if (message === "stop") return;
        const answer = await answers[message.ask]().catch(() => undefined);
        send({ id: message.id, answer });
      });
    },
  };
}
