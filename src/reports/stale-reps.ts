import { dayOfWallTime } from '../calendar/day.ts';
import { workDaysBetween } from '../calendar/work-days-between.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { openAmount } from '../metrics/funnel.ts';
import { lookBackDays, readLastUpdates, readOpenByOwner } from '../metrics/last-updates.ts';
import { daysWithoutUpdate, staleReps } from '../metrics/quality.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, nothingFound, type Question } from './report.ts';

interface Rep {
  readonly id: string;
  readonly name: string;
  /** null = no update within the look-back. */
  readonly lastAt: string | null;
  /** Work days since then; null where no update is on record. */
  readonly days: number | null;
  readonly openCount: number;
  readonly openFen: number;
}

/** 未更新 (items 79, 84): who has neither written a follow-up nor moved an opportunity for three work days (decision 8). */
export const staleRepsReport = defineReport({
  intent: 'stale_reps',
  items: [79, 84],
  defaultPeriod: null,
  onlyNow: { past: ['followups'] },
  dimensions: ['owner'],
  needs: ['activities'],
  async run(company, question) {
    const refused = unanswerable(question, '未更新');
    if (refused !== null) return refused;
    const { threshold } = question.slots;
    const limit =
      threshold !== undefined && 'days' in threshold ? (threshold.op === '>' ? threshold.days + 1 : threshold.days) : 3;
    const { scope, moment } = question;
    const reps = company.directory.people.filter(
      (person) =>
        person.active &&
        person.roles.includes('rep') &&
        (scope.owners === 'everyone' || scope.owners.includes(person.id)),
    );
    if (reps.length === 0) return nothingFound('没有在职的销售', `${whose(question)}里没有在职的销售,没有人要更新。`);
    const [updates, open] = await Promise.all([
      readLastUpdates(company.crm, { scope, moment }),
      readOpenByOwner(company.crm, { scope }),
    ]);
    const all = reps.map((person): Rep => {
      const lastAt = updates.get(person.id) ?? null;
      const own = open.get(person.id);
      return {
        id: person.id,
        name: ownerName(company.directory, person.id),
        lastAt,
        days: lastAt === null ? null : workDaysBetween(dayOfWallTime(lastAt), moment.today),
        openCount: own?.count ?? 0,
        openFen: own?.amountFen ?? 0,
      };
    });
    const stale = all
      .filter(({ days }) => days === null || days >= limit)
      .sort((a, b) => (b.days ?? 9_999) - (a.days ?? 9_999) || b.openFen - a.openFen);
    const figure = { ...plainFigure(staleReps, stale.length), dims: { threshold: `${limit} 个工作日` } };
    if (stale.length === 0) {
      const last = [...all].sort((a, b) => (b.days ?? 0) - (a.days ?? 0))[0];
      const words =
        isOwn(question) && last !== undefined
          ? `你 ${last.lastAt?.slice(5, 16)} 刚更新过,没有超过 ${limit} 个工作日。`
          : `${whose(question)}的 ${formatCount(all.length)} 个销售都在 ${limit} 个工作日内更新过${last === undefined || (last.days ?? 0) === 0 ? '' : `;最久的是${last.name},${last.days} 个工作日`}。`;
      return {
        ...nothingFound('没有人落下更新', words, [{ label: '数据质量 按人', command: '数据质量 按人' }]),
        figures: [figure],
      };
    }
    const openFen = stale.reduce((sum, rep) => sum + rep.openFen, 0);
    const openCount = stale.reduce((sum, rep) => sum + rep.openCount, 0);
    const own = isOwn(question);
    const title = own
      ? `你已经 ${stale[0]!.days ?? `${lookBackDays} 多`} 个工作日没更新`
      : `${formatCount(stale.length)} 个销售满 ${limit} 个工作日没更新`;
    const first = stale[0]!;
    return {
      title,
      mode: null,
      headline: [
        plainFigure(staleReps, stale.length),
        { ...plainFigure(openAmount, openFen), dims: { who: '没更新的人' } },
      ],
      figures: [
        figure,
        { ...plainFigure(openAmount, openFen), dims: { who: '没更新的人' } },
        ...stale.map((rep) =>
          plainFigure(daysWithoutUpdate, rep.days, { owner: rep.name }, `近 ${lookBackDays} 天没有更新`),
        ),
      ],
      narrative: [
        own
          ? [`上次更新是 ${sinceWords(first)}。`]
          : [
              `${whose(question)}的 ${formatCount(all.length)} 个销售里,`,
              { warning: `${formatCount(stale.length)} 个` },
              `满 ${limit} 个工作日没写跟进也没推进商机。`,
            ],
        ...(own
          ? []
          : [
              [
                `${stale
                  .slice(0, 5)
                  .map((rep) => `${rep.name} ${rep.days === null ? `${lookBackDays} 天以上` : `${rep.days} 个工作日`}`)
                  .join('、')}${stale.length > 5 ? '等' : ''}。`,
              ],
            ]),
        openCount === 0
          ? ['他们手里没有在跟的商机。']
          : [
              `${own ? '你' : stale.length === 1 ? stale[0]!.name : '他们'}手里有 ${formatCount(openCount)} 个在跟商机、${formatMoney(openFen)},这部分漏斗和预测都是旧的。`,
            ],
      ],
      advice: advice(company, question, stale),
      chart: own
        ? null
        : {
            kind: 'ranking',
            title,
            subtitle: '距上次更新的工作日',
            footer: chartFooter(company, question),
            unit: 'days',
            counter: '人',
            rows: stale.map((rep) => ({
              label: rep.name,
              value: rep.days,
              note: rep.lastAt === null ? '没有记录' : `上次 ${rep.lastAt.slice(5, 10)}`,
              tone: 'warning' as const,
            })),
          },
      table: {
        columns: ['销售', '上次更新', '未更新', '在跟商机', '在跟金额'],
        rows: stale.map((rep) => [
          rep.name,
          rep.lastAt?.slice(0, 16) ?? unknown,
          rep.days === null ? `${lookBackDays} 天以上` : `${rep.days} 个工作日`,
          formatCount(rep.openCount),
          formatMoney(rep.openFen),
        ]),
        numeric: [false, false, true, true, true],
      },
      notes: [`工作日按国家放假安排,从上次更新的次日数到今天;写跟进、推进商机都算更新。`],
      choices: [
        { label: '积压商机', command: own ? '积压' : `积压 ${company.directory.person(first.id)?.name ?? ''}`.trim() },
        { label: '数据质量 按人', command: '数据质量 按人' },
      ],
    };
  },
});

const sinceWords = (rep: Rep): string =>
  rep.lastAt === null ? `${lookBackDays} 天以前` : `${rep.lastAt.slice(0, 16)},过了 ${rep.days} 个工作日`;

function advice(company: Company, question: Question, stale: readonly Rep[]): Advice[] {
  if (isOwn(question))
    return [
      { text: '今天下班前把在跟商机的状态和下次联系时间补上', who: null, due: question.moment.today, command: '积压' },
    ];
  const first = stale[0]!;
  const leader = leaderOf(company, first.id);
  return [
    {
      text: '今天把在跟商机的状态补上,没有进展的也写一句原因',
      who: stale.length > 3 ? `${first.name}等 ${stale.length} 人` : stale.map(({ name }) => name).join('、'),
      due: question.moment.today,
      command: null,
    },
    ...(leader === null
      ? []
      : [
          {
            text: `和${first.name}过一遍手里的 ${formatCount(first.openCount)} 个商机`,
            who: leader,
            due: dueIn(question, 2),
            command: `积压 ${company.directory.person(first.id)?.name ?? ''}`.trim(),
          },
        ]),
  ];
}
