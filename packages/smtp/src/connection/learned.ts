/** What a server has shown of its limits; known for an hour, then found out anew, since servers are set otherwise. */
export interface Learned {
  /** Recipients that one transaction may have. */
  recipients: number;
  /** Messages that one connection may have. */
  messages: number;
}

const hourMs = 3_600_000;
const noLimit = Number.POSITIVE_INFINITY;

/** A number that is forgotten again. */
function memory(now: () => number): { value: number } {
  let known = noLimit;
  let until = 0;
  return {
    get value() {
      if (now() >= until) known = noLimit;
      return known;
    },
    set value(found) {
      known = Math.max(1, found);
      until = now() + hourMs;
    },
  };
}

/** @param now ms, for tests */
export function learned(now: () => number = performance.now.bind(performance)): Learned {
  const [recipients, messages] = [memory(now), memory(now)];
  return {
    get recipients() {
      return recipients.value;
    },
    set recipients(most) {
      recipients.value = most;
    },
    get messages() {
      return messages.value;
    },
    set messages(most) {
      messages.value = most;
    },
  };
}
