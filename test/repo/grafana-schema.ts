import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options as Stat } from "@grafana/grafana-foundation-sdk/stat";
import type {
  FieldConfig as Custom,
  Options as Timeseries,
} from "@grafana/grafana-foundation-sdk/timeseries";
import { writeScratch } from "./scratch.ts";
import { typeErrors } from "./type-check.ts";

/**
 * What JSON may hold where Grafana's schema has a `T`: of an enumeration the words themselves, and no functions.
 * Enumerations of numbers need nothing: a number is only taken if it is one of them.
 */
type Json<T> = 0 extends 1 & T
  ? T // any
  : T extends string
    ? `${T}`
    : T extends readonly (infer One)[]
      ? Json<One>[]
      : T extends object
        ? { [K in keyof T as IsFunction<T[K]> extends true ? never : K]: Json<T[K]> }
        : T;
type IsFunction<T> = 0 extends 1 & T ? false : T extends (...given: never[]) => unknown ? true : false;

/** `T`, of which some fields are said more exactly than Grafana's schema says them by itself. */
type With<T, Exact> = { [K in keyof (Omit<T, keyof Exact> & Exact)]: (Omit<T, keyof Exact> & Exact)[K] };
type FieldConfigs = NonNullable<Panel["fieldConfig"]>;

/** A panel with the options of its kind, the settings that fields have in it, and queries in PromQL. */
type PanelOf<Type extends string, Options, Fields> = With<
  Json<Panel>,
  {
    readonly type: Type;
    readonly options: Json<Options>;
    readonly fieldConfig: With<
      Json<FieldConfigs>,
      { readonly defaults: With<Json<FieldConfigs["defaults"]>, { readonly custom?: Json<Fields> }> }
    >;
    readonly targets: Json<Dataquery>[];
  }
>;

/** A dashboard of Grafana, with panels of the kinds that ours have. */
export type GrafanaDashboard = With<
  Json<Dashboard>,
  {
    readonly panels: (
      | PanelOf<"stat", Stat, Record<string, never>>
      | PanelOf<"timeseries", Timeseries, Custom>
      | Json<RowPanel>
    )[];
  }
>;

/** What Grafana's schema has against each of some dashboards, a line for each fault; none if all is well. */
export async function schemaFaults<Name extends string>(
  dashboards: Readonly<Record<Name, unknown>>,
): Promise<Readonly<Record<Name, readonly string[]>>> {
  const folder = ".test-results/grafana";
  const names = Object.keys(dashboards) as Name[];
  // As a literal, so that fields which the schema does not have are faults too.
  const program = (name: Name): string =>
    `import type { GrafanaDashboard } from "../../test/repo/grafana-schema.ts";
export const dashboard = ${JSON.stringify(dashboards[name], undefined, 2)} satisfies GrafanaDashboard;
`;
  writeScratch(folder, Object.fromEntries(names.map((name) => [`${name}.ts`, program(name)])));
  const faults = (await typeErrors(folder)).split(/\n(?! )/).filter((one) => one !== "");
  const of = (name: Name): string[] => faults.filter((one) => one.startsWith(`${folder}/${name}.ts(`));
  const stray = faults.filter((one) => !names.some((name) => of(name).includes(one)));
  if (stray.length > 0) throw new Error(stray.join("\n"));
  return Object.fromEntries(names.map((name) => [name, of(name)])) as unknown as Record<Name, string[]>;
}
