import type { BarChart, ChartFrame, ChartSpec, Measure, Tone } from '../../src/charts/spec.ts';

/** Names people really have or type: rare characters, emoji, long ones, code, markup, right-to-left, control marks. */
export const oddNames = [
  '马䶮',
  '𠮷野家（上海）',
  '喆犇羴餐饮',
  '🎉喜临门👨‍👩‍👧🇨🇳',
  '内蒙古自治区呼和浩特市赛罕区远洋智能装备制造股份有限公司第二分公司',
  "Robert'); DROP TABLE cm_customers;--",
  '**加粗** [链接](https://example.com) <script>alert(1)</script>',
  '@所有人',
  'שלום עולם ‮abc‬',
  'مرحبا',
  '第一行\n第二行\t制表\u0000\u0007',
  '',
  'WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW',
  '\uD800孤半',
];

const frame: ChartFrame = {
  title: '方案演示是瓶颈:42 % 停在这里',
  subtitle: '本月 11-01 至 11-18',
  footer: '数据截至 11-18 10:30 · 华东',
};
const oddFrame: ChartFrame = {
  title: `${oddNames.join(' ')}`,
  subtitle: '很长的副标题'.repeat(30),
  footer: `${oddNames[4]} · ${oddNames[6]} · ${oddNames[8]}`,
};

/** Row names by count; three of them are the same, as names are. */
const names = (count: number, odd: boolean): string[] =>
  Array.from({ length: count }, (_, i) => (odd ? oddNames[i % oddNames.length]! : i < 3 ? '张伟' : `第${i}组`));

interface Case {
  readonly frame: ChartFrame;
  readonly names: readonly string[];
  readonly values: readonly Measure[];
}

const cases: Readonly<Record<string, Case>> = {
  none: { frame, names: [], values: [] },
  one: { frame, names: names(1, false), values: [1_234_500] },
  sixty: { frame, names: names(60, false), values: Array.from({ length: 60 }, (_, i) => 9_870_000 * (61 - i)) },
  zeros: { frame, names: names(6, false), values: [0, 0, 0, 0, 0, 0] },
  negative: { frame, names: names(6, false), values: [-5_000_000, 12_000_000, -300, 0, -88_000_000, 7_700_000] },
  unknown: { frame, names: names(6, false), values: [null, null, 5_000_000, null, 0, null] },
  'all unknown': { frame, names: names(4, false), values: [null, null, null, null] },
  'not numbers': {
    frame,
    names: names(4, false),
    values: [Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY],
  },
  odd: { frame: oddFrame, names: names(14, true), values: Array.from({ length: 14 }, (_, i) => 1_111_100 * (i + 1)) },
  huge: { frame, names: names(5, false), values: [9e17, 8.123e17, 1, -9e17, 5e16] },
  'one giant': { frame, names: names(8, false), values: [9e15, 1, 2, 3, 4, 5, 6, 7] },
  'blank texts': { frame: { title: '', subtitle: '', footer: '' }, names: ['', '', ''], values: [1, 2, 3] },
};

const tones: readonly Tone[] = ['ours', 'other', 'won', 'lost', 'warning'];

function specsOf({ frame: around, names: labels, values }: Case): ChartSpec[] {
  const unit = 'fen' as const;
  const bars = (direction: BarChart['direction'], stacked: boolean, seriesCount: number): BarChart => ({
    ...around,
    kind: 'bar',
    direction,
    stacked,
    labels,
    unit,
    series: tones
      .slice(0, seriesCount)
      .map((tone, s) => ({ label: labels[s] ?? tone, tone, values: s % 2 === 0 ? values : [...values].reverse() })),
    line: { label: labels[0] ?? '目标', value: 6_000_000 },
  });
  const noted = (chart: BarChart): BarChart => ({
    ...chart,
    series: chart.series.map((one) => ({
      ...one,
      notes: labels.map((_, i) => (i % 4 === 1 ? undefined : `${i}/240`)),
    })),
  });
  return [
    {
      ...around,
      kind: 'funnel',
      unit,
      steps: labels.map((label, i) => ({ label, value: values[i] ?? 0, note: label, conversion: `${label} 38.2 % ↓` })),
    },
    bars('across', false, 1),
    bars('across', false, 3),
    bars('across', true, 3),
    { ...noted(bars('across', false, 2)), tail: 4 },
    { ...noted(bars('across', false, 1)), tail: 30, total: labels.length + 7 },
    bars('up', false, 1),
    bars('up', false, 5),
    bars('up', true, 3),
    {
      ...around,
      kind: 'line',
      labels,
      unit,
      partial: [0, labels.length - 1],
      series: tones.map((tone, s) => ({
        label: labels[s] ?? tone,
        tone,
        values: s === 1 ? [] : values,
        dashed: s > 2,
      })),
      notes: labels.slice(0, 5).map((label, index) => ({ index, text: label })),
    },
    { ...around, kind: 'pie', unit, parts: labels.map((label, i) => ({ label, value: values[i] ?? 0 })) },
    {
      ...around,
      kind: 'ranking',
      unit,
      counter: '人',
      tail: 3,
      rows: labels.map((label, i) => ({
        label,
        value: values[i]!,
        target: i % 3 === 0 ? null : 8_000_000,
        note: label,
      })),
    },
    { ...around, kind: 'ranking', unit, rows: labels.map((label, i) => ({ label, value: values[i]! })) },
    {
      ...around,
      kind: 'progress',
      unit,
      tail: 2,
      tones: tones.map((tone, i) => ({ tone, label: labels[i] ?? tone })),
      pace: labels.length % 2 === 0 ? 0.6 : null,
      bars: labels.map((label, i) => ({ label, value: values[i]!, target: [0, null, 5_000_000][i % 3]!, note: label })),
    },
    { ...around, kind: 'heatmap', unit, columns: labels, rows: labels, values: labels.map(() => values) },
    {
      ...around,
      kind: 'waterfall',
      unit,
      steps: labels.map((label, i) => ({ label, value: values[i] ?? 0, total: i === 0 || i === labels.length - 1 })),
    },
    {
      ...around,
      kind: 'timeline',
      events: labels.map((label, i) => ({ day: i % 2 === 0 ? label : '11-18', label, tone: tones[i % 5]! })),
    },
    {
      ...around,
      kind: 'tiles',
      tiles: labels.map((label, i) => ({
        label,
        value: `${values[i]} 万`,
        note: label,
        tone: tones[i % 5]!,
        trend: values,
      })),
    },
  ];
}

/** Every shape of picture with every kind of extreme input, by a speaking name. */
export const extremes: readonly (readonly [string, ChartSpec])[] = Object.entries(cases).flatMap(([name, one]) =>
  specsOf(one).map((spec, i) => [`${spec.kind} ${i}: ${name}`, spec] as const),
);
