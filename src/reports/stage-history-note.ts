import type { Company } from './report.ts';

/** What a reader must know where the CRM does not record moves between stages in full (decision 2: no guessing). */
export function stageHistoryNote({ capabilities }: Company): string[] {
  const level = capabilities.get('stage_events')?.level;
  if (level === 'none') return ['CRM 没有记阶段变动,走到哪一步只能看商机现在的阶段,中途到过又退回或丢掉的看不出来。'];
  if (level === 'partial' || level === 'unverified' || level === 'derived')
    return ['CRM 的阶段变动记得不全,走到过的阶段可能比实际少。'];
  return [];
}
