/** One query, in PromQL. */
export interface Query {
  readonly expr: string;
  /** Of a line: `{{provider}}`. */
  readonly legend?: string;
}

/** One panel. */
export interface Panel {
  readonly title: string;
  readonly says: string;
  readonly type: "stat" | "timeseries";
  /** Of 24 columns. */
  readonly width: number;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** From which value on it is yellow, and red. */
  readonly yellow?: number;
  readonly red?: number;
  readonly most?: number;
}

/** Panels under one title. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}
