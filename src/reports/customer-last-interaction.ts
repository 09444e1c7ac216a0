import { dayOfWallTime, daysBetween } from '../calendar/day.ts';
import type { Figure } from '../figures/figure.ts';
import { Sensitive } from '../figures/sensitive.ts';
import type { CardFollowUp, CustomerFound } from '../metrics/customer-card.ts';
import { followUpKinds, followUpWords, saidWords } from './follow-up-words.ts';
import { ownerName } from './owner-name.ts';
import type { Company, Findings, Question } from './report.ts';

/** 上次谁联系的,聊了啥: the last follow-up alone, with the few before it. */
export function lastInteraction(
  company: Company,
  question: Question,
  customer: CustomerFound,
  followUps: readonly CardFollowUp[],
): Findings {
  const { today } = question.moment;
  const [last, ...before] = followUps;
  const choices = [
    { label: '客户卡', command: `客户 ${customer.name}` },
    { label: '互动记录', command: `互动记录 ${customer.name}` },
  ];
  const quietDays = last === undefined ? null : daysBetween(dayOfWallTime(last.at), today);
  const figure: Figure = {
    metric: 'days_since_followup',
    label: '距上次跟进',
    unit: 'days',
    value: quietDays,
    ...(quietDays === null ? { missing: '没有跟进记录' } : {}),
  };
  const who = last?.user_id == null ? '(没记是谁)' : ownerName(company.directory, last.user_id);
  const talked =
    last === undefined || question.audience === 'group' || last.contact_name === null
      ? ''
      : `,对方是${new Sensitive('contactNames', last.contact_name).shown(question.mask)}`;
  const reached =
    last === undefined || last.is_connected === null || last.kind !== 'call'
      ? ''
      : Number(last.is_connected) === 1
        ? ',接通了'
        : ',没接通';
  return {
    title:
      last === undefined
        ? `${customer.name}还没有跟进记录`
        : `${customer.name}上次是${who}联系的,${quietDays === 0 ? '就在今天' : `${quietDays} 天前`}`,
    mode: null,
    headline: [figure],
    figures: [figure],
    narrative:
      last === undefined
        ? [[`${customer.name}没有任何跟进记录,负责人是${ownerName(company.directory, customer.owner_user_id)}。`]]
        : [
            [
              `${last.at.slice(0, 16)} `,
              { strong: who },
              `${followUpKinds[last.kind] ?? '跟进'}${last.duration_minutes === null ? '' : ` ${last.duration_minutes} 分钟`}${reached}${talked}${saidWords(last.summary, question)}。`,
            ],
            ...(before.length === 0
              ? []
              : [
                  [
                    `再往前:${before
                      .slice(0, 3)
                      .map((row) => followUpWords(company.directory, { at: row.at, by: row.user_id, kind: row.kind }))
                      .join(';')}。`,
                  ],
                ]),
          ],
    advice: [],
    chart: null,
    table: null,
    notes: question.audience === 'group' ? ['聊的内容和联系人只在私聊里给。'] : [],
    choices,
  };
}
