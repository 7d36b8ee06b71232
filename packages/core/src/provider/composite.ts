/** Whether a value has what a link has, as a link does and what stands for one (a copy, a proxy). */
export function looksLikeLink(value: object): boolean {
  const { provider, dispositions, overrides, status, send } = value as Record<string, unknown>;
  return (
    [provider, dispositions, overrides].every((one) => typeof one === "object" && one !== null) &&
    typeof status === "function" &&
    typeof send === "function"
  );
}

/** Whether a provider has links of its own, as a chain does and what stands for one: they have their own policies. */
export function hasLinks(provider: object): boolean {
  return Array.isArray((provider as { readonly links?: unknown }).links);
}

/** Whether a provider looks as if it passed messages on to others. What it does counts; this is for what is told before. */
export function looksPassing(provider: object): boolean {
  return hasLinks(provider) || looksLikeLink(provider);
}
