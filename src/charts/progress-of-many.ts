import { formatRatio, formatValue } from '../figures/format.ts';
import { box, type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { type Progressed, progressLegend } from './progress-parts.ts';
import { cutMark, drawnRows, gapMark, nameColumn } from './rows.ts';
import { hiddenScale, sheet } from './sheet.ts';
import type { ProgressChart } from './spec.ts';
import { shorten, widestOf } from './text-width.ts';
import { colours, sizes, toneColours } from './theme.ts';

const wholeHeight = 66;
const rowHeight = 24;
const mostParts = 15;
const nameRoom = 66;
const wholeBar = 14;
const partBar = 12;

/** The whole on top and everybody below it in one line each, so that those who lag are seen beside those who lead. */
export function progressOfMany(
  spec: ProgressChart,
  bars: readonly Progressed[],
  pace: number | null,
  scaleEnd: number,
): Draft {
  const [whole, ...parts] = bars;
  const { at, remark, gap } = drawnRows(parts.length, spec, mostParts);
  const rows = at.map((index) => (index === null ? null : parts[index]!));
  const plotHeight = wholeHeight + rows.length * rowHeight;
  return sheet(spec, { legend: progressLegend(spec, pace), plotHeight, remark }, (room) => {
    const top = room.top + wholeHeight;
    const middle = (i: number) => top + (i + 0.5) * rowHeight;
    const names = nameColumn(
      rows.map((row) => row?.label ?? null),
      room,
      middle,
      nameRoom,
      'normal',
      rowHeight,
    );
    const shares = rows.map((row) => (row === null ? '' : row.share === null ? '—' : formatRatio(row.share)));
    const notes = rows.map((row) => row?.note ?? '');
    const noteColumn = Math.min(84, widestOf(notes, sizes.small));
    const shareRight = room.right - (noteColumn === 0 ? 0 : noteColumn + 8);
    const area = {
      left: names.right + 10,
      right: shareRight - widestOf(shares, sizes.body, 'bold') - 8,
      top,
      bottom: room.bottom,
    };
    const along = (left: number, width: number) => (share: number) =>
      left + (Math.min(Math.max(share, 0), scaleEnd) / scaleEnd) * width;
    const xOf = along(area.left, widthOf(area));
    const over: Mark[] = [...names.marks];
    rows.forEach((row, i) => {
      const y = middle(i);
      if (row === null) {
        over.push(gapMark(room, y, gap));
        return;
      }
      over.push(
        text(shareRight, y, shares[i]!, {
          size: sizes.body,
          weight: 'bold',
          colour: row.share === null ? colours.muted : colours.title,
          align: 'right',
        }),
      );
      if (notes[i] !== '') {
        const note = shorten(notes[i]!, noteColumn + 0.01, sizes.small);
        over.push(text(room.right, y, note, { size: sizes.small, colour: colours.muted, align: 'right' }));
      }
      if (row.share !== null && row.share > scaleEnd) over.push(...cutMark(xOf(scaleEnd) - 12, y, partBar));
    });
    // Full targets and where everybody should be by now, once for all rows.
    const lines: Mark[] = [rule({ x: xOf(1), y: top }, { x: xOf(1), y: room.bottom }, colours.zero, 1, true)];
    if (pace !== null) lines.push(rule({ x: xOf(pace), y: top }, { x: xOf(pace), y: room.bottom }, colours.title, 1.5));
    return {
      area,
      type: 'bar',
      data: {
        labels: rows.map((row) => row?.label ?? ''),
        datasets: [
          {
            data: rows.map((row) =>
              row === null || row.share === null ? null : Math.min(Math.max(row.share, 0), scaleEnd),
            ),
            backgroundColor: rows.map((row) => toneColours[row?.tone ?? 'ours']),
            barThickness: partBar,
            borderRadius: 3,
          },
        ],
      },
      options: { indexAxis: 'y', scales: { x: { ...hiddenScale, min: 0, max: scaleEnd }, y: hiddenScale } },
      under: wholeBarOf(whole!, room.top + 33, room.left, room.right, pace),
      over: [...wholeWordsOf(spec, whole!, room.top + 33, room.left, room.right), ...lines, ...over],
    };
  });
}

function wholeBarOf(bar: Progressed, y: number, left: number, right: number, pace: number | null): Mark[] {
  const end = Math.max(1, bar.share ?? 0);
  const x = (share: number) => left + (Math.min(Math.max(share, 0), end) / end) * (right - left);
  const [top, bottom] = [y - wholeBar / 2, y + wholeBar / 2];
  const track = box({ left, top, right: x(1), bottom }, colours.track, 4);
  const done =
    bar.share === null || bar.share <= 0
      ? []
      : [box({ left, top, right: x(bar.share), bottom }, toneColours[bar.tone ?? 'ours'], 4)];
  const full = end > 1 ? [rule({ x: x(1), y: top }, { x: x(1), y: bottom }, colours.paper, 1.5)] : [];
  const due =
    pace === null || bar.share === null
      ? []
      : [
          rule({ x: x(pace), y: top - 3 }, { x: x(pace), y: bottom + 3 }, colours.paper, 4),
          rule({ x: x(pace), y: top - 3 }, { x: x(pace), y: bottom + 3 }, colours.title, 2),
        ];
  return [track, ...done, ...full, ...due];
}

function wholeWordsOf(spec: ProgressChart, bar: Progressed, y: number, left: number, right: number): Mark[] {
  const share = bar.share === null ? '—' : formatRatio(bar.share);
  const goal = bar.target === null ? '没有设目标' : `目标 ${formatValue(bar.target, spec.unit)}`;
  const small = { size: sizes.small, colour: colours.muted };
  return [
    text(left, y - 20, shorten(bar.label, right - left - 90, sizes.body), { size: sizes.body, colour: colours.text }),
    text(right, y - 21, share, { size: 16, weight: 'bold', colour: colours.title, align: 'right' }),
    text(
      left,
      y + 20,
      shorten(`${formatValue(bar.value, spec.unit)} / ${goal}`, right - left - 130, sizes.small),
      small,
    ),
    ...(bar.note === undefined
      ? []
      : [
          text(right, y + 20, shorten(bar.note, 120, sizes.small), {
            ...small,
            colour: colours.text,
            align: 'right' as const,
          }),
        ]),
  ];
}
