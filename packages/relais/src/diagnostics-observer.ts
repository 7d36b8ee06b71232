import { type Channel, channel } from "node:diagnostics_channel";
import type { Observer, RelaisEvent } from "@relais/core";

/**
 * Publishes every event on the `node:diagnostics_channel` named after it: `relais:delivery`, `relais:attempt`,
 * `relais:failover`, `relais:settled`… The message is the event itself, frozen. Costs next to nothing without a subscriber.
 * What a subscriber throws Node raises as an uncaught exception of the process, as it does on every such channel; the
 * delivery goes on.
 */
export function diagnosticsObserver(): Observer {
  const channels = new Map<RelaisEvent["type"], Channel>();
  return (event) => {
    let published = channels.get(event.type);
    if (published === undefined) {
      published = channel(`relais:${event.type}`);
      channels.set(event.type, published);
    }
    if (published.hasSubscribers) published.publish(event);
  };
}
