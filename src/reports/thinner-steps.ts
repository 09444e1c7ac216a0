import { formatRateBrief } from '../figures/format.ts';
import type { StepChange } from '../metrics/funnel-bottleneck.ts';

/** Steps lower than the one that is named, on too few cases to name them: said, so that the list above is not contradicted. */
export const thinnerWords = (steps: readonly StepChange[]): string =>
  steps.length === 0
    ? ''
    : `;${steps.map(({ from, to, rate }) => `${from}→${to} ${formatRateBrief(rate)}`).join('、')}更低,样本少,先不下结论`;
