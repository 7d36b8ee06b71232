import type { Library } from "../library.ts";

export const library: Library = {
  id: "relais",
  name: "Relais",
  packages: {},
  setup:
    "As its README says: `createChain` over `smtp`, each provider with the standard policies (retry, circuit breaker, " +
    "time-out). The built packages are measured, as they are published. Where the primary is silent, it has " +
    "`standardPolicies({ timeoutMs })`.",
  async make({ primary, backup, connections, timeoutMs }, load) {
    const { createChain, link, smtp, standardPolicies } = await load<typeof import("relais")>("relais");
    const host = "127.0.0.1";
    const pool = { maxConnections: connections };
    const first = smtp({ id: "primary", host, port: primary, pool });
    const chain = createChain([
      timeoutMs === undefined ? first : link(first, ...standardPolicies({ timeoutMs })),
      ...(backup === undefined ? [] : [smtp({ id: "backup", host, port: backup, pool })]),
    ]);
    return {
      send: async (mail) => (await chain.send(mail)).success,
      close: () => chain.close(),
    };
  },
};
