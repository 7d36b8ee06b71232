import { createChain, type Delivery, standardPolicies } from "@relais/core";
import { smtp } from "@relais/smtp";
import type { MailServer, Peer, Reported } from "./peer.ts";

const provider = (id: string, { host, port, auth, ca }: MailServer) =>
  smtp({ id, host, port, auth, tls: { ca } });

function recipients({ accepted, rejected }: Delivery): Record<string, Reported> {
  return {
    ...Object.fromEntries(accepted.map((address) => [address, "sent"] as const)),
    ...Object.fromEntries(
      rejected.map(
        ({ address, failure }) => [address, failure.kind === "unknown" ? "unknown" : "failed"] as const,
      ),
    ),
  };
}

export const relais: Peer = {
  id: "relais",
  title: "Relais",
  packages: {},
  setup:
    "`createChain([smtp(…), smtp(…)])` with the standard policies. The deadline is two time-outs, as it is with the " +
    "defaults (60 s and 30 s).",
  notes: [],
  async makeFailover({ primary, secondary, timeoutMs }) {
    const chain = createChain([provider("primary", primary), provider("secondary", secondary)], {
      policies: standardPolicies({ timeoutMs }),
      deadlineMs: 2 * timeoutMs,
    });
    return {
      async send({ to, ...mail }) {
        const delivery = await chain.send({ ...mail, to: [...to] });
        return {
          reported: delivery.status === "partial" ? "failed" : delivery.status,
          recipients: recipients(delivery),
          ...(delivery.success ? { provider: delivery.provider } : {}),
          detail: delivery.success ? delivery.messageId : delivery.error,
        };
      },
      close: () => chain.close(),
    };
  },
};
