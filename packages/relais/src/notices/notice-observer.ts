import type { RelaisEvent } from "@relais/core";
import { giver } from "./giver.ts";
import { type NoticeOptions, noticeSettings } from "./notice-options.ts";
import { watch } from "./watch.ts";

/** An observer that gives notices. */
export interface NoticeObserver {
  (event: RelaisEvent): void;
  /** Resolves when no notice waits to be given; for the end of a process. Never rejects. */
  readonly idle: () => Promise<void>;
}

/**
 * Tells somebody when a chain begins to fall back, when a breaker opens, and when that provider has recovered: each once,
 * however many messages it concerns. Notices are given in order, one at a time, after the delivery has gone on; no delivery
 * waits for one or sees it fail. A notice that cannot be given is not given again.
 * @throws {TypeError} one sentence that names the option and what is wrong with it
 */
export function noticeObserver(options: NoticeOptions): NoticeObserver {
  const settings = noticeSettings(options);
  const worthIt = watch(settings);
  const { give, idle } = giver(settings);
  const observer = (event: RelaisEvent): void => {
    const notice = worthIt(event);
    if (notice !== undefined) give(notice);
  };
  return Object.assign(observer, { idle });
}
