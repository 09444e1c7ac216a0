import { setImmediate } from 'node:timers/promises';
import type { Crm } from '../crm/crm.ts';
import { places } from './turns.ts';

/**
 * The CRM for work that nobody waits for: at most `atOnce` queries run together and the others wait their turn, so that
 * a morning leaves the CRM's connections and processors to people who ask, and between two queries callbacks get theirs.
 */
export function crmInTurn(crm: Crm, atOnce: number): Crm {
  const inPlace = places(atOnce);
  return {
    read: (scope, build) =>
      inPlace(async () => {
        // Putting thousands of owners into a statement takes milliseconds, and a digest asks a dozen of them.
        await setImmediate();
        return crm.read(scope, build);
      }),
    get queriesRun() {
      return crm.queriesRun;
    },
    close: () => crm.close(),
  };
}
