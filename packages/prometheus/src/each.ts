/** What there is one of for each value of a label; made when it is first asked for. */
export function each<T>(make: (value: string) => T): (value: string) => T {
  const made = new Map<string, T>();
  return (value) => {
    let found = made.get(value);
    if (found === undefined) {
      found = make(value);
      made.set(value, found);
    }
    return found;
  };
}
