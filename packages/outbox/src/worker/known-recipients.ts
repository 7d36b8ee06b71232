import type { Database } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { batch } from "./batch.ts";
import type { Claimed } from "./claim.ts";
import { noWait } from "./journal-writes.ts";

interface Known {
  readonly message: string;
  readonly claim: number;
  readonly recipients: readonly string[];
}

const knownSql = prepared(`
  with ${noWait}
  update relais.message m set recipients = array(select jsonb_array_elements_text(i.recipients))
  from nowait, jsonb_to_recordset($1::jsonb) as i(message uuid, claim int, recipients jsonb)
  where m.id = i.message and m.claim = i.claim and m.state = 'sending' and m.recipients is null`);

/** Writes down whom messages are for that rows of plain SQL, or of an application's table, have made. */
export function knownRecipients(
  database: Database,
): (row: Claimed, recipients: readonly string[]) => Promise<void> {
  const write = batch<Known, undefined>(
    async (items) => {
      await database.query(knownSql, [JSON.stringify(items)]);
      return items.map(() => undefined);
    },
    { gapMs: 2 },
  );
  return ({ id, claim }, recipients) => write({ message: id, claim, recipients });
}
