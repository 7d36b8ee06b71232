import { type FeedbackResult, feedbackTypes, suppressionReasons } from "@relais/core/spi";
import type { FeedbackFigures } from "../targets/targets.ts";
import { oneOf } from "./label-values.ts";
import type { Metric } from "./metric.ts";

const results: readonly (keyof FeedbackResult)[] = ["stored", "repeated", "early", "foreign"];
/** What is done where the list cannot be read. */
const actions: readonly string[] = ["defer", "send"];

/** Metrics of what became of mail after a provider had accepted it: one row each. */
export const feedbackMetrics: readonly Metric[] = [
  {
    name: "feedback_events_total",
    type: "counter",
    labels: ["provider", "type"],
    help: "Events that providers told, each recipient's once; counted by the process that receives them",
    needs: "nothing",
    on: {
      "feedback-received": ({ counts }, add, names) => {
        for (const { provider, type, count } of counts)
          add(count, names.provider(provider), oneOf(feedbackTypes, type));
      },
    },
    initial: (zero, { links }) => {
      for (const { link, isChain } of links())
        if (!isChain) for (const type of feedbackTypes) zero(link.id, type);
    },
  },
  {
    name: "feedback_results_total",
    type: "counter",
    labels: ["result"],
    help: "What was done with events: stored, repeated, early (their message is not known yet), foreign (of other mail)",
    needs: "nothing",
    on: {
      "feedback-received": (event, add) => {
        for (const result of results) add(event[result], result);
      },
      // Early ones that nobody claimed in time.
      feedback: ({ foreign }, add) => add(foreign, "foreign"),
    },
    initial: (zero) => {
      for (const result of results) zero(result);
    },
  },
  {
    name: "feedback_settled_total",
    type: "counter",
    labels: [],
    help: "Messages that events settled, or changed",
    needs: "nothing",
    on: {
      "feedback-received": ({ settled }, add) => add(settled),
      feedback: ({ settled }, add) => add(settled),
    },
  },
  {
    name: "feedback_last_day",
    type: "gauge",
    labels: ["provider", "type"],
    help: "Events within the last 24 hours, as the outbox has them, whichever process received them",
    needs: "outbox",
    aggregator: "max",
    read: perProvider(({ provider, byType }, set) => {
      for (const type of feedbackTypes) set(byType[type] ?? 0, provider, type);
    }),
  },
  {
    name: "feedback_bounce_rate",
    type: "gauge",
    labels: ["provider"],
    help: "Hard bounces within 24 hours among all that was delivered or bounced; absent under 100 deliveries told",
    needs: "outbox",
    aggregator: "max",
    read: perProvider(({ provider, bounceRate }, set) => {
      if (bounceRate !== undefined) set(bounceRate, provider);
    }),
  },
  {
    name: "feedback_complaint_rate",
    type: "gauge",
    labels: ["provider"],
    help: "Complaints within 24 hours among all that was delivered; absent under 100 deliveries told, and for a single complaint under 1000",
    needs: "outbox",
    aggregator: "max",
    read: perProvider(({ provider, complaintRate }, set) => {
      if (complaintRate !== undefined) set(complaintRate, provider);
    }),
  },
  {
    name: "feedback_last_timestamp_seconds",
    type: "gauge",
    labels: ["provider"],
    help: "When an event came last, as Unix time; absent if none came within a week",
    needs: "outbox",
    aggregator: "max",
    read: perProvider(({ provider, lastAt }, set) => set(lastAt.getTime() / 1000, provider)),
  },
  {
    name: "feedback_early",
    type: "gauge",
    labels: [],
    help: "Events whose message is not known yet",
    needs: "outbox",
    aggregator: "max",
    read: perFeedback(({ early }, set) => set(early)),
  },
  {
    name: "suppressions",
    type: "gauge",
    labels: ["reason"],
    help: "Entries of the suppression list, by reason",
    needs: "outbox",
    aggregator: "max",
    read: perFeedback(({ suppressed }, set) => {
      for (const reason of suppressionReasons) set(suppressed[reason] ?? 0, reason);
    }),
  },
  {
    name: "suppressed_recipients_total",
    type: "counter",
    labels: ["reason"],
    help: "Recipients of messages that were not sent to, as they are on a suppression list",
    needs: "nothing",
    on: {
      suppressed: ({ recipients }, add) => {
        for (const { reason } of recipients) add(1, oneOf(suppressionReasons, reason));
      },
    },
    initial: (zero) => {
      for (const reason of suppressionReasons) zero(reason);
    },
  },
  {
    name: "suppression_unavailable_total",
    type: "counter",
    labels: ["action"],
    help: "Deliveries for which the suppression list could not be read; they were deferred, or sent unchecked",
    needs: "nothing",
    on: { "suppression-unavailable": ({ action }, add) => add(1, oneOf(actions, action)) },
    initial: (zero) => {
      for (const action of actions) zero(action);
    },
  },
];

type Read = NonNullable<Metric["read"]>;
type Set = Parameters<Read>[0];

function perFeedback(read: (figures: FeedbackFigures, set: Set) => void): Read {
  return async (set, { feedback }) => {
    const figures = await feedback?.();
    if (figures !== undefined) read(figures, set);
  };
}

/** Of names that are not known none is told: several of them would be one series. */
function perProvider(read: (one: FeedbackFigures["providers"][number], set: Set) => void): Read {
  return async (set, { feedback, names }) => {
    const figures = await feedback?.();
    for (const one of figures?.providers ?? [])
      if (names.provider(one.provider) === one.provider) read(one, set);
  };
}
