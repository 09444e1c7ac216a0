import type { Unit } from '../figures/figure.ts';

/**
 * What a colour means, the same in every picture: `ours` what the picture is about, `other` what it is compared with,
 * `won`, `lost`, `warning` what needs attention. At most these five, told apart by lightness too.
 */
export type Tone = 'ours' | 'other' | 'won' | 'lost' | 'warning';

/** What every picture carries around its marks. */
export interface ChartFrame {
  /** The conclusion in one line: 方案演示是瓶颈:42 % 停在这里. */
  readonly title: string;
  /** What is shown: 漏斗(批次)· 本月 11-01 至 11-18. */
  readonly subtitle: string;
  /** As-of time and scope: 数据截至 11-18 10:30 · 华东. */
  readonly footer: string;
}

/** null = not known: no mark is drawn and the label says —. */
export type Measure = number | null;

/** How a list says which of its rows must be seen. */
export interface Listed {
  /** Rows there are in all, where a report hands over only the first. */
  readonly total?: number;
  /** How many of the last rows are drawn whatever is left out: those who lag, where the words name them. */
  readonly tail?: number;
  /** Measure word of a row when some are not drawn: 人, 家. 项 by default. */
  readonly counter?: string;
}

export interface FunnelChart extends ChartFrame {
  readonly kind: 'funnel';
  /** From the widest step to the narrowest. */
  readonly steps: readonly {
    readonly label: string;
    readonly value: number;
    /** Beside the bar: money, share. */
    readonly note?: string;
    /** Between this step and the next one: 38.2 % ↓. */
    readonly conversion?: string;
    readonly tone?: Tone;
  }[];
  readonly unit: Unit;
}

export interface BarChart extends ChartFrame, Listed {
  readonly kind: 'bar';
  /** `across` = horizontal bars, best for names; `up` = columns, best for time. */
  readonly direction: 'across' | 'up';
  readonly stacked?: boolean;
  readonly labels: readonly string[];
  readonly series: readonly {
    readonly label: string;
    readonly tone: Tone;
    readonly values: readonly Measure[];
    readonly tones?: readonly Tone[];
    /** Behind the number of a horizontal bar: the cases of a rate, 6/11. */
    readonly notes?: readonly (string | undefined)[];
  }[];
  readonly unit: Unit;
  /** A guard line or target across all bars. */
  readonly line?: { readonly label: string; readonly value: number };
}

export interface LineChart extends ChartFrame {
  readonly kind: 'line';
  readonly labels: readonly string[];
  readonly series: readonly {
    readonly label: string;
    readonly tone: Tone;
    readonly values: readonly Measure[];
    readonly dashed?: boolean;
  }[];
  readonly unit: Unit;
  /** Points of the first series that hold only a part of their days: drawn hollow at the end of a dashed line. */
  readonly partial?: readonly number[];
  /** Notes at points: { index, text }. */
  readonly notes?: readonly { readonly index: number; readonly text: string }[];
}

/** Shares of a whole, five parts at most; the rest goes into 其他. */
export interface PieChart extends ChartFrame {
  readonly kind: 'pie';
  readonly parts: readonly { readonly label: string; readonly value: number }[];
  readonly unit: Unit;
}

/** People or things in order, with a second measure beside and a mark for the target where there is one. */
export interface RankingChart extends ChartFrame, Listed {
  readonly kind: 'ranking';
  readonly rows: readonly {
    readonly label: string;
    /** From 1; left out = as the rows stand. Equal places and the last ones of a longer list are not told by where they stand. */
    readonly place?: number;
    readonly value: Measure;
    readonly target?: Measure;
    readonly note?: string;
    readonly tone?: Tone;
  }[];
  readonly unit: Unit;
}

/** How far towards a target, and how far the period has run. */
export interface ProgressChart extends ChartFrame, Listed {
  readonly kind: 'progress';
  /** With more than six, the first is the whole and stands above the others. */
  readonly bars: readonly {
    readonly label: string;
    readonly value: Measure;
    readonly target: Measure;
    readonly note?: string;
    readonly tone?: Tone;
  }[];
  readonly unit: Unit;
  /** What the colours of the bars mean. */
  readonly tones?: readonly { readonly tone: Tone; readonly label: string }[];
  /** 0..1: where the bar should be by now. */
  readonly pace: number | null;
}

export interface HeatmapChart extends ChartFrame {
  readonly kind: 'heatmap';
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** `values[row][column]`. */
  readonly values: readonly (readonly Measure[])[];
  readonly unit: Unit;
}

/** Steps from one total to another: what came in and went out. */
export interface WaterfallChart extends ChartFrame {
  readonly kind: 'waterfall';
  readonly steps: readonly { readonly label: string; readonly value: number; readonly total?: boolean }[];
  readonly unit: Unit;
}

/** One customer's history: who did what when. */
export interface TimelineChart extends ChartFrame {
  readonly kind: 'timeline';
  readonly events: readonly { readonly day: string; readonly label: string; readonly tone: Tone }[];
}

/** At most six tiles, each a number with its change; for dashboards and cards. */
export interface TilesChart extends ChartFrame {
  readonly kind: 'tiles';
  readonly tiles: readonly {
    readonly label: string;
    readonly value: string;
    readonly note?: string;
    readonly tone?: Tone;
    readonly trend?: readonly Measure[];
  }[];
}

/** A picture as data: pure, compared in snapshots, drawn by `ChartRenderer`. */
export type ChartSpec =
  | FunnelChart
  | BarChart
  | LineChart
  | PieChart
  | RankingChart
  | ProgressChart
  | HeatmapChart
  | WaterfallChart
  | TimelineChart
  | TilesChart;

/** A drawn picture. `id` is the SHA-256 of the bytes in hex: the key under which it is stored, uploaded and cached. */
export interface Picture {
  readonly id: string;
  readonly png: Buffer;
  /** Pixels of the file (twice the size it is shown at). */
  readonly width: number;
  readonly height: number;
  /** What it shows, for readers without the picture: title, subtitle. */
  readonly altText: string;
}

export interface ChartRenderer {
  /** Draws off the event loop; the same spec gives the same bytes. Rejects with `unavailable` when the queue is full. */
  draw(spec: ChartSpec): Promise<Picture>;
  close(): Promise<void>;
}
