import type { Slots } from '../commands/command.ts';
import { never } from '../failure.ts';
import { cohortFindings } from './funnel-cohort.ts';
import { notYet } from './funnel-empty.ts';
import { flowFindings } from './funnel-flow.ts';
import { snapshotFindings } from './funnel-snapshot.ts';
import { type Company, defineReport, type Findings, type Question } from './report.ts';

/** Decision 2: 批次 follows those created in a period, 当前 is what is open now, 流转 what moved within a period. */
export type FunnelMode = 'cohort' | 'snapshot' | 'flow';

const modeWords: Readonly<Record<string, FunnelMode>> = {
  cohort: 'cohort',
  批次: 'cohort',
  snapshot: 'snapshot',
  current: 'snapshot',
  now: 'snapshot',
  当前: 'snapshot',
  现在: 'snapshot',
  flow: 'flow',
  流转: 'flow',
};

function modeSaid({ mode, view }: Slots): FunnelMode | undefined {
  const said = mode ?? view;
  return typeof said === 'string' ? modeWords[said] : undefined;
}

/** A mode that was said counts; without one a period means 批次 and none means 当前. */
export const funnelModeOf = ({ slots, period }: Question): FunnelMode =>
  modeSaid(slots) ?? (period === null ? 'snapshot' : 'cohort');

export const funnelReport = defineReport({
  intent: 'funnel',
  items: [1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 19],
  defaultPeriod: 'this_month',
  onlyNow: { past: ['funnel'], where: (slots) => modeSaid(slots) === 'snapshot' },
  dimensions: ['region', 'department', 'owner', 'industry', 'grade', 'channel', 'city', 'province', 'size', 'campaign'],
  needs: ['opportunities'],
  run: (company, question) => findingsOf(company, question, 'funnel'),
});

async function findingsOf(company: Company, question: Question, asked: 'funnel' | 'bottleneck'): Promise<Findings> {
  const mode = funnelModeOf(question);
  const { period } = question;
  if (mode === 'snapshot' || period === null) return snapshotFindings(company, question);
  if (period.from > question.moment.today) return notYet(period, question, '漏斗');
  switch (mode) {
    case 'cohort':
      return cohortFindings(company, question, period, asked);
    case 'flow':
      return flowFindings(company, question, period);
    default:
      return never(mode);
  }
}

/** 瓶颈: the same cohort, asked for its worst step alone. */
export const funnelBottleneckReport = defineReport({
  ...funnelReport,
  intent: 'funnel_bottleneck',
  items: [12],
  run: (company, question) => findingsOf(company, question, 'bottleneck'),
});
