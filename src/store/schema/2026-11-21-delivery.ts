import { bigint, blob, id, integer, longText, table, text } from '../../database/table.ts';

/** Length of a key made from foreign ids; `foldedKey` keeps longer ones within it. */
const key = text(190);

/**
 * The bot's own tables of the first day, frozen: later changes are migrations of their own, added in `../schema.ts`.
 * Every `_at`, `_until` is milliseconds since 1970 by the database's clock.
 */
export const delivery20261121 = {
  /** Questions that were acknowledged: `received` → `working` → `answered` | `told`. */
  cb_inbox: table(
    {
      inbox_id: id.must,
      platform: text(32).must,
      /** The platform's message id; the key of dedupe together with `platform`. */
      message_id: key.must,
      /** One asker in one chat: worked one after the other. */
      conversation_id: key.must,
      state: text(16).must,
      owner: text(64),
      /** Counts the claims; what an owner of an older one writes is not taken. */
      epoch: integer.must,
      lease_until: bigint.must,
      received_at: bigint.must,
      finished_at: bigint,
      /** The whole message as JSON; NULL once its retention has passed. */
      message: longText,
    },
    {
      primaryKey: ['inbox_id'],
      unique: { message: ['platform', 'message_id'] },
      // One, because every callback waits for this insert: few rows are unfinished, whichever way they are asked for.
      indexes: { state: ['state', 'conversation_id'] },
    },
  ),
  /** One row per platform message: `due` → `sending` → `sent` | `unknown` (→ `sending` once more) | `failed`. */
  cb_outbox: table(
    {
      outbox_id: id.must,
      idempotency_key: key.must,
      target_id: key.must,
      platform: text(32).must,
      /** What asked for it, such as `inbox:…` or `digest:funnel:2026-11-22:…`. */
      cause: key.must,
      /** Lower goes first among targets; within one target order is kept whatever it says. */
      priority: integer.must,
      state: text(16).must,
      due_at: bigint.must,
      queued_at: bigint.must,
      /** Attempts begun; the number of the attempt is the fence of its outcome. */
      attempts: integer.must,
      /** Attempts of which nobody knows whether they arrived. */
      unknowns: integer.must,
      /** The claim of the target under which the last attempt began. */
      epoch: integer.must,
      attempted_at: bigint,
      finished_at: bigint,
      why: text(500),
      receipt: text(500),
      /** 0 while a human is still to be told that it failed. */
      told: integer.must,
      address: longText,
      part: longText,
      picture_id: id,
    },
    {
      primaryKey: ['outbox_id'],
      unique: { key: ['idempotency_key'] },
      indexes: {
        state: ['state', 'due_at'],
        target: ['target_id', 'state', 'due_at'],
        finished: ['finished_at'],
        picture: ['picture_id'],
        cause: ['cause'],
      },
    },
  ),
  /** A conversation that messages go to: who sends to it now, until when it is held, whether it is closed. */
  cb_targets: table(
    {
      target_id: key.must,
      /** `open` | `closed` */
      state: text(16).must,
      owner: text(64),
      epoch: integer.must,
      lease_until: bigint.must,
      hold_until: bigint.must,
      why: text(500),
      changed_at: bigint.must,
    },
    { primaryKey: ['target_id'], indexes: { owner: ['owner'] } },
  ),
  /** Drawn pictures by the SHA-256 of their bytes. */
  cb_pictures: table(
    { picture_id: id.must, bytes: blob.must, kept_until: bigint.must },
    { primaryKey: ['picture_id'], indexes: { kept: ['kept_until'] } },
  ),
  /** Which person of the CRM a platform user is. */
  cb_identities: table(
    {
      platform: text(32).must,
      platform_user_id: key.must,
      crm_user_id: id.must,
      source: text(32).must,
      changed_at: bigint.must,
    },
    { primaryKey: ['platform', 'platform_user_id'], indexes: { crm_user: ['crm_user_id'] } },
  ),
  /** Who asked what, with which rights, how much came back; never the rows themselves. */
  cb_audit: table(
    {
      audit_id: id.must,
      at: bigint.must,
      platform: text(32).must,
      platform_user_id: key.must,
      crm_user_id: id,
      group_id: key,
      action: text(64).must,
      detail: text(500),
      scope: text(500),
      status: text(32).must,
      row_count: integer,
      took_ms: integer,
    },
    { primaryKey: ['audit_id'], indexes: { at: ['at'], crm_user: ['crm_user_id', 'at'] } },
  ),
} as const;
