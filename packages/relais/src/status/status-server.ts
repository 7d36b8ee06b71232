import type { Chain } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { type Deed, whyLeftOut } from "./left-out.ts";
import { page } from "./page.ts";
import type { Pages, RunningServer } from "./page-server.ts";
import { type SiteAddress, siteServer } from "./site-server.ts";
import { snapshot } from "./snapshot.ts";
import type { StatsCollector } from "./stats-collector.ts";
import { removeSuppressed, suppressedPage } from "./suppressed-page.ts";
import { statusView } from "./view.ts";

export interface StatusOptions extends SiteAddress {
  readonly chain: Pick<Chain, "links">;
  readonly collector: StatsCollector;
  readonly outbox?: Outbox | undefined;
  /** More paths: `/metrics`, `/healthz`. They are open to all. */
  readonly pages?: Pages | undefined;
}

const by = "status-page";
const settle =
  (as: "sent" | "failed") =>
  async (outbox: Outbox, id: string): Promise<boolean> =>
    (await outbox.resolve({ ids: [id] }, { as, by })).length === 1;

/** What the buttons do. */
const deeds: Readonly<
  Record<string, { readonly name: Deed; run(outbox: Outbox, id: string): Promise<boolean> }>
> = {
  "/resend": { name: "resend", run: (outbox, id) => outbox.resend(id, { by }) },
  "/arrived": { name: "resolve", run: settle("sent") },
  "/not-arrived": { name: "resolve", run: settle("failed") },
  "/cancel": { name: "cancel", run: (outbox, id) => outbox.cancel(id) },
};

/** Serves the status page of a chain, and of its outbox. */
export function statusServer(options: StatusOptions): Promise<RunningServer> {
  const { chain, collector, outbox } = options;
  return siteServer({
    ...options,
    async view() {
      const current = await snapshot(chain, collector, outbox);
      const stats = { ...current.stats, providers: [...current.stats.providers] };
      return {
        key: JSON.stringify({ ...current, at: 0, stats }),
        viewFor: (session) => statusView(current, { csrf: session?.csrf }),
      };
    },
    async page(path, visit) {
      const { session, nonce, login } = visit;
      if (path === "/suppressed" && outbox !== undefined) return suppressedPage(outbox, visit);
      if (path !== "/") return undefined;
      const view = statusView(await snapshot(chain, collector, outbox), { csrf: session?.csrf });
      return page(view, { nonce, login });
    },
    async post(path, form) {
      if (outbox === undefined) return { status: 404, sentence: "There is no outbox." };
      if (path === "/unsuppress") return removeSuppressed(outbox, form);
      const deed = deeds[path];
      if (deed === undefined) return { status: 404, sentence: "There is nothing here." };
      const id = form.get("id") ?? "";
      if (await deed.run(outbox, id)) return undefined;
      const message = await outbox.get(id);
      const why =
        message === undefined
          ? "not there"
          : whyLeftOut(deed.name, message.state, message.deliveryTrace.resolution);
      return { status: 409, sentence: `Nothing was done: the message is ${why}.` };
    },
  });
}
