import {
  type Chain,
  type ChainOptions,
  createChain,
  type Link,
  link,
  type Provider,
  standardPolicies,
  standardTimeoutMs,
} from "@relais/core";
import { didYouMean, type OptionsSchema, type Plugin } from "@relais/core/spi";
import { withQuotesHint } from "../environment/provider-from-env.ts";
import { quotesSentence } from "../environment/setting-text.ts";
import { settingsReader } from "../environment/settings-reader.ts";
import { chainSchema, entryFields, entrySchemas, ruleNames } from "./config-schema.ts";
import { faultsBelow } from "./interpolate.ts";
import { type Config, worded } from "./load-config.ts";
import { anyOptions, loadPlugin } from "./load-plugin.ts";
import { type Path, type Problem, pathText } from "./problem.ts";
import type { ChainEntry, ChainRules, ProviderEntry } from "./relais-config.ts";
import { validate } from "./validate.ts";

export interface BuildOptions
  extends Pick<ChainOptions, "observers" | "journal" | "clock" | "limits" | "prepare" | "unsubscribe"> {
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
  const build = startBuild(config, chainOptions);
  const { chain, chains = {} } = config.values;
  const names = Object.keys(chains);
  const name = wanted ?? (chain === undefined && names.length === 1 ? names[0] : undefined);
  const built = name === undefined ? await buildMain(build) : await buildNamed(build, name, ["chains"]);
  if (built === undefined && build.problems.length === 0) {
    const message =
      names.length === 0
        ? "has no chain: list its providers under chain"
        : `has several chains; name one by --chain, RELAIS_CHAIN or loadChain({ name }): ${names.join(", ")}`;
    build.problems.push({ path: [], message });
  }
  const problems = [...build.missing.map(({ problem }) => problem), ...build.problems];
  if (built === undefined || problems.length > 0) throw await config.errorOf(problems);
  return { chain: built.provider as Chain, effective: built.effective };
}

/** A chain that was checked, and what it needs of the environment that is not there. */
export interface CheckedChain {
  readonly name: string;
  readonly missing: readonly string[];
}

/**
 * Checks all chains of a configuration without connecting; of variables and files that are not there nothing is checked.
 * @throws {ConfigurationError} all mistakes of all chains at once, a sentence each
 */
export async function checkChains(config: Config): Promise<readonly CheckedChain[]> {
  const { chain, chains = {} } = config.values;
  const names = [...(chain === undefined ? [] : [undefined]), ...Object.keys(chains)];
  if (names.length === 0) await buildChain(config);
  const checked: CheckedChain[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    const build = startBuild(config, {}, true);
    const built = name === undefined ? await buildMain(build) : await buildNamed(build, name, ["chains"]);
    await (built?.provider as Chain | undefined)?.close();
    problems.push(...build.problems);
    checked.push({ name: name ?? "chain", missing: [...new Set(build.missing.map(({ what }) => what))] });
  }
  if (problems.length > 0) throw await config.errorOf(problems);
  return checked;
}

/** One pass over a configuration: all problems are collected, nothing connects. */
interface Build {
  readonly config: Config;
  readonly chainOptions: BuildOptions;
  readonly problems: Problem[];
  /** References of what is built that lead nowhere. */
  readonly missing: Missing[];
  /** Providers that the environment describes are left out: it may be another one's. */
  readonly anyEnvironment: boolean;
  /** The named chains that are being built, from the outside in: one of them again would never end. */
  readonly parents: readonly string[];
}

interface Missing {
  /** The variable or the file. */
  readonly what: string;
  readonly problem: Problem;
}

const startBuild = (config: Config, chainOptions: BuildOptions, anyEnvironment = false): Build => ({
  config,
  chainOptions,
  problems: [...config.problems],
  missing: [],
  anyEnvironment,
  parents: [],
});

/** Notes what leads nowhere at a path and below it; whether anything does. A reference of another form is wrong anywhere. */
function noteMissing({ config, missing, problems }: Build, path: Path): boolean {
  const faults = faultsBelow(config.references, path);
  for (const problem of faults) {
    const [, name, file] =
      /^names the (?:environment variable (\w+)|file "([^"]*)")/.exec(problem.message) ?? [];
    const what = name ?? file;
    if (what === undefined) problems.push(problem);
    else missing.push({ what, problem });
  }
  return faults.length > 0;
}

/**
 * The rules of a chain: those at the top of a configuration hold for the chain that is used, whose own win. What is missing
 * is noted and left out.
 */
function rulesOf(build: Build, own: ChainRules, path: Path): ChainRules {
  const { values } = build.config;
  const isOuter = build.parents.length === 0;
  const rules = ruleNames.map((name) => {
    const value = noteMissing(build, [...path, name]) ? undefined : own[name];
    if (value !== undefined || !isOuter || path.length === 0) return [name, value];
    return [name, noteMissing(build, [name]) ? undefined : values[name]];
  });
  return Object.fromEntries(rules.filter(([, value]) => value !== undefined));
}

async function buildMain(build: Build): Promise<Built<EffectiveChain> | undefined> {
  const { chain, ...own } = build.config.values;
  return chain && buildEntries(build, { ...rulesOf(build, own, []), chain }, ["chain"], "chain");
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
  const around = path.at(-1) === "chain" ? path.slice(0, -1) : path;
  if (problems.length > before) return undefined;
  try {
    const providers = built.map(({ provider }) => provider);
    const chain = createChain(providers, { ...rules, ...build.chainOptions, id });
    return { provider: chain, effective: { id, ...rules, chain: built.map(({ effective }) => effective) } };
  } catch (error) {
    const message = messageOf(error).replace(/^createChain: /, "");
    const twice = /^two providers are called (\S+);/.exec(message)?.[1];
    const second = built.findLastIndex(({ provider }) => provider.id === twice);
    const [, field = "", fault = ""] = /^(\w+): (.*)$/s.exec(message) ?? [];
    const isRule = Object.hasOwn(rules, field);
    if (twice !== undefined && second !== -1) problems.push({ path: [...path, second], message });
    else problems.push(isRule ? { path: [...around, field], message: fault } : { path: around, message });
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
  if (typeof chain !== "string") return buildEntries(build, { chain }, at, id ?? `chain-${path.at(-1)}`);
  return noteMissing(build, path) ? undefined : buildNamed(build, chain, at, id);
}

async function buildNamed(
  build: Build,
  name: string,
  path: Path,
  id = name,
): Promise<Built<EffectiveChain> | undefined> {
  const { chains = {} } = build.config.values;
  if (!Object.hasOwn(chains, name)) {
    const near = didYouMean(name, Object.keys(chains));
    const names = Object.keys(chains).join(", ");
    const known = near !== undefined ? `; did you mean ${near}?` : names === "" ? "" : `; there are ${names}`;
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
  const own = await checked<Entries>(build, worded(chainSchema), whole, at);
  if (own === undefined) return undefined;
  const entries = { ...rulesOf(build, own, at), chain: own.chain };
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
  const before = problems.length;
  const isMissing = noteMissing(build, path);
  const isMissingAt = (name: string): boolean => faultsBelow(config.references, [...path, name]).length > 0;
  const inCode = pluginInCode(value);
  const named = inCode === undefined ? value : { ...(value as object), use: "code" };
  const entry = await checked<ProviderEntry>(build, worded(entrySchemas.provider), named, path);
  const { use: name, options: written } = (entry ?? value ?? {}) as Partial<ProviderEntry>;
  const use = inCode ?? name;
  // In the place of a provider that cannot be made for want of a value: never called, since nothing is built then.
  const stub = (): Built<EffectiveProvider> | undefined => {
    if (problems.length > before || !(isMissing || build.anyEnvironment)) return undefined;
    const id = `entry-${path.at(-1)}`;
    const provider = link({ id, send: () => Promise.reject(new Error("never called")) });
    return { provider, effective: { use: id, id, options: {}, ...effectivePolicies({ use: id }) } };
  };
  if ((inCode === undefined && typeof use !== "string") || use === "" || isMissingAt("use")) return stub();
  const loaded = await loadPlugin(use as string | object, config.folder);
  if ("problem" in loaded) {
    problems.push({ path: [...path, "use"], message: loaded.problem });
    return undefined;
  }
  const { plugin, from } = loaded;
  // An entry without options is described by the environment, if its plugin knows how.
  if (written === undefined && plugin.fromEnv !== undefined && build.anyEnvironment) return stub();
  const settings = settingsReader(config.env);
  const raw = written ?? plugin.fromEnv?.(settings.environment) ?? {};
  if (settings.problems.length > 0) {
    const messages = settings.problems.map((sentence) => sentence.replace(/\.$/, ""));
    problems.push(...messages.map((message) => ({ path: optionsPath, message })));
    return undefined;
  }
  const options = await checked<object>(build, plugin.options, raw, optionsPath);
  problems.push(...(await wellPlaced(plugin, value, path, problems.splice(before))));
  const quoted = written === undefined ? settings.quoted() : quotedBelow(config, optionsPath);
  if (options === undefined && written === undefined && quoted !== undefined)
    problems.push({ path: optionsPath, message: quoted });
  if (entry === undefined || options === undefined) return stub();
  try {
    const id = isMissingAt("id") ? `entry-${path.at(-1)}` : entry.id;
    const made: object = plugin.create(options, { id });
    if ("then" in made)
      throw new TypeError("use makes a promise (await is missing), and must make a provider");
    const provider = withQuotesHint(made as Provider, quoted);
    const policies = effectivePolicies(entry);
    return {
      provider: link(provider, ...standardPolicies(policies)),
      effective: { use: from, id: provider.id, options, ...policies },
    };
  } catch (error) {
    if (!isMissing) problems.push({ path, message: messageOf(error) });
    return stub();
  }
}

/** What stands at `use` if it is no name: only code can say that. */
function pluginInCode(value: unknown): object | undefined {
  const { use } = (value ?? {}) as { use?: unknown };
  if (typeof use !== "object" || use === null) return typeof use === "function" ? use : undefined;
  const isMade = ["contract", "send", "accepted", "then"].some((name) => name in use);
  return isMade || Object.values(use).some((one) => typeof one === "function") ? use : undefined;
}

const unknownField = (name: string): string => `${JSON.stringify(name)} is not an option`;

/** Says where a field belongs that stands on the wrong side of `options`. */
async function wellPlaced(
  plugin: Plugin,
  value: unknown,
  path: Path,
  problems: readonly Problem[],
): Promise<Problem[]> {
  const { options, ...fields } = (value ?? {}) as Record<string, unknown>;
  const schema = plugin.options["~standard"];
  const isUnknown = ({ key, message }: Problem): boolean =>
    key !== undefined && message.startsWith(unknownField(key));
  const stands = (problem: Problem, at: Path): boolean =>
    isUnknown(problem) && pathText(problem.path) === pathText(at);
  if (!problems.some(isUnknown)) return [...problems];
  const { issues = [] } = await schema.validate({ ...fields, ...(options as object) });
  return problems.map((problem) => {
    const { key = "", message } = problem;
    if (stands(problem, [...path, "options"]) && entryFields.includes(key))
      return { ...problem, message: `${unknownField(key)}; it belongs beside options` };
    // A plugin without a schema takes anything: a near name says more.
    const isVague = schema.vendor === anyOptions && message.includes("did you mean");
    if (!stands(problem, path) || isVague || issues.some((one) => one.message.includes(unknownField(key))))
      return problem;
    return { ...problem, message: `${JSON.stringify(key)} belongs in options` };
  });
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
    quoted && name !== undefined && at.startsWith(below) ? [name] : [],
  );
  return quotesSentence(names);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "cannot be made");
