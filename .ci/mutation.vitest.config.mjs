import { defineConfig } from "vitest/config";

// core's own tests, alone: what Stryker runs again for every change. See stryker.config.mjs.
const conditions = ["@relais/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/core/test/**/*.test.ts"],
    exclude: ["**/*.wire.test.ts", "**/node_modules/**"],
  },
});
