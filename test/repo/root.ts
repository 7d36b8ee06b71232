import { resolve } from "node:path";

/** The repository's own folder. */
export const root: string = resolve(import.meta.dirname, "../..");
