import {
  type Chain,
  type ChainOptions,
  createChain,
  type Link,
  link,
  standardPolicies,
  standardTimeoutMs,
} from "@relais/core";
import type { OptionsSchema } from "@relais/core/spi";
import { withQuotesHint } from "../environment/provider-from-env.ts";
import { quotesSentence } from "../environment/setting-text.ts";
import { settingsReader } from "../environment/settings-reader.ts";
import { chainSchema, entrySchemas } from "./config-schema.ts";
import { type Config, worded } from "./load-config.ts";
import { loadPlugin } from "./load-plugin.ts";
import { type Path, type Problem, pathText } from "./problem.ts";
import type { ChainEntry, ChainRules, ProviderEntry } from "./relais-config.ts";
import { validate } from "./validate.ts";

export interface BuildOptions
  extends Pick<ChainOptions, "observers" | "journal" | "clock" | "limits" | "prepare"> {
  /** Which of `chains`. @defaultValue `chain`, or the only one there is */
  readonly name?: string | undefined;
}

/** A chain that a configuration describes, and the configuration with every default filled in. */
export interface BuiltChain {
  readonly chain: Chain;
  readonly effective: EffectiveChain;
}

/** One provider, with every default filled in. */
interface EffectiveProvider extends EffectivePolicies {
  readonly use: string;
  readonly id: string;
  readonly options: unknown;
}

interface EffectivePolicies {
  readonly retry: false | object;
  readonly breaker: false | object;
  readonly timeoutMs: number;
  readonly afterHandOverMs?: number;
  readonly rateLimit?: object;
  readonly concurrency?: object;
  readonly overrides?: object;
}

/** A chain, with every default filled in: the same however it is written. */
export interface EffectiveChain extends ChainRules {
  readonly id: string;
  readonly chain: readonly (EffectiveProvider | EffectiveChain)[];
}

/**
 * The chain that a configuration describes. Everything is checked before anything connects.
 * @throws {ConfigurationError} all mistakes at once, a sentence each
 */
export async function buildChain(config: Config, options: BuildOptions = {}): Promise<BuiltChain> {
  const { name: wanted, ...chainOptions } = options;
  const build: Build = { config, chainOptions, problems: [...config.problems], parents: [] };
  const { chain, chains = {}, outbox: _outbox, $schema: _schema, ...rules } = config.values;
  const names = Object.keys(chains);
  const name = wanted ?? (chain === undefined && names.length === 1 ? names[0] : undefined);
  const main = chain && (await buildEntries(build, { ...rules, chain }, ["chain"], "chain"));
  const built = name === undefined ? main : await buildNamed(build, name, ["chains"]);
  if (wanted === undefined)
    for (const other of names) if (other !== name) await buildNamed(build, other, ["chains"]);
  if (built === undefined && build.problems.length === 0) {
    const message =
      names.length === 0
        ? "has no chain: list its providers under chain"
        : `has several chains; name one: ${names.join(", ")}`;
    build.problems.push({ path: [], message });
  }
  if (built === undefined || build.problems.length > 0) throw await config.errorOf(build.problems);
  return { chain: built.provider as Chain, effective: built.effective };
}

/** One pass over a configuration: all problems are collected, nothing connects. */
interface Build {
  readonly config: Config;
  readonly chainOptions: BuildOptions;
  readonly problems: Problem[];
  /** The named chains that are being built, from the outside in: one of them again would never end. */
  readonly parents: readonly string[];
}

interface Built<Effective> {
  readonly provider: Link | Chain;
  readonly effective: Effective;
}

interface Entries extends ChainRules {
  readonly chain: readonly unknown[];
}

/** @param path where the list of entries stands */
async function buildEntries(
  build: Build,
  { chain: entries, ...rules }: Entries,
  path: Path,
  id: string,
): Promise<Built<EffectiveChain> | undefined> {
  const { problems } = build;
  const before = problems.length;
  const built: (Built<EffectiveProvider> | Built<EffectiveChain>)[] = [];
  for (const [i, entry] of entries.entries()) {
    const isNested = typeof entry === "object" && entry !== null && Object.hasOwn(entry, "chain");
    const one = await (isNested ? buildNested : buildProvider)(build, entry, [...path, i]);
    if (one !== undefined) built.push(one);
  }
  if (problems.length > before) return undefined;
  try {
    const providers = built.map(({ provider }) => provider);
    const chain = createChain(providers, { ...rules, ...build.chainOptions, id });
    return { provider: chain, effective: { id, ...rules, chain: built.map(({ effective }) => effective) } };
  } catch (error) {
    const around = path.at(-1) === "chain" ? path.slice(0, -1) : path;
    problems.push({ path: around, message: messageOf(error).replace(/^createChain: /, "") });
    return undefined;
  }
}

async function buildNested(
  build: Build,
  value: unknown,
  path: Path,
): Promise<Built<EffectiveChain> | undefined> {
  const entry = await checked<ChainEntry>(build, worded(entrySchemas.nested), value, path);
  if (entry === undefined) return undefined;
  const { chain, id } = entry;
  const at = [...path, "chain"];
  if (typeof chain === "string") return buildNamed(build, chain, at, id);
  return buildEntries(build, { chain }, at, id ?? `chain-${path.at(-1)}`);
}

async function buildNamed(
  build: Build,
  name: string,
  path: Path,
  id = name,
): Promise<Built<EffectiveChain> | undefined> {
  const { chains = {} } = build.config.values;
  if (!Object.hasOwn(chains, name)) {
    const names = Object.keys(chains).join(", ");
    const known = names === "" ? "" : `; there are ${names}`;
    build.problems.push({ path, message: `there is no chain called ${name}${known}` });
    return undefined;
  }
  if (build.parents.includes(name)) {
    build.problems.push({ path, message: `the chain ${name} would contain itself` });
    return undefined;
  }
  const written = chains[name];
  const isList = Array.isArray(written);
  const at = ["chains", name];
  const whole = isList ? { chain: written } : written;
  const entries = await checked<Entries>(build, worded(chainSchema), whole, at);
  if (entries === undefined) return undefined;
  const inner = { ...build, parents: [...build.parents, name] };
  return buildEntries(inner, entries, isList ? at : [...at, "chain"], id);
}

async function buildProvider(
  build: Build,
  value: unknown,
  path: Path,
): Promise<Built<EffectiveProvider> | undefined> {
  const { config, problems } = build;
  const optionsPath = [...path, "options"];
  const entry = await checked<ProviderEntry>(build, worded(entrySchemas.provider), value, path);
  const { use, options: written } = (entry ?? value ?? {}) as Partial<ProviderEntry>;
  if (typeof use !== "string" || use === "") return undefined;
  const loaded = await loadPlugin(use, config.folder);
  if ("problem" in loaded) {
    problems.push({ path: [...path, "use"], message: loaded.problem });
    return undefined;
  }
  const { plugin, from } = loaded;
  // An entry without options is described by the environment, if its plugin knows how.
  const settings = settingsReader(config.env);
  const raw = written ?? plugin.fromEnv?.(settings.environment) ?? {};
  if (settings.problems.length > 0) {
    const messages = settings.problems.map((sentence) => sentence.replace(/\.$/, ""));
    problems.push(...messages.map((message) => ({ path: optionsPath, message })));
    return undefined;
  }
  const options = await checked<object>(build, plugin.options, raw, optionsPath);
  const quoted = written === undefined ? settings.quoted() : quotedBelow(config, optionsPath);
  if (options === undefined && written === undefined && quoted !== undefined)
    problems.push({ path: optionsPath, message: quoted });
  if (entry === undefined || options === undefined) return undefined;
  try {
    const provider = withQuotesHint(plugin.create(options, { id: entry.id }), quoted);
    const policies = effectivePolicies(entry);
    return {
      provider: link(provider, ...standardPolicies(policies)),
      effective: { use: from, id: provider.id, options, ...policies },
    };
  } catch (error) {
    problems.push({ path, message: messageOf(error) });
    return undefined;
  }
}

/** An entry's policies with their defaults filled in, as plain data. */
function effectivePolicies(entry: ProviderEntry): EffectivePolicies {
  const { retry, breaker, timeoutMs, afterHandOverMs, rateLimit, concurrency, overrides } = entry;
  const on = (value: boolean | object | undefined): false | object =>
    typeof value === "object" || value === false ? value : {};
  return {
    retry: on(retry),
    breaker: on(breaker),
    timeoutMs: timeoutMs ?? standardTimeoutMs,
    ...(afterHandOverMs !== undefined && { afterHandOverMs }),
    ...(rateLimit !== undefined && {
      rateLimit: rateLimit === "fromProvider" ? { fromProvider: true } : rateLimit,
    }),
    ...(concurrency !== undefined && { concurrency }),
    ...(overrides !== undefined && { overrides }),
  };
}

/** The value as its schema has it; `undefined` if it is wrong, which is noted. */
async function checked<T>(
  { config, problems }: Build,
  schema: OptionsSchema<unknown>,
  value: unknown,
  path: Path,
): Promise<T | undefined> {
  const result = await validate(schema, value, path, config.references);
  if ("value" in result) return result.value as T;
  problems.push(...result.problems);
  return undefined;
}

/** A hint at the variables behind the values below a path that are in quotes, if some are. */
function quotedBelow({ references }: Config, path: Path): string | undefined {
  const below = `${pathText(path)}.`;
  const names = [...references].flatMap(([at, { name, quoted }]) =>
    quoted && at.startsWith(below) ? [name] : [],
  );
  return quotesSentence(names);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "cannot be made");
