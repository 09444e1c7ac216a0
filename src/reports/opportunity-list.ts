import { dayOfWallTime, daysBetween } from '../calendar/day.ts';
import { describePeriod, periodName } from '../calendar/period.ts';
import type { NumberTest } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { type OpportunityRow, readOpportunityRows, readOpportunityTotals } from '../metrics/opportunity-rows.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { doerFor } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;

const outcomeWords: Readonly<Record<string, string>> = { open: '在跟', won: '成交', lost: '丢单', invalid: '无效' };

/** 大单列表: opportunities by amount, within any filter; the open ones unless another outcome was said. */
export const opportunityListReport = defineReport({
  intent: 'opportunity_list',
  items: [24, 126],
  defaultPeriod: null,
  dimensions: [],
  needs: ['opportunities'],
  async run(company, question) {
    const outcomes = question.filter.outcomes ?? ['open'];
    const isOpen = outcomes.includes('open');
    const ask = {
      scope: question.scope,
      filter: { ...question.filter, outcomes },
      moment: question.moment,
      period: question.period,
      dated: isOpen ? 'created_at' : 'closed_at',
    } as const;
    const totals = await readOpportunityTotals(company.crm, ask);
    const kind = outcomes.map((outcome) => outcomeWords[outcome] ?? outcome).join('、');
    const size = sizeWords(question.slots.filters?.amount);
    // What the kind and the size say already is not said again as a filter.
    const narrowed = question.filterWords.filter(
      (word) => !/^(?:在跟|已成交|已丢单|超过|不低于|低于|不超过) ?/.test(word),
    );
    const who = whose({ ...question, filterWords: narrowed });
    const when = question.period === null ? '' : `${periodName(question.period)}${isOpen ? '新建的' : '关闭的'}`;
    if (totals.opportunities === 0)
      return nothingFound(
        `没有${size === '' ? '' : ` ${size}的`}${kind}商机`,
        `${who}${when === '' ? '现在' : ''}没有${when}${size === '' ? '' : ` ${size}的`}${kind}商机。可以放低金额,或者看全部在跟的。`,
        [
          { label: '商机列表', command: '商机列表' },
          { label: '管道金额', command: '管道金额' },
        ],
      );
    const order = question.slots.order === 'asc' ? 'smallest' : 'largest';
    const list = await readOpportunityRows(company.crm, { ...ask, order, limit: question.top ?? listed });
    const title = `${when}${size}${kind}商机 ${formatCount(totals.opportunities)} 个,共 ${formatMoney(totals.amountFen)}`;
    const first = list[0];
    const headline: Figure[] = [
      { metric: 'listed_opportunities', label: `${kind}商机`, unit: 'count', value: totals.opportunities },
      { metric: 'listed_amount', label: '合计金额', unit: 'fen', value: totals.amountFen },
      { metric: 'listed_customers', label: '涉及客户', unit: 'count', value: totals.customers },
    ];
    const quiet = list.filter((row) => isOpen && quietDays(row, question) > company.settings.stuckAfterDays);
    const shown = list.reduce((sum, row) => sum + Number(row.amount_fen ?? 0), 0);
    const narrative: Line[] = [
      [
        `${who}${when}${when === '' && size !== '' ? ' ' : ''}${size}${kind}商机有 `,
        { strong: `${formatCount(totals.opportunities)} 个` },
        `,合计 ${formatMoney(totals.amountFen)}${list.length < totals.opportunities && totals.amountFen > 0 ? `;下面 ${list.length} 个就有 ${formatMoney(shown)}` : ''}。`,
      ],
      ...(first === undefined
        ? []
        : [
            [
              `${order === 'largest' ? '最大' : '最小'}的是${first.customer ?? first.name ?? first.opportunity_id}，${money(first)},${isOpen || outcomes.length > 1 ? `${stageWords(company, first)},` : ''}${isOwn(question) ? '' : `${ownerName(company.directory, first.owner_user_id)},`}${movedWords(first, question)}。`,
            ],
          ]),
      ...(quiet.length === 0
        ? []
        : [
            [
              { warning: `其中 ${quiet.length} 个超过 ${company.settings.stuckAfterDays} 天没跟进` },
              `:${quiet
                .slice(0, 3)
                .map((row) => row.customer ?? row.name ?? '')
                .join('、')}${quiet.length > 3 ? '等' : ''}。`,
            ],
          ]),
    ];
    return {
      title,
      mode: null,
      headline,
      figures: [
        ...headline,
        ...list.map(
          (row): Figure => ({
            metric: 'opportunity_amount',
            label: '单个商机金额',
            unit: 'fen',
            value: row.amount_fen === null ? null : Number(row.amount_fen),
            dims: { opportunity: row.name ?? row.opportunity_id },
            ...(row.amount_fen === null ? { missing: '没有填金额' } : {}),
          }),
        ),
      ],
      narrative,
      advice: adviceOf(company, question, quiet),
      chart: {
        kind: 'ranking',
        title,
        subtitle: `商机列表 · ${question.period === null ? '此刻' : describePeriod(question.period, question.moment.today)}`,
        footer: chartFooter(company, question),
        unit: 'fen',
        counter: '个',
        total: wanted(question, totals.opportunities),
        rows: list.slice(0, drawn).map((row) => ({
          label: row.customer ?? row.name ?? row.opportunity_id,
          value: row.amount_fen === null ? null : Number(row.amount_fen),
          note: isOwn(question) ? stageWords(company, row) : ownerName(company.directory, row.owner_user_id),
          tone:
            row.outcome === 'won' ? 'won' : row.outcome === 'lost' ? 'lost' : quiet.includes(row) ? 'warning' : 'ours',
        })),
      },
      table: {
        columns: [
          '商机',
          '客户',
          isOpen ? '阶段' : '结果',
          '金额',
          '负责人',
          isOpen ? '上次跟进' : '关闭日期',
          isOpen ? '预计成交' : '原因',
        ],
        rows: list.map((row) => [
          row.name ?? row.opportunity_id,
          row.customer ?? unknown,
          stageWords(company, row),
          money(row),
          ownerName(company.directory, row.owner_user_id),
          (isOpen ? row.followed_at : row.closed_at)?.slice(0, 10) ?? unknown,
          (isOpen ? row.expected_close_date : row.lost_reason) ?? unknown,
        ]),
        numeric: [false, false, false, true, false, false, false],
      },
      notes: [
        ...(totals.withoutAmount === 0 ? [] : [`${formatCount(totals.withoutAmount)} 个没有填金额,排在最后。`]),
        ...(list.length < totals.opportunities ? [`名单列了 ${list.length} 个。`] : []),
      ],
      choices: [
        ...(first?.customer == null ? [] : [{ label: first.customer, command: `客户 ${first.customer}` }]),
        { label: '积压', command: '积压' },
        { label: '管道金额', command: '管道金额' },
      ],
    };
  },
});

/** `100 万以上`, `50 万以内`, from what was typed in yuan. */
function sizeWords(test: NumberTest | undefined): string {
  if (test === undefined) return '';
  if (test.op === 'between') return `${formatMoney(test.from * 100)}到 ${formatMoney(test.to * 100)}`;
  const amount = formatMoney(test.value * 100);
  if (test.op === '=') return amount;
  return test.op === '>' || test.op === '>=' ? `${amount}以上` : `${amount}以内`;
}

const money = (row: OpportunityRow): string =>
  row.amount_fen === null ? '没填金额' : formatMoney(Number(row.amount_fen));

const stageWords = (company: Company, row: OpportunityRow): string =>
  row.outcome === 'open'
    ? ((row.stage_id === null ? undefined : company.stages.byStageId(row.stage_id)?.name) ?? '阶段未知')
    : (outcomeWords[row.outcome] ?? row.outcome);

const quietDays = (row: OpportunityRow, { moment }: Question): number =>
  daysBetween(dayOfWallTime(row.followed_at ?? row.created_at), moment.today);

function movedWords(row: OpportunityRow, question: Question): string {
  if (row.outcome !== 'open') {
    const reason = row.lost_reason === null ? '' : `,原因是${row.lost_reason}`;
    return `${row.closed_at?.slice(0, 10) ?? '日期没记'} 关闭${reason}`;
  }
  if (row.followed_at === null) return '还没跟进过';
  const days = quietDays(row, question);
  return days === 0 ? '今天刚跟进过' : `上次跟进在 ${days} 天前`;
}

function adviceOf(company: Company, question: Question, quiet: readonly OpportunityRow[]): Advice[] {
  const [first] = quiet;
  if (first === undefined) return [];
  return [
    {
      text: `今天跟进${first.customer ?? first.name ?? '这一单'}，${money(first)},已经 ${quietDays(first, question)} 天没动静`,
      who: first.owner_user_id === null || isOwn(question) ? null : doerFor(company, first.owner_user_id),
      due: question.moment.today,
      command: first.customer === null ? null : `客户 ${first.customer}`,
    },
  ];
}
