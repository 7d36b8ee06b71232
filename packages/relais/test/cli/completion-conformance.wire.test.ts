import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const examples = join(import.meta.dirname, "../../../../examples/custom-provider");

describe("completion", () => {
  let cwd: string;
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), "relais-completion-"));
    writeFileSync(
      join(cwd, "relais.config.json"),
      JSON.stringify({ chains: { orders: [], newsletters: [] } }),
    );
  });

  /** What bash would offer after these words, by the script that the command prints. */
  function offered(words: readonly string[]): string[] {
    const script = `
      relais() { ${process.execPath} --conditions=@relais/source ${bin} "$@"; }
      source <(relais completion bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      COMP_LINE="\${COMP_WORDS[*]}"; COMP_POINT=\${#COMP_LINE}
      _get_comp_words_by_ref() { cur="\${COMP_WORDS[COMP_CWORD]}"; prev=""; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
      $(complete -p relais | sed -E 's/.*-F ([^ ]+).*/\\1/')
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync("bash", ["-c", script], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return said
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }

  test("offers commands, flags, and the names of chains that the configuration has", () => {
    expect(offered(["relais", ""])).toEqual(
      expect.arrayContaining(["send", "check", "config", "explain", "init", "conformance"]),
    );
    expect(offered(["relais", "send", "--bu"])).toEqual(["--bulk"]);
    expect(offered(["relais", "send", "--chain", ""])).toEqual(["orders", "newsletters"]);
    expect(offered(["relais", "explain", "--phase", "r"])).toEqual(["rcpt"]);
  });

  test.each(["bash", "zsh", "fish", "powershell"])("prints a script for %s", (shell) => {
    const said = execFileSync(process.execPath, ["--conditions=@relais/source", bin, "completion", shell], {
      encoding: "utf8",
    });
    expect(said).toContain("relais");
    expect(said.length).toBeGreaterThan(500);
    if (shell === "bash" || existsSync(`/usr/bin/${shell}`)) execFileSync(shell, ["-n"], { input: said });
  });
});

describe("relais conformance", () => {
  test("runs every rule on a provider that exports its harness", async () => {
    const said = await runHere(["conformance", "./harness.ts"], { cwd: examples });
    expect(said).toMatchObject({
      code: 0,
      out: expect.stringMatching(/(\d+) of \1 rules kept, 1 not covered$/),
    });
    const chained = await runHere(["conformance", "./harness.ts", "--in-a-chain", "--json"], {
      cwd: examples,
    });
    expect(chained.code).toBe(0);
    expect((JSON.parse(chained.out) as { rules: unknown[] }).rules.length).toBeGreaterThan(20);
  }, 60_000);

  test("says which rule a provider breaks, and why", async () => {
    const cwd = mkdtempSync(join(import.meta.dirname, "../../node_modules/.broken-"));
    writeFileSync(
      join(cwd, "broken.ts"),
      `import { harness as sound } from ${JSON.stringify(join(examples, "harness.ts"))};
       const rename = (provider) => ({ ...provider, id: "X", send: (m, c) => provider.send(m, c) });
       export const harness = { ...sound, make: async () => { const s = await sound.make(); return { ...s, provider: rename(s.provider) }; } };`,
    );
    const said = await runHere(["conformance", "./broken.ts"], { cwd });
    expect(said.code).toBe(1);
    rmSync(cwd, { recursive: true });
    expect(said.out).toMatch(/FAIL {2}puts its own id on receipts and failures\n {6}\S/);
  }, 60_000);

  test.each([
    ["./none.ts", "cannot be loaded"],
    ["@relais/pigeon", "cannot be found from"],
    ["./pigeon.ts", "must export harness"],
  ])("%s is refused with a sentence", async (name, sentence) => {
    const said = await runHere(["conformance", name, "--json"], { cwd: examples });
    expect(said.code).toBe(2);
    expect(JSON.parse(said.out)).toMatchObject({ error: { problems: [expect.stringContaining(sentence)] } });
  });
});
