import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesUnder } from "./files-under.ts";
import { root } from "./root.ts";
import { tool } from "./run.ts";
import { workspaces } from "./workspace.ts";

/** Before the repository's tests: dist is what src says, no more (tsc leaves what a deleted source once made). */
export async function setup(): Promise<void> {
  const folders = workspaces("packages").map((one) => one.folder);
  for (const folder of folders) {
    for (const file of ["", ".map"]
      .flatMap((end) => [`.js${end}`, `.d.ts${end}`])
      .flatMap((end) => filesUnder(`${folder}/dist`, end))) {
      const source = file.replace("/dist/", "/src/").replace(/\.(d\.ts|js)(\.map)?$/, ".ts");
      if (!existsSync(join(root, source))) rmSync(join(root, file), { force: true });
    }
  }
  const { code, said } = await tool("tsc", "-b", ...folders);
  if (code !== 0) throw new Error(`the packages do not build:\n${said}`);
}
