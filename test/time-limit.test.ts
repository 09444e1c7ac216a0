import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withinTime } from '../src/time-limit.ts';

describe('a time limit', () => {
  it('gives what the work comes to', async () => {
    expect(await withinTime(1_000, Promise.resolve('done'), () => 'late')).toBe('done');
    await expect(withinTime(1_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken');
  });

  it('gives or throws what late says, and a failure that comes afterwards disturbs nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const broken = async (): Promise<string> => {
      await sleep(20);
      throw new Error('broken');
    };
    expect(await withinTime(1, broken(), () => 'late')).toBe('late');
    const late = withinTime(1, broken(), () => {
      throw new Error('too late');
    });
    await expect(late).rejects.toThrow('too late');
    await sleep(60);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
