// A library in a process of its own: what it throws where nobody can catch it ends this process and nothing else.
import { peers } from "../peers/all.ts";
import { type Failover, type FailoverOptions, install, type Mail, wordsOf } from "../peers/peer.ts";

export type Request = { readonly make: FailoverOptions } | { readonly send: Mail } | { readonly close: true };

const peer = peers.find(({ id }) => id === process.argv[2]);
if (peer === undefined) throw new Error(`no library ${process.argv[2]}`);
const load = await install(peer);
let failover: Failover | undefined;

async function answer(request: Request): Promise<unknown> {
  if ("make" in request) {
    failover = await peer?.makeFailover(request.make, load);
    return "made";
  }
  if ("send" in request) {
    return failover
      ?.send(request.send)
      .catch((error: unknown) => ({ reported: "failed", detail: wordsOf(error) }));
  }
  await failover?.close();
  return "closed";
}

process.on("message", (request: Request) => {
  answer(request).then((said) => process.send?.({ said }));
});
process.send?.({ said: "ready" });
