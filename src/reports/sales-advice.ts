import { daysBetween } from '../calendar/day.ts';
import { formatMoney, formatRate } from '../figures/format.ts';
import { differs, ratioOf } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { winRate, wonAmount } from '../metrics/sales.ts';
import { isOwn, periodCommand } from './captions.ts';
import { judge } from './dashboard-tiles.ts';
import { rateOf } from './figure-of.ts';
import { dueIn, leaderOf, leaderOfRegion } from './next-steps.ts';
import type { Advice, Company, Question } from './report.ts';
import { explain } from './sales-cuts.ts';
import type { SalesNumbers } from './sales-overview.ts';
import { workRateMoved } from './work-days.ts';

/** A fall or rise of this share of the basis is worth acting on. */
const notable = 0.1;

/** A period that ended so many days ago still asks for something. */
const longOver = 31;

/** Rules tied to what was found, the weightiest first; at most three. */
export function overviewAdvice(company: Company, question: Question, numbers: SalesNumbers): Advice[] {
  const { contracts, closed, process, groupings, compared } = numbers;
  const [amount, before] = [contracts.total(wonAmount).value ?? 0, contracts.total(wonAmount, 1).value ?? 0];
  const advice: Advice[] = [];
  const found = explain(contracts, wonAmount, groupings);
  const carrier = found.kind === 'carried' ? found.carriers[0] : undefined;
  const judged = judge(wonAmount, contracts.total(wonAmount), contracts.total(wonAmount, 1));
  const daysOver = daysBetween(question.period!.to, question.moment.today);
  // What is long over is history: nobody can still sign in it, or make up for a call that was not made.
  const recent = daysOver <= longOver;
  const fell = recent && (judged === 'worse' || (amount <= 0 && before > 0 && daysOver < 0));
  if (fell && found.kind === 'carried' && carrier !== undefined) {
    const who =
      found.dimension === 'region'
        ? leaderOfRegion(company, carrier.name)
        : found.dimension === 'owner'
          ? leaderOf(company, company.directory.people.find((p) => p.name === carrier.name)?.id ?? '')
          : null;
    advice.push({
      text: `过一遍${carrier.name}的在跟商机,挑出${daysOver > 0 ? '本月' : '本期'}能签的,逐单定下一步`,
      who,
      due: dueIn(question, 2),
      command: `积压 ${carrier.name}`,
    });
  } else if (fell && amount <= 0) {
    advice.push({
      text: '一单没签:先看手上走得最远的几单卡在哪,再看新商机够不够',
      who: null,
      due: dueIn(question, 2),
      command: '漏斗 当前',
    });
  } else if (fell) {
    advice.push({
      text: '降幅不在某一块,先看商机够不够:对照漏斗,缺的是新商机还是后段推进',
      who: null,
      due: dueIn(question, 2),
      command: `漏斗 ${periodCommand(question)}`,
    });
  }
  const [rate, rateBefore] = [rateOf(closed.total(winRate)), rateOf(closed.total(winRate, 1))];
  if (differs(rate, rateBefore) && (ratioOf(rate) ?? 0) < (ratioOf(rateBefore) ?? 0)) {
    advice.push({
      text: `赢单率掉到 ${formatRate(rate)},把丢单按原因过一遍,先解决排第一的`,
      who: null,
      due: dueIn(question, 3),
      command: `赢单率 ${periodCommand(question)} 按丢单原因`,
    });
  }
  const [touches, touchesBefore] = [
    process.total(followupCount).value ?? 0,
    process.total(followupCount, 1).value ?? 0,
  ];
  if (recent && touches < touchesBefore * (1 - notable) && workRateMoved(touches, touchesBefore, compared)) {
    advice.push({
      text: isOwn(question)
        ? `跟进比${compared.words}少,先把超期没联系的客户补上`
        : `跟进比${compared.words}少,看是谁少了,把在跟商机的下次联系时间补齐`,
      who: null,
      due: dueIn(question, 1),
      command: isOwn(question) ? '积压' : `跟进 ${periodCommand(question)} 按人`,
    });
  }
  const paid = process.total(paymentAmount).value ?? 0;
  if (amount > 0 && paid < amount / 2) {
    advice.push({
      text: `回款 ${formatMoney(paid)},不到成交的一半,核对到期未收的款`,
      who: null,
      due: dueIn(question, 3),
      command: `回款率 ${periodCommand(question)}`,
    });
  }
  if (advice.length === 0 && found.kind === 'carried' && carrier !== undefined && judged === 'better') {
    advice.push({
      text: `增量靠${carrier.name},问清是大单还是打法,能复制的本周例会讲给大家`,
      who: null,
      due: dueIn(question, 5),
      command: `业绩 ${periodCommand(question)} ${carrier.name}`,
    });
  }
  return advice.slice(0, 3);
}
