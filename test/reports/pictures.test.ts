import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftOf } from '../../src/charts/draft-of.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { openEmpty } from '../database/databases.ts';
import { type GeneratedCompany, generatedCompany } from './generated-company.ts';

const textsOf = (spec: ChartSpec): string[] => {
  const draft = draftOf(spec);
  return [...draft.under, ...draft.over].flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
};

describe('pictures of the generated company', () => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await openEmpty<CrmTables>('sqlite');
    demo = await generatedCompany(database, 300);
  }, 120_000);
  afterAll(() => database.drop());

  it('活动效果: places follow the bars, campaigns can be told apart, and the rest is counted', async () => {
    const found = await demo.ask('campaign_roi', { period: 'last_year', groupBy: ['campaign'] });
    const { chart } = found;
    if (chart?.kind !== 'ranking') throw new Error('no ranking');
    const known = chart.rows.flatMap(({ value }) => (value === null ? [] : [value]));
    expect(known.length).toBeGreaterThan(3);
    expect(known).toEqual([...known].sort((a, b) => a - b));
    expect(chart.rows.slice(known.length).every(({ value }) => value === null)).toBe(true);
    const campaigns = found.table!.rows.length - 1;
    expect(campaigns).toBeGreaterThan(chart.rows.length);
    expect(textsOf(chart)).toContain(`另有 ${campaigns - chart.rows.length} 个未画出`);
    const drawn = textsOf(chart).join('\n');
    for (const { label } of chart.rows) expect(drawn.replaceAll(/[\s\n]/g, '')).toContain(label.replaceAll(' ', ''));
  });
});
