import { z } from 'zod';
import { roles } from './viewer.ts';

const role = z.enum(roles as readonly [string, ...string[]]).transform((value) => value as (typeof roles)[number]);

/** What a group may see, whoever asks in it: the whole company, one department with all below it, or one region. */
export const groupBindingSchema = z.union(
  [z.literal('all'), z.strictObject({ department: z.string().min(1) }), z.strictObject({ region: z.string().min(1) })],
  '要写 "all"、{ "region": "大区名" } 或 { "department": "部门名" }',
);
export type GroupBinding = z.infer<typeof groupBindingSchema>;

/** A time of the wall clock that exists on every day: `09:00`. */
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, '不是时刻,要写成 09:00 这样');

/** What is pushed, when. The scope is the group's binding, or what the person may see. */
export const pushSchema = z.strictObject({
  what: z.enum(['funnel']),
  at: timeOfDay.default('09:00'),
  days: z.enum(['cn_workday', 'every_day', 'monday']).default('cn_workday'),
  /** `robot` = the group's webhook robot, `app` = the bot itself; left out = the robot where there is one. */
  via: z.enum(['app', 'robot']).optional(),
  /** Calls the owners of what is to be asked about (WeCom group robots). */
  mentionOwners: z.boolean().default(false),
});
export type PushSetting = z.infer<typeof pushSchema>;

/** The webhook robot of one group: a WeCom key (wecom.md 4), or a DingTalk token with its secret (dingtalk.md 4). */
export const groupRobotSchema = z.union(
  [
    z.strictObject({
      key: z
        .string()
        .regex(/^[0-9A-Za-z]{8}(?:-[0-9A-Za-z]{4}){3}-[0-9A-Za-z]{12}$/, '不是群机器人的 key:只写地址里 key= 后面那段'),
    }),
    z.strictObject({
      token: z.string().regex(/^[0-9A-Za-z]{64}$/, '不是自定义机器人的 token:写地址里 access_token= 后面的 64 个字符'),
      secret: z
        .string()
        .regex(/^SEC[0-9A-Za-z]{20,100}$/, '不是自定义机器人的加签密钥:它以 SEC 开头')
        .optional(),
      keyword: z.string().min(1).max(50).optional(),
    }),
  ],
  '写法不对:企业微信写 { "key": "key= 后面那段" },钉钉写 { "token": "access_token= 后面的 64 个字符", "secret": "SEC…" }',
);
export type GroupRobot = z.infer<typeof groupRobotSchema>;

const groupSchema = z
  .strictObject({
    platform: z.enum(['wecom', 'dingtalk', 'simulator']),
    id: z.string().min(1),
    name: z.string().min(1),
    bind: groupBindingSchema,
    robot: groupRobotSchema.optional(),
    push: z.array(pushSchema).optional(),
  })
  .superRefine((group, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const { robot, platform } = group;
    const fits = robot === undefined || ('key' in robot ? platform === 'wecom' : platform === 'dingtalk');
    if (!fits)
      problem(
        'robot',
        `不是${platform === 'wecom' ? '企业微信' : platform === 'dingtalk' ? '钉钉' : '模拟器'}的机器人`,
      );
    for (const { via } of group.push ?? []) {
      if (robot !== undefined && via !== 'app') continue;
      if (via === 'robot') problem('push', '写了 via robot,可是这个群没有配 robot');
      else if (platform === 'wecom') problem('push', '企业微信群只能由群机器人推送,要填 robot');
    }
  });

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
  groups: z.array(groupSchema).default([]),
  /** People to whom something is pushed in private: one by CRM id or name, or everyone of a role. */
  recipients: z
    .array(
      z.strictObject({
        platform: z.enum(['wecom', 'dingtalk', 'simulator']),
        to: z.union(
          [z.strictObject({ user: z.string().min(1) }), z.strictObject({ role })],
          '要写 { "user": "人名或 CRM 用户编号" } 或 { "role": "director" }',
        ),
        push: z.array(pushSchema).min(1),
      }),
    )
    .optional(),
  /** Roles that see phone numbers and e-mail addresses in private chats; everyone else sees 138****8000. */
  clearContactsFor: z.array(role).default(['rep', 'manager', 'regional_manager', 'director', 'service']),
});
export type AccessSettings = z.infer<typeof accessSettingsSchema>;
export type GroupSetting = AccessSettings['groups'][number];
