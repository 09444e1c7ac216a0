import type { Role, Viewer } from '../access/viewer.ts';
import type { Moment } from '../calendar/clock.ts';
import type { WallTime } from '../calendar/day.ts';
import type { Period, PeriodLabel } from '../calendar/period.ts';
import type { ChartSpec } from '../charts/spec.ts';
import type { Dimension, Intent, Slots } from '../commands/command.ts';
import type { Crm } from '../crm/crm.ts';
import type { Directory } from '../crm/directory.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { StageModel } from '../crm/stages.ts';
import type { Figure } from '../figures/figure.ts';
import { spacedDates } from '../figures/format.ts';
import type { Mask } from '../figures/sensitive.ts';
import type { Choice, Line } from '../replies/reply.ts';
import type { Recalls } from '../store/recalls.ts';
import type { ReportSettings } from './settings.ts';

/** What the bot knows about the company while it answers; read once and shared between questions. */
export interface Company {
  readonly crm: Crm;
  readonly directory: Directory;
  readonly stages: StageModel;
  readonly settings: ReportSettings;
  /** What the CRM records, by table (`cm_capabilities`); a table that is not listed is recorded in full. */
  readonly capabilities: ReadonlyMap<string, { readonly level: string; readonly note: string | null }>;
  /** Which silent customers were brought to mind; absent where the bot's own tables are not open. */
  readonly recalls?: Recalls;
  /** As of when the CRM's rows are: now on live tables, the copy's time on a snapshot. */
  dataAsOf(moment: Moment): WallTime;
}

/** A command whose names were resolved and whose rights were checked: everything that a report may know of its asker. */
export interface Question {
  readonly moment: Moment;
  readonly viewer: Viewer;
  readonly audience: 'private' | 'group';
  /** Asker ∩ group, narrowed by people and regions named in the question. */
  readonly scope: Scope;
  readonly mask: Mask;
  readonly filter: RowFilter;
  /** The filters as words, in the order in which they were said: ['华东', '制造业']. Scope words stand in `scope.words`. */
  readonly filterWords: readonly string[];
  /** null for a report that is a stock as of now. Calendar bounds; `elapsed` caps a running one. */
  readonly period: Period | null;
  readonly compare: { readonly kind: 'mom' | 'yoy' | 'period'; readonly period: Period } | null;
  readonly groupBy: readonly Dimension[];
  readonly top: number | null;
  /** The whole command's slots, for what only one report knows (threshold, from_stage, view, metric …). */
  readonly slots: Slots;
}

/** A recommendation tied to a finding: what, who, by when, and the command that shows more (at most three a reply). */
export interface Advice {
  readonly text: string;
  /** Who should act: 周建国, 王磊 …; null = the reader. */
  readonly who: string | null;
  readonly due: string | null;
  readonly command: string | null;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Which columns are numbers (right-aligned). */
  readonly numeric: readonly boolean[];
}

/** One part of a longer answer, under its own words. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** The answer as data: numbers first, then what they mean, then what to do. Words are final Chinese, figures raw. */
export interface Findings {
  /** The conclusion in one line: it heads the reply and the picture. */
  readonly title: string;
  /** Which way of counting where more than one is possible: 批次, 当前. Shown in the understood line. */
  readonly mode: string | null;
  /** At most five, in order of weight (decision 18). */
  readonly headline: readonly Figure[];
  /** All numbers that the reply, table or picture shows, the headline included. */
  readonly figures: readonly Figure[];
  /** Two to four sentences: figure first, then why. */
  readonly narrative: readonly Line[];
  /** What is read part by part (复盘: 业务概况, 主要问题, 原因分析), in place of the headline's list. */
  readonly sections?: readonly Section[];
  /** What stands over the advice; 接下来 unless said. */
  readonly adviceTitle?: string;
  readonly advice: readonly Advice[];
  readonly chart: ChartSpec | null;
  readonly table: Table | null;
  /** What a careful reader must know: small samples, missing data, what was assumed. */
  readonly notes: readonly string[];
  /** What to ask next, as buttons (at most four). */
  readonly choices: readonly Choice[];
}

/** What a stock as of now cannot tell, and who can. */
export interface OnlyNow {
  readonly past: readonly Intent[];
  readonly coming?: readonly Intent[];
  /** Where only some questions to the report are about a stock; left out = all of them. */
  readonly where?: (slots: Slots) => boolean;
}

export interface Report {
  readonly intent: Intent;
  /** Items of the seed checklist that it serves. */
  readonly items: readonly number[];
  /** The period when none was said; null = a stock as of now. */
  readonly defaultPeriod: PeriodLabel | null;
  /**
   * It shows how things stand now and at no other time; left out = it looks at the period that is asked for. Asked for
   * another time it is refused before it runs, with the reports that tell of past or of coming periods.
   */
  readonly onlyNow?: OnlyNow;
  /** Shown by day, week, month or quarter where that is asked; left out = 按月 is refused before it runs. */
  readonly overTime?: true;
  /** By what it can be grouped; two at once at most (item 109). */
  readonly dimensions: readonly Dimension[];
  /** Who may ask it; left out = everyone within their scope. */
  readonly roles?: readonly Role[];
  /** The tables without which it cannot say anything: where the CRM does not record one, the reply says so. */
  readonly needs: readonly string[];
  run(company: Company, question: Question): Promise<Findings>;
}

export const defineReport = (report: Report): Report => report;

/** What an empty answer looks like: said plainly, with what can be asked instead. Never zeros for 'not known'. */
export function nothingFound(title: string, why: string, choices: readonly Choice[] = []): Findings {
  return {
    title: spacedDates(title),
    mode: null,
    headline: [],
    figures: [],
    narrative: [[spacedDates(why)]],
    advice: [],
    chart: null,
    table: null,
    notes: [],
    choices,
  };
}
