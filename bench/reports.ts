import { commandFor } from '../scripts/generated/coverage-text.ts';
import { mayAsk } from '../src/access/permissions.ts';
import { defaultPeriods, looksAhead } from '../src/commands/default-slots.ts';
import { reports } from '../src/reports/catalogue.ts';
import type { Report } from '../src/reports/report.ts';
import { askedHouse, type Cost } from './asked-house.ts';
import type { CrmAtSize } from './crm-at-size.ts';
import type { BenchRow } from './row.ts';

const askers = [
  { account: 'u002', name: '陈志远', role: 'director' },
  { account: 'u010', name: '王磊', role: 'rep' },
] as const;

/** A salesperson waits no longer. */
const waitedMs = 2_000;

export interface ReportsBenchOptions {
  readonly rounds: number;
  /** Statements that take longer are printed; null = none. */
  readonly slowMs: number | null;
  /** Only the reports whose command has these words; '' = all. */
  readonly words: string;
}

/** The report about one whole month, where it is about a time. */
const commandOf = (report: Report): string =>
  defaultPeriods[report.intent] === undefined || looksAhead.has(report.intent)
    ? commandFor(report)
    : `${commandFor(report)} 上月`;

const ms = (value: number): string => `${value.toFixed(0)} ms`;

/** Every report of the catalogue about a month, as the director and as a salesperson: what each costs. */
export async function benchReports(crm: CrmAtSize, options: ReportsBenchOptions): Promise<BenchRow[]> {
  const asked = await askedHouse(await crm.url());
  const rows: BenchRow[] = [...crm.rows()];
  const costs: { readonly name: string; readonly cost: Cost }[] = [];
  try {
    for (const { account, name, role } of askers) {
      for (const report of reports) {
        const text = commandOf(report);
        if (!text.includes(options.words) || !mayAsk(role, report.intent)) continue;
        if (report.roles?.includes(role) === false) continue;
        process.stderr.write(`${text} · ${name}`);
        const { reply } = await asked.ask(text, account);
        if (reply.status !== 'answered') {
          process.stderr.write(`: ${reply.status}\n`);
          rows.push({ name: `${text} · ${name}: ${reply.status} ${reply.title}`, value: 0, unit: 'ratio', least: 1 });
          continue;
        }
        const cost = await asked.cost(text, account, options.rounds);
        costs.push({ name: `${text} · ${name}`, cost });
        const parts = `${cost.statements.length} queries ${ms(cost.sqlOnly)}, picture ${ms(cost.picture)}, whole ${ms(cost.whole)}`;
        process.stderr.write(`: ${parts}, ratio ${cost.ratio?.toFixed(2) ?? '—'}\n`);
        rows.push(
          cost.ratio === null
            ? { name: `${text} · ${name}: no query, no picture`, value: cost.whole, unit: 'ms' }
            : { name: `${text} · ${name}: ${parts}`, value: cost.ratio, unit: 'ratio', goal: 1.5 },
        );
        for (const { query, startedAt, endedAt } of cost.statements) {
          if (options.slowMs === null || endedAt - startedAt < options.slowMs) continue;
          process.stderr.write(`  ${ms(endedAt - startedAt)} ${query.sql}\n  ${JSON.stringify(query.parameters)}\n`);
        }
      }
    }
    for (const { name, cost } of costs) {
      if (cost.statements.length > 6)
        rows.push({ name: `${name}: queries`, value: cost.statements.length, unit: 'queries', goal: 6 });
      if (cost.whole > waitedMs) rows.push({ name: `${name}: whole`, value: cost.whole, unit: 'ms', goal: waitedMs });
    }
    return rows;
  } finally {
    await asked.close();
  }
}
