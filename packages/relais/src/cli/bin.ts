#!/usr/bin/env node
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import { runProgram } from "./program.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

process.exitCode = await runProgram(process.argv.slice(2), version, {
  env: process.env,
  cwd: process.cwd(),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: async () => (process.stdin.isTTY ? undefined : buffer(process.stdin)),
  terminal: process.stderr.isTTY ? { input: process.stdin, output: process.stderr } : undefined,
});
