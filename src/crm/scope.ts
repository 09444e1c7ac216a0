declare const minted: unique symbol;

/**
 * Whose records a reader may count: a permission as a value. Only `access/` mints one (test/imports.test.ts), and no CRM
 * query is built without it. `everyone` includes what belongs to nobody (公海); a list of owners never does, and an empty
 * list means no rows.
 */
export interface Scope {
  readonly [minted]: true;
  readonly owners: 'everyone' | readonly string[];
  /** How the reply names it: 全公司, 华东, 华东一组, 王磊本人. */
  readonly words: string;
  /** Equal for equal scopes: work is shared by it. */
  readonly key: string;
}

/** For `access/` alone. */
export function mintScope(owners: 'everyone' | readonly string[], words: string): Scope {
  const sorted = owners === 'everyone' ? owners : [...new Set(owners)].sort();
  return {
    owners: sorted,
    words,
    key: sorted === 'everyone' ? 'everyone' : JSON.stringify(sorted),
  } as unknown as Scope;
}
