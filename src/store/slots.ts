import type { Database } from '../database/connect.ts';
import type { LeaseTerms } from './lease.ts';
import type { StoreTables } from './schema.ts';
import { type SlotClaims, slotClaimsOver } from './slot-claims.ts';
import { type SlotOutcomes, slotOutcomesOver } from './slot-outcomes.ts';
import { type SlotPlan, slotPlanOver } from './slot-plan.ts';

/** The slot table: what is due and not yet sent comes from here alone (house rule 10). */
export interface Slots extends SlotPlan, SlotClaims, SlotOutcomes {}

export const slotsOver = (database: Database<StoreTables>, terms: LeaseTerms): Slots => ({
  ...slotPlanOver(database),
  ...slotClaimsOver(database, terms),
  ...slotOutcomesOver(database, terms),
});
