import type { Message } from "@relais/core/spi";
import { type Answer, type Asking, ask, type Wishes } from "./ask.ts";
import type { Bench, Scene } from "./bench.ts";
import type { Act } from "./harness.ts";
import { provokedKinds } from "./provoked-kinds.ts";
import { settled, until } from "./until.ts";

/** One way for an attempt to go, and how it went. */
export interface Situation {
  /** `"when the far end causes throttled"` */
  readonly when: string;
  /** What the far end was made to do. */
  readonly act: Act | undefined;
  readonly scene: Scene;
  readonly message: Message;
  readonly asking: Asking;
  readonly answer: Answer;
}

interface Course {
  readonly when: string;
  readonly act?: Act;
  /** Given up when nothing has come for a while after the hand-over. */
  readonly abandoned?: true;
  readonly wishes?: Wishes;
}

const courses: readonly Course[] = [
  { when: "when the far end takes the message" },
  ...provokedKinds.map((act) => ({ when: `when the far end causes ${act}`, act })),
  { when: "when the far end takes the message without naming it", act: "nameless" },
  { when: "when the far end echoes secrets", act: "echo" },
  { when: "when it is given up after the hand-over", act: "stall", abandoned: true },
  {
    when: "when the hand-over is refused",
    wishes: { handOver: () => Promise.reject(new Error("not to be handed over")) },
  },
  { when: "when it was given up before it began", wishes: { signal: AbortSignal.abort() } },
];

/**
 * Sends a message in every way that the harness can bring about, at once, each on a stage of its own.
 * @throws what the first that went wrong threw, when all are over
 */
export async function inEverySituation(
  bench: Bench,
  look: (situation: Situation) => Promise<void> | void,
): Promise<void> {
  const can = courses.filter(({ act }) => act === undefined || bench.has(act));
  const ends = await Promise.allSettled(
    can.map((course) => bench.on(async (scene) => look(await went(course, bench, scene)))),
  );
  const wrong = ends.find((end) => end.status === "rejected");
  if (wrong !== undefined) throw wrong.reason;
}

async function went(course: Course, bench: Bench, scene: Scene): Promise<Situation> {
  const { when, act, abandoned, wishes } = course;
  if (act !== undefined) await scene.act(act);
  const message = await bench.letter();
  const caller = new AbortController();
  const asking = ask(scene, message, { signal: caller.signal, ...wishes });
  if (abandoned) await abandon(asking, caller);
  const answer = await asking.answer;
  await settled();
  return { when, act, scene, message, asking, answer };
}

/** Gives an attempt up when it has been handed over, and the far end had time to see it. */
export async function abandon(asking: Asking, caller: AbortController): Promise<void> {
  const ended = { yet: false };
  const end = (): void => {
    ended.yet = true;
  };
  asking.answer.then(end, end);
  await until(() => asking.crossed || ended.yet, "the message was never handed over");
  await settled();
  caller.abort();
}
