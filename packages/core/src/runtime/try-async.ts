/** What somebody else's function does, as a promise, even if it throws at once. */
export function inPromise<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error);
  }
}
