import type { Database } from '../database/connect.ts';
import { Failure } from '../failure.ts';
import type { CrmTables } from './schema.ts';

/** One step of the funnel as the company names it (decision 1), with the CRM's own stage ids that belong to it. */
export interface Stage {
  readonly name: string;
  readonly stageIds: readonly string[];
  /** 0 = the first. The last one is 成交. */
  readonly position: number;
  readonly won: boolean;
  /** Open longer than this without follow-up = 积压. */
  readonly stuckAfterDays: number;
  /** 准入条件, in words, for 口径. */
  readonly entry: string | null;
}

export interface StageSetting {
  readonly name: string;
  /** Names or ids of CRM stages; left out = the CRM stage of the same name. */
  readonly crmStages?: readonly string[] | undefined;
  readonly stuckAfterDays?: number | undefined;
  readonly entry?: string | undefined;
}

export interface StageModel {
  readonly stages: readonly Stage[];
  /** The stage of a CRM stage id; undefined for 丢单 and for stages that no step claims. */
  byStageId(stageId: string): Stage | undefined;
  byName(name: string): Stage | undefined;
}

/** The five standard stages of item 3 with their entry conditions. */
export const standardStages: readonly StageSetting[] = [
  { name: '潜在客户', entry: '获取联系方式(表单提交或电话咨询)' },
  { name: '需求诊断', entry: '完成需求调研问卷' },
  { name: '方案演示', entry: '已安排并完成演示会议' },
  { name: '报价谈判', entry: '已发送正式报价单' },
  { name: '成交', entry: '合同签署' },
];

interface CrmStage {
  readonly stage_id: string;
  readonly name: string;
  readonly sort_order: number | null;
  readonly outcome: string;
}

export async function readStages(
  database: Database<CrmTables>,
  settings: readonly StageSetting[] | null,
  stuckAfterDays: number,
): Promise<StageModel> {
  const rows = await database.kysely
    .selectFrom('cm_stages')
    .select(['stage_id', 'name', 'sort_order', 'outcome'])
    .orderBy('sort_order')
    .orderBy('stage_id')
    .execute();
  return stageModelOf(rows, settings, stuckAfterDays);
}

/**
 * Joins the company's steps with the CRM's stages. Without settings the standard five serve where the CRM has their
 * names, else the CRM's own open stages in their order, with 成交 behind them.
 * Throws `misconfigured` where a setting names a stage that the CRM does not have.
 */
export function stageModelOf(
  rows: readonly CrmStage[],
  settings: readonly StageSetting[] | null,
  stuckAfterDays: number,
): StageModel {
  const used = settings ?? (isStandard(rows) ? standardStages : ownStages(rows));
  const stages = used.map((setting, position): Stage => {
    const names = setting.crmStages ?? [setting.name];
    const found = rows.filter((row) => names.includes(row.name) || names.includes(row.stage_id));
    if (found.length === 0) {
      throw new Failure(
        'misconfigured',
        `stage ${setting.name}: the CRM has no stage ${names.join(', ')}`,
        '阶段设置和 CRM 对不上,请找管理员看一下。',
      );
    }
    return {
      name: setting.name,
      stageIds: found.map((row) => row.stage_id),
      position,
      won: found.some((row) => row.outcome === 'won'),
      stuckAfterDays: setting.stuckAfterDays ?? stuckAfterDays,
      entry: setting.entry ?? null,
    };
  });
  const byId = new Map(stages.flatMap((stage) => stage.stageIds.map((stageId) => [stageId, stage] as const)));
  return {
    stages,
    byStageId: (stageId) => byId.get(stageId),
    byName: (name) => stages.find((stage) => stage.name === name),
  };
}

const isStandard = (rows: readonly CrmStage[]): boolean =>
  standardStages.every(({ name }) => rows.some((row) => row.name === name));

function ownStages(rows: readonly CrmStage[]): StageSetting[] {
  const open = [...new Set(rows.filter((row) => row.outcome === 'open').map((row) => row.name))];
  const won = rows.filter((row) => row.outcome === 'won').map((row) => row.stage_id);
  return [...open.map((name) => ({ name })), ...(won.length === 0 ? [] : [{ name: '成交', crmStages: won }])];
}
