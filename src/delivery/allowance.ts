import type { Address, Platform } from '../platforms/platform.ts';
import type { SharedState } from '../store/shared-state.ts';

/**
 * Takes a place in every window that a message to this address counts in. 0 = it may be sent now; otherwise how many
 * milliseconds to wait before asking again. Places taken before a full window stay taken: the limits are the platform's,
 * to err is to send too little.
 */
export async function takeAllowance(
  platform: Pick<Platform, 'name' | 'allowances'>,
  address: Address,
  state: SharedState,
  nowMs: number,
): Promise<number> {
  for (const { limit, windowMs, key } of platform.allowances) {
    const waitMs = await state.takePlace(`allowance:${platform.name}:${key(address)}`, limit, windowMs, nowMs);
    if (waitMs > 0) return waitMs;
  }
  return 0;
}
