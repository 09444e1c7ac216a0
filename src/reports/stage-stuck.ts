import { addDays } from '../calendar/day.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate, unknown } from '../figures/format.ts';
import { ratioOf, smallSampleBelow } from '../figures/rate.ts';
import { overDaysOf, readStuck, type StuckGroup, type StuckOpportunity } from '../metrics/stuck.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { doerFor } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { tiedFor } from './tied.ts';

const listed = 20;

/** 积压: open opportunities that nobody followed up for more than the limit, by stage and owner, and what is at stake. */
export const stageStuckReport = defineReport({
  intent: 'stage_stuck',
  items: [11, 83],
  defaultPeriod: null,
  onlyNow: { past: ['stage_duration', 'pipeline_changes'] },
  dimensions: ['owner', 'stage'],
  needs: ['opportunities', 'activities'],
  async run(company, question) {
    const overDays = overDaysOf(question.slots.threshold);
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment, overDays };
    const { groups, largest: top } = await readStuck(company.crm, company.stages, {
      ...ask,
      limit: question.top ?? listed,
    });
    const limit = overDays ?? company.settings.stuckAfterDays;
    const sum = (of: (group: StuckGroup) => number) => groups.reduce((total, group) => total + of(group), 0);
    const [open, stuck, stuckFen, never] = [
      sum((g) => g.open),
      sum((g) => g.stuck),
      sum((g) => g.stuckFen),
      sum((g) => g.never),
    ];
    if (open === 0)
      return nothingFound('没有在跟的商机', `${whose(question)}现在没有在跟的商机,谈不上积压。`, [
        { label: '漏斗 本月', command: '漏斗 本月' },
      ]);
    if (stuck === 0) return nothingStuck(question, open, limit);
    const byStage = company.stages.stages.flatMap(({ name }) => {
      const own = groups.filter((group) => group.stage === name);
      const count = own.reduce((total, group) => total + group.stuck, 0);
      const all = own.reduce((total, group) => total + group.open, 0);
      const fen = own.reduce((total, group) => total + group.stuckFen, 0);
      return all === 0 ? [] : [{ stage: name, stuck: count, open: all, fen }];
    });
    const byOwner = ownersOf(groups);
    const worst = byStage.reduce((most, stage) => (stage.stuck > most.stuck ? stage : most));
    const even = byStage.filter(({ stuck: count }) => count === worst.stuck).map(({ stage }) => stage);
    const share = { numerator: stuck, denominator: open };
    const title = `${formatCount(stuck)} 个商机超过 ${limit} 天没跟进,压着 ${formatMoney(stuckFen)}`;
    const figures: Figure[] = [
      { metric: 'stage_stuck', label: '积压商机', unit: 'count', value: stuck },
      { metric: 'stuck_amount', label: '积压金额', unit: 'fen', value: stuckFen },
      { metric: 'stuck_rate', label: '占在跟商机', unit: 'ratio', value: ratioOf(share), ...share },
    ];
    const first = top[0];
    const narrative: Line[] = [
      [
        `${whose(question)}在跟 ${formatCount(open)} 个商机,`,
        { warning: `${formatCount(stuck)} 个` },
        `超过 ${limit} 天没跟进${open >= smallSampleBelow ? `,占 ${formatRate(share)}` : ''},金额 ${formatMoney(stuckFen)}。`,
      ],
      ...(stuck === 1
        ? []
        : [
            [
              even.length > 1
                ? `${tiedFor(even, '最多')},各 ${formatCount(worst.stuck)} 个`
                : `${worst.stage}最多,${formatCount(worst.stuck)} 个、${formatMoney(worst.fen)}`,
              byOwner.length > 1 ? `;按人看是${ownersWords(company.directory, byOwner, '个')}。` : '。',
            ],
          ]),
      ...(first === undefined
        ? []
        : [[`${stuck === 1 ? '就是' : '最大的一单是'}${opportunityWords(company, question, first)}。`]]),
    ];
    return {
      title,
      mode: null,
      headline: [
        ...figures.slice(0, 2),
        ...(open >= smallSampleBelow ? figures.slice(2) : []),
        ...(never === 0 ? [] : [neverFigure(never)]),
      ],
      figures: [
        ...figures,
        neverFigure(never),
        ...byStage.flatMap((stage): Figure[] => [
          {
            metric: 'stage_stuck',
            label: `${stage.stage}积压`,
            unit: 'count',
            value: stage.stuck,
            dims: { stage: stage.stage },
          },
          {
            metric: 'stuck_amount',
            label: `${stage.stage}积压金额`,
            unit: 'fen',
            value: stage.fen,
            dims: { stage: stage.stage },
          },
        ]),
        ...byOwner.map(
          ({ ownerId, count }): Figure => ({
            metric: 'stage_stuck',
            label: '积压商机',
            unit: 'count',
            value: count,
            dims: { owner: ownerName(company.directory, ownerId) },
          }),
        ),
      ],
      narrative,
      advice: adviceOf(company, question, top, byOwner),
      chart: {
        kind: 'bar',
        direction: 'across',
        title,
        subtitle: `积压 · 超过 ${limit} 天没跟进的在跟商机`,
        footer: chartFooter(company, question),
        unit: 'count',
        stacked: true,
        labels: byStage.map(({ stage }) => stage),
        series: [
          { label: '积压', tone: 'warning', values: byStage.map((stage) => stage.stuck) },
          { label: '正常跟进', tone: 'other', values: byStage.map((stage) => stage.open - stage.stuck) },
        ],
      },
      table: {
        columns: ['商机', '客户', '阶段', '负责人', '未跟进', '金额'],
        rows: top.map((row) => [
          row.name,
          row.customer,
          row.stage,
          ownerName(company.directory, row.ownerId),
          row.never ? `${row.days} 天(从未跟进)` : `${row.days} 天`,
          row.amountFen === null ? unknown : formatMoney(row.amountFen),
        ]),
        numeric: [false, false, false, false, true, true],
      },
      notes: [
        `未跟进按自然日算;从未跟进的,从进入阶段那天算起。${stuck > top.length ? `名单只列金额最大的 ${top.length} 个。` : ''}`,
        ...(overDays === null && company.stages.stages.some((stage) => stage.stuckAfterDays !== limit)
          ? ['各阶段的积压天数按设置各自计算。']
          : []),
      ],
      choices: [
        ...(byStage.length > 1 ? [{ label: `只看${worst.stage}`, command: `积压 ${worst.stage}` }] : []),
        ...(first === undefined ? [] : [{ label: first.customer, command: `客户 ${first.customer}` }]),
        { label: '沉默客户', command: '沉默客户' },
      ],
    };
  },
});

const neverFigure = (never: number): Figure => ({
  metric: 'stuck_never_followed',
  label: '其中从未跟进',
  unit: 'count',
  value: never,
});

function ownersOf(groups: readonly StuckGroup[]): { readonly ownerId: string | null; readonly count: number }[] {
  const counts = new Map<string | null, number>();
  for (const { ownerId, stuck } of groups) counts.set(ownerId, (counts.get(ownerId) ?? 0) + stuck);
  return [...counts]
    .map(([ownerId, count]) => ({ ownerId, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.ownerId ?? '').localeCompare(b.ownerId ?? ''));
}

const opportunityWords = (company: Company, question: Question, row: StuckOpportunity): string => {
  const who = isOwn(question) ? '你' : ownerName(company.directory, row.ownerId);
  return `${row.customer}(${row.stage},${row.amountFen === null ? '没填金额' : formatMoney(row.amountFen)}),${who}${row.never ? `进阶段 ${row.days} 天一次没跟` : `已经 ${row.days} 天没跟`}`;
};

function adviceOf(
  company: Company,
  question: Question,
  top: readonly StuckOpportunity[],
  byOwner: readonly { readonly ownerId: string | null; readonly count: number }[],
): Advice[] {
  const { today } = question.moment;
  const first = top[0];
  const advice: Advice[] = [];
  if (first !== undefined) {
    advice.push({
      text: `今天给${first.customer}打个电话,${first.days} 天没动静,${first.amountFen === null ? '金额也还没填' : `手里是 ${formatMoney(first.amountFen)}`}`,
      who: first.ownerId === null || isOwn(question) ? null : doerFor(company, first.ownerId),
      due: today,
      command: `客户 ${first.customer}`,
    });
  }
  const most = byOwner[0];
  if (most !== undefined && byOwner.length > 1 && most.ownerId !== null) {
    advice.push({
      text: `把自己名下 ${formatCount(most.count)} 个过一遍:要推进的定下次时间,没戏的关掉`,
      who: doerFor(company, most.ownerId),
      due: addDays(today, 2),
      command: `积压 ${company.directory.person(most.ownerId)?.name ?? ''}`.trim(),
    });
  }
  const orphaned = byOwner.filter(
    ({ ownerId }) => ownerId === null || company.directory.person(ownerId)?.active !== true,
  );
  const orphans = orphaned.reduce((total, { count }) => total + count, 0);
  if (orphans > 0) {
    advice.push({
      text: `${formatCount(orphans)} 个没人管或负责人已离职,先分给在岗的人`,
      who: null,
      due: addDays(today, 1),
      command: null,
    });
  }
  return advice;
}

function nothingStuck(question: Question, open: number, limit: number): Findings {
  return {
    ...nothingFound('没有积压', `${whose(question)}在跟的 ${formatCount(open)} 个商机,最近 ${limit} 天都跟进过。`, [
      { label: '现在的漏斗', command: '漏斗 当前' },
    ]),
    figures: [{ metric: 'stage_stuck', label: '积压商机', unit: 'count', value: 0 }],
    notes: ['未跟进按自然日算。'],
  };
}
