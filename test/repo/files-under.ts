import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

const passedOver = new Set(["node_modules", "dist"]);

/** Files below `folder` (from the root, with `/`) that end in `ending`, sorted; no folder, no files. */
export function filesUnder(folder: string, ending: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory())
        return passedOver.has(entry.name) || entry.name.startsWith(".") ? [] : filesUnder(path, ending);
      return path.endsWith(ending) ? [path] : [];
    })
    .sort();
}
