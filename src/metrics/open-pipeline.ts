import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addMonths, endOfMonth, startOfMonth } from '../calendar/day.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { countIf } from '../database/dialect.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';
import { positionOf, whole, wonPosition } from './stage-position.ts';

/** Open opportunities of one part: a stage, a region, a person. */
export interface OpenPart {
  readonly name: string;
  readonly opportunities: number;
  readonly amountFen: number;
  /** Amount × win rate of the opportunity, else of its stage; null where the CRM has neither. */
  readonly weightedFen: number | null;
  /** Expected to close in this calendar month, from today on. */
  readonly dueThisMonthFen: number;
  readonly dueNextMonthFen: number;
  /** Expected to close before today and still open. */
  readonly overdueCount: number;
  readonly overdueFen: number;
  readonly withoutAmount: number;
  /** Neither the opportunity nor its stage has a win rate: these are missing in `weightedFen`. */
  readonly withoutRate: number;
}

export interface OpenAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** 'stage' is the company's funnel; others as in 按…. */
  readonly by: Dimension;
}

/** 管道金额 (open pipeline) by one dimension. One query over the open opportunities, summed per win rate in integers. */
export async function readOpenPipeline(crm: Crm, model: StageModel, names: Names, ask: OpenAsk): Promise<OpenPart[]> {
  const last = wonPosition(model);
  const { today } = ask.moment;
  const nextMonth = startOfMonth(addMonths(startOfMonth(today), 1));
  const grouped = ask.by === 'stage' ? null : groupedBy('cm_opportunities', ask.by, names);
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: source, sql: bridge }) => {
    const position = positionOf(sql`t.stage_id`, model);
    const inFunnel = sql`case when ${position} >= ${whole(last)} then ${whole(last - 1)} else ${position} end`;
    const key = grouped === null ? inFunnel : grouped.key;
    const label = grouped?.label === undefined ? sql`null` : sql`max(${grouped.label})`;
    const fen = bridge.fen(sql`t.amount`);
    const sumIf = (condition: ReturnType<typeof sql>) =>
      bridge.sumOf(sql`case when ${condition} then ${fen} else 0 end`);
    const overdue = sql`t.expected_close_date < ${today}`;
    return sql`select ${key} as part_id, ${label} as part_label, ${bridge.fen(sql`coalesce(t.win_rate, st.win_rate)`)} as rate,
        count(*) as opportunities, ${bridge.sumFen(sql`t.amount`)} as fen, count(*) - count(t.amount) as without_amount,
        ${sumIf(sql`t.expected_close_date >= ${today} and t.expected_close_date <= ${endOfMonth(today)}`)} as due_fen,
        ${sumIf(sql`t.expected_close_date >= ${nextMonth} and t.expected_close_date <= ${endOfMonth(nextMonth)}`)} as next_fen,
        ${countIf(overdue)} as overdue, ${sumIf(overdue)} as overdue_fen
      from ${source.of('cm_opportunities', ask.filter)} as t
      left join ${source.open('cm_stages')} as st on st.stage_id = t.stage_id
      ${joinsOf('cm_opportunities', grouped?.joins ?? [], source, {})}
      where t.outcome = 'open' group by part_id, rate`;
  });
  const parts = new Map<string, OpenPart & { readonly order: number }>();
  for (const row of rows) {
    const key = row.part_id === null || row.part_id === undefined || row.part_id === '' ? null : String(row.part_id);
    const stage = key === null ? undefined : model.stages[Number(key)];
    const name =
      ask.by === 'stage'
        ? (stage?.name ?? '不在漏斗里的阶段')
        : partName(ask.by, key, row.part_label === null ? null : String(row.part_label), names);
    const was = parts.get(name);
    const add = (column: string, before: number | undefined) => Number(row[column] ?? 0) + (before ?? 0);
    const weighted = row.rate === null ? null : Math.round((Number(row.fen) * Number(row.rate)) / 10_000);
    parts.set(name, {
      name,
      order: ask.by === 'stage' ? (stage?.position ?? last) : 0,
      opportunities: add('opportunities', was?.opportunities),
      amountFen: add('fen', was?.amountFen),
      weightedFen: weighted === null ? (was?.weightedFen ?? null) : weighted + (was?.weightedFen ?? 0),
      dueThisMonthFen: add('due_fen', was?.dueThisMonthFen),
      dueNextMonthFen: add('next_fen', was?.dueNextMonthFen),
      overdueCount: add('overdue', was?.overdueCount),
      overdueFen: add('overdue_fen', was?.overdueFen),
      withoutAmount: add('without_amount', was?.withoutAmount),
      withoutRate: (row.rate === null ? Number(row.opportunities) : 0) + (was?.withoutRate ?? 0),
    });
  }
  return [...parts.values()]
    .sort((a, b) => a.order - b.order || b.amountFen - a.amountFen || a.name.localeCompare(b.name))
    .map(({ order: _order, ...part }) => part);
}
