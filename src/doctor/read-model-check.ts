import type { Finding } from '../crm/read-model/check.ts';
import type { StageModel } from '../crm/stages.ts';
import { fine, someOf, type Verdict, warning, wrong } from './verdict.ts';

const remedy = '见 docs/crm.md,逐条看用 npm run read-model -- check';

/** Each finding about the read model is a line. */
export function checkCoverage(findings: readonly Finding[]): Verdict[] {
  if (findings.length === 0) return [fine('读模型', '表、列、引用和取值都对')];
  return findings.map(({ severity, line }) => (severity === 'error' ? wrong : warning)('读模型', line, remedy));
}

/** What holds open opportunities but is no step of the funnel. */
export interface StrayStage {
  readonly name: string;
  readonly open: number;
}

/** The steps of the funnel, and open opportunities that stand in none of them. */
export function checkStages(model: StageModel, stray: readonly StrayStage[]): Verdict[] {
  if (model.stages.length === 0) return [wrong('阶段', 'CRM 里没有销售阶段,漏斗没有步骤', '检查 cm_stages')];
  const verdicts: Verdict[] = [];
  if (stray.length > 0) {
    const names = someOf(stray.map(({ name, open }) => `${name}(${open} 个)`));
    verdicts.push(
      warning(
        '阶段',
        `有进行中的商机停在漏斗之外的阶段:${names}`,
        '在 SETTINGS_FILE 的 stages 里用 crmStages 归到某一步',
      ),
    );
  }
  if (!model.stages.some((stage) => stage.won)) {
    verdicts.push(
      warning('阶段', '没有一步是成交,转化率到不了底', '在 cm_stages 或 SETTINGS_FILE 的 stages 里标出成交'),
    );
  }
  return verdicts.length > 0 ? verdicts : [fine('阶段', model.stages.map((stage) => stage.name).join(' → '))];
}
