/** One line of the report. `goal` is the most it may be, `least` the least. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'ms' | 'µs' | 'bytes' | 'MiB' | 'per second' | 'queries' | 'times';
  readonly goal?: number;
  readonly least?: number;
}

/** The middle value; of an even number the lower one. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
