import { type Channel, channel } from "node:diagnostics_channel";
import type { Observer, RelaisEvent } from "@relais/core";

/**
 * Publishes every event on the `node:diagnostics_channel` named after it: `relais:delivery`, `relais:attempt`,
 * `relais:failover`… The message is the event itself, frozen. Costs next to nothing while nobody subscribes. What a
 * subscriber throws Node raises as an uncaught exception of the process, as it does on every such channel; the delivery
 * goes on.
 */
export function diagnosticsObserver(): Observer {
  const channels = new Map<RelaisEvent["type"], Channel>();
  return (event) => {
    let own = channels.get(event.type);
    if (own === undefined) {
      own = channel(`relais:${event.type}`);
      channels.set(event.type, own);
    }
    if (own.hasSubscribers) own.publish(event);
  };
}
