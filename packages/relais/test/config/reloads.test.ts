import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-reloads-"));
afterAll(() => rmSync(folder, { recursive: true }));

// A provider whose options take as long to check as they say, as one that asks somewhere does.
writeFileSync(
  join(folder, "slow.mjs"),
  `export default {
  contract: 1,
  name: "slow",
  options: { "~standard": { version: 1, vendor: "slow", validate: async (value) => {
    await new Promise((resolve) => setTimeout(resolve, value.ms));
    return { value };
  } } },
  create: () => ({ id: "SLOW", send: async () => ({ success: false, provider: "SLOW", kind: "refused", reason: "no" }) }),
};`,
);
const file = join(folder, "relais.config.json");
const write = (version: number, ms: number): void =>
  writeFileSync(file, JSON.stringify({ chain: [{ use: "./slow.mjs", options: { version, ms } }] }));

test("reloads take turns: what was written last is in force, however long each takes", async () => {
  write(1, 0);
  const chain = await loadChain({ file });
  const version = () => (chain.effective() as { chain: [{ options: object }] }).chain[0].options;
  for (const times of [
    [300, 0],
    [0, 300],
    [150, 100, 50, 0],
  ]) {
    const reloads: Promise<void>[] = [];
    for (const [i, ms] of times.entries()) {
      write(i + 2, ms);
      reloads.push(chain.reload());
      await new Promise((resolve) => setTimeout(resolve, 20)); // the file has been read, and is still being checked
    }
    await Promise.all(reloads);
    expect(version()).toMatchObject({ version: times.length + 1 });
  }
  await chain.close();
});

test("one that is wrong is told to whoever asked for it, and the next goes on", async () => {
  write(1, 0);
  const chain = await loadChain({ file });
  writeFileSync(file, "{");
  const wrong = chain.reload();
  const right = wrong.catch(() => write(3, 0)).then(() => chain.reload());
  await expect(wrong).rejects.toThrow("cannot be read: line 1, column 2: it is not JSON.");
  await right;
  expect(chain.effective()).toMatchObject({ chain: [{ options: { version: 3 } }] });
  await chain.close();
});

test.each(["relais.config.ts", "relais.config.mjs", "relais.config.json", "relais.config.yaml"])(
  "a ConfigMap that is swapped behind its link is seen: %s",
  async (name) => {
    const root = mkdtempSync(join(folder, "map-"));
    // As kubelet does it: a new folder, and one rename that moves the link to it. Times are kept, as images do.
    const swap = (version: number, host: string): void => {
      mkdirSync(join(root, `..v${version}`));
      const config = JSON.stringify({ chain: [{ use: "smtp", options: { host } }] });
      const own = name.endsWith("ts") ? "./shared.ts" : "./shared.mjs";
      const isModule = /s$/.test(name.replace(/json$/, ""));
      const text = isModule ? `import { config } from "${own}";\nexport default config;\n` : config;
      const files = { [name]: text, ...(isModule ? { [own]: `export const config = ${config};\n` } : {}) };
      for (const [file, content] of Object.entries(files)) {
        const path = join(root, `..v${version}`, file);
        writeFileSync(path, content);
        utimesSync(path, 1, 1);
      }
      symlinkSync(`..v${version}`, join(root, "..next"));
      renameSync(join(root, "..next"), join(root, "..data"));
    };
    swap(1, "one.example.org");
    symlinkSync(join("..data", name), join(root, name));
    const chain = await loadChain({ file: join(root, name) });
    const host = () =>
      (chain.effective() as { chain: { options: { host: string } }[] }).chain[0]?.options.host;
    expect(host()).toBe("one.example.org");
    swap(2, "two.example.org");
    await chain.reload();
    expect(host()).toBe("two.example.org");
    rmSync(join(root, "..v1"), { recursive: true });
    await chain.reload();
    expect(host()).toBe("two.example.org");
    await chain.close();
  },
);
