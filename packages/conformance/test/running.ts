import { afterEach } from "vitest";

/** Keeps what a test starts, and closes it when the test is over. */
export function running(): <T extends { close(): Promise<void> | void }>(made: Promise<T>) => Promise<T> {
  const open: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  return async (made) => {
    const server = await made;
    open.push(server);
    return server;
  };
}
