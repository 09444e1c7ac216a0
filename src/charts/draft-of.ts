import { never } from '../failure.ts';
import { bar } from './bar.ts';
import type { Draft } from './draft.ts';
import { funnel } from './funnel.ts';
import { heatmap } from './heatmap.ts';
import { line } from './line.ts';
import { pie } from './pie.ts';
import { progress } from './progress.ts';
import { ranking } from './ranking.ts';
import type { ChartSpec } from './spec.ts';
import { withTexts } from './spec-texts.ts';
import { tiles } from './tiles.ts';
import { timeline } from './timeline.ts';
import { typeset } from './typeset.ts';
import { waterfall } from './waterfall.ts';

function draftOfSet(spec: ChartSpec): Draft {
  switch (spec.kind) {
    case 'funnel':
      return funnel(spec);
    case 'bar':
      return bar(spec);
    case 'line':
      return line(spec);
    case 'pie':
      return pie(spec);
    case 'ranking':
      return ranking(spec);
    case 'progress':
      return progress(spec);
    case 'heatmap':
      return heatmap(spec);
    case 'waterfall':
      return waterfall(spec);
    case 'timeline':
      return timeline(spec);
    case 'tiles':
      return tiles(spec);
    default:
      return never(spec);
  }
}

/** The picture of a spec as data; pure. Every text is set before it is measured. */
export const draftOf = (spec: ChartSpec): Draft => draftOfSet(withTexts(spec, typeset));
