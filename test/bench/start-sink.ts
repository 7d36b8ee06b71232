import { fork } from "node:child_process";
import { once } from "node:events";

/** The far end of a benchmark, in a process of its own. */
export interface Sink {
  readonly host: string;
  readonly port: number;
  /** How many mails it took since it was asked last. */
  accepted(): Promise<number>;
  stop(): void;
}

/** @param answerMs how long it takes to say that it has a mail, as servers that store it do */
export async function startSink(answerMs = 0): Promise<Sink> {
  const child = fork(new URL("./sink.ts", import.meta.url), [String(answerMs)], {
    execArgv: ["--conditions=@relais/source"],
  });
  const [{ host, port }] = (await once(child, "message")) as [{ host: string; port: number }];
  return {
    host,
    port,
    accepted: async () => {
      const answer = once(child, "message") as Promise<[{ accepted: number }]>;
      child.send("count");
      return (await answer)[0].accepted;
    },
    stop: () => child.disconnect(),
  };
}
