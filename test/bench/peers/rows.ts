import type { Job } from "./library.ts";
import type { Round } from "./results.ts";

/** One number of a row, and how to read it. */
export interface Figure {
  readonly key: keyof Round;
  readonly title: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly digits: number;
  /** Why Relais may come second here, whoever is first. */
  readonly why?: string;
}

/** The servers that rows send to, by their ports. */
export interface Ports {
  /** Takes everything at once. */
  readonly near: number;
  /** The same, 20 ms away there and back. */
  readonly far: number;
  /** Nobody listens. */
  readonly refused: number;
  /** Takes connections, and never says anything. */
  readonly silent: number;
}

/** What all libraries are asked to do, in turns. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** What happens, for the page. */
  readonly what: string;
  readonly figures: readonly Figure[];
  readonly server: keyof Ports;
  readonly hasBackup?: boolean;
  readonly atOnce: number;
  /** Whether each round begins in a new process, and measures its start. */
  readonly freshProcess?: boolean;
  /** Whether each round begins with a new sender, which knows nothing of the primary. */
  readonly freshSender?: boolean;
  readonly isWarmedUp: boolean;
  readonly full: Size;
  readonly quick: Size;
}

interface Size extends Pick<Job, "mails" | "forMs"> {
  readonly rounds: number;
  readonly timeoutMs?: number;
}

const rate: Figure = { key: "rate", title: "Mails a second", unit: "/s", better: "more", digits: 0 };

/** The rows that compare libraries. A row's id stands in JSON and in names of files. */
export const rows: readonly Row[] = [
  {
    id: "at-once",
    title: "Ten at once",
    what: "Ten mails are under way at any time, over ten connections, to a server that takes everything at once.",
    figures: [
      rate,
      { key: "cpuUs", title: "CPU time of the sender a mail", unit: " µs", better: "less", digits: 0 },
    ],
    server: "near",
    atOnce: 10,
    isWarmedUp: true,
    full: { forMs: 2_000, rounds: 9 },
    quick: { forMs: 100, rounds: 2 },
  },
  {
    id: "one",
    title: "One at a time",
    what: "One mail after another over one connection, to the same server.",
    figures: [rate],
    server: "near",
    atOnce: 1,
    isWarmedUp: true,
    full: { forMs: 2_000, rounds: 9 },
    quick: { forMs: 100, rounds: 2 },
  },
  {
    id: "far",
    title: "A server 20 ms away",
    what: "Five mails at once over five connections. Every byte takes 10 ms there and 10 ms back; the server offers PIPELINING.",
    figures: [{ key: "meanMs", title: "Time of a mail", unit: " ms", better: "less", digits: 1 }],
    server: "far",
    atOnce: 5,
    isWarmedUp: true,
    full: { forMs: 3_000, rounds: 5 },
    quick: { forMs: 300, rounds: 1 },
  },
  {
    id: "refused",
    title: "The primary refuses connections",
    what: "500 mails, ten at once. Nobody listens at the primary's port; the backup takes everything. The sender is made anew for each round.",
    figures: [
      rate,
      { key: "p50Ms", title: "Time of a mail, median", unit: " ms", better: "less", digits: 1 },
      {
        key: "p99Ms",
        title: "Time of a mail, 99 of 100",
        unit: " ms",
        better: "less",
        digits: 1,
        why: "The slowest mails are neighbours: the first ones, which open the connections to the backup, and those that were under way while the process was kept from running.",
      },
    ],
    server: "refused",
    hasBackup: true,
    atOnce: 10,
    freshSender: true,
    isWarmedUp: true,
    full: { mails: 500, rounds: 9 },
    quick: { mails: 20, rounds: 2 },
  },
  {
    id: "silent",
    title: "The primary is silent",
    what: "15 mails, one after another. The primary takes connections and never says anything, and has time-outs of 1 s; the backup takes everything.",
    figures: [
      { key: "wallS", title: "Time of all 15", unit: " s", better: "less", digits: 2 },
      {
        key: "worstS",
        title: "Time of the slowest mail",
        unit: " s",
        better: "less",
        digits: 2,
        why: "The slowest mail of each waits for one time-out; what is left is the mail to the backup.",
      },
    ],
    server: "silent",
    hasBackup: true,
    atOnce: 1,
    freshSender: true,
    isWarmedUp: false,
    full: { mails: 15, rounds: 3, timeoutMs: 1_000 },
    quick: { mails: 3, rounds: 1, timeoutMs: 200 },
  },
  {
    id: "start",
    title: "The first mail of a process",
    what: "A new process imports the library and sends one mail. The time runs from before the import until the mail was taken; the memory is that of the whole process, Node's own included.",
    figures: [
      { key: "firstMs", title: "Import and first mail", unit: " ms", better: "less", digits: 0 },
      { key: "rssMb", title: "Memory after the first mail", unit: " MB", better: "less", digits: 1 },
    ],
    server: "near",
    atOnce: 1,
    freshProcess: true,
    isWarmedUp: false,
    full: { mails: 1, rounds: 21 },
    quick: { mails: 1, rounds: 2 },
  },
];
