import { bigint, flag, id, integer, table, text } from '../../database/table.ts';

/**
 * The recall ledger, frozen: later changes are migrations of their own. `_on`, `_until` and `_since` are company days,
 * `recalled_at`, `contacted_at` … wall-clock times of the company, as in the CRM beside which they are counted.
 */
export const recalls20261123 = {
  /** One silence of one customer that was, or on purpose was not, brought to somebody's mind. */
  cb_recalls: table(
    {
      recall_id: id.must,
      customer_id: id.must,
      /** The day of the last interaction (of the record itself where there was none): names the silence for ever. */
      silent_since: text(10).must,
      /** Who had the customer in the CRM. */
      owner_id: id.must,
      /** Who was told: the owner, or the manager of one who left. */
      told_to: id.must,
      grade: text(64),
      silent_days: integer.must,
      stake_fen: bigint.must,
      /** `personal` | `generic`: what the suggested opening was made from. */
      wording: text(16).must,
      /** Recorded and not told, to compare with (decision 7). */
      held_out: flag(0),
      /** The slot that tells it; NULL for a held-out one. */
      cause: text(190),
      /** The first time; a reminder that comes back after 稍后 does not move it. */
      recalled_on: text(10).must,
      recalled_at: text(19).must,
      contacted_at: text(19),
      contacted_by: id,
      /** call | wechat | visit | meeting | sms | email | coupon; NULL = not said. */
      method: text(16),
      snoozed_until: text(10),
      handed_to: id,
      handed_by: id,
      handed_at: text(19),
      /** Nobody is to be reminded of this silence any more. */
      dismissed_at: text(19),
    },
    {
      primaryKey: ['recall_id'],
      unique: { silence: ['customer_id', 'silent_since'] },
      indexes: {
        day: ['recalled_on'],
        told: ['told_to', 'recalled_on'],
        cause: ['cause'],
      },
    },
  ),
} as const;
