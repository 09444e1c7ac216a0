import type { Intent } from '../commands/command.ts';
import { avgOrderValueReport } from './avg-order-value.ts';
import { campaignRoiReport } from './campaign-roi.ts';
import { customerDetailReport } from './customer-detail.ts';
import { customerProfileReport } from './customer-profile.ts';
import { followupsReport } from './followups.ts';
import { funnelBottleneckReport, funnelReport } from './funnel.ts';
import { interactionTimelineReport } from './interaction-timeline.ts';
import { leadConversionReport } from './lead-conversion.ts';
import { metricDefinitionReport } from './metric-definition.ts';
import { newCustomersReport } from './new-customers.ts';
import { newLeadsReport } from './new-leads.ts';
import { opportunityListReport } from './opportunity-list.ts';
import { paymentRateReport } from './payment-rate.ts';
import { pipelineChangesReport } from './pipeline-changes.ts';
import { pipelineValueReport } from './pipeline-value.ts';
import { rankingReport } from './ranking.ts';
import type { Report } from './report.ts';
import { salesCycleReport } from './sales-cycle.ts';
import { salesPerformanceReport } from './sales-performance.ts';
import { salesTrendReport } from './sales-trend.ts';
import { silentCustomersReport } from './silent-customers.ts';
import { stageConversionReport } from './stage-conversion.ts';
import { stageDurationReport } from './stage-duration.ts';
import { stageStuckReport } from './stage-stuck.ts';
import { targetAttainmentReport } from './target-attainment.ts';
import { winRateReport } from './win-rate.ts';

/** Every report; the order is the order in help. Adding one = its file, one line here, its test. */
export const reports: readonly Report[] = [
  funnelReport,
  funnelBottleneckReport,
  stageConversionReport,
  stageStuckReport,
  stageDurationReport,
  pipelineValueReport,
  pipelineChangesReport,
  opportunityListReport,
  salesPerformanceReport,
  avgOrderValueReport,
  followupsReport,
  leadConversionReport,
  newCustomersReport,
  newLeadsReport,
  salesTrendReport,
  winRateReport,
  paymentRateReport,
  rankingReport,
  salesCycleReport,
  targetAttainmentReport,
  campaignRoiReport,
  silentCustomersReport,
  customerDetailReport,
  interactionTimelineReport,
  customerProfileReport,
  metricDefinitionReport,
];

const byIntent = new Map(reports.map((report) => [report.intent, report]));

/** The report that answers an intent; undefined where none does. */
export const reportFor = (intent: Intent): Report | undefined => byIntent.get(intent);
