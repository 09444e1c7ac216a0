import { sql } from 'kysely';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';

/** Open opportunities that are expected to close within some days. */
export interface DuePart {
  readonly name: string;
  readonly opportunities: number;
  readonly amountFen: number;
  /** Amount × win rate; null where the CRM has no win rate for any of them. */
  readonly weightedFen: number | null;
}

/** What is expected to close within a period by the dates in the CRM, whole or by one dimension. One query. */
export async function readPipelineDue(
  crm: Crm,
  names: Names,
  ask: {
    readonly scope: Scope;
    readonly filter: RowFilter;
    readonly days: Pick<Period, 'from' | 'to'>;
    readonly by: Dimension | null;
  },
): Promise<DuePart[]> {
  const grouped = ask.by === null ? null : groupedBy('cm_opportunities', ask.by, names);
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: from, sql: bridge }) => {
    const key = grouped === null ? sql`null` : grouped.key;
    const label = grouped?.label === undefined ? sql`null` : sql`max(${grouped.label})`;
    return sql`select ${key} as part_id, ${label} as part_label, ${bridge.fen(sql`coalesce(t.win_rate, st.win_rate)`)} as rate,
        count(*) as opportunities, ${bridge.sumFen(sql`t.amount`)} as fen
      from ${from.of('cm_opportunities', ask.filter)} as t
      left join ${from.open('cm_stages')} as st on st.stage_id = t.stage_id
      ${joinsOf('cm_opportunities', grouped?.joins ?? [], from, {})}
      where t.outcome = 'open' and t.expected_close_date >= ${ask.days.from} and t.expected_close_date <= ${ask.days.to}
      group by part_id, rate`;
  });
  const parts = new Map<
    string,
    { name: string; opportunities: number; amountFen: number; weightedFen: number | null }
  >();
  for (const row of rows) {
    const key = row.part_id == null || row.part_id === '' ? null : String(row.part_id);
    const name =
      ask.by === null ? '合计' : partName(ask.by, key, row.part_label == null ? null : String(row.part_label), names);
    const part = parts.get(name) ?? { name, opportunities: 0, amountFen: 0, weightedFen: null };
    part.opportunities += Number(row.opportunities);
    part.amountFen += Number(row.fen);
    if (row.rate !== null)
      part.weightedFen = (part.weightedFen ?? 0) + Math.round((Number(row.fen) * Number(row.rate)) / 10_000);
    parts.set(name, part);
  }
  return [...parts.values()].sort((a, b) => b.amountFen - a.amountFen);
}
