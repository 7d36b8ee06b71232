import { fork } from "node:child_process";
import { once } from "node:events";

/** What a sink did since it was asked last. */
export interface Taken {
  /** Mails. */
  readonly accepted: number;
  /** CPU time of its process, µs. */
  readonly cpuUs: number;
}

/** The far end of a benchmark, in a process of its own. */
export interface Sink {
  readonly host: string;
  readonly port: number;
  taken(): Promise<Taken>;
  /** How many mails it took since it was asked last. */
  accepted(): Promise<number>;
  stop(): void;
}

export interface SinkOptions {
  /** How long it takes to say that it has a mail, as servers that store it do. */
  readonly answerMs?: number;
  /** How long bytes take there and back. */
  readonly roundTripMs?: number;
  /** Whether it takes connections and then never says anything. */
  readonly silent?: boolean;
}

export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const child = fork(new URL("./sink.ts", import.meta.url), [JSON.stringify(options)], {
    execArgv: ["--conditions=@relais/source"],
  });
  const [{ host, port }] = (await once(child, "message")) as [{ host: string; port: number }];
  const taken = async (): Promise<Taken> => {
    const answer = once(child, "message") as Promise<[Taken]>;
    child.send("count");
    return (await answer)[0];
  };
  return {
    host,
    port,
    taken,
    accepted: async () => (await taken()).accepted,
    stop: () => child.disconnect(),
  };
}
