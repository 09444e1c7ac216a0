/** Answers to the question of recommending: 9–10, 7–8, 0–6. */
export interface NpsAnswers {
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
}

/** Fewer answers than these are thin (item 63). */
export const thinBelow = 30;

const total = ({ promoters, passives, detractors }: NpsAnswers): number => promoters + passives + detractors;

/** −100…100; null without answers. */
export function npsOf(answers: NpsAnswers): number | null {
  const n = total(answers);
  return n === 0 ? null : ((answers.promoters - answers.detractors) / n) * 100;
}

/** Variance of the score in points: each answer is +100, 0 or −100. One half of an answer is added to each end, so that unanimous ones are not taken for certain. */
function varianceOf({ promoters, passives, detractors }: NpsAnswers): number {
  const [p, q, n] = [promoters + 0.5, detractors + 0.5, total({ promoters, passives, detractors }) + 1.5];
  const mean = (p - q) / n;
  return (10_000 * ((p + q) / n - mean * mean)) / n;
}

/** Half of the 95 % interval in points; null without answers. */
export const npsMargin = (answers: NpsAnswers): number | null =>
  total(answers) === 0 ? null : 1.959963984540054 * Math.sqrt(varianceOf(answers));

/** Whether two scores differ at the 95 % level. */
export function npsDiffers(a: NpsAnswers, b: NpsAnswers): boolean {
  const [na, nb] = [npsOf(a), npsOf(b)];
  return na !== null && nb !== null && Math.abs(na - nb) > 1.959963984540054 * Math.sqrt(varianceOf(a) + varianceOf(b));
}
