import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { buildChain } from "../../src/config/build-chain.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { RelaisConfig } from "../../src/config/relais-config.ts";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";
import { hiddenSecret, type Wrong, wrong } from "./wrong-configurations.ts";

async function problems(config: unknown): Promise<readonly string[]> {
  try {
    const { chain } = await buildChain(
      await loadConfig({ config: config as RelaisConfig, env: {}, cwd: tmpdir() }),
    );
    await chain.close();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("a wrong configuration", () => {
  test("comes in 40 forms at least", () => expect(wrong.length).toBeGreaterThanOrEqual(40));

  test.each([...wrong])("with %s is refused with its sentence", async (...row) => {
    const [, config, sentences] = row as unknown as Wrong;
    const result = await problems(config);
    expect([...result].sort()).toEqual([...sentences].sort());
    expect(result.join(" ")).not.toContain(hiddenSecret);
  });
});
