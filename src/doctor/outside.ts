import { Redis } from 'ioredis';
import { sql } from 'kysely';
import type { Clock } from '../calendar/clock.ts';
import type { Day } from '../calendar/day.ts';
import { workDaysKnownUntil } from '../calendar/work-day-coverage.ts';
import { ChartCanvas } from '../charts/chart-canvas.ts';
import type { Config } from '../config.ts';
import { type Directory, readDirectory } from '../crm/directory.ts';
import { checkReadModel, type Finding } from '../crm/read-model/check.ts';
import type { CrmTables } from '../crm/schema.ts';
import { readStages, type StageModel } from '../crm/stages.ts';
import { connect, type Database } from '../database/connect.ts';
import { bridgeOf } from '../database/dialect.ts';
import { Failure } from '../failure.ts';
import { probeDingtalk } from '../platforms/dingtalk/probe.ts';
import { call } from '../platforms/http.ts';
import type { ProbeLine } from '../platforms/probe.ts';
import { probeWecomApp } from '../platforms/wecom/probe.ts';
import type { StoreTables } from '../store/schema.ts';
import type { Probed } from './platform-check.ts';
import type { StrayStage } from './read-model-check.ts';
import type { Backlog } from './upkeep-check.ts';

/** Everything of the world that doctor looks at; each method may reject, which is a finding of its own. */
export interface Outside {
  now(): number;
  readConfig(): Config;
  /** Every connected platform that has keys to try. */
  probes(config: Config): Promise<readonly Probed[]>;
  openCrm(config: Config): CrmLook;
  lookAtBot(config: Config): Promise<BotLook>;
  lookAtRedis(url: string): Promise<RedisLook>;
  workDaysKnownUntil(today: Day): Day;
  /** Characters of `texts` that no font can draw. */
  missingGlyphs(fontPath: string | null, texts: readonly string[]): Promise<readonly string[]>;
}

/** The CRM, read-only, until it is closed. */
export interface CrmLook {
  ping(): Promise<void>;
  /** `SHOW GRANTS` of the account; null for an embedded database. */
  grants(): Promise<readonly string[] | null>;
  findings(today: Day): Promise<readonly Finding[]>;
  directory(): Promise<Directory>;
  stages(): Promise<{ readonly model: StageModel; readonly stray: readonly StrayStage[] }>;
  /** Names as they come into pictures. */
  names(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface BotLook {
  /** null = its tables have not been made yet. */
  readonly backlog: Backlog | null;
  readonly nowMs: number;
}

export interface RedisLook {
  readonly version: string;
  readonly evictionPolicy: string;
}

const timeoutMs = 5_000;
const mostNames = 20_000;

export function realOutside(readConfig: () => Config, clock: Clock): Outside {
  const line: ProbeLine = { ask: (request) => call({ ...request, timeoutMs }), now: clock.now };
  return {
    now: clock.now,
    readConfig,
    probes: async ({ wecomApp, dingtalk }) => [
      ...(wecomApp === null
        ? []
        : [
            {
              name: '企业微信' as const,
              secretNames: 'WECOM_CORP_ID、WECOM_AGENT_ID、WECOM_APP_SECRET',
              probe: await probeWecomApp(wecomApp, line),
            },
          ]),
      ...(dingtalk === null
        ? []
        : [
            {
              name: '钉钉' as const,
              secretNames: 'DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET',
              probe: await probeDingtalk(dingtalk, line),
            },
          ]),
    ],
    openCrm: ({ house, business }) => {
      const database = connect<CrmTables>(house.CRM_DATABASE_URL, {
        readOnly: true,
        statementTimeoutMs: 60_000,
        poolSize: 2,
      });
      return {
        ping: async () => void (await sql`select 1`.execute(database.kysely)),
        grants: () => grantsOf(database),
        findings: (today) => checkReadModel(database, today),
        directory: () => readDirectory(database),
        stages: async () => {
          const model = await readStages(database, business.stages, business.stuckAfterDays);
          return { model, stray: await strayStages(database, model) };
        },
        names: () => namesIn(database),
        close: () => database.close(),
      };
    },
    lookAtBot,
    lookAtRedis,
    workDaysKnownUntil,
    missingGlyphs: async (fontPath, texts) => new ChartCanvas(fontPath).missingGlyphs(texts.join('')),
  };
}

async function grantsOf({ kysely, dialect }: Database<CrmTables>): Promise<readonly string[] | null> {
  if (dialect === 'sqlite') return null;
  const { rows } = await sql<Readonly<Record<string, string>>>`show grants`.execute(kysely);
  return rows.flatMap((row) => Object.values(row).slice(0, 1));
}

async function strayStages({ kysely }: Database<CrmTables>, model: StageModel): Promise<StrayStage[]> {
  const rows = await kysely
    .selectFrom('cm_opportunities as o')
    .leftJoin('cm_stages as s', 's.stage_id', 'o.stage_id')
    .select(['o.stage_id', 's.name'])
    .select((eb) => eb.fn.countAll<number | string>().as('open'))
    .where('o.outcome', '=', 'open')
    .groupBy(['o.stage_id', 's.name'])
    .execute();
  return rows
    .filter(({ stage_id }) => stage_id === null || model.byStageId(stage_id) === undefined)
    .map(({ name, stage_id, open }) => ({ name: name ?? stage_id ?? '没有阶段', open: Number(open) }));
}

async function namesIn({ kysely }: Database<CrmTables>): Promise<string[]> {
  const lists = await Promise.all([
    kysely.selectFrom('cm_customers').select('name').orderBy('created_at', 'desc').limit(mostNames).execute(),
    kysely.selectFrom('cm_users').select('name').execute(),
    kysely.selectFrom('cm_contacts').select('name').limit(mostNames).execute(),
    kysely.selectFrom('cm_departments').select('name').execute(),
    kysely.selectFrom('cm_products').select('name').limit(mostNames).execute(),
    kysely.selectFrom('cm_stages').select('name').execute(),
    kysely.selectFrom('cm_campaigns').select('name').limit(mostNames).execute(),
  ]);
  return lists.flat().flatMap(({ name }: { name: string | null }) => (name === null ? [] : [name]));
}

async function lookAtBot({ house }: Config): Promise<BotLook> {
  const database = connect<StoreTables>(house.BOT_DATABASE_URL, { readOnly: true, poolSize: 1 });
  const { kysely, dialect } = database;
  try {
    const now = bridgeOf(dialect).nowMs();
    const clock = await sql<{ now_ms: number | string }>`select ${now} as now_ms`.execute(kysely);
    const nowMs = Number(clock.rows[0]?.now_ms);
    const tables = await kysely.introspection.getTables();
    if (!tables.some(({ name }) => name === 'cb_inbox')) return { backlog: null, nowMs };
    const [questions, messages, failed, closed] = await Promise.all([
      kysely
        .selectFrom('cb_inbox')
        .select((eb) => [eb.fn.countAll<number | string>().as('n'), eb.fn.min('received_at').as('oldest')])
        .where('state', 'in', ['received', 'working'])
        .executeTakeFirstOrThrow(),
      kysely
        .selectFrom('cb_outbox')
        .select((eb) => [eb.fn.countAll<number | string>().as('n'), eb.fn.min('queued_at').as('oldest')])
        .where('state', 'in', ['due', 'unknown', 'sending'])
        .where('due_at', '<=', now)
        .executeTakeFirstOrThrow(),
      kysely
        .selectFrom('cb_outbox')
        .select((eb) => eb.fn.countAll<number | string>().as('n'))
        .where('state', '=', 'failed')
        .where('told', '=', 0)
        .executeTakeFirstOrThrow(),
      kysely
        .selectFrom('cb_targets')
        .select((eb) => eb.fn.countAll<number | string>().as('n'))
        .where('state', '=', 'closed')
        .executeTakeFirstOrThrow(),
    ]);
    const ageMs = (since: number | string | null): number => (since === null ? 0 : Math.max(0, nowMs - Number(since)));
    return {
      nowMs,
      backlog: {
        questions: Number(questions.n),
        oldestQuestionMs: ageMs(questions.oldest),
        messages: Number(messages.n),
        oldestMessageMs: ageMs(messages.oldest),
        failed: Number(failed.n),
        closedTargets: Number(closed.n),
      },
    };
  } finally {
    await database.close();
  }
}

async function lookAtRedis(url: string): Promise<RedisLook> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
  });
  let why: Error | null = null;
  redis.on('error', (error: Error) => {
    why = error;
  });
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
    return { version: field('redis_version'), evictionPolicy: field('maxmemory_policy') };
  } catch (error) {
    throw why ?? error;
  } finally {
    redis.disconnect();
  }
}

/** Why something did not work, by code: messages of drivers carry hosts, users and statements. */
export function codeOf(error: unknown): string {
  if (error instanceof Failure) return error.cause === undefined ? error.message : codeOf(error.cause);
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
