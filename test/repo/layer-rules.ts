/** Which package may import what, besides node's own modules. `*` stands for anything it declares. */
export const packageRules: Readonly<Record<string, readonly string[]>> = {
  core: ["opossum", "p-retry"],
  mime: ["@relais/core/spi", "nodemailer", "postal-mime"],
  smtp: ["@relais/core/spi", "@relais/mime", "nodemailer"],
  "http-client": ["@relais/core/spi"],
  ses: ["@relais/core/spi", "@relais/http-client", "@relais/mime", "@aws-sdk/*", "@smithy/*"],
  http: ["@relais/core/spi", "@relais/http-client", "@relais/mime"],
  nodemailer: ["@relais/core/spi", "@relais/mime", "@relais/smtp/replies", "nodemailer"],
  conformance: ["@relais/core/spi"],
  feedback: [
    "@relais/core/spi",
    "@relais/core",
    "@relais/smtp/replies",
    "@aws-sdk/client-sqs",
    "postal-mime",
  ],
  outbox: ["@relais/core", "@relais/core/spi", "@electric-sql/pglite", "@electric-sql/pglite/nodefs", "pg"],
  opentelemetry: ["@relais/core/spi", "@relais/core", "@opentelemetry/api"],
  pino: ["@relais/core/spi", "@relais/core"],
  testing: ["@relais/core/spi", "@relais/core", "@relais/mime", "htmlparser2", "expect", "vitest"],
  prometheus: ["@relais/core/spi", "@relais/core"],
  relais: ["*"],
};

/** Wire libraries that one file of a package alone may import: what they throw and keep stays behind it. */
export const onlyIn: Readonly<Record<string, string>> = {
  opossum: "core/src/policies/circuit.ts",
  "p-retry": "core/src/policies/retry.ts",
  htmlparser2: "testing/src/captured-mail.ts",
};

/** Packages whose default export is their plugin; nothing else exports a default. */
export const plugins: readonly string[] = ["smtp", "ses", "http"];

/**
 * The folders of a package's src from top to bottom. A folder imports only folders below it, types included. "." stands
 * for the files beside the folders: they offer the package and are its top.
 */
export const folderLayers: Readonly<Record<string, readonly string[]>> = {
  core: [
    ".",
    "chain",
    "policies",
    "attempt",
    "provider",
    "events",
    "feedback",
    "failure",
    "message",
    "runtime",
  ],
  http: [".", "vendors", "provider", "api"],
  feedback: [".", "imap", "mail", "unsubscribe", "sources", "receiver"],
  nodemailer: [".", "provider", "transport"],
  smtp: [".", "attempt", "connection", "options", "replies"],
  conformance: [".", "rules", "harness", "smtp", "ses", "feedback", "server"],
  prometheus: [".", "metrics", "registry", "targets"],
  relais: [".", "cli", "preview", "status", "notices", "config", "development", "environment"],
  outbox: [".", "feedback", "worker", "table", "operations", "enqueue", "store", "database"],
};

/** Pieces of core's policies, which policies may import from beside them. Two policies never import each other. */
export const policyParts: readonly string[] = [
  "circuit.ts",
  "policy.ts",
  "provider-quota.ts",
  "retry-recipients.ts",
  "sliding-window.ts",
];

/** Circles of type imports that are meant; `ses/` allows them among the files of that folder. Value imports: none. */
export const typeCycles: Readonly<Record<string, readonly string[]>> = {};
