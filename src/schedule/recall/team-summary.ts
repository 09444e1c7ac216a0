import type { Moment } from '../../calendar/clock.ts';
import { addDays } from '../../calendar/day.ts';
import { formatCount, formatMoney } from '../../figures/format.ts';
import type { Reply } from '../../replies/reply.ts';
import { typesetReply } from '../../replies/typeset-reply.ts';
import { ownerName } from '../../reports/owner-name.ts';
import type { Company } from '../../reports/report.ts';
import type { Recalls } from '../../store/recalls.ts';
import { renderMessage } from '../message-template.ts';
import type { Recipient } from './recipient.ts';
import { stakeWords } from './reminder.ts';
import type { TeamSilence } from './team-silence.ts';

const listed = 8;

/** Monday's message to a manager: who of the team left which customers silent, and what came of last week's reminders. */
export async function teamSummaryReply(
  recalls: Recalls,
  company: Company,
  { scope }: Recipient,
  team: TeamSilence,
  moment: Moment,
): Promise<Reply | null> {
  const { today } = moment;
  const owners = [...team.byOwner.values()];
  const silent = owners.reduce((sum, owner) => sum + owner.silent, 0);
  if (silent === 0) return null;
  const told = (await recalls.between(addDays(today, -7), addDays(today, -1), scope.owners)).filter(
    ({ heldOut }) => !heldOut,
  );
  const answered = told.filter(
    ({ contactedAt, handedTo, dismissedAt, snoozedUntil }) =>
      contactedAt !== null || handedTo !== null || dismissedAt !== null || snoozedUntil !== null,
  );
  const contacted = told.filter(({ contactedAt }) => contactedAt !== null).length;
  const byOwner = new Map([...team.byOwner].map(([id, owner]) => [id, { ...owner, open: 0 }]));
  const unanswered = new Set(answered.map(({ recallId }) => recallId));
  for (const recall of told) {
    const row = byOwner.get(recall.ownerId);
    if (row !== undefined && !unanswered.has(recall.recallId)) row.open += 1;
  }
  const people = [...byOwner]
    .filter(([, row]) => row.silent > 0)
    .sort(([a, x], [b, y]) => y.open - x.open || y.stakeFen - x.stakeFen || y.silent - x.silent || a.localeCompare(b))
    .map(([id, row]) => ({
      name: ownerName(company.directory, id),
      silent: row.silent,
      stake: row.stakeFen === 0 ? null : formatMoney(row.stakeFen),
      open: row.open,
    }));
  const stakeFen = owners.reduce((sum, owner) => sum + owner.stakeFen, 0);
  const title = `${scope.words}有 ${formatCount(silent)} 家沉默客户`;
  const most = people[0];
  return typesetReply({
    status: 'answered',
    title,
    blocks: renderMessage('recall-team', {
      scope: scope.words,
      silent: formatCount(silent),
      stake: stakeFen === 0 ? null : formatMoney(stakeFen),
      told: told.length,
      contacted,
      answered: answered.length,
      open: told.length - answered.length,
      people: people.slice(0, listed),
      more: Math.max(0, people.length - listed),
      top: team.top.map((customer) => ({
        name: customer.name,
        grade: customer.grade,
        days: customer.days,
        stake: stakeWords(customer),
        owner: ownerName(company.directory, customer.ownerId),
      })),
      ask: most === undefined || most.open === 0 ? null : { name: most.name, open: most.open },
    }),
    picture: null,
    choices: [
      { label: '沉默客户', command: '沉默客户' },
      { label: '唤醒率 上月', command: '唤醒率 上月' },
    ],
  });
}
