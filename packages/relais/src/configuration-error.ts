/** Everything that is wrong with a configuration, at once. Names fields and faults, never a secret's value. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** One sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = Object.freeze([...problems]);
  }
}
