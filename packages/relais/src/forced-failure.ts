import type { Provider } from "@relais/core";

/**
 * A provider that fails on purpose and never touches the network: to rehearse the fallback. `verify` and `close`
 * stay the real one's.
 * @param reason what the failure says
 */
export function forcedFailure(provider: Provider, reason: string): Provider {
  const { id, verify, close } = provider;
  return Object.freeze({
    id,
    // Asking again would only make the rehearsal slower.
    send: async () =>
      ({ success: false, provider: id, kind: "transient", code: "forced", again: false, reason }) as const,
    ...(verify === undefined ? {} : { verify: verify.bind(provider) }),
    ...(close === undefined ? {} : { close: close.bind(provider) }),
  });
}
