import { afterEach, describe, expect, it } from 'vitest';
import type { NewRow } from '../../src/crm/bulk-insert.ts';
import { quoteResponseReport } from '../../src/reports/quote-response.ts';
import type { Findings } from '../../src/reports/report.ts';
import { figureOf, wordsOf } from './generated-company.ts';
import { asking, at, days, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const thisQuarter = days('2026-10-01', '2026-12-31', 'this_quarter');

let company: SmallCompany | null = null;
afterEach(async () => {
  await company?.drop();
  company = null;
});

/** Closed opportunities with a quote each: so many took so many hours, and so many of them were won. */
interface Group {
  readonly hours: number;
  readonly closed: number;
  readonly won: number;
  /** The month in which they were asked for and closed. */
  readonly month?: string;
}

const hour = 3_600_000;
const ms = (wall: string): number => Date.parse(`${wall.replace(' ', 'T')}Z`);
const wall = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');

function quotesOf(groups: readonly Group[]) {
  const opportunities: NewRow<'cm_opportunities'>[] = [];
  const quotes: NewRow<'cm_quotes'>[] = [];
  for (const { hours, closed, won, month = '2026-10' } of groups) {
    for (let i = 0; i < closed; i += 1) {
      const id = `${month}-${hours}-${i}`;
      const asked = ms(`${month}-${String(1 + (i % 10)).padStart(2, '0')} 09:00:00`);
      opportunities.push({
        opportunity_id: id,
        customer_id: null,
        owner_user_id: i % 2 === 0 ? 'wang' : 'li',
        stage_id: i < won ? 's5' : 'sl',
        outcome: i < won ? 'won' : 'lost',
        created_at: `${month}-01 08:00:00`,
        closed_at: `${month}-2${i % 9} 15:00:00`,
      });
      // A second version says nothing about how fast the first came.
      for (const [version, after, took] of [
        ['a', 0, hours],
        ['b', 5 * 24, 100],
      ] as const) {
        quotes.push({
          quote_id: `${id}-${version}`,
          opportunity_id: id,
          owner_user_id: 'wang',
          amount: 50_000 as never,
          requested_at: wall(asked + after * hour),
          sent_at: wall(asked + (after + took) * hour),
          status: 'sent',
          created_at: wall(asked + after * hour),
        });
      }
    }
  }
  return { cm_opportunities: opportunities, cm_quotes: quotes };
}

async function answer(groups: readonly Group[], period = thisQuarter): Promise<Findings> {
  company = await smallCompany('sqlite', quotesOf(groups));
  return quoteResponseReport.run(company, asking(now, { period }));
}

const edges = [4, 8, 24, 48, 72];
const names = ['4 小时内', '4–8 小时', '8–24 小时', '24–48 小时', '48–72 小时', '超过 72 小时'];

/** The bands by a walk over the rows in the database. */
async function walked(from = '2026-05-23', to = '2026-11-18') {
  const bands = names.map(() => ({ numerator: 0, denominator: 0 }));
  const quotes = await company!.database.kysely.selectFrom('cm_quotes').selectAll().execute();
  for (const o of await company!.database.kysely.selectFrom('cm_opportunities').selectAll().execute()) {
    const day = o.closed_at?.slice(0, 10);
    if (day === undefined || day < from || day > to) continue;
    const own = quotes.filter((q) => q.opportunity_id === o.opportunity_id);
    const first = own.reduce((a, b) => (a.requested_at! <= b.requested_at! ? a : b));
    const hours = (ms(first.sent_at!) - ms(first.requested_at!)) / hour;
    const band = bands[edges.filter((edge) => hours > edge).length]!;
    band.denominator += 1;
    if (o.outcome === 'won') band.numerator += 1;
  }
  return bands;
}

const groups = (rates: readonly (readonly [hours: number, closed: number, won: number])[]): Group[] =>
  rates.map(([hours, closed, won]) => ({ hours, closed, won }));

describe('S11: the slower the first quote, the lower the win rate', () => {
  it('shows the win rate of every band and says where the break is', async () => {
    const found = await answer(
      groups([
        [3, 40, 24],
        [6, 40, 23],
        [20, 40, 24],
        [40, 40, 9],
        [60, 40, 8],
        [120, 40, 8],
      ]),
    );
    const bands = await walked();
    names.forEach((speed, i) => {
      expect(figureOf(found, 'quote_speed_win_rate', { speed }), speed).toMatchObject(bands[i]!);
    });
    expect(bands.map(({ denominator }) => denominator)).toEqual([40, 40, 40, 40, 40, 40]);
    expect(figureOf(found, 'quote_break_hours')?.value).toBe(24);
    expect(figureOf(found, 'quote_break_win_rate', { speed: '24 小时内' })).toMatchObject({
      numerator: 71,
      denominator: 120,
    });
    expect(figureOf(found, 'quote_break_win_rate', { speed: '更慢' })).toMatchObject({
      numerator: 25,
      denominator: 120,
    });
    const words = wordsOf(found);
    expect(words).toMatch(/4 小时内 60\.0 %\(24\/40\)、4–8 小时 57\.5 %\(23\/40\)、8–24 小时 60\.0 %\(24\/40\)/);
    expect(words).toMatch(/24–48 小时 22\.5 %\(9\/40\)、48–72 小时 20\.0 %\(8\/40\)、超过 72 小时 20\.0 %\(8\/40\)/);
    expect(words).toMatch(
      /断点在 24 小时:24 小时内赢 59\.2 %\(71\/120\),更慢的赢 20\.8 %\(25\/120\),低 38\.3 个百分点/,
    );
    expect(words).toMatch(/是一起出现,不等于慢就是丢单的原因/);
    expect(found.title).toMatch(/超过 24 小时的赢得少$/);
    expect(found.chart).toMatchObject({
      kind: 'bar',
      labels: expect.arrayContaining(['4 小时内 24/40', '超过 72 小时 8/40']),
      series: [{ tones: ['ours', 'ours', 'ours', 'warning', 'warning', 'warning'] }],
    });
    const [advice] = found.advice;
    expect(advice!.text).toMatch(/先试一个月:24 小时内报出的多了,看赢单率跟不跟着涨/);
  });

  it('follows the data to another band, whose ends belong to the quicker side', async () => {
    const found = await answer(
      groups([
        [4, 60, 40],
        [8, 60, 15],
        [24, 60, 14],
        [72, 60, 16],
      ]),
    );
    expect(await walked()).toMatchObject([{ denominator: 60 }, { denominator: 60 }, { denominator: 60 }, {}, {}, {}]);
    expect(figureOf(found, 'quote_break_hours')?.value).toBe(4);
    expect(wordsOf(found)).toMatch(/断点在 4 小时:/);
    expect(found.title).toMatch(/超过 4 小时的赢得少$/);
    expect(found.advice[0]!.text).toMatch(/4 小时内报出的多了/);
  });

  it('says between which hours where the cases leave the place open, and names a second one', async () => {
    const open = await answer(
      groups([
        [3, 100, 60],
        [20, 12, 5],
        [60, 100, 22],
      ]),
    );
    expect(wordsOf(open)).toMatch(/断点在 4–\d+ 小时之间:.*再准的位置这些单还分不出/);
    await company!.drop();
    const two = await answer(
      groups([
        [3, 150, 120],
        [20, 150, 60],
        [120, 150, 15],
      ]),
    );
    expect(wordsOf(two)).toMatch(/另外还有一道:/);
  });

  it('claims no break where there is none', async () => {
    const found = await answer(
      groups([
        [3, 40, 16],
        [6, 40, 14],
        [20, 40, 17],
        [40, 40, 15],
        [60, 40, 14],
        [120, 40, 16],
      ]),
    );
    expect(figureOf(found, 'quote_break_hours')?.value).toBeNull();
    expect(figureOf(found, 'quote_break_win_rate', { speed: '更慢' })).toBeUndefined();
    expect(wordsOf(found)).toMatch(/超过 72 小时 40\.0 %\(16\/40\)。各档差别在正常波动以内,看不出断点/);
    expect(wordsOf(found)).not.toMatch(/断点在/);
    expect(found.title).not.toMatch(/赢得少/);
    expect(found.advice).toEqual([]);
  });

  it('claims none on a handful, however far apart they are, and marks them as few', async () => {
    const found = await answer(
      groups([
        [3, 5, 5],
        [120, 4, 0],
      ]),
    );
    const words = wordsOf(found);
    expect(words).toMatch(/4 小时内 100\.0 %\(5\/5\)、超过 72 小时 0\.0 %\(0\/4\)\(不到 30 个的档样本少\)/);
    expect(words).toMatch(/看不出断点/);
    expect(words).not.toMatch(/断点在/);
  });

  it('turns around where the slow ones win more', async () => {
    const found = await answer(
      groups([
        [3, 80, 16],
        [60, 80, 48],
      ]),
    );
    expect(wordsOf(found)).toMatch(/反而慢的赢得多:.*先别只追速度/);
    expect(found.title).not.toMatch(/赢得少/);
    expect(found.advice).toEqual([]);
  });

  it('looks at the period asked for, and at least at the 180 days up to its end', async () => {
    const made = [
      ...groups([
        [3, 40, 24],
        [60, 40, 8],
      ]),
      // A year ago the slow ones won as often.
      ...['2025-10', '2026-02'].flatMap((month) => [
        { hours: 3, closed: 40, won: 20, month },
        { hours: 60, closed: 40, won: 40, month },
      ]),
    ];
    const quarter = await answer(made);
    expect(figureOf(quarter, 'quote_speed_win_rate', { speed: '4 小时内' })).toMatchObject({ denominator: 40 });
    expect(wordsOf(quarter)).toMatch(/近 180 天按第一份报价的快慢/);
    const year = await quoteResponseReport.run(
      company!,
      asking(now, { period: days('2026-01-01', '2026-12-31', 'this_year') }),
    );
    const [first] = await walked('2026-01-01');
    expect(figureOf(year, 'quote_speed_win_rate', { speed: '4 小时内' })).toMatchObject(first!);
    expect(first!.denominator).toBe(80);
    expect(wordsOf(year)).toMatch(/今年按第一份报价的快慢/);
    const past = await quoteResponseReport.run(
      company!,
      asking(now, { period: days('2026-01-01', '2026-03-31', 'quarter') }),
    );
    expect(figureOf(past, 'quote_speed_win_rate', { speed: '4 小时内' })).toMatchObject({
      ...(await walked('2025-10-03', '2026-03-31'))[0]!,
    });
    expect(wordsOf(past)).toMatch(/到 2026-03-31 的 180 天按第一份报价的快慢/);
  });
});
