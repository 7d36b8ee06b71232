import type { OptionsSchema } from "./option-issues.ts";
import type { Provider } from "./provider.ts";

/** The version of the contract below. A loader refuses plugins made for another one. */
export const pluginContract = 1;

/** What a plugin is given besides its options. */
export interface PluginTools {
  /** The instance's name in its chain; `undefined` leaves it to the plugin. */
  readonly id: string | undefined;
}

/** How a package offers a provider to configurations: its default export. */
export interface Plugin<Options = unknown> {
  readonly contract: typeof pluginContract;
  /** Lower case, unique: `smtp`. */
  readonly name: string;
  readonly options: OptionsSchema<Options>;
  /** Makes the provider. @throws {TypeError | RangeError} one sentence about an option, never with a secret */
  create(options: Options, tools: PluginTools): Provider;
  /**
   * The options that the environment describes, by the plugin's own variables, unchecked; `undefined` if it describes
   * none. They serve where a configuration gives no `options`.
   */
  fromEnv?(env: Readonly<Record<string, string | undefined>>): unknown;
  /** The options as JSON Schema (2020-12), or a promise of it: for completion in editors. */
  jsonSchema?(): unknown;
}

/** What `definePlugin` is made from. */
export type PluginParts<Options> = Omit<Plugin<Options>, "contract">;

const pluginName = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * A plugin, checked and marked with the version of the contract.
 * @throws {TypeError} one sentence about the first part that is missing or wrong
 */
export function definePlugin<Options>(parts: PluginParts<Options>): Plugin<Options> {
  const fault = partFault(parts);
  if (fault !== undefined) throw new TypeError(`definePlugin: ${fault}`);
  return Object.freeze({ ...parts, contract: pluginContract });
}

/** What is wrong with a value that ought to be a plugin, as the end of a sentence; `undefined` if nothing is. */
export function pluginFault(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it has no default export made with definePlugin";
  const { contract } = value as { contract?: unknown };
  if (contract === undefined) return "it has a default export that was not made with definePlugin";
  if (contract !== pluginContract) {
    return `it is made for version ${String(contract).slice(0, 20)} of the plugin contract; this is version ${pluginContract}`;
  }
  return partFault(value);
}

function partFault(value: unknown): string | undefined {
  const parts = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof parts.name !== "string" || !pluginName.test(parts.name)) {
    return "name must be lower-case letters, digits and dashes";
  }
  const standard = (parts.options as Record<string, unknown> | undefined)?.["~standard"] as
    | Record<string, unknown>
    | undefined;
  if (typeof standard?.validate !== "function" || standard.version !== 1) {
    return "options must be a Standard Schema, version 1 (a zod schema, for one)";
  }
  if (typeof parts.create !== "function") return "create must be a function that makes a provider";
  for (const name of ["fromEnv", "jsonSchema"] as const) {
    if (parts[name] !== undefined && typeof parts[name] !== "function") return `${name} must be a function`;
  }
  return undefined;
}
