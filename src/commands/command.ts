import type { Moment } from '../calendar/clock.ts';
import type { Period } from '../calendar/period.ts';

/** What a person wants. Names are fixed: scripts and the `ask --json` surface use them. */
export const intents = [
  'action_item_create',
  'action_item_done',
  'action_items_list',
  'alert_ack',
  'alert_create',
  'alert_mute',
  'avg_order_value',
  'campaign_roi',
  'churn_analysis',
  'churn_rate',
  'churn_risk',
  'clarify',
  'clv',
  'composite_score',
  'cross_sell',
  'csat',
  'customer_detail',
  'customer_grades',
  'customer_profile',
  'customer_segments',
  'dashboard',
  'data_quality',
  'digest',
  'drill_down',
  'engagement_index',
  'export',
  'feedback_wrong_number',
  'followups',
  'forecast',
  'funnel',
  'funnel_bottleneck',
  'grade_conversion',
  'health_score',
  'help',
  'interaction_timeline',
  'lead_conversion',
  'metric_definition',
  'metric_query',
  'new_customers',
  'new_leads',
  'nps',
  'opportunity_list',
  'order_completion',
  'order_conversion',
  'out_of_scope',
  'payment_overdue',
  'payment_rate',
  'pipeline_changes',
  'pipeline_value',
  'potential_customers',
  'quote_response',
  'ranking',
  'recognition',
  'refine',
  'reject',
  'renewal_due',
  'renewal_rate',
  'repurchase_rate',
  'return_analysis',
  'review_report',
  'sales_cycle',
  'sales_performance',
  'sales_trend',
  'scope_request',
  'service_metrics',
  'silent_customers',
  'silent_feedback',
  'stage_conversion',
  'stage_duration',
  'stage_stuck',
  'stale_reps',
  'subscription_cancel',
  'subscription_create',
  'subscription_list',
  'subscription_update',
  'target_attainment',
  'wake_rate',
  'win_probability',
  'win_rate',
] as const;
export type Intent = (typeof intents)[number];

export type Dimension =
  | 'agent'
  | 'campaign'
  | 'channel'
  | 'city'
  | 'department'
  | 'followup_type'
  | 'grade'
  | 'industry'
  | 'lost_reason'
  | 'owner'
  | 'pipeline'
  | 'product'
  | 'product_line'
  | 'province'
  | 'recall_method'
  | 'region'
  | 'size'
  | 'stage';

export type FilterField =
  | 'amount'
  | 'campaign'
  | 'channel'
  | 'city'
  | 'contact'
  | 'customer'
  | 'department'
  | 'grade'
  | 'health'
  | 'industry'
  | 'owner'
  | 'product'
  | 'product_line'
  | 'region'
  | 'stage'
  | 'status'
  | 'team_of';

export type NumberTest =
  | { readonly op: '>' | '>=' | '<' | '<=' | '='; readonly value: number }
  | { readonly op: 'between'; readonly from: number; readonly to: number };

/** Names as people know them; `@me` is the asker. Amounts are yuan as typed. */
export type Filters = { readonly [F in FilterField]?: F extends 'amount' ? NumberTest : readonly string[] };

/** A limit in days or of a value: 超7天, 低于15%. */
export type Threshold =
  | { readonly op: '>' | '>=' | '<' | '<=' | '='; readonly days: number }
  | { readonly op: '>' | '>=' | '<' | '<=' | '='; readonly value: number };

export interface Schedule {
  readonly kind: 'cn_workday' | 'daily' | 'weekly' | 'monthly';
  readonly time: string;
  readonly days?: readonly string[];
  readonly day?: number;
}

/** What was said about it. A slot that was neither said nor has a stated default is absent. */
export interface Slots {
  readonly period?: Period;
  readonly filters?: Filters;
  readonly filters_not?: Filters;
  readonly filters_add?: Filters;
  readonly group_by?: readonly Dimension[];
  readonly compare?: 'mom' | 'yoy' | { readonly period: Period };
  readonly metric?: string;
  readonly metrics?: readonly string[];
  readonly top?: number;
  readonly top_percent?: number;
  readonly threshold?: Threshold;
  readonly from_stage?: string;
  readonly to_stage?: string;
  readonly grain?: 'day' | 'week' | 'month' | 'quarter';
  readonly chart?: 'funnel' | 'heatmap' | 'line' | 'pie' | 'bar';
  readonly format?: 'pdf' | 'table' | 'xlsx' | 'image';
  readonly view?: string;
  readonly order?: string;
  readonly topic?: string;
  readonly report?: string;
  readonly schedule?: Schedule;
  readonly cadence?: 'daily' | 'weekly' | 'monthly' | 'quarterly';
  readonly context?: string;
  readonly id?: number;
  readonly target?: string;
  readonly reason?: string;
  readonly field?: string;
  readonly suggest?: readonly string[];
  /** The rarer ones of `docs/language.md`: action, check, claimed, clarify, comparison, condition, date, due, method, … */
  readonly [other: string]: unknown;
}

/** A question or an order, in the bot's own words. */
export interface Command {
  readonly intent: Intent;
  readonly slots: Slots;
}

/** Something that was not read as it stood: 漏豆 → 漏斗. Said in the reply. */
export interface Repair {
  readonly typed: string;
  readonly read: string;
}

/** A reading offered when the bot is not sure; `command` in canonical words can be said as it stands. */
export interface Reading {
  readonly words: string;
  readonly command: Command;
}

/** What became of a text. Never a guess: where two readings are close, they are offered. */
export type Understanding =
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly repairs: readonly Repair[];
      readonly assumed: Readonly<Record<string, unknown>>;
    }
  /** Two or three readings, or what is missing. `command` is the `clarify` the JSON surface shows. */
  | {
      readonly kind: 'ask-back';
      readonly why: string;
      readonly command: Command;
      readonly readings: readonly Reading[];
    }
  /** Talk that is not for the bot: no answer in a group. */
  | { readonly kind: 'not-addressed' }
  /** Small talk to the bot: one line. */
  | { readonly kind: 'small-talk'; readonly line: string };

/** The last command of this person in this chat, kept for ten minutes, and what was offered with it. */
export interface Previous {
  readonly command: Command;
  /** The readings or rows that a bare number answers. */
  readonly offered: readonly Reading[];
  /** What was asked before `command`, latest first: 上一个 goes there. Absent where nobody keeps it. */
  readonly before?: readonly Command[];
}

export interface ParseContext {
  readonly moment: Moment;
  readonly asker: { readonly userId: string; readonly name: string };
  readonly chat: 'private' | 'group';
  readonly previous: Previous | null;
  /** 1-12; 财年 starts with it. */
  readonly fiscalYearStartMonth: number;
}

/** The names that exist in the CRM, within what the asker may see for people and customers. */
export interface Entities {
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly region: string | null;
    readonly department: string | null;
    readonly role: string;
    /** false for those whose figures the asker may not see: a nickname that also fits someone within is not theirs. */
    readonly within?: boolean;
    /** What colleagues call them, where the CRM or the settings know it: 老周, 小李. Without it 老/小/总 go by the surname. */
    readonly nicknames?: readonly string[];
  }[];
  readonly departments: readonly string[];
  readonly regions: readonly string[];
  readonly cities: readonly string[];
  readonly industries: readonly string[];
  readonly channels: readonly string[];
  readonly productLines: readonly string[];
  readonly products: readonly string[];
  readonly stages: readonly string[];
  readonly grades: readonly string[];
  readonly campaigns: readonly string[];
  readonly contacts: readonly {
    readonly name: string;
    readonly customer: string;
    readonly nicknames?: readonly string[];
  }[];
  /** Up to 200,000. */
  readonly customers: readonly string[];
}

export interface Parser {
  /** Never throws, whatever the text; at most 50 ms for 10,000 characters. */
  understand(text: string, context: ParseContext): Understanding;
  /** The command in canonical words; `understand` of it gives the same command. */
  print(command: Command): string;
}
