import { formatRatio, formatValue } from '../figures/format.ts';
import { box, type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { progressOfMany } from './progress-of-many.ts';
import { mostShare, type Progressed, progressLegend } from './progress-parts.ts';
import { cutMark, mostPlotHeight, restOf, rowsShown } from './rows.ts';
import { known } from './scale.ts';
import { emptySheet, hiddenScale, sheet } from './sheet.ts';
import type { ProgressChart } from './spec.ts';
import { shorten, textWidth } from './text-width.ts';
import { colours, sizes, toneColours } from './theme.ts';

const rowHeight = 70;
const barHeight = 14;

/** 目标进度: one bar per target, its percentage, what is done of how much, and where the bar should be by now. */
export function progress(spec: ProgressChart): Draft {
  const all = spec.bars.map((bar): Progressed => {
    const [value, target] = [known(bar.value), known(bar.target)];
    return { ...bar, value, target, share: value === null || target === null || target <= 0 ? null : value / target };
  });
  if (all.length === 0) return emptySheet(spec);
  const pace = known(spec.pace);
  const scaleEnd = Math.min(mostShare, Math.max(1, ...all.map(({ share }) => share ?? 0)));
  if (all.length > Math.floor(mostPlotHeight / rowHeight)) return progressOfMany(spec, all, pace, scaleEnd);
  const bars = all.slice(0, rowsShown(all.length, rowHeight));
  const legend = progressLegend(spec, pace);
  const plotHeight = bars.length * rowHeight - 8;
  return sheet(spec, { legend, plotHeight, remark: restOf(spec.bars.length, bars.length, spec.counter) }, (room) => {
    const area = { ...room, bottom: room.top + bars.length * rowHeight };
    const xOf = (share: number) => room.left + (Math.min(share, scaleEnd) / scaleEnd) * widthOf(room);
    const under: Mark[] = [];
    const over: Mark[] = [];
    bars.forEach((bar, i) => {
      const y = room.top + (i + 0.5) * rowHeight;
      const [top, bottom] = [y - barHeight / 2, y + barHeight / 2];
      const percent = bar.share === null ? '—' : formatRatio(bar.share);
      under.push(box({ left: room.left, top, right: xOf(1), bottom }, colours.track, 4));
      const nameWidth = widthOf(room) - textWidth(percent, 16, 'bold') - 12;
      const missing = bar.target === null ? '没有设目标' : `目标 ${formatValue(bar.target, spec.unit)}`;
      const done = `${formatValue(bar.value, spec.unit)} / ${missing}`;
      const note = bar.note ?? '';
      const doneWidth = widthOf(room) - (note === '' ? 0 : Math.min(150, textWidth(note, sizes.small)) + 12);
      over.push(
        text(room.left, top - 13, shorten(bar.label, nameWidth, sizes.body), {
          size: sizes.body,
          colour: colours.text,
        }),
        text(room.right, top - 14, percent, { size: 16, weight: 'bold', colour: colours.title, align: 'right' }),
        text(room.left, bottom + 13, shorten(done, doneWidth, sizes.small), {
          size: sizes.small,
          colour: colours.muted,
        }),
      );
      if (note !== '') {
        const style = { size: sizes.small, colour: colours.text, align: 'right' as const };
        over.push(text(room.right, bottom + 13, shorten(note, 150, sizes.small), style));
      }
      if (bar.share !== null && bar.share > scaleEnd) over.push(...cutMark(room.right - 14, y, barHeight));
      if (scaleEnd > 1) over.push(rule({ x: xOf(1), y: top }, { x: xOf(1), y: bottom }, colours.paper, 1.5));
      if (pace === null || bar.share === null) return;
      const x = xOf(pace);
      over.push(
        rule({ x, y: top - 3 }, { x, y: bottom + 3 }, colours.paper, 4),
        rule({ x, y: top - 3 }, { x, y: bottom + 3 }, colours.title, 2),
      );
    });
    return {
      area,
      type: 'bar',
      data: {
        labels: bars.map(({ label }) => label),
        datasets: [
          {
            data: bars.map(({ share }) => (share === null ? null : Math.min(Math.max(share, 0), scaleEnd))),
            backgroundColor: bars.map(({ tone }) => toneColours[tone ?? 'ours']),
            barThickness: barHeight,
            borderRadius: 4,
            borderSkipped: false,
          },
        ],
      },
      options: { indexAxis: 'y', scales: { x: { ...hiddenScale, min: 0, max: scaleEnd }, y: hiddenScale } },
      under,
      over,
    };
  });
}
