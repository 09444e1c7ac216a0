import { barAcross } from './bar-across.ts';
import { barAgainst, isAgainst } from './bar-against.ts';
import { barUp } from './bar-up.ts';
import type { Draft } from './draft.ts';
import { emptySheet } from './sheet.ts';
import type { BarChart } from './spec.ts';

/** 条形图/柱状图: horizontal bars for names, columns for time; side by side or stacked. */
export function bar(spec: BarChart): Draft {
  if (spec.labels.length === 0 || spec.series.length === 0) return emptySheet(spec);
  if (spec.direction === 'up') return barUp(spec);
  return isAgainst(spec) ? barAgainst(spec) : barAcross(spec);
}
