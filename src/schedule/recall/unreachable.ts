import { ownerName } from '../../reports/owner-name.ts';
import type { Company } from '../../reports/report.ts';
import type { Preparation, SlotTask } from '../job.ts';
import { turns } from '../turns.ts';
import type { RecallDeps } from './recall-job.ts';
import { heirOf, recipientOf } from './recipient.ts';
import type { SilenceInCompany } from './silence-in-company.ts';

const named = 8;

/**
 * Whose silent customers nobody can be told of, as one line to the administrators: no account on a platform, or left
 * without a manager. Said when it changes, not every morning.
 */
export async function unreachable(
  deps: RecallDeps,
  company: Company,
  task: SlotTask,
  silence: SilenceInCompany,
): Promise<Preparation> {
  const { directory } = company;
  const without = new Set<string>();
  let customers = 0;
  const others = turns();
  for (const [ownerId, silent] of silence.ofOwner) {
    await others.next();
    const heir = heirOf(ownerId, directory);
    if (heir !== null && recipientOf(heir, directory, deps.access, deps.reaching) !== null) continue;
    without.add((heir ?? directory.person(ownerId))?.id ?? ownerId);
    customers += silent.length;
  }
  if (without.size === 0) return { kind: 'nothing', why: 'everyone can be reached' };
  const ids = [...without].sort();
  const why = `no account, or left without a manager: ${ids.join(', ')}`.slice(0, 500);
  const before = await deps.slots.find({ ...task, day: deps.calendar.previousWorkDay(task.day) });
  if (before !== null && 'why' in before && before.why === why) return { kind: 'nothing', why };
  const names = ids.slice(0, named).map((id) => ownerName(directory, id));
  const more = ids.length > named ? `等 ${ids.length} 人` : '';
  return {
    kind: 'refused',
    why,
    kindly: `沉默客户提醒送不到 ${names.join('、')}${more}(共 ${customers} 家客户):在职的请在 CRM 里填上企业微信或钉钉账号,离职的请把客户转给别人。其他人已照常收到。`,
  };
}
