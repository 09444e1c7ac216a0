import { metricById } from '../metrics/catalogue.ts';
import { reportShowing } from '../metrics/shown-by.ts';
import type { Findings } from './report.ts';

/** As many as head a reply (decision 18). */
const headed = 5;

/** What was asked for by its name stands first; where this answer has no number of it, the first words say so. */
export function askedFirst(findings: Findings, asked: string | undefined): Findings {
  const metric = asked === undefined ? undefined : metricById(asked);
  if (metric === undefined || reportShowing(metric.id) === undefined || findings.figures.length === 0) return findings;
  const own = findings.figures.filter((figure) => figure.metric === metric.id);
  const words = JSON.stringify([findings.title, findings.narrative, findings.table, findings.sections ?? []]);
  if (own.length === 0 && ![metric.name, ...(metric.shownAs ?? [])].some((name) => words.includes(name)))
    return {
      ...findings,
      narrative: [[`「${metric.name}」这次没有数可算,下面是它所在的报表。`], ...findings.narrative],
    };
  const whole = own.filter(({ dims }) => dims === undefined);
  const lead = whole.length > 0 ? whole : own.slice(0, 3);
  return {
    ...findings,
    headline: [...lead, ...findings.headline.filter((figure) => figure.metric !== metric.id)].slice(0, headed),
  };
}
