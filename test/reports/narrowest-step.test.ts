import { afterEach, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { funnelBottleneckReport } from '../../src/reports/funnel.ts';
import type { Findings, Report } from '../../src/reports/report.ts';
import { stageConversionReport } from '../../src/reports/stage-conversion.ts';
import { wordsOf } from './generated-company.ts';
import { asking, at, days, type SmallCompany, smallCompany } from './small-company.ts';

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

/** Opportunities of October of which so many came to each of the five stages. */
function reaching(...reached: readonly [number, number, number, number, number]) {
  const opportunities: NewRow<'cm_opportunities'>[] = [];
  const events: NewRow<'cm_stage_events'>[] = [];
  for (let i = 0; i < reached[0]; i += 1) {
    const deepest = reached.filter((count) => i < count).length - 1;
    const won = deepest === 4;
    const day = `2026-10-${String(1 + (i % 20)).padStart(2, '0')}`;
    opportunities.push({
      opportunity_id: `o${i}`,
      customer_id: `c${i}`,
      owner_user_id: 'wang',
      stage_id: `s${deepest + 1}`,
      outcome: won ? 'won' : 'open',
      amount: 1000,
      created_at: `${day} 09:00:00`,
      closed_at: won ? `${day} 18:00:00` : null,
    });
    for (let n = 0; n <= deepest; n += 1)
      events.push({
        event_id: `e${i}-${n}`,
        opportunity_id: `o${i}`,
        event_type: n === 0 ? 'create' : 'move',
        to_stage_id: `s${n + 1}`,
        outcome: n === 4 ? 'won' : 'open',
        occurred_at: `${day} ${String(9 + n).padStart(2, '0')}:00:00`,
        quality: 'exact',
      });
  }
  return { cm_opportunities: opportunities, cm_stage_events: events };
}

async function ask(report: Report, ...reached: Parameters<typeof reaching>): Promise<Findings> {
  company ??= await smallCompany('sqlite', reaching(...reached));
  const period = days('2026-10-01', '2026-10-31', 'last_month');
  return report.run(company, asking(at('2026-11-18 10:30:00'), { period }));
}

it('does not contradict the list above it: what is lower on few cases is told beside it', async () => {
  const words = wordsOf(await ask(stageConversionReport, 18, 12, 7, 4, 3));
  expect(words).toContain('样本够的几步里最窄的是需求诊断→方案演示,58.3 %(7/12)');
  expect(words).toContain('方案演示→报价谈判 57.1 %(4/7)更低,样本少,先不下结论');
});

it('转化率 and 瓶颈 name the same step', async () => {
  const reached = [34, 21, 10, 4, 3] as const;
  const conversion = await ask(stageConversionReport, ...reached);
  const bottleneck = await ask(funnelBottleneckReport, ...reached);
  expect(wordsOf(conversion)).toContain('最窄的是潜在客户→需求诊断,61.8 %(21/34)');
  expect(bottleneck.title).toBe('潜在客户是瓶颈:38.2 % 停在这里');
  expect(wordsOf(bottleneck)).toContain(
    '需求诊断→方案演示 47.6 %(10/21)、方案演示→报价谈判 40.0 %(4/10)更低,样本少,先不下结论。',
  );
});

it('is plainly the narrowest where no other is lower', async () => {
  expect(wordsOf(await ask(stageConversionReport, 100, 80, 35, 30, 28))).toContain(
    '最窄的一步是需求诊断→方案演示,43.8 %(35/80)。',
  );
});
