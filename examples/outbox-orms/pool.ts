import { drizzle } from "drizzle-orm/node-postgres";

/** One pool of `pg` for all, here as Drizzle makes it: `new pg.Pool({ connectionString: url })`. */
export const openPool = (url: string) => drizzle(url).$client;

export type Pool = ReturnType<typeof openPool>;
