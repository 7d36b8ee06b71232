/** Which package may import what, besides node's own modules. `*` stands for anything it declares. */
export const packageRules: Readonly<Record<string, readonly string[]>> = {
  core: ["opossum", "p-retry"],
  mime: ["@relais/core/spi", "nodemailer", "postal-mime"],
  smtp: ["@relais/core/spi", "@relais/mime", "nodemailer", "zod"],
  ses: ["@relais/core/spi", "@relais/mime", "@aws-sdk/*", "@smithy/*", "zod"],
  http: ["@relais/core/spi", "@relais/mime", "zod"],
  nodemailer: ["@relais/core/spi", "@relais/mime", "nodemailer"],
  conformance: ["@relais/core/spi"],
  outbox: ["@relais/core", "@relais/core/spi", "@electric-sql/pglite", "@electric-sql/pglite/nodefs", "pg"],
  opentelemetry: ["@relais/core/spi", "@relais/core", "@opentelemetry/api"],
  pino: ["@relais/core/spi", "@relais/core"],
  prometheus: ["@relais/core/spi", "@relais/core"],
  relais: ["*"],
};

/** Wire libraries that one file of a package alone may import: what they throw and keep stays behind it. */
export const onlyIn: Readonly<Record<string, string>> = {
  opossum: "core/src/policies/circuit.ts",
  "p-retry": "core/src/policies/retry.ts",
};

/** Packages whose default export is their plugin; nothing else exports a default. */
export const plugins: readonly string[] = ["smtp", "ses", "http"];

/**
 * The folders of a package's src from top to bottom. A folder imports only folders below it, types included. "." stands
 * for the files beside the folders: they offer the package and are its top.
 */
export const folderLayers: Readonly<Record<string, readonly string[]>> = {
  outbox: [".", "worker", "table", "operations", "enqueue", "store", "database"],
};

export interface Layer {
  readonly name: string;
  /** Files of core's src, or a folder (`message/`). Every file is in exactly one layer. */
  readonly files: readonly string[];
  /** The layers it may import, besides itself. */
  readonly may: readonly string[];
}

/** core from the bottom up. Type imports count. A new file goes into the lowest layer that can hold it. */
export const coreLayers: readonly Layer[] = [
  {
    name: "parts", // know nothing of mail
    files: [
      "backoff.ts",
      "clock.ts",
      "closest.ts",
      "connect-tunnel.ts",
      "http-connections.ts",
      "http-proxy.ts",
      "in-promise.ts",
      "is-loopback.ts",
      "option-check.ts",
      "option-sentence.ts",
      "passes-on.ts",
      "process-lock.ts",
      "provider-id.ts",
      "proxy-environment.ts",
      "reason.ts",
      "redactor.ts",
      "sleep.ts",
      "slots.ts",
      "without-addresses.ts",
    ],
    may: [],
  },
  { name: "message", files: ["message/"], may: ["parts"] },
  {
    name: "outcome", // what came of an attempt and of a delivery, and what that means
    files: [
      "attempt-record.ts",
      "attempt.ts",
      "delivery-error.ts",
      "delivery.ts",
      "describe.ts",
      "disposition.ts",
      "failure.ts",
      "hope.ts",
      "make-outcome.ts",
      "outcome.ts",
      "sound-outcome.ts",
      "verdict.ts",
    ],
    may: ["parts", "message"],
  },
  {
    name: "event", // what a send is given and tells
    files: [
      "event.ts",
      "journal.ts",
      "observe.ts",
      "options-schema.ts",
      "plugin.ts",
      "provider-limits.ts",
      "provider.ts",
      "scope.ts",
    ],
    may: ["parts", "message", "outcome"],
  },
  {
    name: "call", // one call: its hand-over, its stop, its end
    files: ["attempt-timeout.ts", "gate.ts", "reconcile.ts", "settled.ts", "skip.ts", "stop.ts"],
    may: ["parts", "message", "outcome", "event"],
  },
  { name: "policy", files: ["policy.ts"], may: ["parts", "message", "outcome", "event"] },
  { name: "policies", files: ["policies/"], may: ["parts", "message", "outcome", "event", "call", "policy"] },
  {
    name: "standard", // policies put together
    files: ["standard-policies.ts"],
    may: ["parts", "message", "outcome", "event", "call", "policy", "policies"],
  },
  {
    name: "link",
    files: ["guard.ts", "link.ts"],
    may: ["parts", "message", "outcome", "event", "call", "policy"],
  },
  {
    name: "chain",
    files: [
      "at-the-door.ts",
      "chain-options.ts",
      "chain.ts",
      "conclude.ts",
      "course.ts",
      "deliver.ts",
      "ledger.ts",
      "link-call.ts",
      "offer.ts",
      "send-options.ts",
      "verify-all.ts",
    ],
    may: ["parts", "message", "outcome", "event", "call", "policy", "standard", "link"],
  },
  { name: "spi", files: ["spi.ts"], may: ["parts", "message", "outcome", "event"] },
  {
    name: "index",
    files: ["index.ts"],
    may: ["parts", "message", "outcome", "event", "call", "policy", "policies", "standard", "link", "chain"],
  },
];

/** Pieces of policies, which policies may import from beside them. Two policies never import each other. */
export const policyParts: readonly string[] = [
  "circuit.ts",
  "leftover.ts",
  "quota-source.ts",
  "remainder.ts",
  "retry-budget.ts",
  "sliding-window.ts",
  "turns.ts",
];

/** Circles of type imports that are meant; `ses/` allows them among the files of that folder. Value imports: none. */
export const typeCycles: Readonly<Record<string, readonly string[]>> = {
  core: ["failure.ts, outcome.ts"], // a failure holds the refused recipients, each of which has a failure
  conformance: ["ses/", "smtp/"], // a fault is told what the server knows, the server what faults there are
};
