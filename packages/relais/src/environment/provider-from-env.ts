import { type Failure, type Health, type Plugin, type Provider, reason } from "@relais/core/spi";
import type { Environment, SettingsReader } from "./settings-reader.ts";

/**
 * The provider that a plugin makes of its variables; `undefined` if they are wrong, which is noted.
 * @param names of the settings, for a hint at those in quotes: the login, and the others
 */
export function providerFromEnv<Options>(
  plugin: Plugin<Options>,
  environment: Environment,
  read: SettingsReader,
  names: { readonly prefix: string; readonly login: readonly string[]; readonly others: readonly string[] },
): Provider | undefined {
  try {
    const provider = plugin.create(plugin.fromEnv?.(environment) as Options, { id: undefined });
    return withQuotesHint(provider, read.quoted(names.login));
  } catch (error) {
    const hint = read.quoted([...names.others, ...names.login]);
    const why = error instanceof Error ? error.message : "it is wrong";
    read.problem(`${names.prefix}_* cannot be used: ${why}${hint === undefined ? "" : `; ${hint}`}.`);
    return undefined;
  }
}

/** The most characters of a failure's reason. */
const mostCharacters = 300;
const certificate = /CERT|TLS|SSL|VERIFY|ALTNAME|SIGNED/;

/** The same provider, whose refused logins say that settings are in quotes, if some are. */
export function withQuotesHint(provider: Provider, quoted: string | undefined): Provider {
  if (quoted === undefined) return provider;
  const hinted = (failure: Failure): Failure => {
    const { kind, code = "" } = failure;
    if (kind !== "misconfigured" || certificate.test(code)) return failure;
    const room = mostCharacters - quoted.length - 3;
    return Object.freeze({ ...failure, reason: `${reason(failure.reason, room)} (${quoted})` });
  };
  const hintedHealth = (health: Health): Health => {
    const failure = health.failure && hinted(health.failure);
    if (failure === undefined || failure === health.failure) return health;
    return Object.freeze({ ...health, failure, reason: failure.reason });
  };
  return Object.freeze({
    ...wrapped(provider, async (...args) => {
      const outcome = await provider.send(...args);
      return outcome.success ? outcome : hinted(outcome);
    }),
    ...(provider.verify && {
      verify: async (...args: Parameters<NonNullable<Provider["verify"]>>) =>
        hintedHealth((await provider.verify?.(...args)) as Health),
    }),
  });
}

/** The same provider with another `send`. */
export function wrapped(provider: Provider, send: Provider["send"]): Provider {
  const { verify, close } = provider;
  return Object.freeze({
    ...provider,
    send,
    ...(verify && { verify: verify.bind(provider) }),
    ...(close && { close: close.bind(provider) }),
  });
}
