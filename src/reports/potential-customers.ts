import { formatCount, formatMoney, formatRate, formatRateBrief, unknown } from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { gradeSigningRate, potentialCustomers, potentialScore, prospects } from '../metrics/growth.ts';
import { inTouchDays, type Prospect, readProspects, readSigningByFit } from '../metrics/prospects.ts';
import { potentialFrom, potentialSigns } from '../predictions/potential.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { placesAmong, tiedNames, tiedWithFirst } from './tied.ts';

const listed = 20;
const drawn = 10;

/** 潜力客户 (item 131): who has not signed yet and has most going for them, with the reasons. */
export const potentialCustomersReport = defineReport({
  intent: 'potential_customers',
  items: [131],
  defaultPeriod: null,
  onlyNow: { past: ['new_customers', 'lead_conversion'] },
  dimensions: [],
  needs: ['customers', 'customer_last_touch'],
  run: async (company, question) => {
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment };
    const [all, signing] = await Promise.all([readProspects(company.crm, ask), readSigningByFit(company.crm, ask)]);
    if (all.length === 0)
      return nothingFound(
        '没有可挑的潜力客户',
        `${whose(question)}没有近 ${inTouchDays} 天有往来、还没签过的客户。没往来的看沉默客户。`,
        [{ label: '沉默客户', command: '沉默客户' }],
      );
    return findingsOf(company, question, all, signing);
  },
});

const reasons = ({ signs }: Prospect): string =>
  potentialSigns(signs)
    .map(({ words }) => words)
    .join('、');

function findingsOf(
  company: Company,
  question: Question,
  all: readonly Prospect[],
  signing: { readonly fit: Rate; readonly rest: Rate },
): Findings {
  const good = all.filter(({ score }) => score >= potentialFrom);
  const list = (good.length > 0 ? good : all).slice(0, question.top ?? listed);
  const [first] = list;
  const ranked = good.length > 0 ? good : all;
  const top = tiedWithFirst(ranked, ({ score }) => score);
  const places = placesAmong(ranked.map(({ score }) => score));
  const waiting = good.filter(({ signs }) => !signs.hasOpportunity);
  const title =
    good.length === 0
      ? `还没有 ${potentialFrom} 分以上的潜力客户`
      : `${formatCount(good.length)} 家潜力客户${waiting.length === 0 ? '' : `,${formatCount(waiting.length)} 家还没开商机`}`;
  const figures = [plainFigure(potentialCustomers, good.length), plainFigure(prospects, all.length)];
  const owners = [...new Set(good.map(({ ownerId }) => ownerId))].map((ownerId) => ({
    ownerId,
    count: good.filter((one) => one.ownerId === ownerId).length,
  }));
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      ...list.map((one) => plainFigure(potentialScore, one.score, { customer: one.name })),
      rateFigure(gradeSigningRate, signing.fit, { group: '占等级或预算' }),
      rateFigure(gradeSigningRate, signing.rest, { group: '都不占' }),
    ],
    narrative: [
      [
        `${whose(question)}近 ${inTouchDays} 天有往来、还没签的 ${formatCount(all.length)} 家里,`,
        { strong: `${formatCount(good.length)} 家到 ${potentialFrom} 分` },
        '。',
      ],
      ...(first === undefined
        ? []
        : [
            [
              `${top.length > 1 ? `并列第一的是${tiedNames(top.map(({ name }) => name))},都是 ${first.score} 分;${first.name}` : `排第一的是${first.name},${first.score} 分`}:${reasons(first)}${first.openFen > 0 ? `,在跟 ${formatMoney(first.openFen)}` : ''}${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
            ],
          ]),
      ...(owners.length > 1 ? [[`按人看:${ownersWords(company.directory, owners, '家')}。`]] : []),
      ...fitLine(signing),
    ],
    advice: adviceOf(company, question, list, waiting),
    chart: {
      kind: 'ranking',
      title,
      subtitle: '潜力客户 · 潜力分',
      footer: chartFooter(company, question),
      unit: 'score',
      counter: '家',
      total: wanted(question, (good.length > 0 ? good : all).length),
      rows: list.slice(0, drawn).map((one, i) => ({
        label: one.name,
        place: places[i]!,
        value: one.score,
        note: ownerName(company.directory, one.ownerId),
        tone: one.signs.hasOpportunity ? ('ours' as const) : ('warning' as const),
      })),
    },
    table: {
      columns: ['客户', '潜力分', '为什么', '在跟商机', '负责人'],
      rows: list.map((one) => [
        one.name,
        String(one.score),
        reasons(one),
        one.openFen > 0 ? formatMoney(one.openFen) : unknown,
        ownerName(company.directory, one.ownerId),
      ]),
      numeric: [false, true, false, true, false],
    },
    notes: [
      '潜力分是打分规则,不是成交概率;在谈的单能不能成看「赢率」。',
      ...(good.length > list.length ? [`名单列了 ${list.length} 家。`] : []),
    ],
    choices: [
      ...(first === undefined ? [] : [{ label: first.name, command: `客户 ${first.name}` }]),
      { label: '赢率', command: '赢率' },
      { label: '口径 潜力分', command: '口径 潜力分' },
    ],
  };
}

/** Whether the heaviest sign has held so far; said either way. */
function fitLine({ fit, rest }: { readonly fit: Rate; readonly rest: Rate }): string[][] {
  if (fit.denominator === 0 || rest.denominator === 0) return [];
  if (!differs(fit, rest))
    return [
      [
        `过去两年,占等级或预算的客户签约 ${formatRateBrief(fit)},都不占的 ${formatRateBrief(rest)},差别在正常波动以内:这一条先别看太重。`,
      ],
    ];
  return (ratioOf(fit) ?? 0) > (ratioOf(rest) ?? 0)
    ? [[`过去两年,占等级或预算的客户签约 ${formatRate(fit)},都不占的 ${formatRate(rest)}:这一条信得过。`]]
    : [[`过去两年,占等级或预算的客户反而签得少(${formatRate(fit)} 对 ${formatRate(rest)}),等级该重新评。`]];
}

function adviceOf(
  company: Company,
  question: Question,
  list: readonly Prospect[],
  waiting: readonly Prospect[],
): Advice[] {
  const who = (one: Prospect): string | null =>
    isOwn(question) || one.ownerId === null ? null : ownerName(company.directory, one.ownerId);
  const [first] = list;
  const [unopened] = waiting;
  return [
    ...(first === undefined
      ? []
      : [
          {
            text: `这周约${first.name}见一面${first.signs.reachesDecider ? '' : ',先问清谁拍板'}`,
            who: who(first),
            due: dueIn(question, 5),
            command: `客户 ${first.name}`,
          },
        ]),
    ...(unopened === undefined || unopened === first
      ? []
      : [
          {
            text: `${unopened.name}有往来还没开商机,把需求和预算问清,该开就开`,
            who: who(unopened),
            due: dueIn(question, 4),
            command: `客户 ${unopened.name}`,
          },
        ]),
  ];
}
