import { z } from 'zod';
import { roles } from './viewer.ts';

const role = z.enum(roles as readonly [string, ...string[]]).transform((value) => value as (typeof roles)[number]);

/** What a group may see, whoever asks in it: the whole company, one department with all below it, or one region. */
export const groupBindingSchema = z.union([
  z.literal('all'),
  z.strictObject({ department: z.string().min(1) }),
  z.strictObject({ region: z.string().min(1) }),
]);
export type GroupBinding = z.infer<typeof groupBindingSchema>;

/** Who may see what, where the CRM itself does not say it (`SETTINGS_FILE`). */
export const accessSettingsSchema = z.strictObject({
  /** Roles by CRM user id or name, over the CRM's own. */
  roles: z.record(z.string(), role).default({}),
  /** Platform accounts by CRM user id, where the CRM has no column for them. */
  identities: z
    .array(
      z.strictObject({
        platform: z.enum(['wecom', 'dingtalk', 'simulator']),
        account: z.string().min(1),
        user: z.string().min(1),
      }),
    )
    .default([]),
  /** Groups in which the bot answers; a group that is not here gets no figures. */
  groups: z
    .array(
      z.strictObject({
        platform: z.enum(['wecom', 'dingtalk', 'simulator']),
        id: z.string().min(1),
        name: z.string().min(1),
        bind: groupBindingSchema,
      }),
    )
    .default([]),
  /** Roles that see phone numbers and e-mail addresses in private chats; everyone else sees 138****8000. */
  clearContactsFor: z.array(role).default(['rep', 'manager', 'regional_manager', 'director', 'service']),
});
export type AccessSettings = z.infer<typeof accessSettingsSchema>;
export type GroupSetting = AccessSettings['groups'][number];
