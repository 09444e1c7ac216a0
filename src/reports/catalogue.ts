import type { Intent } from '../commands/command.ts';
import { avgOrderValueReport } from './avg-order-value.ts';
import { campaignRoiReport } from './campaign-roi.ts';
import { churnAnalysisReport } from './churn-analysis.ts';
import { churnRateReport } from './churn-rate.ts';
import { churnRiskReport } from './churn-risk.ts';
import { clvReport } from './clv.ts';
import { compositeScoreReport } from './composite-score.ts';
import { countedRowsReport } from './counted-rows.ts';
import { crossSellReport } from './cross-sell.ts';
import { csatReport } from './csat.ts';
import { customerDetailReport } from './customer-detail.ts';
import { customerGradesReport } from './customer-grades.ts';
import { customerProfileReport } from './customer-profile.ts';
import { customerSegmentsReport } from './customer-segments.ts';
import { dashboardReport } from './dashboard.ts';
import { dataQualityReport } from './data-quality.ts';
import { digestReport } from './digest-on-demand.ts';
import { engagementIndexReport } from './engagement-index.ts';
import { followupsReport } from './followups.ts';
import { forecastReport } from './forecast.ts';
import { funnelBottleneckReport, funnelReport } from './funnel.ts';
import { gradeConversionReport } from './grade-conversion.ts';
import { healthScoreReport } from './health-score.ts';
import { interactionTimelineReport } from './interaction-timeline.ts';
import { leadConversionReport } from './lead-conversion.ts';
import { metricDefinitionReport } from './metric-definition.ts';
import { metricQueryReport } from './metric-query.ts';
import { newCustomersReport } from './new-customers.ts';
import { newLeadsReport } from './new-leads.ts';
import { npsReport } from './nps.ts';
import { opportunityListReport } from './opportunity-list.ts';
import { orderCompletionReport } from './order-completion.ts';
import { orderConversionReport } from './order-conversion.ts';
import { paymentOverdueReport } from './payment-overdue.ts';
import { paymentRateReport } from './payment-rate.ts';
import { pipelineChangesReport } from './pipeline-changes.ts';
import { pipelineValueReport } from './pipeline-value.ts';
import { potentialCustomersReport } from './potential-customers.ts';
import { quoteResponseReport } from './quote-response.ts';
import { rankingReport } from './ranking.ts';
import { recognitionReport } from './recognition.ts';
import { renewalDueReport } from './renewal-due.ts';
import { renewalRateReport } from './renewal-rate.ts';
import type { Report } from './report.ts';
import { repurchaseRateReport } from './repurchase-rate.ts';
import { returnAnalysisReport } from './return-analysis.ts';
import { reviewReport } from './review-report.ts';
import { salesCycleReport } from './sales-cycle.ts';
import { salesPerformanceReport } from './sales-performance.ts';
import { salesTrendReport } from './sales-trend.ts';
import { serviceMetricsReport } from './service-metrics.ts';
import { silentCustomersReport } from './silent-customers.ts';
import { stageConversionReport } from './stage-conversion.ts';
import { stageDurationReport } from './stage-duration.ts';
import { stageStuckReport } from './stage-stuck.ts';
import { staleRepsReport } from './stale-reps.ts';
import { targetAttainmentReport } from './target-attainment.ts';
import { wakeRateReport } from './wake-rate.ts';
import { winProbabilityReport } from './win-probability.ts';
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
  rankingReport,
  compositeScoreReport,
  recognitionReport,
  targetAttainmentReport,
  salesTrendReport,
  newCustomersReport,
  newLeadsReport,
  leadConversionReport,
  campaignRoiReport,
  winRateReport,
  avgOrderValueReport,
  quoteResponseReport,
  orderConversionReport,
  orderCompletionReport,
  salesCycleReport,
  paymentRateReport,
  followupsReport,
  silentCustomersReport,
  wakeRateReport,
  customerDetailReport,
  interactionTimelineReport,
  customerProfileReport,
  customerSegmentsReport,
  crossSellReport,
  potentialCustomersReport,
  churnRateReport,
  renewalRateReport,
  repurchaseRateReport,
  dashboardReport,
  reviewReport,
  digestReport,
  countedRowsReport,
  forecastReport,
  winProbabilityReport,
  metricDefinitionReport,
  metricQueryReport,
  healthScoreReport,
  churnRiskReport,
  renewalDueReport,
  paymentOverdueReport,
  staleRepsReport,
  churnAnalysisReport,
  gradeConversionReport,
  customerGradesReport,
  clvReport,
  serviceMetricsReport,
  returnAnalysisReport,
  engagementIndexReport,
  csatReport,
  npsReport,
  dataQualityReport,
];

const byIntent = new Map(reports.map((report) => [report.intent, report]));

/** The report that answers an intent; undefined where none does. */
export const reportFor = (intent: Intent): Report | undefined => byIntent.get(intent);
