import { askedHouse } from './asked-house.ts';
import type { CrmAtSize } from './crm-at-size.ts';
import { type BenchRow, median } from './row.ts';

const questions = [
  '漏斗 本月',
  '漏斗 快照',
  '转化率 本月',
  '业绩 上月',
  '业绩 上月 按人',
  '排行 上月',
  '目标 本月',
  '积压',
  '沉默客户',
  '新增客户 本月',
  '渠道 上月',
  '跟进 上月',
  '客户 宏达机械',
] as const;

/** 陈志远, who sees the whole company. */
const director = 'u002';

/** A question through the whole line beside its own SQL and its own picture alone, on MySQL/MariaDB. */
export async function benchQuestions(crm: CrmAtSize, rounds: number): Promise<BenchRow[]> {
  const asked = await askedHouse(await crm.url());
  const rows: BenchRow[] = [...crm.rows()];
  try {
    const ratios: number[] = [];
    for (const text of questions) {
      const { reply } = await asked.ask(text, director);
      if (reply.status !== 'answered') {
        rows.push({ name: `${text}: ${reply.status}, not measured`, value: 0, unit: 'ms' });
        continue;
      }
      const cost = await asked.cost(text, director, rounds);
      const ratio = cost.ratio ?? Number.NaN;
      ratios.push(ratio);
      rows.push(
        { name: `${text}: whole question`, value: cost.whole, unit: 'ms' },
        { name: `${text}: its ${cost.statements.length} statements alone`, value: cost.sqlOnly, unit: 'ms' },
        { name: `${text}: its picture alone`, value: cost.picture, unit: 'ms' },
        { name: `${text}: whole / (SQL + picture)`, value: ratio, unit: 'ratio', goal: 1.3 },
      );
    }
    rows.push({ name: 'all questions: median of the ratios', value: median(ratios), unit: 'ratio', goal: 1.3 });
    return rows;
  } finally {
    await asked.close();
  }
}
