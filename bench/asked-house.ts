import type { CompiledQuery } from 'kysely';
import { type Answer, answer, type House } from '../src/answer.ts';
import { systemClock } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartRenderer, ChartSpec } from '../src/charts/spec.ts';
import { readConfig } from '../src/config.ts';
import type { Crm } from '../src/crm/crm.ts';
import { scopedRows } from '../src/crm/rows.ts';
import { bridgeOf } from '../src/database/dialect.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { median } from './row.ts';

/** One statement of a question, with when it ran. */
export interface Statement {
  readonly query: CompiledQuery;
  readonly startedAt: number;
  endedAt: number;
}

/** What a question costs; milliseconds, medians of the rounds. */
export interface Cost {
  readonly whole: number;
  /** Its statements alone, side by side where they ran so. */
  readonly sqlOnly: number;
  readonly picture: number;
  /** whole / (SQL + picture), the median of the rounds' own ratios; null where there is neither. */
  readonly ratio: number | null;
  /** Of the last round. */
  readonly statements: readonly Statement[];
}

/** Until so much time was spent on a question it is short. */
const shortMs = 2_000;

export interface AskedHouse {
  readonly house: House;
  ask(text: string, account: string): Promise<Answer>;
  /** Whole, SQL alone and picture alone take turns. Ask once before: the first question also learns the names. */
  cost(text: string, account: string, rounds: number): Promise<Cost>;
  close(): Promise<void>;
}

/**
 * The whole line over a CRM with every read and every picture written down. Pictures are never taken from the renderer's
 * memory: each has a subtitle of its own.
 */
export async function askedHouse(url: string): Promise<AskedHouse> {
  const renderer = createChartRenderer({ workers: 1, fontPath: null });
  await renderer.warm();
  let specs: ChartSpec[] = [];
  let serial = 0;
  const fresh = (spec: ChartSpec): ChartSpec => ({ ...spec, subtitle: `${spec.subtitle} · ${serial++}` });
  const charts: ChartRenderer = {
    ...renderer,
    draw: (spec) => {
      specs.push(spec);
      return renderer.draw(fresh(spec));
    },
  };
  const config = readConfig({ CRM_DATABASE_URL: url });
  const open = openHouse(config, { state: createInProcessState(), charts, log: createLog('silent') });
  let statements: Statement[] = [];
  const house: House = { ...open, company: recording(open, (statement) => statements.push(statement)) };
  const nowMs = systemClock.now();
  const ask = (text: string, account: string): Promise<Answer> =>
    // A conversation of its own each time: nothing of the question before is taken over.
    answer({ ...house, state: createInProcessState() }, { platform: 'simulator', account, groupId: null, text, nowMs });
  return {
    house,
    ask,
    cost: async (text, account, rounds) => {
      const [whole, sqlOnly, picture]: [number[], number[], number[]] = [[], [], []];
      const startedAt = performance.now();
      // Short questions are asked more often, so that one slow moment of the machine does not decide.
      for (
        let round = 0;
        round < rounds || (round < 5 * rounds && performance.now() - startedAt < shortMs);
        round += 1
      ) {
        statements = [];
        specs = [];
        whole.push(await timed(() => ask(text, account)));
        const waves = wavesOf(statements);
        const drawn = [...specs];
        sqlOnly.push(
          await timed(async () => {
            for (const wave of waves)
              await Promise.all(wave.map(({ query }) => open.crm.database.kysely.executeQuery(query)));
          }),
        );
        picture.push(
          await timed(async () => {
            for (const spec of drawn) await renderer.draw(fresh(spec));
          }),
        );
      }
      return {
        whole: median(whole),
        sqlOnly: median(sqlOnly),
        picture: median(picture),
        ratio:
          statements.length === 0 && specs.length === 0
            ? null
            : median(whole.map((ms, round) => ms / (sqlOnly[round]! + picture[round]!))),
        statements: [...statements],
      };
    },
    close: async () => {
      await renderer.close();
      await open.close();
    },
  };
}

/** The company with every read written down: its statement and when it ran. */
function recording(house: ReturnType<typeof openHouse>, note: (statement: Statement) => void): House['company'] {
  const { database } = house.crm;
  const bridge = bridgeOf(database.dialect);
  return async (moment) => {
    const company = await house.company(moment);
    const crm: Crm = {
      read: async (scope, build) => {
        const query = build({ rows: scopedRows(scope, bridge), sql: bridge }).compile(database.kysely);
        const statement: Statement = { query, startedAt: performance.now(), endedAt: Number.POSITIVE_INFINITY };
        note(statement);
        try {
          return await house.crm.read(scope, build);
        } finally {
          statement.endedAt = performance.now();
        }
      },
      get queriesRun() {
        return house.crm.queriesRun;
      },
      close: () => house.crm.close(),
    };
    return { ...company, crm };
  };
}

/** Statements that ran side by side stay side by side: a new wave begins once all of the one before had ended. */
function wavesOf(statements: readonly Statement[]): (readonly Statement[])[] {
  const waves: Statement[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const statement of [...statements].sort((a, b) => a.startedAt - b.startedAt)) {
    const current = waves.at(-1);
    if (current === undefined || statement.startedAt >= until) waves.push([statement]);
    else current.push(statement);
    until = Math.max(until, statement.endedAt);
  }
  return waves;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
