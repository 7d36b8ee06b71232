import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { runHere } from "./run-here.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const program = `relais() { '${process.execPath}' --conditions=@relais/source '${bin}' "$@"; }`;

const cwd = mkdtempSync(join(tmpdir(), "relais-completion-"));
const chains = { orders: [], newsletters: [], "$(touch ran-name)": [], "two words": [] };
writeFileSync(join(cwd, "relais.config.json"), JSON.stringify({ chains }));
writeFileSync(join(cwd, "other.yaml"), "chains: { receipts: [] }\n");
writeFileSync(join(cwd, "a letter.html"), "");

/** What bash offers for each of these lines, cut into words as bash does, by the script that the command prints. */
function offered(lines: readonly (readonly string[])[]): string[][] {
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  const script = `
    set -u
    ${program}
    source <(relais completion bash)
    source <(relais completion bash)
    asked=$(complete -p relais | sed -E 's/.*-F ([^ ]+).*/\\1/')
    ${lines
      .map(
        (words) => `COMP_WORDS=(relais ${words.map(quoted).join(" ")}); COMP_CWORD=${words.length}
          $asked; printf '%s\\n' "\${COMPREPLY[@]-}"; echo --`,
      )
      .join("\n")}`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout
    .split("--\n")
    .slice(0, -1)
    .map((part) => part.split("\n").filter((line) => line !== ""));
}

test("bash offers commands, flags and values", () => {
  const all = offered([
    [""],
    ["send", "--text-"],
    ["send", "--bu"],
    ["send", "-c", "other.yaml", "--chain", ""],
    ["check", "--chain", "o"],
    ["check", "--chain", "=", "o"],
    ["check", "--chain", "="],
    ["outbox", "l"],
    ["outbox", "ls", "--state", "s"],
    ["explain", "--phase", "r"],
    ["init", "--api", "re"],
    ["completion", ""],
    ["send", "--dsn", ""],
    ["pigeon", ""],
  ]);
  expect(all[0]).toEqual(
    expect.arrayContaining(["send", "check", "config", "explain", "init", "conformance", "completion"]),
  );
  expect(all.slice(1)).toEqual([
    ["--text-file"],
    ["--bulk"],
    ["receipts"],
    ["orders"],
    ["orders"],
    ["orders", "newsletters"],
    ["ls"],
    ["scheduled", "sending", "sent"],
    ["rcpt"],
    ["resend"],
    ["bash", "zsh", "fish"],
    [],
    [],
  ]);
});

test("bash offers files where a flag or an argument is one", () => {
  const all = offered([
    ["send", "--html-file", "a"],
    ["send", "--config", ""],
    ["conformance", "./rel"],
    ["send", "--text", ""],
  ]);
  expect(all[0]).toEqual(["a letter.html"]);
  expect(all[1]).toEqual(expect.arrayContaining(["relais.config.json", "other.yaml"]));
  expect(all[2]).toEqual(["./relais.config.json"]);
  expect(all[3]).toEqual([]);
});

test("nothing that stands on the line or in a file is run", () => {
  const more = mkdtempSync(join(tmpdir(), "relais-completion-"));
  writeFileSync(
    join(more, "relais.config.mjs"),
    'import fs from "node:fs"; fs.writeFileSync("ran-file", "");',
  );
  const [hard, code] = offered([
    ["send", "--text", "$(touch ran-line)", "--text", "`touch ran-line`", "--text", "it's", "--bu"],
    ["send", "--config", join(more, "relais.config.mjs"), "--chain", ""],
  ]);
  expect(hard).toEqual(["--bulk"]);
  expect(code).toEqual([]);
  expect(readdirSync(cwd).filter((name) => name.startsWith("ran"))).toEqual([]);
});

test.runIf(needs("script"))("a key pressed in an interactive bash completes the line", async () => {
  const rc = join(cwd, "rc");
  writeFileSync(rc, `PS1='ready> '; ${program}; source <(relais completion bash); echo loaded`);
  const running = spawn("script", ["-qefc", `bash --rcfile '${rc}' -i`, "/dev/null"], {
    cwd,
    env: { ...process.env, TERM: "xterm", INPUTRC: "/dev/null", HISTFILE: "" },
  });
  const steps: [shown: string, keys: string][] = [
    ["ready>", "relais comple\t"],
    ["relais completion ", "fi\t"],
    ["fish ", "--json | head -c 12\r"],
    ['{"script":"#', "exit\r"],
  ];
  let screen = "";
  running.stdout.on("data", (part: Buffer) => {
    screen += part.toString();
    const [shown, keys] = steps[0] ?? [];
    if (shown === undefined || keys === undefined || !screen.includes(shown)) return;
    steps.shift();
    screen = "";
    running.stdin.write(keys);
  });
  await once(running, "close");
  expect(steps).toEqual([]);
});

describe("scripts", () => {
  test.each(["bash", "zsh", "fish"])("for %s", async (shell) => {
    const result = await runHere(["completion", shell]);
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out).toContain(`completion for ${shell}`);
    const json = await runHere(["completion", shell, "--json"]);
    expect(JSON.parse(json.out)).toEqual({ script: result.out });
    const there = ["/bin", "/usr/bin", "/usr/local/bin"].some((at) => existsSync(join(at, shell)));
    if (!there) return console.warn(`${shell} is not installed: its script is not read here`);
    const file = join(cwd, `script.${shell}`);
    writeFileSync(file, result.out);
    expect(spawnSync(shell, ["-n", file], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  test.runIf(needs("fish"))("for fish offers what bash does", async () => {
    const { out } = await runHere(["completion", "fish"]);
    writeFileSync(join(cwd, "relais.fish"), out);
    const command = `function relais; '${process.execPath}' --conditions=@relais/source '${bin}' $argv; end
      source relais.fish
      complete -C 'relais exp'; echo ==; complete -C 'relais send --chain o'`;
    const result = spawnSync("fish", ["--no-config", "-c", command], { cwd, encoding: "utf8" });
    const [commands = "", chainNames = ""] = result.stdout.split("==\n");
    expect(commands).toMatch(/^explain\b/m);
    expect(chainNames.trim().split("\t")[0]).toBe("orders");
  });

  test.each([[["completion"]], [["completion", "tcsh"]]])("%j is refused", async (args) => {
    expect(await runHere(args)).toMatchObject({ code: 2, out: "" });
  });
});
