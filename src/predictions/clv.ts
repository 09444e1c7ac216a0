/** What the formula of decision 11 is fed with; money in fen. */
export interface ClvInput {
  readonly avgOrderFen: number;
  readonly ordersPerYear: number;
  /** 0..1 a year; null where nobody could have churned yet. */
  readonly yearlyChurn: number | null;
  /** Cost of winning one customer; null = not known, then nothing is taken off. */
  readonly cacFen: number | null;
}

/** A churn of next to nothing would promise a hundred years: nobody is counted for longer than these. */
export const mostYears = 10;

/** 留存年数 = 1 / yearly churn, at most ten years; null where the churn is not known. */
export const yearsRetained = (yearlyChurn: number | null): number | null =>
  yearlyChurn === null ? null : yearlyChurn <= 1 / mostYears ? mostYears : 1 / yearlyChurn;

/** 客户终身价值 in fen: 客单价 × 年购买频率 × 留存年数 − 获客成本; null where the years are not known. */
export function lifetimeValueFen({ avgOrderFen, ordersPerYear, yearlyChurn, cacFen }: ClvInput): number | null {
  const years = yearsRetained(yearlyChurn);
  return years === null ? null : Math.round(avgOrderFen * ordersPerYear * years - (cacFen ?? 0));
}

/** Orders a year of one customer: what was ordered within the first year counts as one year's worth. */
export const ordersPerYear = (orders: number, daysSinceFirst: number): number =>
  orders / Math.max(1, daysSinceFirst / 365);
