// The fault suite: two servers, a fake model, a real Postgres and clients that do not give up, while something dies. Prints
// a table and ends with 1 when anything was lost or done twice. `--short` tries everything a few times only; `--turns 1000`
// makes so many turns while servers are killed at each await point, and nothing else.
import { loadavg } from "node:os";
import { audit, percentile } from "./audit.mjs";
import { databaseFaults, longDatabaseFaults } from "./database-faults.mjs";
import { serverFaults, turnsAtEachPoint } from "./server-faults.mjs";
import { close, extent } from "./stage.mjs";

const words = process.argv.slice(2).filter((word) => word !== "--short");
const at = words.indexOf("--turns");
const count = at < 0 ? 0 : Number(words.splice(at, 2)[1]);
if (at >= 0 && !(count > 0)) throw new Error("--turns wants a number");

/** @type {Record<string, () => Promise<import("./stage.mjs").Result>>} */
const faults = count > 0 ? { turns: () => turnsAtEachPoint(count) } : { ...serverFaults, ...databaseFaults, ...extent(longDatabaseFaults, {}) };

const columns = ["fault", "times", "runs", "lost messages", "lost effects", "doubled", "stood still p50 / p95 / max", "passed"];
const table = [columns];
let passed = 0;
let failed = 0;
try {
  for (const [name, fault] of Object.entries(faults)) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const began = Date.now();
    const result = await fault();
    if (result.skipped) {
      console.error(`  ${result.name}: skipped, ${result.skipped}`);
      table.push([result.name, "0", "0", "", "", "", "", "skipped"]);
      continue;
    }
    const { runs, lostMessages, lostEffects, doubled } = await audit(result);
    const good = lostMessages + lostEffects + doubled + result.wrong.length === 0;
    if (good) passed += 1;
    else failed += 1;
    const waits = [50, 95, 100].map((percent) => (percentile(result.waits, percent) / 1000).toFixed(2));
    const row = [result.name, result.times, runs, lostMessages, lostEffects, doubled, `${waits.join(" / ")} s`, good ? "yes" : "NO"];
    table.push(row.map(String));
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.error(`  ${result.name}: ${result.times} times, ${runs} runs, ${seconds} s, load ${loadavg()[0]?.toFixed(1)}`);
    for (const line of result.wrong.slice(0, 10)) console.error(`    ${line}`);
  }
} finally {
  await close();
}
const widths = columns.map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
for (const row of table) console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
