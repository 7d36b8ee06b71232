import type { FailureKind } from "../failure/kinds.ts";
import { type Failure, failure, type Outcome, type Rejection, receipt } from "../failure/outcome.ts";
import { aggregateKind } from "../failure/precedence.ts";
import { redactor } from "../failure/redact.ts";
import type { Envelope, Message } from "../message/message.ts";
import { systemClock } from "../runtime/clock.ts";
import { recognizeCopies } from "../runtime/copies.ts";
import { lifecycle } from "../runtime/lifecycle.ts";
import { providerId } from "../runtime/options.ts";
import { settledWithGrace, tryAsync } from "../runtime/wait.ts";
import { closable, unhealthy } from "./closable.ts";
import { overLimits, type ProviderLimits } from "./limits.ts";
import type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";

/** What is known of a failure besides its kind and reason. */
export interface SendFailureDetails {
  /** The service's own word: `"429"`, `"MessageRejected"`. */
  readonly code?: string | undefined;
  /** How long the service asks to wait, ms. */
  readonly retryAfterMs?: number | undefined;
  /** The service said in its own words that it did not take the message. Without it `transient` after the hand-over is `unknown`. */
  readonly definite?: true | undefined;
  /** `false`: another try at this provider is pointless although the kind allows it. */
  readonly retryable?: false | undefined;
}

/** Thrown by the functions of `defineProvider`: why the service did not take the message. */
export class SendFailure extends Error {
  static {
    recognizeCopies(SendFailure, "SendFailure");
  }

  override readonly name = "SendFailure";
  readonly kind: FailureKind;
  readonly details: SendFailureDetails;

  /** @param reason one line; secrets that the provider named are taken out of it */
  constructor(kind: FailureKind, reason: string, details: SendFailureDetails = {}) {
    super(reason);
    this.kind = kind;
    this.details = details;
  }
}

/** The service took the message. */
export interface SendResult {
  /** What the service calls the message. Without one the outcome is `unknown`. */
  readonly messageId: string | undefined;
  /** Recipients that the service refused while it took the message. @defaultValue none */
  readonly rejected?: readonly RejectedRecipient[] | undefined;
  /** The service's closing words. */
  readonly response?: string | undefined;
}

/** One recipient that the service refused. */
export interface RejectedRecipient {
  /** As it stands in the envelope. */
  readonly address: string;
  readonly kind: FailureKind;
  readonly reason: string;
  readonly code?: string | undefined;
}

/** What the functions of `defineProvider` are given. */
export interface ProviderCall {
  /** Whom this attempt is for. Use this, not `message.to`. */
  readonly envelope: Envelope;
  /** Aborts when the attempt is over. Pass it to whatever waits. */
  readonly signal: AbortSignal;
}

/** A provider in the terms of its service; `defineProvider` adds what every provider must do. */
export interface ProviderDefinition<Connection = undefined> {
  /** 1 to 64 letters, digits, `.`, `_` or `-`. */
  readonly id: string;
  /** What the service takes in one attempt, fixed or asked for each time. A message over a limit is `refused` without a call. */
  readonly limits?: ProviderLimits | (() => ProviderLimits | undefined) | undefined;
  /** Keys and passwords: they are taken out of every reason, in each form that a service may echo. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
  /**
   * What comes before the hand-over: connect, log in, upload. Whatever it throws means that nothing was sent:
   * `transient`, unless it is a `SendFailure` of another kind.
   */
  readonly connect?: ((message: Message, call: ProviderCall) => Promise<Connection>) | undefined;
  /**
   * Sends the message, once, after the hand-over. Throws a `SendFailure` for each answer that is a refusal. What else it
   * throws is `unknown`, but for an error whose code says that no connection was made (`ECONNREFUSED`, `ENOTFOUND`, …):
   * that is `transient`. A provider that makes several requests therefore catches the errors of the later ones.
   */
  readonly send: (
    message: Message,
    call: ProviderCall & { readonly connection: Connection },
  ) => Promise<SendResult>;
  /** Reaches the service and logs in, without sending. Throws if it cannot. */
  readonly verify?:
    | ((
        context: VerifyContext,
        // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return value is what most authors write
      ) => Promise<{ reason?: string; quota?: Quota; sandbox?: boolean } | undefined | void>)
    | undefined;
  /** Lets go of every socket. Called once, when nothing is under way any more. */
  readonly close?: (() => Promise<void> | void) | undefined;
}

/** How long a `send` that does not listen to its signal is waited for after an abort, ms. */
const graceMs = 20;
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The code of an error or of what caused it, if it is one that may be shown. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const found = code ?? cause?.code;
  return typeof found === "string" && /^[A-Z][A-Z0-9_]{1,39}$/.test(found) ? found : undefined;
}

/**
 * A provider out of the few functions that differ from service to service. It never rejects, hands over between `connect`
 * and `send`, applies the rules of the hand-over, refuses what is over its limits, takes secrets out of reasons, ends soon
 * after an abort, answers `skipped` once it is closed, and closes after what is under way.
 * @throws {TypeError} if the id cannot be one
 */
export function defineProvider<Connection = undefined>(definition: ProviderDefinition<Connection>): Provider {
  const { limits, connect, secrets = [] } = definition;
  const id = providerId("defineProvider: id", definition.id);
  const limitsNow = typeof limits === "function" ? limits : () => limits;
  const clean = redactor(secrets);
  const life = lifecycle(() => definition.close?.());

  const fail = (kind: FailureKind, text: string, details: SendFailureDetails = {}): Failure =>
    failure({ ...details, provider: id, kind, reason: clean(text) });
  const ofSendFailure = ({ kind, message, details }: SendFailure): Failure => fail(kind, message, details);

  function connectFailure(error: unknown): Failure {
    if (error instanceof SendFailure) return ofSendFailure(error);
    return fail("transient", "no connection", { code: codeOf(error) });
  }

  function sendFailure(error: unknown): Failure {
    if (error instanceof SendFailure) {
      const { kind, details } = error;
      const isUnsure =
        kind === "cancelled" || kind === "skipped" || (kind === "transient" && !details.definite);
      return isUnsure ? fail("unknown", error.message, details) : ofSendFailure(error);
    }
    const code = codeOf(error);
    if (code !== undefined && notConnected.has(code)) {
      return fail("transient", "no connection", { code, definite: true });
    }
    return fail("unknown", "contact lost after the message was handed over", { code });
  }

  function outcomeOf(result: SendResult, { to }: Envelope): Outcome {
    if (typeof result?.messageId !== "string" || result.messageId === "") {
      return fail("unknown", "accepted without a message id");
    }
    const rejected: Rejection[] = (result.rejected ?? []).map(({ address, kind, reason, code }) => ({
      address,
      failure: fail(kind, reason, { code }),
    }));
    const refused = new Set(rejected.map(({ address }) => address));
    const accepted = to.filter((address) => !refused.has(address));
    const [first] = rejected;
    if (accepted.length > 0 || first === undefined) {
      const { messageId, response } = result;
      return receipt({ provider: id, messageId, accepted, rejected, response: response && clean(response) });
    }
    const failures = rejected.map((one) => one.failure);
    const { reason, code } = first.failure;
    return failure({ provider: id, kind: aggregateKind(failures), reason, code, rejected });
  }

  async function attempt(message: Message, { envelope, signal, handOver }: SendContext): Promise<Outcome> {
    const tooMuch = overLimits(message, envelope, limitsNow() ?? {});
    if (tooMuch !== undefined) return fail("refused", tooMuch, { code: "over-limit" });
    const call: ProviderCall = { envelope, signal };

    let connection = undefined as Connection;
    if (connect !== undefined) {
      const connected = await settledWithGrace(
        tryAsync(() => connect(message, call)),
        signal,
        systemClock,
        graceMs,
      );
      if (signal.aborted) return fail("cancelled", "given up before it was handed over");
      if (connected.state === "rejected") return connectFailure(connected.reason);
      if (connected.state === "resolved") connection = connected.value;
    }
    try {
      await handOver();
    } catch {
      return fail("cancelled", "given up before it was handed over");
    }
    const sent = await settledWithGrace(
      tryAsync(() => definition.send(message, { ...call, connection })),
      signal,
      systemClock,
      graceMs,
    );
    if (sent.state === "resolved") return outcomeOf(sent.value, envelope);
    if (sent.state === "abandoned") return fail("unknown", "given up after the message was handed over");
    return sendFailure(sent.reason);
  }

  async function check(context: VerifyContext): Promise<Health> {
    try {
      const found = (await definition.verify?.(context)) ?? {};
      return { provider: id, ok: true, ...found, ...(found.reason && { reason: clean(found.reason) }) };
    } catch (error) {
      return unhealthy(connectFailure(error));
    }
  }

  return closable(life, {
    id,
    limits: limitsNow,
    send: (message, context) => {
      if (context.signal.aborted) return Promise.resolve(fail("cancelled", "given up"));
      return life.track(
        attempt(message, context).catch((error: unknown) =>
          fail("transient", `the provider threw ${error instanceof Error ? error.name : typeof error}`, {
            retryable: false,
          }),
        ),
      );
    },
    verify: definition.verify && ((context) => life.track(check(context))),
  });
}
