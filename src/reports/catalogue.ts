import type { Intent } from '../commands/command.ts';
import { funnelReport } from './funnel.ts';
import type { Report } from './report.ts';
import { salesPerformanceReport } from './sales-performance.ts';

/** Every report; the order is the order in help. Adding one = its file, one line here, its test. */
export const reports: readonly Report[] = [funnelReport, salesPerformanceReport];

const byIntent = new Map(reports.map((report) => [report.intent, report]));

/** The report that answers an intent; undefined where none does. */
export const reportFor = (intent: Intent): Report | undefined => byIntent.get(intent);
