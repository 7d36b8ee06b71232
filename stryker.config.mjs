// npm run mutation: changes core's source in small ways, and sees whether a test notices. Slow; not part of npm test.
// One file: npm run mutation -- --mutate packages/core/src/policies/backoff.ts

export default {
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  // The tests import the package by its name: Stryker does not see which of them a file concerns.
  vitest: { configFile: ".ci/mutation.vitest.config.mjs", related: false },
  // TypeScript 7 exports no compiler for Stryker to read this with.
  tsconfigFile: "none.json",
  mutate: ["packages/core/src/**/*.ts", "!packages/core/src/{index,spi}.ts"],
  ignorePatterns: ["/examples", "/docs", "/reports", "/.test-results", "/packages/*/dist"],
  ignoreStatic: true,
  coverageAnalysis: "perTest",
  thresholds: { high: 95, low: 85, break: 80 },
  reporters: ["progress", "clear-text", "html"],
  htmlReporter: { fileName: "reports/mutation.html" },
  tempDirName: ".stryker-tmp",
};
