/** What `work` comes to, or an error when it has not come to anything within `ms`. It goes on, and nobody hears of it. */
export async function inTime<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the database did not answer in time")), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
