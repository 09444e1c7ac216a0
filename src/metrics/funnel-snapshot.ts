import { sql } from 'kysely';
import type { Dimension } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import { Failure } from '../failure.ts';
import { groupedBy, joinsOf, type Names, partName } from './dimensions.ts';
import { positionOf, whole, wonPosition } from './stage-position.ts';

/** What is open in one stage now. */
export interface SnapshotStep {
  readonly stage: string;
  readonly position: number;
  readonly opportunities: number;
  readonly customers: number;
  readonly amountFen: number;
  /** Opportunities without an amount: they are missing in `amountFen`, not zero. */
  readonly withoutAmount: number;
}

export interface Snapshot {
  readonly steps: readonly SnapshotStep[];
  readonly opportunities: number;
  /** Distinct over all stages; less than the sum of the steps where a customer has several opportunities. */
  readonly customers: number;
  readonly amountFen: number;
  /** Open in a stage that no step of the funnel claims: not counted above. */
  readonly outside: number;
}

interface Row {
  readonly position: number | null;
  readonly opportunities: number;
  readonly customers: number;
  readonly amount_fen: number;
  readonly without_amount: number;
  readonly all_customers: number;
}

/** Open opportunities by the stage they are in now (decision 2, 当前). One query over the open ones. */
export async function readSnapshot(
  crm: Crm,
  model: StageModel,
  ask: { readonly scope: Scope; readonly filter: RowFilter },
): Promise<Snapshot> {
  const last = wonPosition(model);
  const rows = await crm.read<Row>(ask.scope, ({ rows: from, sql: bridge }) => {
    const position = positionOf(sql`o.stage_id`, model);
    // An open opportunity in the won stage waits for its contract: it stands in the last open stage.
    const open = sql`(
      select o.customer_id, ${bridge.fen(sql`o.amount`)} as amount_fen,
        case when ${position} >= ${whole(last)} then ${whole(last - 1)} else ${position} end as position
      from ${from.of('cm_opportunities', ask.filter)} as o where o.outcome = 'open'
    )`;
    return sql`select p.position, count(*) as opportunities, count(distinct p.customer_id) as customers,
        ${bridge.sumOf(sql`p.amount_fen`)} as amount_fen, count(*) - count(p.amount_fen) as without_amount,
        0 as all_customers
      from ${open} as p group by p.position
      union all
      select -1, 0, 0, 0, 0, count(distinct q.customer_id) from ${open} as q where q.position is not null`;
  });
  const number = (value: number | undefined) => Number(value ?? 0);
  const steps = model.stages.slice(0, last).map(({ name, position }): SnapshotStep => {
    const row = rows.find((r) => r.position !== null && Number(r.position) === position);
    return {
      stage: name,
      position,
      opportunities: number(row?.opportunities),
      customers: number(row?.customers),
      amountFen: number(row?.amount_fen),
      withoutAmount: number(row?.without_amount),
    };
  });
  const total = (of: (step: SnapshotStep) => number) => steps.reduce((sum, step) => sum + of(step), 0);
  return {
    steps,
    opportunities: total((step) => step.opportunities),
    customers: number(rows.find((r) => r.position !== null && Number(r.position) === -1)?.all_customers),
    amountFen: total((step) => step.amountFen),
    outside: number(rows.find((r) => r.position === null)?.opportunities),
  };
}

/** What is open in one part of a dimension, stage by stage. */
export interface SnapshotPart {
  readonly name: string;
  /** By position; parts without anything open are left out. */
  readonly byStage: readonly number[];
  readonly opportunities: number;
  readonly amountFen: number;
}

/** Whether what is open can be cut by a dimension. */
export const canCutSnapshot = (dimension: Dimension, names: Names): boolean =>
  groupedBy('cm_opportunities', dimension, names) !== null;

/** Open opportunities by a dimension and the stage they are in, the most money first. One query over the open ones. */
export async function readSnapshotParts(
  crm: Crm,
  model: StageModel,
  names: Names,
  ask: { readonly scope: Scope; readonly filter: RowFilter; readonly by: Dimension },
): Promise<SnapshotPart[]> {
  const grouped = groupedBy('cm_opportunities', ask.by, names);
  if (grouped === null) throw new Failure('bad-input', `no snapshot by ${ask.by}`, '商机不能按这个维度看。');
  const last = wonPosition(model);
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, ({ rows: from, sql: bridge }) => {
    const position = positionOf(sql`t.stage_id`, model);
    const label = grouped.label === undefined ? sql`null` : sql`max(${grouped.label})`;
    return sql`select ${grouped.key} as part_id, ${label} as part_label,
        case when ${position} >= ${whole(last)} then ${whole(last - 1)} else ${position} end as stage_position,
        count(*) as opportunities, ${bridge.sumFen(sql`t.amount`)} as fen
      from ${from.of('cm_opportunities', ask.filter)} as t
      ${joinsOf('cm_opportunities', grouped.joins, from, {})}
      where t.outcome = 'open' group by part_id, stage_position`;
  });
  const parts = new Map<string, { byStage: number[]; opportunities: number; amountFen: number }>();
  for (const row of rows) {
    if (row.stage_position === null) continue;
    const key = row.part_id == null || row.part_id === '' ? null : String(row.part_id);
    const name = partName(ask.by, key, row.part_label == null ? null : String(row.part_label), names);
    const part = parts.get(name) ?? { byStage: Array<number>(last).fill(0), opportunities: 0, amountFen: 0 };
    part.byStage[Number(row.stage_position)] =
      (part.byStage[Number(row.stage_position)] ?? 0) + Number(row.opportunities);
    part.opportunities += Number(row.opportunities);
    part.amountFen += Number(row.fen);
    parts.set(name, part);
  }
  return [...parts]
    .map(([name, part]) => ({ name, ...part }))
    .sort((a, b) => b.amountFen - a.amountFen || a.name.localeCompare(b.name));
}
