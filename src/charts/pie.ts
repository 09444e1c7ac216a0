import { formatRatio, formatValue } from '../figures/format.ts';
import { box, type Draft, type Mark, text } from './draft.ts';
import { known } from './scale.ts';
import { emptySheet, sheet } from './sheet.ts';
import type { PieChart } from './spec.ts';
import { shorten, textWidth, widestOf } from './text-width.ts';
import { colours, partColours, sizes, toneColours } from './theme.ts';

const mostParts = 5;
const rowHeight = 36;
const diameter = 148;

/** The parts as given; from the sixth on they are summed as 其他. Shares of negative amounts do not exist: left out. */
function partsOf(spec: PieChart): { label: string; value: number }[] {
  const parts = spec.parts.map(({ label, value }) => ({ label, value: Math.max(0, known(value) ?? 0) }));
  if (parts.length <= mostParts) return parts;
  const rest = parts.slice(mostParts - 1).reduce((sum, { value }) => sum + value, 0);
  return [...parts.slice(0, mostParts - 1), { label: '其他', value: rest }];
}

/** 占比: a ring with the total in its middle and the shares in a list, where names have room. */
export function pie(spec: PieChart): Draft {
  const parts = partsOf(spec);
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return emptySheet(spec);
  const fills = parts.map(({ label }, i) => (label === '其他' ? toneColours.other : partColours[i]!));
  const plotHeight = Math.max(diameter + 8, parts.length * rowHeight);
  return sheet(spec, { plotHeight }, (room) => {
    const middle = (room.top + room.bottom) / 2;
    const area = {
      left: room.left,
      right: room.left + diameter,
      top: middle - diameter / 2,
      bottom: middle + diameter / 2,
    };
    const centre = room.left + diameter / 2;
    const sum = formatValue(total, spec.unit);
    const sumSize = textWidth(sum, 17, 'bold') <= diameter * 0.56 ? 17 : sizes.small;
    const over: Mark[] = [
      text(centre, middle - 11, '合计', { size: sizes.small, colour: colours.muted, align: 'center' }),
      text(centre, middle + 9, shorten(sum, diameter * 0.6, sumSize, 'bold'), {
        size: sumSize,
        weight: 'bold',
        colour: colours.title,
        align: 'center',
      }),
    ];
    const shares = parts.map(({ value }) => formatRatio(value / total));
    const left = area.right + 20;
    const nameWidth = room.right - left - 16 - widestOf(shares, sizes.body, 'bold') - 8;
    parts.forEach(({ label, value }, i) => {
      const y = middle + (i - (parts.length - 1) / 2) * rowHeight;
      over.push(
        box({ left, top: y - 12, right: left + 10, bottom: y - 2 }, fills[i]!, 2),
        text(left + 16, y - 7, shorten(label, nameWidth, sizes.body), { size: sizes.body, colour: colours.text }),
        text(room.right, y - 7, shares[i]!, {
          size: sizes.body,
          weight: 'bold',
          colour: colours.title,
          align: 'right',
        }),
        text(left + 16, y + 8.5, shorten(formatValue(value, spec.unit), nameWidth + 40, sizes.small), {
          size: sizes.small,
          colour: colours.muted,
        }),
      );
    });
    return {
      area,
      type: 'doughnut',
      data: {
        labels: parts.map(({ label }) => label),
        datasets: [
          {
            data: parts.map(({ value }) => value),
            backgroundColor: fills,
            borderColor: colours.paper,
            borderWidth: 2,
          },
        ],
      },
      options: { cutout: '62%' } as object,
      over,
    };
  });
}
