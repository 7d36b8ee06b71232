import { redactor, withoutAddresses } from "@relais/core/spi";

const quoted = /"(?:[^"\\]|\\.)*(?:"|$)/g;
const credentials = redactor([]);

/** Far ends' words without addresses: each becomes `<address>`. What looks like a credential goes too. */
export function clean(text: string): string {
  return withoutAddresses(credentials(text));
}

/** Our own words about a message that ended at the door quote its fields: each such value becomes `<value>`. */
export function cleanOwn(text: string): string {
  return clean(text.replace(quoted, "<value>"));
}
