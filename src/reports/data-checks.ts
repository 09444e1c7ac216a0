import { formatCount, unknown } from '../figures/format.ts';
import {
  type DuplicateGroup,
  type OwnerQuality,
  type QualityAsk,
  readCompleteness,
  readDuplicates,
  readWithoutPhone,
} from '../metrics/data-quality.ts';
import { duplicateCustomers, fieldCompleteness, missingPhones } from '../metrics/quality.ts';
import { isOwn, whose } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;

export const customersOf = (owners: readonly OwnerQuality[]): number => owners.reduce((sum, o) => sum + o.customers, 0);

/** How many customers there are too many. */
export const extraCopies = (groups: readonly DuplicateGroup[]): number =>
  groups.reduce((sum, g) => sum + g.copies - 1, 0);

/** 重复客户 (item 78): groups that share a name or a number, whose they are. */
export async function duplicatesFound(company: Company, question: Question, ask: QualityAsk): Promise<Findings> {
  const groups = await readDuplicates(company.crm, ask);
  const copies = extraCopies(groups);
  const figure = plainFigure(duplicateCustomers, copies);
  if (groups.length === 0)
    return {
      ...nothingFound('没有疑似重复的客户', `${whose(question)}的客户里,没有名称或电话相同的。`, [
        { label: '数据质量', command: '数据质量' },
      ]),
      figures: [figure],
    };
  const split = groups.filter(({ owners }) => owners.length > 1);
  return {
    title: `${formatCount(groups.length)} 组客户疑似重复,多出 ${formatCount(copies)} 家`,
    mode: null,
    headline: [figure],
    figures: [figure],
    narrative: [
      [
        `${whose(question)}有 `,
        { warning: `${formatCount(groups.length)} 组` },
        `客户名称或电话相同,多出 ${formatCount(copies)} 家:${groups
          .slice(0, 3)
          .map(({ names }) => names.slice(0, 2).join(' / '))
          .join(';')}${groups.length > 3 ? '等' : ''}。`,
      ],
      [
        split.length === 0
          ? '每组都在同一个人名下,合并就行。'
          : `其中 ${formatCount(split.length)} 组在不同的人名下,合并前要先定归谁。`,
      ],
    ],
    advice: [
      {
        text: '先合并有合同或在跟商机的那几组',
        who: null,
        due: dueIn(question, 5),
        command: `客户 ${groups[0]!.names[0]}`,
      },
    ],
    chart: null,
    table: {
      columns: ['客户', '份数', '相同的是', '负责人'],
      rows: groups
        .slice(0, question.top ?? listed)
        .map(({ names, copies: n, by, owners }) => [
          names.join(' / '),
          formatCount(n),
          by === 'name' ? '名称' : '电话',
          owners.map((id) => ownerName(company.directory, id)).join('、'),
        ]),
      numeric: [false, true, false, false],
    },
    notes: ['名称按去掉「有限公司」等字样后比;同名的不一定是一家,合并前请核对。'],
    choices: [{ label: '数据质量', command: '数据质量' }],
  };
}

/** 没手机号的客户 (item 77): who can be reached by no number. */
export async function phonesMissing(company: Company, question: Question, ask: QualityAsk): Promise<Findings> {
  const [owners, list] = await Promise.all([
    readCompleteness(company.crm, ask),
    readWithoutPhone(company.crm, ask, question.top ?? listed),
  ]);
  const customers = customersOf(owners);
  const missing = customers - owners.reduce((sum, o) => sum + o.filled.phone, 0);
  const figures = [
    plainFigure(missingPhones, missing),
    rateFigure(fieldCompleteness, { numerator: customers - missing, denominator: customers }, { field: '电话' }),
  ];
  if (missing === 0)
    return {
      ...nothingFound('在管客户都有电话', `${whose(question)}在管的 ${formatCount(customers)} 家客户都有电话。`),
      figures,
    };
  const byOwner = owners
    .map((o) => ({ ownerId: o.ownerId, count: o.customers - o.filled.phone }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return {
    title: `${formatCount(missing)} 家客户没有电话`,
    mode: null,
    headline: figures,
    figures,
    narrative: [
      [
        `${whose(question)}在管的 ${formatCount(customers)} 家里,`,
        { warning: `${formatCount(missing)} 家` },
        `客户和联系人上都没有电话,打不通也催不了。`,
      ],
      ...(byOwner.length > 1 && !isOwn(question)
        ? [
            [
              `按人看:${byOwner
                .slice(0, 3)
                .map(({ ownerId, count }) => `${ownerName(company.directory, ownerId)} ${count} 家`)
                .join('、')}${byOwner.length > 3 ? '等' : ''}。`,
            ],
          ]
        : []),
    ],
    advice: [
      {
        text: `下次联系时把电话补上,先补${list[0]?.grade === 'A' ? ' A 级的' : (list[0]?.name ?? '')}`,
        who: byOwner[0] === undefined || isOwn(question) ? null : doerFor(company, byOwner[0].ownerId),
        due: dueIn(question, 5),
        command: null,
      },
    ],
    chart: null,
    table: {
      columns: ['客户', '级别', '建档', '负责人'],
      rows: list.map((c) => [
        c.name,
        c.grade ?? unknown,
        c.createdAt.slice(0, 10),
        ownerName(company.directory, c.ownerId),
      ]),
      numeric: [false, false, false, false],
    },
    notes: missing > list.length ? [`名单列了 ${list.length} 家,等级高的在前。`] : [],
    choices: [{ label: '数据质量', command: '数据质量' }],
  };
}
