// Opens a folder, says what is in it, and, asked to, writes mails until it is killed: each is told once it is committed.
import { writeSync } from "node:fs";
import { pgliteAt } from "../../src/database/pglite/pglite.ts";
import { ledgerTables, readLedger, writeMail } from "./ledger-rows.ts";

const [folder = "", what = ""] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
try {
  const database = await pgliteAt(folder);
  await database.query(ledgerTables);
  const ledger = await readLedger(database);
  say(JSON.stringify(ledger));
  for (let n = (ledger.sent.at(-1) ?? 0) + 1; what === "write"; n += 1) {
    await database.transaction((tx) => writeMail(tx, n));
    say(String(n));
    if (n % 100 === 0) await database.query("checkpoint");
    if (n % 150 === 0) await database.query("vacuum (analyze)");
  }
  await database.close();
} catch (error) {
  say(`refused: ${(error as Error).message}`);
  process.exit(3);
}
