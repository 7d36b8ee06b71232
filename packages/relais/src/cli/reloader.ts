import type { Chain } from "@relais/core";
import type { LoadedChain } from "../config/load-chain.ts";

/** What SIGHUP does: reads the configuration again, and keeps the old one if the new one is wrong. */
export function reloader(chain: Chain | LoadedChain, say: (line: string) => void): () => void {
  return () => {
    if (!("reload" in chain)) {
      say("SIGHUP: there is no configuration file to read again");
      return;
    }
    chain.reload().then(
      () => say("SIGHUP: the configuration was read again"),
      (error: unknown) =>
        say(
          `SIGHUP: the old configuration stays: ${error instanceof Error ? error.message : "the new one is wrong"}`,
        ),
    );
  };
}
