import { sql } from 'kysely';
import type { Grant } from './access/authorise.ts';
import { mayAsk } from './access/permissions.ts';
import { roleNames } from './access/viewer.ts';
import type { Moment } from './calendar/clock.ts';
import type { Command } from './commands/command.ts';
import { type HelpNames, helpByRole, helpByTopic } from './commands/help.ts';
import type { KnownCompany } from './company.ts';
import { plainReply } from './replies/compose.ts';
import { intentName } from './replies/phrases.ts';
import type { Choice, Reply } from './replies/reply.ts';
import { reportFor, reports } from './reports/catalogue.ts';
import { answersRole } from './role-choices.ts';

/** What a person can ask: the reports of their role, and examples that were tried against what there is for them. */
export async function helpReply(company: KnownCompany, grant: Grant, command: Command, moment: Moment): Promise<Reply> {
  const names = await namesFor(company, grant);
  const works = (example: string) => doesWork(company, grant, moment, example);
  const { topic } = command.slots;
  if (topic !== undefined) {
    const { lines, examples } = helpByTopic(topic, names);
    const tried = examples.filter(works);
    const told = lines.filter((line) => !line.startsWith('例'));
    return plainReply(
      'help',
      told[0] ?? '帮助',
      [...told, tried.length === 0 ? '这张报表还没有接上。' : '点下面的例子试试：'],
      choicesOf(tried),
    );
  }
  const examples = roleExamples(grant, names).filter(works);
  const mine = reports.filter(
    (report) => mayAsk(grant.viewer.role, report.intent) && report.roles?.includes(grant.viewer.role) !== false,
  );
  return plainReply(
    'help',
    `${grant.viewer.name}，可以这样问我`,
    [
      `${grant.viewer.name}（${roleNames[grant.viewer.role]}），你能看${grant.scope.words}的数，可以问：`,
      mine.map((report) => intentName(report.intent)).join(' · '),
      `时间、区域、人、行业、渠道直接接在后面，顺序不限：${['漏斗 上月 华东', '业绩 本季度 按人 环比', ...examples].filter(works).slice(0, 2).join('，')}。答完还可以接着说「那上个月呢」「按人拆开」。`,
      '想知道一个数怎么算的：口径 成交金额。',
    ],
    choicesOf([...new Set(examples)].slice(0, 3)),
  );
}

/** The first questions of a role, and some that most may ask. */
const roleExamples = (grant: Grant, names: HelpNames): readonly string[] => [
  ...helpByRole(grant.viewer.role, names).examples,
  '漏斗 本月',
  '业绩 本月',
  '客户分布 行业',
];

/** What this person can ask as it stands: offered where nothing else of what was said can be. */
export async function examplesFor(company: KnownCompany, grant: Grant, moment: Moment): Promise<readonly Choice[]> {
  const names = await namesFor(company, grant);
  const works = roleExamples(grant, names).filter((example) => doesWork(company, grant, moment, example));
  return choicesOf([...new Set(works)].slice(0, 3));
}

const choicesOf = (examples: readonly string[]) => examples.map((example) => ({ label: example, command: example }));

/** Reads the example as if it had been typed: help never offers what would then be refused. */
function doesWork(company: KnownCompany, grant: Grant, moment: Moment, example: string): boolean {
  const read = company.parser.understand(example, {
    moment,
    asker: { userId: grant.viewer.userId, name: grant.viewer.name },
    chat: grant.audience,
    previous: null,
    fiscalYearStartMonth: company.settings.fiscalYearStartMonth,
  });
  return (
    read.kind === 'command' &&
    reportFor(read.command.intent) !== undefined &&
    answersRole(grant.viewer.role, read.command)
  );
}

/** Names that exist for this person, so that the examples are theirs. */
async function namesFor(company: KnownCompany, grant: Grant): Promise<HelpNames> {
  const { owners } = grant.scope;
  const sees = (userId: string) => owners === 'everyone' || owners.includes(userId);
  const colleague = company.directory.people.find(
    (person) => person.active && person.id !== grant.viewer.userId && person.roles.includes('rep') && sees(person.id),
  );
  const [customer] = await company.crm.read<{ name: string }>(
    grant.scope,
    ({ rows }) =>
      sql`select name from ${rows.of('cm_customers')} as t where lifecycle = 'active' order by created_at desc, customer_id limit 1`,
  );
  return {
    region: grant.viewer.region,
    person: colleague?.name ?? null,
    customer: customer?.name ?? null,
    channel: null,
  };
}

export function outOfScopeReply(command: Command): Reply {
  const sentence =
    command.intent === 'reject'
      ? '这句话我不会照做。我只回答 CRM 报表的问题，按你自己的权限。'
      : '这个我帮不上。我会看 CRM 里的漏斗、业绩、目标、客户和渠道。';
  const choices = choicesOf(['漏斗 本月', '帮助']);
  return plainReply(command.intent === 'reject' ? 'denied' : 'help', sentence, [sentence], choices);
}
