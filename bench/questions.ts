import { randomBytes } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { type Answer, answer, type House } from '../src/answer.ts';
import { momentAt, systemClock } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartRenderer, ChartSpec } from '../src/charts/spec.ts';
import { readConfig } from '../src/config.ts';
import type { Crm } from '../src/crm/crm.ts';
import { generateCompany } from '../src/crm/demo/generate-company.ts';
import { scopedRows } from '../src/crm/rows.ts';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { bridgeOf } from '../src/database/dialect.ts';
import { migrate } from '../src/database/migrate.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { type BenchRow, median } from './row.ts';

export interface QuestionBenchOptions {
  /** A server on which a schema may be made; it is dropped at the end. */
  readonly serverUrl: string;
  readonly opportunities: number;
  readonly activities: number;
  readonly rounds: number;
}

const questions = [
  '漏斗 本月',
  '漏斗 快照',
  '转化率 本月',
  '业绩 上月',
  '业绩 上月 按人',
  '排行 上月',
  '目标 本月',
  '积压',
  '沉默客户',
  '新增客户 本月',
  '渠道 上月',
  '跟进 上月',
  '客户 宏达机械',
] as const;

/** What a generated company has of each for one customer, measured. */
const opportunitiesPerCustomer = 2.36;

/** One statement of a question, with when it ran. */
interface Statement {
  readonly query: CompiledQuery;
  readonly startedAt: number;
  endedAt: number;
}

/**
 * A question through the whole line beside its own SQL and its own picture alone, on MySQL/MariaDB. The three take turns;
 * pictures are never taken from the renderer's memory.
 */
export async function benchQuestions(options: QuestionBenchOptions): Promise<BenchRow[]> {
  const name = `chenbao_bench_${process.pid}_${randomBytes(3).toString('hex')}`;
  const admin = await createConnection({ uri: options.serverUrl, connectTimeout: 3_000 });
  await admin.query(`create database ${name} default charset utf8mb4 collate utf8mb4_bin`);
  try {
    return await measure(new URL(name, options.serverUrl).href, options);
  } finally {
    await admin.query(`drop database if exists ${name}`);
    await admin.end();
  }
}

async function measure(url: string, { opportunities, activities, rounds }: QuestionBenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = await generated(url, opportunities, activities);
  const config = readConfig({ CRM_DATABASE_URL: url });
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
  const house = openHouse(config, { state: createInProcessState(), charts, log: createLog('silent') });
  const statements: Statement[] = [];
  const recorded: House = { ...house, company: recording(house, statements) };
  const nowMs = systemClock.now();
  const ask = (text: string): Promise<Answer> =>
    answer(
      { ...recorded, state: createInProcessState() },
      { platform: 'simulator', account: 'u002', groupId: null, text, nowMs },
    );
  try {
    const ratios: number[] = [];
    for (const text of questions) {
      const first = await ask(text);
      if (first.reply.status !== 'answered') {
        rows.push({ name: `${text}: ${first.reply.status}, not measured`, value: 0, unit: 'ms' });
        continue;
      }
      const [whole, sqlOnly, drawing]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round += 1) {
        statements.length = 0;
        specs = [];
        whole.push(await timed(() => ask(text)));
        const waves = wavesOf(statements);
        const drawn = specs;
        sqlOnly.push(
          await timed(async () => {
            for (const wave of waves)
              await Promise.all(wave.map(({ query }) => house.crm.database.kysely.executeQuery(query)));
          }),
        );
        drawing.push(
          await timed(async () => {
            for (const spec of drawn) await renderer.draw(fresh(spec));
          }),
        );
      }
      const ratio = median(whole.map((ms, round) => ms / (sqlOnly[round]! + drawing[round]!)));
      ratios.push(ratio);
      rows.push(
        { name: `${text}: whole question`, value: median(whole), unit: 'ms' },
        { name: `${text}: its ${statements.length} statements alone`, value: median(sqlOnly), unit: 'ms' },
        { name: `${text}: its picture alone`, value: median(drawing), unit: 'ms' },
        { name: `${text}: whole / (SQL + picture)`, value: ratio, unit: 'ratio', goal: 1.3 },
      );
    }
    rows.push({ name: 'all questions: median of the ratios', value: median(ratios), unit: 'ratio', goal: 1.3 });
    return rows;
  } finally {
    await renderer.close();
    await house.close();
  }
}

async function generated(url: string, opportunities: number, activities: number): Promise<BenchRow[]> {
  const database = connect<CrmTables>(url);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    const startedAt = performance.now();
    const today = momentAt(systemClock.now(), 'Asia/Shanghai').today;
    const { rows, totalRows } = await generateCompany(
      database,
      {
        seed: 'bench',
        customers: Math.max(60, Math.round(opportunities / opportunitiesPerCustomer)),
        activities,
        until: today,
      },
      (done) => process.stderr.write(`\r${done} customers`),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    process.stderr.write(
      `\r${rows.cm_opportunities} opportunities, ${rows.cm_activities} activities, ${rows.cm_customers} customers\n`,
    );
    return [{ name: `generating ${totalRows} rows`, value: totalRows / seconds, unit: 'per second' }];
  } finally {
    await database.close();
  }
}

/** The company with every read written down: its statement and when it ran. */
function recording(house: ReturnType<typeof openHouse>, statements: Statement[]): House['company'] {
  const { database } = house.crm;
  const bridge = bridgeOf(database.dialect);
  return async (moment) => {
    const company = await house.company(moment);
    const crm: Crm = {
      read: async (scope, build) => {
        const query = build({ rows: scopedRows(scope, bridge), sql: bridge }).compile(database.kysely);
        const statement: Statement = { query, startedAt: performance.now(), endedAt: Number.POSITIVE_INFINITY };
        statements.push(statement);
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
