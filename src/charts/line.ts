import { gridLines, heightAt, tickRoom } from './axis.ts';
import { type Draft, type Mark, rule, type TextMark, text, widthOf } from './draft.ts';
import { byImportance, overlaps, spread, thinned, within } from './label-placement.ts';
import { restOf } from './rows.ts';
import { commonUnit, known, rangeOf, roundTicks } from './scale.ts';
import { emptySheet, hiddenScale, legendOf, sheet } from './sheet.ts';
import type { LineChart, Measure } from './spec.ts';
import { shorten, widestOf } from './text-width.ts';
import { colours, sizes, toneColours, toneTextColours } from './theme.ts';

/** Two months of days, or more than a year of weeks; of longer series the latest are drawn. */
const mostPoints = 62;
const noteRow = 18;
const mostNotes = 3;

/** Numbers at the right end, one per series, pushed apart where the lines end close together. */
function endLabels(candidates: readonly TextMark[], top: number, bottom: number): TextMark[] {
  const sorted = [...candidates].sort((a, b) => a.y - b.y);
  const step = 15;
  const placed: TextMark[] = [];
  for (const mark of sorted) placed.push({ ...mark, y: Math.max(mark.y, (placed.at(-1)?.y ?? top - step) + step) });
  for (let i = placed.length - 1, limit = bottom; i >= 0; i--, limit -= step) {
    if (placed[i]!.y <= limit) break;
    placed[i] = { ...placed[i]!, y: limit };
  }
  return placed;
}

/** Dots where points are few, at the line's end, and between two gaps, where no line would show the point. */
function pointSize(values: readonly Measure[], i: number, count: number, dashed: boolean): number {
  const alone = values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
  const last = i === values.findLastIndex((value) => value !== null);
  return alone || (!dashed && (last || count <= 12)) ? 3.5 : 0;
}

/** What is not over: a dashed line to a hollow point, so that a running month does not look like a fall. */
function openPoints(
  values: readonly Measure[],
  partial: ReadonlySet<number>,
  { xOf, yOf, colour }: { xOf(i: number): number; yOf(value: number): number; colour: string },
): Mark[] {
  const at = (i: number) => {
    const value = values[i] ?? null;
    return value === null ? null : { x: xOf(i), y: yOf(value) };
  };
  const lines = values.flatMap((_, i): Mark[] => {
    const [from, to] = [at(i - 1), at(i)];
    return from !== null && to !== null && (partial.has(i) || partial.has(i - 1))
      ? [rule(from, to, colour, 2, true)]
      : [];
  });
  const dots = [...partial].flatMap((i): Mark[] => {
    const point = at(i);
    return point === null
      ? []
      : [
          { kind: 'dot', at: point, radius: 4.5, colour },
          { kind: 'dot', at: point, radius: 2.5, colour: colours.paper },
        ];
  });
  return [...lines, ...dots];
}

/** 折线图: gaps where nothing is known, the last number at the line's end, notes above with a thin pointer. */
export function line(spec: LineChart): Draft {
  if (spec.labels.length === 0 || spec.series.length === 0) return emptySheet(spec);
  const from = Math.max(0, spec.labels.length - mostPoints);
  const labels = spec.labels.slice(from);
  const series = spec.series.map((one) => ({ ...one, values: labels.map((_, i) => known(one.values[from + i])) }));
  const all = series.flatMap(({ values }) => values);
  if (all.every((value) => value === null)) return emptySheet(spec);
  const unit = commonUnit(all, spec.unit);
  const { range, ticks } = roundTicks(rangeOf(all), spec.unit);
  const notes = (spec.notes ?? [])
    .filter(({ index }) => index >= from && index < spec.labels.length)
    .slice(0, mostNotes);
  const partial = new Set((spec.partial ?? []).map((index) => index - from));
  const main = series[0]!;
  const open = legendOf('未满', main.tone, 'dashed');
  const parts = {
    legend: [
      ...(series.length > 1 || partial.size > 0
        ? series.map((one) => legendOf(one.label, one.tone, one.dashed ? 'dashed' : 'line'))
        : []),
      ...(partial.size > 0 ? [open] : []),
    ],
    ...(unit.note === undefined ? {} : { unitNote: unit.note }),
    plotHeight: 196 + notes.length * noteRow,
    remark: from === 0 ? undefined : `只画最近 ${labels.length} 个，${restOf(spec.labels.length, labels.length)}`,
  };
  return sheet(spec, parts, (room) => {
    const lastIndex = (values: readonly Measure[]) => values.findLastIndex((value) => value !== null);
    const ends = series.flatMap(({ values }) =>
      lastIndex(values) < 0 ? [] : [unit.textOf(values[lastIndex(values)]!)],
    );
    const area = {
      left: room.left + tickRoom(ticks, unit) + 4,
      right: room.right - widestOf(ends, sizes.small, 'bold') - 6,
      top: room.top + 12 + notes.length * noteRow,
      bottom: room.bottom - 26,
    };
    const step = labels.length > 1 ? widthOf(area) / (labels.length - 1) : 0;
    const xOf = (i: number) => (labels.length > 1 ? area.left + i * step : (area.left + area.right) / 2);
    const yOf = heightAt(area, range);
    const names = thinned(labels, step === 0 ? widthOf(area) : step, (i, label) =>
      within(
        text(xOf(i), room.bottom - 8, shorten(label, 72, sizes.small), {
          size: sizes.small,
          colour: colours.text,
          align: 'center',
        }),
        room.left - 10,
        room.right + 10,
      ),
    );
    const atEnd = endLabels(
      series.flatMap(({ values, tone }) => {
        const i = lastIndex(values);
        if (i < 0) return [];
        const style = { size: sizes.small, weight: 'bold' as const, colour: toneTextColours[tone], halo: true };
        return [text(xOf(i) + 6, yOf(values[i]!), unit.textOf(values[i]!), style)];
      }),
      area.top,
      area.bottom,
    );
    const pointers: Mark[] = [];
    const noteTexts: TextMark[] = [];
    notes.forEach((note, row) => {
      const i = note.index - from;
      const value = series.map(({ values }) => values[i]!).find((candidate) => candidate !== null) ?? null;
      if (value === null) return;
      const at = { x: xOf(i), y: yOf(value) };
      const label = shorten(note.text, widthOf(room), sizes.small);
      const y = room.top + row * noteRow + 8;
      const style = { size: sizes.small, colour: colours.title, align: 'center' as const, halo: true };
      noteTexts.push(within(text(at.x, y, label, style), room.left, room.right));
      pointers.push(
        rule({ x: at.x, y: y + 9 }, { x: at.x, y: at.y - 5 }, colours.muted),
        { kind: 'dot', at, radius: 5, colour: colours.paper },
        { kind: 'dot', at, radius: 3.5, colour: toneColours.warning },
      );
    });
    const unfinished = openPoints(main.values, partial, { xOf, yOf, colour: toneColours[main.tone] });
    const blocked = [...atEnd, ...noteTexts];
    const onPoints = byImportance(main.values).flatMap((i) => {
      if (i === lastIndex(main.values)) return [];
      const style = { size: sizes.small, colour: toneTextColours[main.tone], align: 'center' as const, halo: true };
      // The first one would stand in the numbers of the axis.
      const mark = within(
        text(xOf(i), yOf(main.values[i]!) - 11, unit.textOf(main.values[i]!), style),
        area.left + 2,
        room.right,
      );
      const free =
        blocked.every((other) => !overlaps(mark, other, 4)) && notes.every((note) => note.index - from !== i);
      return free && (labels.length <= 12 || i === byImportance(main.values)[1]) ? [mark] : [];
    });
    const labelled = series.length <= 2 ? spread(onPoints, 6) : [];
    return {
      area,
      type: 'line',
      data: {
        labels: [...labels],
        // The main line is drawn last, over the ones it is compared with.
        datasets: series.toReversed().map((one) => {
          const values = one === main ? one.values.map((value, i) => (partial.has(i) ? null : value)) : one.values;
          const dashed = one.dashed === true;
          return {
            label: one.label,
            data: [...values],
            borderColor: toneColours[one.tone],
            backgroundColor: toneColours[one.tone],
            borderWidth: one.tone === 'other' || dashed ? 2 : 2.5,
            borderDash: dashed ? [5, 4] : [],
            pointRadius: values.map((_, i) => pointSize(values, i, labels.length, dashed)),
            pointBorderWidth: 0,
            clip: false as const,
          };
        }),
      },
      options: {
        scales: { x: { ...hiddenScale, offset: false }, y: { ...hiddenScale, min: range.min, max: range.max } },
      },
      under: gridLines(area, range, ticks, unit),
      over: [...unfinished, ...pointers, ...names, ...labelled, ...atEnd, ...noteTexts],
    };
  });
}
