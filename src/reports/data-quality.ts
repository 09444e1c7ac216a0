import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRatio } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import {
  type DuplicateGroup,
  type QualityAsk,
  type RequiredField,
  readCompleteness,
  readDuplicates,
  readFaults,
  requiredFields,
} from '../metrics/data-quality.ts';
import { dimensionNames, groupingWords } from '../metrics/dimensions.ts';
import {
  contradictoryDates,
  dataCompleteness,
  duplicateCustomers,
  fieldCompleteness,
  missingPhones,
  orphanRecords,
  overdueCloseDates,
} from '../metrics/quality.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { customersOf, duplicatesFound, extraCopies, phonesMissing } from './data-checks.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { completenessOf, type QualityCut, type QualityPart, qualityParts, worstPart } from './quality-parts.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const fields = Object.keys(requiredFields) as RequiredField[];

const cuts = ['owner', 'region', 'department'] as const satisfies readonly QualityCut[];

/** 数据质量 (items 77, 78): required fields, duplicates, orphans, contradictory dates; per owner; or one check alone. */
export const dataQualityReport = defineReport({
  intent: 'data_quality',
  items: [77, 78],
  defaultPeriod: null,
  onlyNow: { past: [] },
  dimensions: cuts,
  needs: ['customers'],
  async run(company, question) {
    const refused = unanswerable(question, '数据质量');
    if (refused !== null) return refused;
    const { scope, filter, moment } = question;
    const ask = { scope, filter, moment };
    if (question.slots.check === 'duplicates') return duplicatesFound(company, question, ask);
    if (question.slots.check === 'missing_phone') return phonesMissing(company, question, ask);
    return overview(company, question, ask);
  },
});

async function overview(company: Company, question: Question, ask: QualityAsk): Promise<Findings> {
  const inactive = company.directory.people.filter((person) => !person.active).map(({ id }) => id);
  const [owners, groups, faults] = await Promise.all([
    readCompleteness(company.crm, ask),
    readDuplicates(company.crm, ask),
    readFaults(company.crm, ask, inactive),
  ]);
  const customers = customersOf(owners);
  if (customers === 0) return nothingFound('没有在管客户', `${whose(question)}现在没有在管的客户,没有数据可查。`);
  const rate = completenessOf(owners);
  const byField = fields
    .map((field) => ({
      field,
      rate: { numerator: owners.reduce((sum, o) => sum + o.filled[field], 0), denominator: customers },
    }))
    .sort((a, b) => a.rate.numerator - b.rate.numerator);
  const phoneless = customers - byField.find(({ field }) => field === 'phone')!.rate.numerator;
  const [orphans, dates] = [faults.ownerless + faults.orphanDeals, faults.closedBeforeCreated + faults.endsBeforeStart];
  const cut = cuts.find((each) => question.groupBy.includes(each));
  const by = cut ?? 'owner';
  const ranked = qualityParts(company, owners, by);
  const worst = worstPart(ranked);
  const weakest = byField[0]!;
  const complete = rate.numerator === rate.denominator;
  const title = complete
    ? `必填项都填了,疑似重复 ${formatCount(extraCopies(groups))} 家`
    : cut !== undefined && worst !== null
      ? `${worst.name}的数据最不全,完整率 ${formatRatio(ratioOf(completenessOf([worst])) ?? 0)}`
      : `数据完整率 ${formatRatio(ratioOf(rate) ?? 0)},缺得最多的是${requiredFields[weakest.field]}`;
  const figures: Figure[] = [
    rateFigure(dataCompleteness, rate),
    plainFigure(duplicateCustomers, extraCopies(groups)),
    plainFigure(missingPhones, phoneless),
    plainFigure(orphanRecords, orphans),
    plainFigure(contradictoryDates, dates),
  ];
  const drawn = cut
    ? ranked.map((part) => ({ name: part.name, rate: completenessOf([part]), odd: part === worst }))
    : byField.map(({ field, rate: r }) => ({
        name: requiredFields[field] as string,
        rate: r,
        odd: field === weakest.field,
      }));
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      plainFigure(overdueCloseDates, faults.overdueCloseDates),
      ...byField.map(({ field, rate: r }) => rateFigure(fieldCompleteness, r, { field: requiredFields[field] })),
      ...ranked.map((part) => rateFigure(dataCompleteness, completenessOf([part]), { [by]: part.name })),
    ],
    narrative: [
      [
        `${whose(question)}在管 ${formatCount(customers)} 家客户,必填项填了 `,
        { strong: formatRate(rate) },
        complete
          ? '。'
          : `;缺得最多的是${byField
              .filter(({ rate: r }) => r.numerator < r.denominator)
              .slice(0, 2)
              .map(
                ({ field, rate: r }) => `${requiredFields[field]}(缺 ${formatCount(r.denominator - r.numerator)} 家)`,
              )
              .join('和')}。`,
      ],
      [
        groups.length === 0 && orphans === 0 && dates === 0
          ? '没有查出重复、没归属或日期对不上的记录。'
          : `另外${[
              groups.length === 0
                ? ''
                : `疑似重复 ${formatCount(extraCopies(groups))} 家(${groups
                    .slice(0, 2)
                    .map((g) => g.names[0])
                    .join('、')}${groups.length > 2 ? '等' : ''})`,
              orphans === 0 ? '' : `没有归属 ${formatCount(orphans)} 条`,
              dates === 0 ? '' : `日期对不上 ${formatCount(dates)} 条`,
            ]
              .filter((part) => part !== '')
              .join(',')}。`,
        faults.overdueCloseDates > 0 ? `${formatCount(faults.overdueCloseDates)} 个在跟商机的预计成交日已经过了。` : '',
      ],
      ...(isOwn(question) || ranked.length < 2
        ? []
        : [
            [
              worst === null
                ? `各${by === 'owner' ? '人' : dimensionNames[by]}的完整率差别在正常波动以内。`
                : `${worst.name}最低,${formatRate(completenessOf([worst]))},这个差别不是波动。`,
            ],
          ]),
    ],
    advice: advice(company, question, { worst, groups, orphans, overdue: faults.overdueCloseDates }),
    chart: complete
      ? null
      : {
          kind: 'bar',
          direction: 'across',
          title,
          subtitle: `必填项完整率 · 按${cut === undefined ? '项' : groupingWords(cut)},低的在前`,
          footer: chartFooter(company, question),
          labels: drawn.map(({ name }) => name),
          series: [
            {
              label: '完整率',
              tone: 'ours',
              values: drawn.map(({ rate: r }) => ratioOf(r)),
              tones: drawn.map(({ odd }) => (odd ? ('warning' as const) : ('ours' as const))),
            },
          ],
          unit: 'ratio',
          ...(cut !== undefined ? { line: { label: '整体', value: ratioOf(rate) ?? 0 } } : {}),
        },
    table: {
      columns: [dimensionNames[by], '客户', '完整率', ...fields.map((field) => `缺${requiredFields[field]}`)],
      rows: ranked.map((part) => [
        part.name,
        formatCount(part.customers),
        formatRatio(ratioOf(completenessOf([part])) ?? 0),
        ...fields.map((field) => formatCount(part.customers - part.filled[field])),
      ]),
      numeric: [false, true, true, ...fields.map(() => true)],
    },
    notes: [`必填项:${fields.map((field) => requiredFields[field]).join('、')};公海的客户不算。`],
    choices: [
      ...(cut === 'owner' || isOwn(question) ? [] : [{ label: '按人看', command: '数据质量 按人' }]),
      { label: '重复客户', command: '重复客户' },
      { label: '没手机号的客户', command: '没手机号的客户' },
      { label: '未更新', command: '未更新 3天' },
    ],
  };
}

function advice(
  company: Company,
  question: Question,
  found: {
    readonly worst: QualityPart | null;
    readonly groups: readonly DuplicateGroup[];
    readonly orphans: number;
    readonly overdue: number;
  },
): Advice[] {
  const own = isOwn(question);
  return [
    ...(found.worst === null || own
      ? []
      : [
          {
            text: `把缺的必填项补齐,先补等级和电话`,
            who: found.worst.doer,
            due: dueIn(question, 5),
            command: '数据质量 按人',
          },
        ]),
    ...(found.groups.length === 0
      ? []
      : [
          {
            text: `合并 ${formatCount(found.groups.length)} 组重复客户,先定归谁`,
            who: own ? null : leaderOf(company, found.groups[0]!.owners.find((id) => id !== null) ?? ''),
            due: dueIn(question, 5),
            command: '重复客户',
          },
        ]),
    ...(found.overdue === 0
      ? []
      : [
          {
            text: `${formatCount(found.overdue)} 个商机的预计成交日过了,逐个改成和客户确认过的日期`,
            who: null,
            due: dueIn(question, 2),
            command: '积压',
          },
        ]),
  ].slice(0, 3);
}
