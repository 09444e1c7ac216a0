import { addDays, type Day, dayOfWallTime, daysBetween, startOf } from '../calendar/day.ts';
import { describePeriod, elapsed, lengthInDays, periodName } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { type CustomerEvent, eventsOf } from '../metrics/customer-card.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter } from './captions.ts';
import { customerNamed } from './customer-named.ts';
import { followUpKinds, saidWords } from './follow-up-words.ts';
import { notYet } from './funnel-empty.ts';
import { ownerName } from './owner-name.ts';
import { type Company, defineReport, nothingFound } from './report.ts';

const most = 500;
const drawn = 12;
const listed = 30;

const ticketKinds: Readonly<Record<string, string>> = {
  question: '咨询',
  complaint: '投诉',
  return: '退货',
  fault: '故障',
};

/** 互动记录: what happened with one customer, by whom, and how often (item 41). */
export const interactionTimelineReport = defineReport({
  intent: 'interaction_timeline',
  items: [41, 43],
  defaultPeriod: 'last_90_days',
  dimensions: [],
  needs: ['customers', 'activities'],
  async run(company, question) {
    const named = await customerNamed(company, question, '互动记录');
    if (named.kind === 'answer') return named.findings;
    const { customer } = named;
    const { today, wall } = question.moment;
    const period = question.period ?? { label: 'last_90_days', from: addDays(today, -89), to: today };
    if (period.from > today) return notYet(period, question, `互动记录 ${customer.name}`);
    const until = period.to < today ? startOf(addDays(period.to, 1)) : wall;
    const all = await eventsOf(company.crm, question.scope, customer.customer_id, {
      from: startOf(period.from),
      until,
      limit: most,
    });
    const events = all.filter((event) => dayOfWallTime(event.at) <= period.to);
    const name = periodName(period);
    if (events.length === 0) {
      const last = customer.last_touch_at;
      return nothingFound(
        `${customer.name}${name}没有互动`,
        last === null
          ? `${customer.name}没有任何互动记录,负责人是${ownerName(company.directory, customer.owner_user_id)}。`
          : `${customer.name}在${describePeriod(period, today)}没有互动,最近一次是 ${last.slice(0, 10)},${daysBetween(dayOfWallTime(last), today)} 天前。`,
        [
          { label: '客户卡', command: `客户 ${customer.name}` },
          { label: '看今年', command: `互动记录 ${customer.name} 今年` },
        ],
      );
    }
    const followUps = events.filter((event) => event.source === 'follow-up');
    const counts = countsOf(followUps);
    const longest = longestGap(followUps, elapsed(period, today).to);
    const elapsedDays = lengthInDays(elapsed(period, today));
    const last = events[0];
    const title = `${customer.name}${name}跟进 ${formatCount(followUps.length)} 次${followUps.length > 1 ? `,平均 ${formatCount(elapsedDays / followUps.length)} 天一次` : ''}`;
    const people = [...new Set(followUps.map((event) => event.user_id))].map((id) => ownerName(company.directory, id));
    const narrative: Line[] = [
      [
        `${name}和${customer.name}跟进 `,
        { strong: `${formatCount(followUps.length)} 次` },
        counts.length === 0
          ? '。'
          : `:${counts.map(({ kind, count }) => `${kind} ${formatCount(count)} 次`).join('、')}${people.length === 0 ? '' : `,经手的是${people.slice(0, 3).join('、')}`}。`,
      ],
      ...(last === undefined
        ? []
        : [
            [
              `最近一条记录是 ${last.day} ${eventWords(company, last)}${last.source === 'follow-up' ? saidWords(last.words, question) : ''}。`,
            ],
          ]),
      ...(longest === null || longest < 14 ? [] : [[`中间最长隔了 ${formatCount(longest)} 天没有跟进。`]]),
    ];
    const headline: Figure[] = [
      { metric: 'customer_followups', label: '跟进', unit: 'count', value: followUps.length },
      ...counts.slice(0, 3).map(
        ({ kind, count }): Figure => ({
          metric: 'customer_followups',
          label: kind,
          unit: 'count',
          value: count,
          dims: { followup_type: kind },
        }),
      ),
    ];
    return {
      title,
      mode: null,
      headline: headline.map(({ dims: _dims, ...figure }) => figure),
      figures: [
        ...headline,
        {
          metric: 'longest_gap',
          label: '最长间隔',
          unit: 'days',
          value: longest,
          ...(longest === null ? { missing: '没有跟进' } : {}),
        },
        { metric: 'customer_events', label: '全部互动', unit: 'count', value: events.length },
      ],
      narrative,
      advice: [],
      chart: {
        kind: 'timeline',
        title,
        subtitle: `互动记录 · ${describePeriod(period, today)}`,
        footer: chartFooter(company, question),
        events: events.slice(0, drawn).map((event) => ({
          day: event.day,
          label: eventWords(company, event),
          tone:
            event.source === 'contract' || event.source === 'payment'
              ? 'won'
              : event.source === 'ticket'
                ? event.kind === 'complaint'
                  ? 'warning'
                  : 'other'
                : 'ours',
        })),
      },
      table: {
        columns: ['时间', '谁', '做了什么', ...(question.audience === 'group' ? [] : ['内容'])],
        rows: events
          .slice(0, listed)
          .map((event) => [
            event.source === 'contract' || event.source === 'payment' ? event.day : event.at.slice(0, 16),
            event.user_id === null ? unknown : ownerName(company.directory, event.user_id),
            whatWords(event),
            ...(question.audience === 'group'
              ? []
              : [saidWords(event.words, question).replace(/^,记的是/, '') || unknown]),
          ]),
        numeric: [false, false, false, ...(question.audience === 'group' ? [] : [false])],
      },
      notes: [
        ...(events.length > drawn ? [`图里是最近 ${drawn} 条,共 ${formatCount(events.length)} 条。`] : []),
        ...(all.length === most ? [`记录太多,只取了最近 ${most} 条。`] : []),
        ...(question.audience === 'group' ? ['聊的内容只在私聊里给。'] : []),
      ],
      choices: [
        { label: '客户卡', command: `客户 ${customer.name}` },
        { label: '看今年', command: `互动记录 ${customer.name} 今年` },
      ],
    };
  },
});

function whatWords(event: CustomerEvent): string {
  const money = event.amount_fen === null ? '' : ` ${formatMoney(Number(event.amount_fen))}`;
  switch (event.source) {
    case 'follow-up':
      return followUpKinds[event.kind] ?? '跟进';
    case 'contract':
      return `签约${money}`;
    case 'payment':
      return `回款${money}`;
    case 'ticket':
      return `${ticketKinds[event.kind] ?? '服务'}工单`;
  }
}

const eventWords = (company: Company, event: CustomerEvent): string =>
  event.user_id === null ? whatWords(event) : `${ownerName(company.directory, event.user_id)} ${whatWords(event)}`;

function countsOf(followUps: readonly CustomerEvent[]): { readonly kind: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind } of followUps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .map(([kind, count]) => ({ kind: followUpKinds[kind] ?? '跟进', count }))
    .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

/** The longest run of days between two follow-ups, or from the last one to `until`; null without any. Newest first. */
function longestGap(followUps: readonly CustomerEvent[], until: Day): number | null {
  const days = followUps.map(({ at }) => dayOfWallTime(at));
  if (days.length === 0) return null;
  const ends = [until, ...days];
  return days.reduce((longest, day, i) => Math.max(longest, daysBetween(day, ends[i] ?? until)), 0);
}
