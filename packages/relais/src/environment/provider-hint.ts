import { type Failure, type Health, type Outcome, type Provider, reason } from "@relais/core/spi";

/** A failure's reason has room for so much. */
const mostCharacters = 300;

/** What may be behind a failure, as seen from where the provider's settings came from; `undefined`: nothing is known. */
export type Hint = (failure: Failure) => string | undefined;

/** A provider whose failures say what its settings let one suspect. It sends, checks and closes as it did. */
export function withHint(provider: Provider, hint: Hint): Provider {
  const told = (failure: Failure): Failure => {
    const said = hint(failure);
    if (said === undefined) return failure;
    const room = mostCharacters - said.length - 3;
    return Object.freeze({ ...failure, reason: `${reason(failure.reason, room)} (${said})` });
  };
  const checked = (health: Health): Health => {
    if (health.failure === undefined) return health;
    const failure = told(health.failure);
    return failure === health.failure
      ? health
      : Object.freeze({ ...health, failure, reason: failure.reason });
  };
  const { verify } = provider;
  return Object.freeze({
    ...provider,
    send: async (...args: Parameters<Provider["send"]>) => {
      const outcome: Outcome = await provider.send(...args);
      return outcome.success ? outcome : told(outcome);
    },
    ...(verify === undefined
      ? {}
      : {
          verify: async (...args: Parameters<typeof verify>) => checked(await verify.apply(provider, args)),
        }),
    ...(provider.close === undefined ? {} : { close: provider.close.bind(provider) }),
  });
}

const certificate = /CERT|TLS|SSL|VERIFY|ALTNAME|SIGNED/;

/** Says of a login that failed that what it was made with is in quotes. */
export function quotesHintOf(quoted: string | undefined): Hint {
  return ({ kind, code = "" }) => (kind === "misconfigured" && !certificate.test(code) ? quoted : undefined);
}
