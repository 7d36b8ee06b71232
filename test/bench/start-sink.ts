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

export async function startSink(): Promise<Sink> {
  const child = fork(new URL("./sink.ts", import.meta.url), {
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
