import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { FailoverOptions, Peer, Report } from "../peers/peer.ts";
import { timeoutMs } from "./faults.ts";
import type { Driven, Unanswered } from "./meet.ts";
import type { Request } from "./peer-child.ts";

/** A library in a child process, which is started again after a library ended it. */
export interface Remote {
  makeFailover(options: FailoverOptions): Promise<Driven>;
  stop(): void;
}

export function remote({ id }: Pick<Peer, "id">): Remote {
  let child: ChildProcess | undefined;
  let words = "";

  const next = (of: ChildProcess): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const end = (code: number | null): void => {
        // The line of a stack that names the error.
        const error = /^(?:\w*Error\b|Uncaught).*$/m.exec(words)?.[0] ?? `exit code ${code}`;
        reject(new Error(`the process ended: ${error.slice(0, 200)}`));
      };
      of.once("exit", end);
      of.once("message", ({ said }: { said: unknown }) => {
        of.off("exit", end);
        resolve(said);
      });
    });
  const start = async (): Promise<ChildProcess> => {
    words = "";
    const started = fork(new URL("./peer-child.ts", import.meta.url), [id], {
      execArgv: ["--conditions=@relais/source"],
      env: { ...process.env, DO_NOT_TRACK: "1", AWS_EC2_METADATA_DISABLED: "true" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    started.stderr?.on("data", (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-20_000);
    });
    await next(started);
    child = started;
    return started;
  };
  const stop = (): void => {
    child?.removeAllListeners();
    child?.kill("SIGKILL");
    child = undefined;
  };
  const ask = (to: ChildProcess, request: Request): Promise<unknown> => {
    if (to.exitCode !== null || !to.connected) return Promise.reject(new Error("the process ended"));
    const answer = next(to);
    to.send(request);
    return answer;
  };

  return {
    async makeFailover(options) {
      if (child === undefined || child.exitCode !== null || !child.connected) child = await start();
      const at = child;
      await ask(at, { make: options });
      let isBusy = false;
      return {
        async send(mail) {
          isBusy = true;
          const report = await ask(at, { send: mail }).catch(
            ({ message }: Error): Unanswered => ({ reported: "nothing", detail: message }),
          );
          isBusy = false;
          return report as Report | Unanswered;
        },
        async close() {
          // What gives no answer cannot be asked anything more.
          if (isBusy) return stop();
          const closed = ask(at, { close: true }).then(
            () => true,
            () => false,
          );
          if (!(await Promise.race([closed, sleep(2 * timeoutMs, false, { ref: false })]))) stop();
        },
      };
    },
    stop,
  };
}
