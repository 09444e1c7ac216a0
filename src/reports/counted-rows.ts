import { sql } from 'kysely';
import { addDays, type Day, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { wonAmount, wonCount } from '../metrics/sales.ts';
import { whole } from '../metrics/stage-position.ts';
import type { Line } from '../replies/reply.ts';
import { followUp, opening, periodWords, scopeWords } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Company, defineReport, type Findings, type Question } from './report.ts';

/** Days before and after the period in which a contract just missed it. */
const nearDays = 7;
const mostRead = 300;
const listed = 20;

interface Row {
  readonly contract_id: string;
  readonly number: string | null;
  readonly customer: string | null;
  readonly owner_user_id: string | null;
  readonly fen: number | null;
  readonly status: string;
  readonly signed: Day | null;
}

const leftOutStates: Readonly<Record<string, string>> = {
  draft: '还是草稿',
  pending: '还在审批',
  rejected: '审批被驳回',
  void: '已作废',
};

/** Why a contract is not in 成交金额 of a period; null where it is. */
export function whyLeftOut(row: Pick<Row, 'status' | 'signed'>, period: Period, today: Day): string | null {
  const state = leftOutStates[row.status];
  if (state !== undefined) return state;
  if (row.signed === null) return '没填签约日期';
  if (row.signed > today) return `签约日期 ${row.signed} 还没到`;
  if (row.signed < period.from) return `签在 ${row.signed},早于期间`;
  if (row.signed > period.to) return `签在 ${row.signed},晚于期间`;
  return null;
}

/** 你这数不对: the contracts that were counted and those that were not, each with its reason, within what the asker may see. */
export const countedRowsReport = defineReport({
  intent: 'feedback_wrong_number',
  items: [],
  defaultPeriod: 'this_month',
  dimensions: [],
  roles: ['rep', 'manager', 'regional_manager', 'director', 'admin'],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '业绩');
    if (refused !== null) return refused;
    const rows = await readRows(company, question, question.period!);
    return findings(company, question, rows);
  },
});

function readRows(company: Company, question: Question, period: Period): Promise<Row[]> {
  const { scope, filter } = question;
  const [from, to] = [addDays(period.from, -nearDays), addDays(period.to, nearDays)];
  return company.crm.read<Row>(
    scope,
    ({ rows, sql: bridge }) =>
      sql`select k.contract_id, k.number, c.name as customer, k.owner_user_id, ${bridge.fen(sql`k.amount`)} as fen, k.status, ${bridge.day(sql`k.signed_on`)} as signed
        from ${rows.of('cm_contracts', filter)} as k
        left join ${rows.customerAttributes()} as c on c.customer_id = k.customer_id
        where (k.signed_on >= ${from} and k.signed_on <= ${to})
          or (k.signed_on is null and k.created_at >= ${startOf(period.from)} and k.created_at < ${startOf(addDays(period.to, 1))})
        order by k.signed_on desc, k.contract_id limit ${whole(mostRead)}`,
  );
}

function findings(company: Company, question: Question, rows: readonly Row[]): Findings {
  const period = question.period!;
  const judged = rows.map((row) => ({ row, why: whyLeftOut(row, period, question.moment.today) }));
  const counted = judged.filter(({ why }) => why === null);
  const leftOut = judged.filter(({ why }) => why !== null);
  const sum = counted.reduce((all, { row }) => all + Number(row.fen ?? 0), 0);
  const { claimed } = question.slots;
  const said = typeof claimed === 'number' ? claimed : null;
  const shown = [...leftOut, ...counted].slice(0, listed);
  const lines: Line[] = [
    [
      `${opening(question)}算进来的是 `,
      { strong: `${formatCount(counted.length)} 份、${formatMoney(sum)}` },
      `,都是执行中或已完成、签约日期在期间内的合同。`,
    ],
  ];
  if (said !== null)
    lines.push([
      said === counted.length
        ? `你说的 ${formatCount(said)} 单和这里一致。`
        : said > counted.length
          ? `你说 ${formatCount(said)} 单,差的 ${formatCount(said - counted.length)} 单多半在下面没算的里面,或者不在${scopeWords(question)}名下。`
          : `你说 ${formatCount(said)} 单,这里多 ${formatCount(counted.length - said)} 单,逐份核对下面的。`,
    ]);
  lines.push([
    leftOut.length === 0
      ? `期间内和前后 ${nearDays} 天没有被排除的合同。`
      : `没算的有 ${formatCount(leftOut.length)} 份,原因写在每一份后面。`,
  ]);
  return {
    title: `${periodWords(question).trim()}算了 ${formatCount(counted.length)} 份,没算 ${formatCount(leftOut.length)} 份`,
    mode: null,
    headline: [plainFigure(wonCount, counted.length), plainFigure(wonAmount, sum)],
    figures: [plainFigure(wonCount, counted.length), plainFigure(wonAmount, sum)],
    narrative: lines,
    advice:
      leftOut.length === 0
        ? []
        : [
            {
              text: '该算没算的,在 CRM 里改合同状态或签约日期,改完再问一次',
              who: null,
              due: dueIn(question, 1),
              command: followUp(question, '业绩').command,
            },
          ],
    chart: null,
    table: {
      columns: ['合同', '客户', '负责人', '金额', '签约日', '算没算'],
      rows: shown.map(({ row, why }) => [
        row.number ?? row.contract_id,
        row.customer ?? '客户未填',
        ownerName(company.directory, row.owner_user_id),
        row.fen === null ? unknown : formatMoney(Number(row.fen)),
        row.signed ?? unknown,
        why === null ? '算' : `没算:${why}`,
      ]),
      numeric: [false, false, false, true, false, false],
    },
    notes: [
      '只列你能看到的合同;别人名下的不在这里。',
      ...(judged.length > listed ? [`共 ${formatCount(judged.length)} 份,先列没算的,最多 ${listed} 份。`] : []),
    ],
    choices: [followUp(question, '业绩'), { label: '口径 成交金额', command: '口径 成交金额' }],
  };
}
