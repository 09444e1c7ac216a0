import type { Directory } from '../crm/directory.ts';
import { Sensitive } from '../figures/sensitive.ts';
import { ownerName } from './owner-name.ts';
import type { Question } from './report.ts';

export const followUpKinds: Readonly<Record<string, string>> = {
  visit: '拜访',
  call: '电话',
  wechat: '微信',
  email: '邮件',
  sms: '短信',
  meeting: '会议',
  note: '跟进',
};

/** Who was last in touch, how and when: `08-20 王磊 电话`; without a record it says so. */
export function followUpWords(
  directory: Directory,
  last: { readonly at: string; readonly by: string | null; readonly kind: string } | null,
): string {
  if (last === null) return '没有跟进记录';
  const by = last.by === null ? '' : ` ${ownerName(directory, last.by)}`;
  return `${last.at.slice(0, 10)}${by} ${followUpKinds[last.kind] ?? '跟进'}`;
}

/** What was talked about, in private only: `,记的是「…」`. Telephone numbers in it obey the mask. */
export function saidWords(summary: string | null, question: Question): string {
  if (summary === null || summary.trim() === '' || question.audience === 'group') return '';
  const said = summary.trim().replaceAll(/\s+/g, ' ');
  const masked = said
    .replaceAll(/1\d{10}/g, (phone) => new Sensitive('phones', phone).shown(question.mask))
    .replaceAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, (email) => new Sensitive('emails', email).shown(question.mask));
  const short = [...masked].length > 60 ? `${[...masked].slice(0, 60).join('')}…` : masked;
  return `,记的是「${short}」`;
}
