import { addDays, dayOfWallTime, daysBetween } from '../calendar/day.ts';
import type { TilesChart } from '../charts/spec.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { Sensitive } from '../figures/sensitive.ts';
import {
  type CardContact,
  type CardContract,
  type CardFollowUp,
  type CardOpportunity,
  type CardService,
  type CustomerFound,
  contactsOf,
  contractsOf,
  followUpsOf,
  opportunitiesOf,
  serviceOf,
} from '../metrics/customer-card.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter } from './captions.ts';
import { lastInteraction } from './customer-last-interaction.ts';
import { customerNamed } from './customer-named.ts';
import { followUpWords, saidWords } from './follow-up-words.ts';
import { doerFor } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';

/** Everything about one customer on one card (items 40, 80): who has it, what is open, what was signed and paid, when last in touch. */
export const customerDetailReport = defineReport({
  intent: 'customer_detail',
  items: [40, 41, 50, 80],
  defaultPeriod: null,
  onlyNow: { past: ['interaction_timeline'] },
  dimensions: [],
  needs: ['customers'],
  async run(company, question) {
    const named = await customerNamed(company, question, '客户');
    if (named.kind === 'answer') return named.findings;
    const { customer } = named;
    const { crm } = company;
    const { scope, moment } = question;
    const span = { until: moment.wall, limit: 5 };
    if (question.slots.view === 'last_interaction') {
      return lastInteraction(company, question, customer, await followUpsOf(crm, scope, customer.customer_id, span));
    }
    const id = customer.customer_id;
    const [contacts, opportunities, contracts, followUps, service] = await Promise.all([
      // A group sees no contact at all, so none is read.
      question.audience === 'group' ? [] : contactsOf(crm, scope, id),
      opportunitiesOf(crm, scope, id),
      contractsOf(crm, scope, id, moment),
      followUpsOf(crm, scope, id, span),
      serviceOf(crm, scope, id, moment),
    ]);
    return card(company, question, { customer, contacts, opportunities, contracts, followUps, service });
  },
});

interface Card {
  readonly customer: CustomerFound;
  readonly contacts: readonly CardContact[];
  readonly opportunities: readonly CardOpportunity[];
  readonly contracts: readonly CardContract[];
  readonly followUps: readonly CardFollowUp[];
  readonly service: CardService;
}

function card(company: Company, question: Question, data: Card): Findings {
  const { customer, opportunities, contracts, followUps, service } = data;
  const { today } = question.moment;
  const open = opportunities.filter((row) => row.outcome === 'open');
  const sum = (values: readonly (number | null)[]) =>
    values.reduce<number>((total, value) => total + Number(value ?? 0), 0);
  const openFen = sum(open.map((row) => row.amount_fen));
  const contractFen = sum(contracts.map((row) => row.amount_fen));
  const paidFen = sum(contracts.map((row) => row.paid_fen));
  const running = contracts.filter(
    (row) => row.status === 'effective' && (row.ends_on === null || row.ends_on >= today),
  );
  const quietDays = daysBetween(dayOfWallTime(customer.last_touch_at ?? customer.created_at), today);
  const limit = company.settings.silentDays.byGrade[customer.grade ?? ''] ?? company.settings.silentDays.default;
  const silent = quietDays >= limit && daysBetween(dayOfWallTime(customer.created_at), today) >= limit;
  const last = followUps[0] ?? null;
  const owner = ownerName(company.directory, customer.owner_user_id);
  const title = silent
    ? `${customer.name}已沉默 ${quietDays} 天,${open.length > 0 ? `还有 ${formatMoney(openFen)} 商机在跟` : '没有在跟商机'}`
    : open.length > 0
      ? `${customer.name}:${formatCount(open.length)} 个商机在跟,${formatMoney(openFen)}`
      : `${customer.name}:没有在跟商机${contracts.length > 0 ? `,累计签约 ${formatMoney(contractFen)}` : ''}`;
  const headline: Figure[] = [
    { metric: 'open_opportunities', label: '在跟商机', unit: 'count', value: open.length },
    { metric: 'open_amount', label: '在跟金额', unit: 'fen', value: openFen },
    { metric: 'customer_contract_amount', label: '累计签约', unit: 'fen', value: contractFen },
    { metric: 'customer_paid_amount', label: '已回款', unit: 'fen', value: paidFen },
    { metric: 'silent_days', label: '距上次往来', unit: 'days', value: quietDays },
  ];
  return {
    title,
    mode: null,
    headline,
    figures: [
      ...headline,
      { metric: 'customer_followups_90d', label: '近 90 天跟进', unit: 'count', value: service.follow_ups },
      { metric: 'customer_tickets_90d', label: '近 90 天工单', unit: 'count', value: service.tickets },
      { metric: 'customer_open_tickets', label: '未结工单', unit: 'count', value: service.open_tickets },
    ],
    narrative: [
      [profileWords(customer), `,负责人${owner}。`],
      dealWords(company, open, openFen, contracts, contractFen, paidFen, running.length),
      [
        last === null
          ? `没有跟进记录,建档 ${daysBetween(dayOfWallTime(customer.created_at), today)} 天。`
          : `上次跟进是 ${followUpWords(company.directory, { at: last.at, by: last.user_id, kind: last.kind })}${saidWords(last.summary, question)},近 90 天跟进 ${formatCount(service.follow_ups)} 次。`,
        silent
          ? {
              warning: `已经 ${quietDays} 天没有任何往来,超过${customer.grade === null ? '' : ` ${customer.grade} 级`}客户 ${limit} 天的线。`,
            }
          : '',
      ],
      ...serviceWords(service),
    ],
    advice: adviceOf(company, question, data, silent),
    chart: tilesOf(company, question, data, {
      title,
      openFen,
      contractFen,
      paidFen,
      quietDays,
      silent,
      open: open.length,
    }),
    table: {
      columns: ['商机', '阶段', '金额', '预计成交', '负责人'],
      rows: opportunities
        .slice(0, 10)
        .map((row) => [
          row.name ?? row.opportunity_id,
          stageWords(company, row),
          row.amount_fen === null ? unknown : formatMoney(Number(row.amount_fen)),
          row.expected_close_date ?? unknown,
          ownerName(company.directory, row.owner_user_id),
        ]),
      numeric: [false, false, true, false, false],
    },
    notes: contactNotes(data.contacts, question),
    choices: [
      { label: '互动记录', command: `互动记录 ${customer.name}` },
      ...(open.length > 0 ? [{ label: '上次聊了什么', command: `${customer.name}上次谁联系的` }] : []),
      { label: '沉默客户', command: '沉默客户' },
    ],
  };
}

const profileWords = (customer: CustomerFound): string =>
  [
    customer.name,
    customer.grade === null ? '未分级' : `${customer.grade} 级`,
    customer.industry ?? '行业未填',
    customer.city ?? '城市未填',
    ...(customer.lifecycle === 'pool' ? ['在公海'] : []),
  ].join(' · ');

const stageWords = (company: Company, row: CardOpportunity): string => {
  if (row.outcome === 'won') return '成交';
  if (row.outcome === 'lost') return '丢单';
  if (row.outcome === 'invalid') return '无效';
  return (row.stage_id === null ? undefined : company.stages.byStageId(row.stage_id)?.name) ?? '阶段未知';
};

function dealWords(
  company: Company,
  open: readonly CardOpportunity[],
  openFen: number,
  contracts: readonly CardContract[],
  contractFen: number,
  paidFen: number,
  running: number,
): Line {
  const first = open[0];
  const opportunities =
    first === undefined
      ? '手里没有在跟的商机'
      : open.length === 1
        ? `在跟 1 个商机,${stageWords(company, first)}阶段,${formatMoney(openFen)}`
        : `在跟 ${formatCount(open.length)} 个商机共 ${formatMoney(openFen)},走得最远的在${furthest(company, open)}`;
  const signed =
    contracts.length === 0
      ? '还没签过合同'
      : `累计签约 ${formatCount(contracts.length)} 份、${formatMoney(contractFen)},已回款 ${formatMoney(paidFen)}${running > 0 ? `,${formatCount(running)} 份在履行` : ',都已到期'}`;
  return [`${opportunities};${signed}。`];
}

function furthest(company: Company, open: readonly CardOpportunity[]): string {
  const stages = open.flatMap((row) => (row.stage_id === null ? [] : (company.stages.byStageId(row.stage_id) ?? [])));
  return stages.reduce(
    (best, stage) => (stage.position > best.position ? stage : best),
    stages[0] ?? { name: '未知阶段', position: -1 },
  ).name;
}

function serviceWords(service: CardService): Line[] {
  if (service.tickets === 0 && service.open_tickets === 0) return [];
  const complaints = service.complaints > 0 ? `,其中投诉 ${formatCount(service.complaints)} 个` : '';
  const open = service.open_tickets > 0 ? `,${formatCount(service.open_tickets)} 个没结` : ',都已结';
  return [[`近 90 天 ${formatCount(service.tickets)} 个工单${complaints}${open}。`]];
}

function adviceOf(company: Company, question: Question, data: Card, silent: boolean): Advice[] {
  const { customer, service, opportunities, contracts } = data;
  const { today } = question.moment;
  const owner = doerFor(company, customer.owner_user_id);
  const advice: Advice[] = [];
  if (service.complaints > 0 && service.open_tickets > 0)
    advice.push({ text: '先把没结的工单和投诉处理掉,再谈新的单子', who: owner, due: addDays(today, 1), command: null });
  if (silent)
    advice.push({
      text: data.followUps[0]?.summary ? '按上次谈到的内容打个电话' : '打个电话问一声近况',
      who: owner,
      due: addDays(today, 1),
      command: `互动记录 ${customer.name}`,
    });
  const overdue = opportunities.find(
    (row) => row.outcome === 'open' && row.expected_close_date !== null && row.expected_close_date < today,
  );
  if (overdue !== undefined && !silent)
    advice.push({
      text: `「${overdue.name ?? customer.name}」预计成交日 ${overdue.expected_close_date} 已过,和客户确认新日期`,
      who: owner,
      due: addDays(today, 2),
      command: null,
    });
  const ending = contracts.find(
    (row) =>
      row.status === 'effective' && row.ends_on !== null && row.ends_on >= today && row.ends_on <= addDays(today, 60),
  );
  if (ending?.ends_on != null)
    advice.push({
      text: `合同 ${ending.ends_on} 到期,还有 ${daysBetween(today, dayOfWallTime(ending.ends_on))} 天,现在谈续约`,
      who: owner,
      due: addDays(today, 5),
      command: null,
    });
  if (customer.owner_user_id === null)
    advice.push({ text: '这家没有负责人,先定一个人跟', who: null, due: addDays(today, 1), command: null });
  return advice.slice(0, 3);
}

function tilesOf(
  company: Company,
  question: Question,
  data: Card,
  sums: {
    readonly title: string;
    readonly openFen: number;
    readonly contractFen: number;
    readonly paidFen: number;
    readonly quietDays: number;
    readonly silent: boolean;
    readonly open: number;
  },
): TilesChart {
  const { customer, contracts, service } = data;
  return {
    kind: 'tiles',
    title: sums.title,
    subtitle: `客户卡 · ${profileWords(customer)}`,
    footer: chartFooter(company, question),
    tiles: [
      {
        label: '级别 · 负责人',
        value: customer.grade ?? unknown,
        note: ownerName(company.directory, customer.owner_user_id),
      },
      {
        label: '在跟商机',
        value: sums.open === 0 ? '无' : formatMoney(sums.openFen),
        ...(sums.open === 0 ? {} : { note: `${sums.open} 个` }),
      },
      {
        label: '累计签约',
        value: contracts.length === 0 ? '无' : formatMoney(sums.contractFen),
        note: `${contracts.length} 份`,
        tone: 'won',
      },
      { label: '已回款', value: contracts.length === 0 ? unknown : formatMoney(sums.paidFen) },
      {
        label: '距上次往来',
        value: `${sums.quietDays} 天`,
        note: data.followUps[0] === undefined ? '没有跟进记录' : `上次跟进 ${data.followUps[0].at.slice(5, 10)}`,
        ...(sums.silent ? { tone: 'warning' as const } : {}),
      },
      {
        label: '近 90 天工单',
        value: formatCount(service.tickets),
        note: service.open_tickets > 0 ? `${service.open_tickets} 个没结` : '都已结',
        ...(service.open_tickets > 0 ? { tone: 'warning' as const } : {}),
      },
    ],
  };
}

/** Contacts as the mask lets them be seen; a group sees that there are some elsewhere, never who. */
function contactNotes(contacts: readonly CardContact[], question: Question): string[] {
  if (question.audience === 'group') return ['联系人和电话只在私聊里给。'];
  if (contacts.length === 0) return ['没有登记联系人。'];
  const words = contacts.map((contact) => {
    const name = contact.name === null ? '未填姓名' : new Sensitive('contactNames', contact.name).shown(question.mask);
    const phone = contact.mobile === null ? '' : ` ${new Sensitive('phones', contact.mobile).shown(question.mask)}`;
    const email = contact.email === null ? '' : ` ${new Sensitive('emails', contact.email).shown(question.mask)}`;
    const role = Number(contact.is_decision_maker) === 1 ? '(决策人)' : '';
    return `${name}${contact.title === null ? '' : ` ${contact.title}`}${role}${phone}${email}`;
  });
  return [`联系人:${words.join(';')}。`];
}
