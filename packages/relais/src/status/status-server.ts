import type { Chain } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { page } from "./page.ts";
import type { Pages, RunningServer } from "./page-server.ts";
import { type SiteAddress, siteServer } from "./site-server.ts";
import { snapshot } from "./snapshot.ts";
import type { StatsCollector } from "./stats-collector.ts";
import { statusView } from "./view.ts";

export interface StatusOptions extends SiteAddress {
  readonly chain: Pick<Chain, "links">;
  readonly collector: StatsCollector;
  readonly outbox?: Outbox | undefined;
  /** More paths: `/metrics`, `/healthz`. They are open to all. */
  readonly pages?: Pages | undefined;
}

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
    async page(path, { session, nonce, login }) {
      if (path !== "/") return undefined;
      const view = statusView(await snapshot(chain, collector, outbox), { csrf: session?.csrf });
      return page(view, { nonce, login });
    },
    async post(path, form) {
      if (outbox === undefined) return { status: 404, sentence: "There is no outbox." };
      const id = form.get("id") ?? "";
      const done =
        path === "/resend"
          ? await outbox.resend(id, { by: "status-page" })
          : path === "/cancel" && (await outbox.cancel(id));
      const sentence = "It is not in a state in which this can be done any more.";
      return done ? undefined : { status: 409, sentence };
    },
  });
}
