import { type Grant, notForRole, notSingleCustomers } from './access/authorise.ts';
import { mayAsk, seesSingleCustomers } from './access/permissions.ts';
import { type Resolved, resolve } from './access/resolve.ts';
import type { Moment } from './calendar/clock.ts';
import { comparedPeriod, periodOf } from './calendar/period.ts';
import type { ChartRenderer, Picture } from './charts/spec.ts';
import type { Command, Repair } from './commands/command.ts';
import { printCommand } from './commands/print-command.ts';
import type { KnownCompany } from './company.ts';
import { never } from './failure.ts';
import { adviceWords, compose, plainReply } from './replies/compose.ts';
import { intentName } from './replies/phrases.ts';
import type { Reply } from './replies/reply.ts';
import { askedFirst } from './reports/asked-metric.ts';
import { reportFor } from './reports/catalogue.ts';
import type { Findings, Question, Report } from './reports/report.ts';
import { namesCustomer } from './role-choices.ts';
import { anotherGrain, anotherGrouping, anotherTime, anotherView, isStock, subjectOf } from './unfit-question.ts';

/** A report's answer, and what it assumed that was not said. */
export interface ReportAnswer {
  readonly reply: Reply;
  readonly findings: Findings | null;
  readonly assumed: Readonly<Record<string, unknown>>;
  readonly asOf: string | null;
}

interface Tools {
  /** null where nobody looks at pictures. */
  readonly charts: ChartRenderer | null;
  readonly company: KnownCompany;
  log(event: string, fields: Readonly<Record<string, unknown>>): void;
}

const refused = (
  status: 'denied' | 'asked-back' | 'failed',
  sentence: string,
  choices: readonly string[] = [],
): ReportAnswer => ({
  reply: plainReply(
    status,
    sentence,
    [sentence],
    choices.map((choice) => ({ label: choice, command: choice })),
  ),
  findings: null,
  assumed: {},
  asOf: null,
});

/** Rights → names to ids → the report → the picture → the words. */
export async function answerWithReport(
  tools: Tools,
  grant: Grant,
  command: Command,
  repairs: readonly Repair[],
  moment: Moment,
): Promise<ReportAnswer> {
  const { company } = tools;
  const name = intentName(command.intent);
  const report = reportFor(command.intent);
  if (report === undefined) {
    return refused('failed', `「${name}」我听懂了,但现在还办不到。能问的报表打「帮助」就能看到。`, [
      '漏斗 本月',
      '业绩 本月',
      '帮助',
    ]);
  }
  if (!mayAsk(grant.viewer.role, command.intent) || report.roles?.includes(grant.viewer.role) === false) {
    return refused('denied', notForRole(grant.viewer));
  }
  if (namesCustomer(command.slots) && !seesSingleCustomers(grant.viewer.role)) {
    return refused('denied', notSingleCustomers(grant.viewer));
  }
  const missing = report.needs.find((table) => company.capabilities.get(table)?.level === 'none');
  if (missing !== undefined) {
    const note = company.capabilities.get(missing)?.note ?? null;
    return refused(
      'failed',
      `你们的 CRM 没有记录这张报表要用的数据${note === null ? '' : `(${note})`},所以「${name}」现在给不出数。`,
    );
  }
  const unfit =
    anotherTime(report, command, grant.viewer.role, moment.today) ??
    anotherView(command) ??
    anotherGrouping(report, command) ??
    anotherGrain(report, command);
  if (unfit !== null) return refused('asked-back', unfit.sentence, unfit.choices);
  const resolved = await resolve(command.slots, grant, company);
  if (resolved.kind !== 'resolved') return refusalOf(resolved, grant, command);

  const { question, assumed } = questionOf(report, command, grant, resolved, moment);
  const findings = askedFirst(await report.run(company, question), command.slots.metric);
  const picture = await drawn(tools, findings);
  const asOf = company.dataAsOf(moment);
  const reply = compose(findings, question, {
    reportName: subjectOf(command),
    repairs,
    asOf,
    picture,
    pictureFailed: tools.charts !== null && findings.chart !== null && picture === null,
  });
  return { reply, findings, assumed, asOf };
}

function refusalOf(resolved: Exclude<Resolved, { kind: 'resolved' }>, grant: Grant, command: Command): ReportAnswer {
  switch (resolved.kind) {
    case 'outside': {
      const { scope, ...own } = command.slots;
      return refused(
        'denied',
        grant.audience === 'group'
          ? `在这个群里只能看${grant.scope.words}的数,${resolved.named}请私聊我问。`
          : `${resolved.named}不在你能看的范围(${grant.scope.words})里,所以没有数。`,
        scope === 'company' ? [printCommand({ intent: command.intent, slots: own })] : [],
      );
    }
    case 'not-found':
      return refused('asked-back', `在你能看的范围里没有找到「${resolved.named}」。请检查名字,或者少打几个字再试。`);
    case 'ambiguous':
      return refused('asked-back', `「${resolved.named}」对得上好几个,你要看哪一个?`, resolved.candidates);
    default:
      return never(resolved);
  }
}

/** Fills in what was not said with the report's own defaults, and says which these were. */
function questionOf(
  report: Report,
  { slots }: Command,
  grant: Grant,
  resolved: Extract<Resolved, { kind: 'resolved' }>,
  moment: Moment,
): { question: Question; assumed: Record<string, unknown> } {
  const assumed: Record<string, unknown> = {};
  const stock = isStock(report, slots);
  let period = stock ? null : (slots.period ?? null);
  if (period === null && report.defaultPeriod !== null && !stock) {
    period = periodOf(report.defaultPeriod, moment.today);
    assumed.period = period;
  }
  const compare =
    slots.compare === undefined || period === null
      ? null
      : typeof slots.compare === 'string'
        ? { kind: slots.compare, period: comparedPeriod(period, slots.compare, moment.today) }
        : { kind: 'period' as const, period: slots.compare.period };
  const question: Question = {
    moment,
    viewer: grant.viewer,
    audience: grant.audience,
    scope: resolved.scope,
    mask: grant.mask,
    filter: resolved.filter,
    filterWords: resolved.filterWords,
    period,
    compare,
    groupBy: slots.group_by ?? [],
    top: slots.top ?? null,
    slots,
  };
  return { question, assumed };
}

/** Without its picture an answer is still an answer: the reason goes into the log. */
async function drawn(tools: Tools, findings: Findings): Promise<Picture | null> {
  if (findings.chart === null || tools.charts === null) return null;
  try {
    return await tools.charts.draw(findings.chart);
  } catch (error) {
    tools.log('picture failed', { error });
    return null;
  }
}

export const adviceOf = (findings: Findings | null): string[] => (findings?.advice ?? []).map(adviceWords);
