/** The address and the parameters of a MAIL or RCPT command. */
export interface SmtpPath {
  readonly address: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// A local part may be quoted, and then hold blanks, brackets and an @ (RFC 5321, 4.1.2).
const pathForm = /^(\w+):\s*<("(?:[^"\\]|\\.)*"@[^<>\s]*|[^<>\s"]*)>(.*)$/;
const addressForm = /^(?:"(?:[^"\\]|\\.)*"|[^@]+)@[^@]+$|^postmaster$/i;

/** Reads `FROM:<address> KEY=value …` or `TO:<…>` (RFC 5321, 4.1.2); undefined when it is not one. */
export function path(argument: string, keyword: "FROM" | "TO"): SmtpPath | undefined {
  const [, word = "", address = "", rest = ""] = pathForm.exec(argument) ?? [];
  if (word.toUpperCase() !== keyword) return undefined;
  if (address !== "" && !addressForm.test(address)) return undefined;
  const parameters = rest
    .trim()
    .split(/\s+/)
    .map((parameter): [string, string] => {
      const [key = "", value = ""] = parameter.split("=", 2);
      return [key.toUpperCase(), value];
    });
  return { address, parameters: new Map(parameters) };
}
