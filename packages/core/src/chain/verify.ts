import type { Health, VerifyContext } from "../provider/provider.ts";
import type { Link } from "./link.ts";

/** How a chain's providers are doing. `ok` if at least one would take mail. */
export interface ChainHealth extends Health {
  readonly providers: readonly Health[];
}

async function verifyOne(link: Link, context: VerifyContext): Promise<Health> {
  const provider = link.id;
  if (typeof link.verify !== "function")
    return { provider, ok: true, reason: "cannot be verified without sending" };
  try {
    const health: unknown = await link.verify(context);
    if (typeof health === "object" && health !== null) return { ...(health as Health), provider };
  } catch {
    // Said below: its words may hold anything.
  }
  return { provider, ok: false, reason: "its verify did not answer as it must" };
}

/** Asks every provider at once, each for itself. Never rejects. */
export async function verifyAll(
  id: string,
  links: readonly Link[],
  context: VerifyContext = {},
): Promise<ChainHealth> {
  const providers = await Promise.all(links.map((link) => verifyOne(link, context)));
  const parts = providers.map((one) => `${one.provider}: ${one.reason ?? (one.ok ? "ok" : "not ok")}`);
  return { provider: id, ok: providers.some((one) => one.ok), reason: parts.join(" | "), providers };
}
