import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/repo/longest-first.ts";

// Everything runs from source, with no build: the export condition of every package leads to its TypeScript.
const conditions = ["@relais/source"];
const source = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const long = "**/*.long.test.ts";
// They end what hangs. How fast something must be says its test, in a way that holds on a busy machine too.
const patience = { testTimeout: 30_000, hookTimeout: 60_000 };
const env = { AWS_EC2_METADATA_DISABLED: "true", NODE_ENV: "test" };

// Hundreds of processes load the same modules: what Node made of them is kept.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node");

// .ci/run reads what happened from a file, besides what people read.
const json = process.env.RELAIS_TEST_JSON;

export default defineConfig({
  test: {
    // More than the two cores of a small machine: much of what takes long here waits, for clocks and for processes.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    ...(json === undefined ? {} : { reporters: ["default", "json"], outputFile: { json } }),
    projects: [
      {
        ...source,
        test: {
          name: "unit",
          env,
          // They share nothing that one could spoil for another: half of their time went into loading the same again.
          isolate: false,
          ...patience,
          include: ["packages/*/test/**/*.test.ts"],
          exclude: ["**/*.wire.test.ts", long, "**/node_modules/**"],
        },
      },
      {
        ...source,
        test: {
          name: "wire",
          env,
          include: ["packages/*/test/**/*.wire.test.ts", "test/wire/**/*.test.ts"],
          exclude: [long, "**/node_modules/**"],
          globalSetup: ["packages/outbox/test/templates.ts"],
          ...patience,
        },
      },
      {
        ...source,
        test: {
          // Chaos, power cuts, soak, and what builds or installs for half a minute: `npm run test:long`.
          name: "long",
          env,
          include: [`packages/*/test/${long}`, `test/${long}`],
          globalSetup: ["packages/outbox/test/templates.ts", "test/repo/build.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...source,
        test: {
          name: "repo",
          env,
          include: ["test/*.test.ts"],
          exclude: [long, "**/node_modules/**"],
          globalSetup: ["test/repo/build.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
