import { createHash } from 'node:crypto';
import type { Silence } from '../../store/recalls.ts';

/**
 * Whether a silence belongs to the group that is not told (decision 7): by a hash of what it is, so that every instance
 * and every repeated run decides the same, and the next silence of the same customer is drawn anew.
 */
export function isHeldOut({ customerId, silentSince }: Silence, share: number): boolean {
  const digest = createHash('sha256').update(`held-out|${customerId}|${silentSince}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share;
}
