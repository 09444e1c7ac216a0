import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { connect } from '../../database/connect.ts';
import { Failure } from '../../failure.ts';

const folder = new URL('./mappings/', import.meta.url);

/** The CRMs whose tables a mapping comes along for. */
export const mappingNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();

export interface Installation {
  /** Which mapping, such as `wukong11-java`. */
  readonly mapping: string;
  /** Schema of the CRM. */
  readonly source: string;
  /** Schema of its own for the views; made where it is missing. */
  readonly into: string;
}

export interface Installed {
  readonly views: readonly string[];
  /** The collation that the views compare in: the CRM's own. */
  readonly collation: string;
}

/** The statements of a mapping for one source schema; comments go. */
export function mappingStatements(text: string, source: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim().replace(/\$\{SRC\}/g, `\`${source}\``))
    .filter((statement) => statement !== '');
}

/**
 * Makes the read model as views over a CRM's own tables. `url` is the account of whoever may create views on that server
 * (not the bot's). Views run with that account's rights, so that the bot needs SELECT on `into` alone and can reach
 * neither other columns nor the tables. Can be repeated; nothing of the CRM is changed.
 * Throws `bad-input` for a mapping or schema that does not exist, naming the table that is missing.
 */
export async function installMapping(url: string, { mapping, source, into }: Installation): Promise<Installed> {
  if (!mappingNames().includes(mapping))
    throw refusal(
      'no such mapping',
      `没有「${mapping}」的映射,现有:${mappingNames().join('、')}。自己的表结构见 docs/crm.md。`,
    );
  for (const name of [source, into]) {
    if (!/^[\w$-]{1,64}$/.test(name)) throw refusal('not a schema name', '库名只能有字母、数字、下划线、减号。');
  }
  if (source === into) throw refusal('views beside their tables', '--into 要用一个单独的库,不能和 --source 一样。');
  const collation = await makeSchema(url, source, into);
  const there = new URL(url);
  there.pathname = `/${into}`;
  // A session in the schema compares in the schema's collation; otherwise literals in views clash with columns (1267).
  const database = connect(there.href, { poolSize: 1 });
  try {
    const views: string[] = [];
    for (const statement of mappingStatements(readFileSync(new URL(`${mapping}.sql`, folder), 'utf8'), source)) {
      const view = /^CREATE OR REPLACE VIEW (\w+)/.exec(statement)?.[1] ?? '';
      try {
        await sql.raw(statement).execute(database.kysely);
      } catch (error) {
        throw refusal(`view ${view} could not be made`, `${view} 建不起来:${reasonOf(error, source)}`, error);
      }
      views.push(view);
    }
    return { views, collation };
  } finally {
    await database.close();
  }
}

async function makeSchema(url: string, source: string, into: string): Promise<string> {
  const admin = connect(url, { poolSize: 1 });
  try {
    const { rows } = await sql<{ collation: string | null }>`
      select collation_name as collation from information_schema.columns
      where table_schema = ${source} and collation_name is not null
      group by collation_name order by count(*) desc, collation_name limit 1`.execute(admin.kysely);
    const found = rows[0]?.collation;
    if (found === undefined || found === null)
      throw refusal('the source schema has no tables', `库「${source}」里没有表,或这个账号看不到它。`);
    // utf8 and utf8mb3 are the same three-byte letters; views are utf8mb4, which holds both.
    const collation = found.replace(/^utf8(?:mb3)?_/, 'utf8mb4_');
    if (!/^utf8mb4_\w+$/.test(collation))
      throw refusal(`the source's collation is ${found}`, `「${source}」的字符集是 ${found},只支持 utf8 和 utf8mb4。`);
    await sql
      .raw(`create database if not exists \`${into}\` default character set utf8mb4 collate ${collation}`)
      .execute(admin.kysely);
    await sql
      .raw(`alter database \`${into}\` default character set utf8mb4 collate ${collation}`)
      .execute(admin.kysely);
    return collation;
  } finally {
    await admin.close();
  }
}

/** The vendor's message names tables and columns, which is what the person needs; values are never in it. */
function reasonOf(error: unknown, source: string): string {
  const { code, sqlMessage } = error as { readonly code?: string; readonly sqlMessage?: string };
  switch (code) {
    case 'ER_NO_SUCH_TABLE':
      return `「${source}」里缺表(${sqlMessage ?? code}),版本可能不一样`;
    case 'ER_BAD_FIELD_ERROR':
      return `「${source}」里缺列(${sqlMessage ?? code}),版本可能不一样`;
    default:
      return code ?? '原因不明';
  }
}

const refusal = (message: string, kindly: string, cause?: unknown): Failure =>
  new Failure('bad-input', message, kindly, cause);
