import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Message, type Provider } from "@relais/core";
import { failure, receipt } from "@relais/core/spi";
import type { Outbox, UnknownPolicy } from "@relais/outbox";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database, Queryable } from "../src/database/database.ts";
import { claimMessages } from "../src/store/claims.ts";
import { acquireLease } from "../src/store/leases.ts";
import { unknownPolicies } from "../src/store/message.ts";
import { queueDue } from "../src/store/scheduling.ts";
import { type InFlight, inFlight } from "../src/worker/in-flight.ts";
import { recover } from "../src/worker/recover.ts";
import { mail } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

/** What the far end does with a call: `slow` takes it, and answers when it is told to, maybe after the deadline. */
const acts = ["accept", "half", "rejected", "transient", "unknown", "slow", "slow, then rejected"] as const;
type Act = (typeof acts)[number];

/** How a statement of a worker ends whose connection is lost: before it was done, or after it. */
type Fault = "before" | "after";

const steps = [
  "enqueue",
  "claim",
  "answer",
  "wait",
  "lose the lease",
  "die",
  "recover",
  "promote",
  "resend",
  "resend, answer lost",
  "resolve as sent",
  "resolve as failed",
  "cancel",
  "fault before",
  "fault after",
] as const;
type Step = readonly [step: (typeof steps)[number], n: number, onUnknown: UnknownPolicy];

const deadlineMs = 80;

/** Whom the far end has really given a message, and whom it has told so. */
interface Truth {
  readonly onUnknown: UnknownPolicy;
  readonly to: readonly string[];
  /** By recipient, how often. */
  readonly took: Map<string, number>;
  /** How often an operator has had it sent again, or may have. */
  resends: number;
  /** Whether an operator has said what became of it. */
  resolved: boolean;
  /** Calls that were made, whatever came of them. */
  calls: number;
}

/** The far end of a run, which is the model: it knows what was really done. */
class FarEnd implements Provider {
  readonly id = "FAR";
  readonly truths = new Map<string, Truth>();
  readonly slow: (() => void)[] = [];
  readonly #acts: readonly Act[];
  #nth = 0;

  constructor(script: readonly Act[]) {
    this.#acts = script;
  }

  async send({ id }: Message, { envelope, handOver }: Parameters<Provider["send"]>[1]) {
    const truth = this.truths.get(id) as Truth;
    truth.calls += 1;
    const act = this.#acts[this.#nth++ % this.#acts.length] ?? "accept";
    const no = (kind: "rejected" | "transient" | "unknown") =>
      failure({ provider: this.id, kind, reason: `says ${kind}`, definite: true });
    if (act === "transient") return no("transient");
    await handOver();
    if (act === "rejected") return no("rejected");
    const to = act === "half" ? envelope.to.slice(0, 1) : envelope.to;
    if (act !== "slow, then rejected")
      for (const one of to) truth.took.set(one, (truth.took.get(one) ?? 0) + 1);
    if (act === "unknown") return no("unknown");
    if (act.startsWith("slow")) await new Promise<void>((resolve) => this.slow.push(resolve));
    if (act === "slow, then rejected") return no("rejected");
    return receipt({
      provider: this.id,
      messageId: `far-${this.#nth}`,
      accepted: to,
      rejected: envelope.to.slice(to.length).map((address) => ({ address, failure: no("rejected") })),
    });
  }
}

/** A worker whose loops are taken by the test: real messages in flight, over a database whose connection can be lost. */
class Worked {
  readonly inFlight: InFlight;
  readonly lease: string;
  readonly name: string;
  readonly faults: Fault[] = [];
  readonly errors: unknown[] = [];
  readonly #database: Database;
  #dead = false;

  constructor(name: string, real: Database, lease: string, far: FarEnd) {
    this.name = name;
    this.lease = lease;
    const through = async <T>(work: () => Promise<T>): Promise<T> => {
      // `retryWrite` asks a database again that is away, and not one that has been closed.
      if (this.#dead) throw new Error("Client was closed and is not queryable");
      const fault = this.faults.shift();
      if (fault === "before") throw new Error("Connection terminated unexpectedly");
      const done = await work();
      if (fault === "after") throw new Error("Connection terminated unexpectedly");
      return done;
    };
    this.#database = {
      ...real,
      query: <T extends object>(text: string, values?: readonly unknown[]) =>
        through(() => real.query<T>(text, values)),
      // Lost at the commit: it rolls back, or it was done and nobody hears of it.
      transaction: <T>(run: (tx: Queryable) => Promise<T>) =>
        this.faults[0] === "before"
          ? real.transaction(async (tx) => {
              this.faults.shift();
              await run(tx);
              throw new Error("Connection terminated unexpectedly");
            })
          : through(() => real.transaction(run)),
    };
    this.inFlight = inFlight({
      database: this.#database,
      chain: createChain([far], { policies: [], deadlineMs }),
      concurrency: 4,
      maxBytesInFlight: 1_000_000,
      worker: name,
      backoff: { baseMs: 1, capMs: 1 },
      observe: undefined,
      reportError: () => (error) => void this.errors.push(error),
      onFreed: () => undefined,
    });
  }

  async claim(limit: number): Promise<void> {
    const how = { limit, worker: this.name, lease: this.lease, bytes: 1_000_000, allowLarger: true };
    for (const recovered of [false, true]) {
      const rows = await claimMessages(this.#database, { ...how, recovered });
      for (const row of rows) this.inFlight.add(row, this.lease);
    }
  }

  die(): void {
    this.#dead = true;
    this.inFlight.abortAll("it died");
  }
}

describe.each(stores.slice(0, 1))(
  "random interleavings, against what was really done, on %s",
  (_name, open) => {
    let store: Store;
    let outbox: Outbox;
    beforeAll(async () => {
      store = await open();
      outbox = await store.outbox();
    });
    afterAll(async () => {
      await outbox.close();
      await store.stop();
    });

    const lapse = (lease: string): Promise<unknown> =>
      outbox.database.query("delete from relais.worker where id = $1", [lease]);

    /** Takes the steps, ends what is under way, and holds what is written against what was done. */
    const run = async (script: readonly Act[], taken: readonly Step[]): Promise<void> => {
      await empty(outbox);
      const far = new FarEnd(script);
      const workers: Worked[] = [];
      let made = 0;
      const another = async (): Promise<Worked> => {
        made += 1;
        const name = `w${made}`;
        return new Worked(name, outbox.database, await acquireLease(outbox.database, name), far);
      };
      workers.push(await another(), await another());
      const all: Worked[] = [...workers];
      const replaced = async (n: number): Promise<void> => {
        workers[n] = await another();
        all.push(workers[n]);
      };
      const resent = (ids: Iterable<string>): void => {
        for (const id of ids) (far.truths.get(id) as Truth).resends += 1;
      };
      const by = "ann";
      for (const [step, n, onUnknown] of taken) {
        const worker = workers[n % 2] as Worked;
        switch (step) {
          case "enqueue": {
            const to = Array.from({ length: 1 + (n % 3) }, (_, i) => `p${i}@example.net`);
            const message = mail(to.join(", "));
            // Its call may begin before anybody here hears of its id.
            const id = `m-${far.truths.size}-${Math.random().toString(36).slice(2)}`;
            const { id: own } = await outbox.enqueue(message, { onUnknown, idempotencyKey: id });
            const facts = { took: new Map(), resends: 0, resolved: false, calls: 0 };
            far.truths.set(own, { onUnknown, to, ...facts });
            break;
          }
          case "claim":
            // A claim whose answer was lost is held by nobody: its lease is given up.
            await worker.claim(1 + (n % 3)).catch(async () => {
              await replaced(n % 2);
              void worker.inFlight.drain().then(() => lapse(worker.lease));
            });
            break;
          case "answer":
            far.slow.splice(n % Math.max(1, far.slow.length), 1).forEach((tell) => {
              tell();
            });
            break;
          case "wait":
            await sleep(n * 10);
            break;
          case "lose the lease":
            await lapse(worker.lease);
            if (n % 2 === 0) worker.inFlight.abortLost([worker.lease]);
            await replaced(n % 2);
            break;
          case "die":
            worker.die();
            await lapse(worker.lease);
            await replaced(n % 2);
            break;
          case "recover":
            await recover(outbox.database, () => undefined);
            break;
          case "promote":
            await queueDue(outbox.database);
            break;
          case "resend":
          case "resend, answer lost":
            // Lost or not: what it did it did once.
            resent(await outbox.resendMany({}, { by }));
            break;
          case "resolve as sent":
          case "resolve as failed": {
            const as = step === "resolve as sent" ? "sent" : "failed";
            for (const id of await outbox.resolve({}, { by, as })) {
              (far.truths.get(id) as Truth).resolved = true;
            }
            break;
          }
          case "cancel":
            await outbox.cancelMany({});
            break;
          default:
            worker.faults.push(step === "fault before" ? "before" : "after");
        }
      }
      // All answers come, in time or late; all workers end; what the lost ones held is recovered.
      const telling = setInterval(() => {
        for (const tell of far.slow.splice(0)) tell();
      }, 10);
      await Promise.all(all.map((worker) => worker.inFlight.drain()));
      clearInterval(telling);
      for (const worker of all) await lapse(worker.lease);
      await recover(outbox.database, (error) => {
        throw error;
      });
      for (const [id, truth] of far.truths) await hold(id, truth);
    };

    /** What is written of a message, held against what was done with it. */
    const hold = async (id: string, truth: Truth): Promise<void> => {
      const message = await outbox.get(id);
      if (message === undefined) throw new Error("it is gone");
      const { state, deliveryTrace: trace, accepted } = message;
      const shown = JSON.stringify({ ...message, truth: { ...truth, took: [...truth.took] } });
      expect(state, shown).not.toBe("sending");
      const most = Math.max(0, ...truth.took.values());
      // At most once a command; again by itself only where that was chosen.
      if (truth.onUnknown !== "resend") expect(most, shown).toBeLessThanOrEqual(1 + truth.resends);
      const assumed = truth.resolved || truth.onUnknown === "assume_sent";
      if (!assumed) for (const one of accepted) expect(truth.took.get(one), shown).toBeGreaterThan(0);
      const { attempts } = trace;
      const numbers = attempts.map(({ n }) => n);
      expect(numbers, shown).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(message.attempts, shown).toBe(attempts.filter(({ late, skipped }) => !late && !skipped).length);
      expect(message.attempts, shown).toBeLessThanOrEqual(truth.calls);
      for (const one of attempts) if (one.success) expect(truth.took.size, shown).toBeGreaterThan(0);
      if (state === "sent" || state === "partial") {
        expect([trace.status, trace.provider], shown).toEqual([state, message.provider]);
        if (state === "sent" && !assumed) expect(new Set(accepted), shown).toEqual(new Set(truth.to));
        const twice = accepted.some((one) => (truth.took.get(one) ?? 0) > 1);
        if (twice && !assumed) expect(trace.possibleDuplicate, shown).toBe(true);
      }
      if (["failed", "expired", "cancelled"].includes(state)) expect(accepted, shown).toEqual([]);
      if (state === "partial") {
        const others = message.rejected.map(({ address }) => address);
        expect([...accepted, ...others].sort(), shown).toEqual([...truth.to].sort());
      }
      const open = await outbox.database.query(
        "select 1 from relais.attempt where message = $1 and kind is null",
        [id],
      );
      expect(open.length > 0 && state !== "queued", shown).toBe(false);
    };

    test("each message at most once a command; states and traces say what was done", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...acts), { minLength: 1, maxLength: 6 }),
          fc.array(
            fc.tuple(
              fc.oneof(
                { weight: 2, arbitrary: fc.constantFrom("enqueue" as const, "claim" as const) },
                { weight: 3, arbitrary: fc.constantFrom(...steps) },
              ),
              fc.nat(9),
              fc.constantFrom(...unknownPolicies),
            ),
            { minLength: 5, maxLength: 30 },
          ),
          (script, more) => run(script, [["enqueue", 1, "hold"], ["claim", 0, "hold"], ...more]),
        ),
        { numRuns: Number(process.env.RELAIS_RUNS ?? 60), endOnFailure: true },
      );
    }, 300_000);
  },
);
