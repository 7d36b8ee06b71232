import { type Chain, type ChainOptions, createChain, type Link, link, type Provider } from "@relais/core";
import type { OptionsSchema } from "@relais/core/spi";
import { ConfigurationError } from "../configuration-error.ts";
import { hinted, quotesHintOf } from "../hinted.ts";
import { quotesHint } from "../setting-text.ts";
import { settingsReader } from "../settings-reader.ts";
import { type Config, configOf, worded } from "./config.ts";
import { chainSchema, entrySchemas } from "./config-schema.ts";
import type { EffectiveChain, EffectiveProvider } from "./effective-config.ts";
import { loadPlugin } from "./load-plugin.ts";
import { effectivePolicies, policiesOf } from "./policies-of.ts";
import { type PathPart, problemAt, problemPath } from "./problem-path.ts";
import type { ChainEntry, ChainRules, ProviderEntry } from "./relais-config.ts";
import { validate } from "./validate.ts";

/** What a configuration is read with. */
export interface BuildContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where packages and files are looked for: the folder of the configuration. */
  readonly folder: string;
  /** Which of `chains`. @defaultValue `chain`, or the only one there is */
  readonly name?: string | undefined;
  readonly options?: Pick<ChainOptions, "observers" | "journal" | "clock" | "limits"> | undefined;
}

/** A chain that a configuration describes, and what it amounts to. */
export interface Built {
  readonly chain: Chain;
  readonly effective: EffectiveChain;
  /** What came out of the environment and out of files. */
  readonly secrets: ReadonlySet<string>;
}

/** One pass over a configuration: everything that is wrong is collected, nothing connects. */
interface Pass extends BuildContext, Omit<Config, "problems"> {
  readonly problems: string[];
  /** Chains that are being built, from the outside in: one of them again would never end. */
  readonly inside: readonly string[];
}

async function checked<T>(
  pass: Pass,
  schema: OptionsSchema<unknown>,
  value: unknown,
  place: PathPart[],
): Promise<T | undefined> {
  const said = await validate(schema, value, place, pass.references);
  if ("problems" in said) {
    pass.problems.push(...said.problems);
    return undefined;
  }
  return said.value as T;
}

interface Made<E> {
  readonly provider: Link | Chain;
  readonly effective: E;
}

async function providerEntry(
  pass: Pass,
  value: unknown,
  place: PathPart[],
): Promise<Made<EffectiveProvider> | undefined> {
  const entry = await checked<ProviderEntry>(pass, worded(entrySchemas.provider), value, place);
  const use = entry?.use ?? (value as { use?: unknown } | null)?.use;
  if (typeof use !== "string" || use === "") return undefined;
  const loaded = await loadPlugin(use, pass.folder);
  if ("problem" in loaded) {
    pass.problems.push(problemAt([...place, "use"], loaded.problem));
    return undefined;
  }
  const { plugin, from } = loaded;
  // An entry that says nothing of its options is described by the environment, if its plugin knows how.
  const settings = settingsReader(pass.env);
  const written = (value as { options?: unknown }).options;
  const given = written ?? plugin.fromEnv?.(settings.environment) ?? {};
  if (settings.problems.length > 0) {
    const sentences = settings.problems.map((one) => one.replace(/\.$/, ""));
    pass.problems.push(...sentences.map((one) => problemAt([...place, "options"], one)));
    return undefined;
  }
  const options = await checked<object>(pass, plugin.options, given, [...place, "options"]);
  const quoted = written === undefined ? settings.quoted() : quotedBelow(pass, [...place, "options"]);
  if (options === undefined && written === undefined && quoted !== undefined)
    pass.problems.push(problemAt([...place, "options"], quoted));
  if (entry === undefined || options === undefined) return undefined;
  try {
    const made: Provider = plugin.create(options, { id: entry.id });
    const provider = quoted === undefined ? made : hinted(made, quotesHintOf(quoted));
    const policies = effectivePolicies(entry);
    return {
      provider: link(provider, ...policiesOf(policies)),
      effective: { use: from, id: provider.id, options, ...policies },
    };
  } catch (error) {
    pass.problems.push(problemAt(place, error instanceof Error ? error.message : "cannot be made"));
    return undefined;
  }
}

/** Says of the variables behind the values below a path that they are in quotes, where some are. */
function quotedBelow({ references }: Pass, path: readonly PathPart[]): string | undefined {
  const below = `${problemPath(path)}.`;
  const names = [...references].flatMap(([at, { name, quoted }]) =>
    quoted && at.startsWith(below) ? [name] : [],
  );
  if (names.length === 0) return undefined;
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} ${quotesHint}`;
}

async function nestedEntry(
  pass: Pass,
  value: unknown,
  place: PathPart[],
): Promise<Made<EffectiveChain> | undefined> {
  const entry = await checked<ChainEntry>(pass, worded(entrySchemas.nested), value, place);
  if (entry === undefined) return undefined;
  if (typeof entry.chain === "string") return namedChain(pass, entry.chain, [...place, "chain"], entry.id);
  return chainOf(pass, { chain: entry.chain }, place, entry.id ?? `chain-${place.at(-1)}`);
}

async function namedChain(
  pass: Pass,
  name: string,
  place: PathPart[],
  id = name,
): Promise<Made<EffectiveChain> | undefined> {
  const { chains = {} } = pass.file;
  if (!Object.hasOwn(chains, name)) {
    const names = Object.keys(chains).join(", ");
    pass.problems.push(
      problemAt(place, `there is no chain called ${name}${names === "" ? "" : `; there are ${names}`}`),
    );
    return undefined;
  }
  if (pass.inside.includes(name)) {
    pass.problems.push(problemAt(place, `the chain ${name} would contain itself`));
    return undefined;
  }
  const written = chains[name];
  const inner = { ...pass, inside: [...pass.inside, name] };
  const whole = Array.isArray(written) ? { chain: written } : written;
  const rules = await checked<ChainRules & { chain: readonly unknown[] }>(pass, worded(chainSchema), whole, [
    "chains",
    name,
  ]);
  if (rules === undefined) return undefined;
  const at: PathPart[] = Array.isArray(written) ? ["chains", name] : ["chains", name, "chain"];
  return chainOf(inner, rules, at, id, true);
}

async function chainOf(
  pass: Pass,
  { chain: entries, ...rules }: ChainRules & { readonly chain: readonly unknown[] },
  place: PathPart[],
  id: string,
  listAtPlace = false,
): Promise<Made<EffectiveChain> | undefined> {
  const before = pass.problems.length;
  const list = listAtPlace ? place : [...place, "chain"];
  const made: (Made<EffectiveProvider> | Made<EffectiveChain>)[] = [];
  for (const [i, entry] of entries.entries()) {
    const at = [...list, i];
    const nests = typeof entry === "object" && entry !== null && Object.hasOwn(entry, "chain");
    const one = nests ? await nestedEntry(pass, entry, at) : await providerEntry(pass, entry, at);
    if (one !== undefined) made.push(one);
  }
  if (pass.problems.length > before) return undefined;
  try {
    const chain = createChain(
      made.map(({ provider }) => provider),
      { ...rules, ...pass.options, id },
    );
    return { provider: chain, effective: { id, ...rules, chain: made.map(({ effective }) => effective) } };
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^createChain: /, "") : "cannot be made";
    pass.problems.push(problemAt(place, text));
    return undefined;
  }
}

/**
 * The chain that a configuration describes. Everything is checked before anything connects.
 * @throws {ConfigurationError} all mistakes at once, a sentence each
 */
export async function buildChain(raw: unknown, context: BuildContext): Promise<Built> {
  const config = await configOf(raw, context.env, context.folder);
  const collected = [...config.problems];
  const { file, secrets } = config;
  const pass: Pass = { ...context, ...config, problems: collected, inside: [] };
  const { chain, chains, outbox: _outbox, $schema: _schema, ...rules } = file;
  const names = Object.keys(chains ?? {});
  const name = context.name ?? (chain === undefined && names.length === 1 ? names[0] : undefined);
  if (chain !== undefined && name !== undefined) await chainOf(pass, { ...rules, chain }, [], "chain");
  const made =
    name !== undefined
      ? await namedChain(pass, name, ["chains"])
      : chain === undefined
        ? undefined
        : await chainOf(pass, { ...rules, chain }, [], "chain");
  for (const other of names) {
    if (other !== name && context.name === undefined)
      await namedChain({ ...pass, inside: [] }, other, ["chains"]);
  }
  if (made === undefined && collected.length === 0) {
    const hint =
      names.length === 0
        ? "has no chain: list its providers under chain"
        : `has several chains; name one: ${names.join(", ")}`;
    collected.push(problemAt([], hint));
  }
  const all = [...new Set(collected)];
  if (made === undefined || all.length > 0) throw new ConfigurationError(all);
  return { chain: made.provider as Chain, effective: made.effective, secrets };
}
