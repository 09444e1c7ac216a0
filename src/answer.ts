import { authorise, type Grant, notForRole } from './access/authorise.ts';
import { type IdentityPlatform, personBehind } from './access/identity.ts';
import { mayAsk, seesSingleCustomers } from './access/permissions.ts';
import type { AccessSettings } from './access/settings.ts';
import { type Moment, momentAt } from './calendar/clock.ts';
import type { ChartRenderer } from './charts/spec.ts';
import type { Command, ParseContext, Reading, Understanding } from './commands/command.ts';
import { applyFollowUp } from './commands/follow-ups.ts';
import { type FunnelMode, inMode, spokenFunnelMode } from './commands/funnel-mode.ts';
import type { KnownCompany } from './company.ts';
import { conversationOf, readingOf, readingsOf } from './conversations.ts';
import { drillCommand } from './drill-answer.ts';
import { kindlyOf, never } from './failure.ts';
import type { Figure } from './figures/figure.ts';
import { examplesFor, helpReply, outOfScopeReply } from './help-answer.ts';
import { orElseFeedback, type RecallBook, recallReply } from './recall-answer.ts';
import { askBack, plainReply } from './replies/compose.ts';
import type { Reply } from './replies/reply.ts';
import { adviceOf, answerWithReport } from './report-answer.ts';
import { answersRole, offeredTo } from './role-choices.ts';
import type { SharedState } from './store/shared-state.ts';

/** One question as it reached the bot, by chat, script or simulator. */
export interface Asked {
  readonly platform: IdentityPlatform;
  readonly account: string;
  readonly groupId: string | null;
  readonly text: string;
  readonly nowMs: number;
}

/** The answer with everything that scripts want to know of it. */
export interface Answer {
  readonly reply: Reply;
  /** What was understood, in the words of the command language; null where nothing was looked at. */
  readonly command: Command | null;
  readonly assumed: Readonly<Record<string, unknown>>;
  readonly figures: readonly Figure[];
  readonly advice: readonly string[];
  readonly asOf: string | null;
  /** With which rights it was answered; null where none were given. For the audit. */
  readonly grant: Grant | null;
  /** The asker's CRM id, also where the answer failed or was refused; null for a stranger. */
  readonly askerId: string | null;
}

/** What the line works with: built once in main.ts. */
export interface House {
  readonly zone: string;
  readonly access: AccessSettings;
  readonly state: SharedState;
  /** null where nobody looks at pictures. */
  readonly charts: ChartRenderer | null;
  /** Where answers to reminders are recorded; null where the bot's own tables are not open (scripts). */
  readonly recalls: RecallBook | null;
  company(moment: Moment): Promise<KnownCompany>;
  log(event: string, fields: Readonly<Record<string, unknown>>): void;
}

const bare = (reply: Reply, command: Command | null = null): Answer => ({
  reply,
  command,
  assumed: {},
  figures: [],
  advice: [],
  asOf: null,
  grant: null,
  askerId: null,
});

/** The straight way of a question: who asks → what is meant → may they → the report → the words. Never throws. */
export async function answer(house: House, asked: Asked): Promise<Answer> {
  let askerId: string | null = null;
  let grant: Grant | null = null;
  try {
    const moment = momentAt(asked.nowMs, house.zone);
    const known = await house.company(moment);
    askerId = personBehind(known.directory, house.access, asked.platform, asked.account)?.id ?? null;
    const verdict = authorise(asked, known.directory, house.access);
    if (verdict.kind === 'denied') {
      house.log('denied', { why: verdict.why, platform: asked.platform });
      return { ...bare(plainReply('denied', verdict.kindly, [verdict.kindly])), askerId };
    }
    grant = verdict.grant;
    // Names outside the asker's rights are no words of their language: nothing is read into them, nothing completed.
    const company = {
      ...known,
      parser: await known.languageOf(seesSingleCustomers(grant.viewer.role) ? grant.scope : 'nobody'),
    };
    const conversation = conversationOf(house.state, asked.platform, asked.groupId, asked.account);
    const alone: ParseContext = {
      moment,
      asker: { userId: grant.viewer.userId, name: grant.viewer.name },
      chat: grant.audience,
      previous: null,
      fiscalYearStartMonth: company.settings.fiscalYearStartMonth,
    };
    const previous = await conversation.last(readingOf(company.parser, alone));
    const context: ParseContext = { ...alone, previous };
    const spoken = spokenFunnelMode(asked.text);
    const understanding = orElseFeedback(company.parser.understand(spoken.text, context), asked.text);
    const acted = await act(house, company, grant, withMode(understanding, spoken.mode), context, asked.text);
    const { reply } = acted.answer;
    const about = acted.remember?.command ?? acted.answer.command;
    const offered = offeredTo(grant.viewer.role, reply, about, ({ command }) => {
      const read = company.parser.understand(command, { ...context, previous: null });
      return read.kind === 'command' ? read.command : null;
    });
    if (acted.remember !== null) await conversation.remember(acted.remember.command, acted.remember.offered, previous);
    return { ...acted.answer, reply: offered, grant, askerId };
  } catch (error) {
    house.log('failed', { error });
    const kindly = kindlyOf(error);
    return { ...bare(plainReply('failed', kindly, [kindly])), grant, askerId };
  }
}

/** What somebody is told who asks faster than may be; nothing of the question is looked at. */
export async function askedTooFast(house: House, asked: Asked, waitMs: number): Promise<Answer> {
  const sentence = `你问得有点快,请等 ${Math.ceil(waitMs / 1000)} 秒再问。`;
  const told = bare(plainReply('throttled', sentence, [sentence]));
  try {
    const { directory } = await house.company(momentAt(asked.nowMs, house.zone));
    return { ...told, askerId: personBehind(directory, house.access, asked.platform, asked.account)?.id ?? null };
  } catch {
    return told;
  }
}

const withMode = (understanding: Understanding, mode: FunnelMode | null): Understanding =>
  understanding.kind === 'command'
    ? { ...understanding, command: inMode(understanding.command, mode, understanding.assumed) }
    : understanding;

interface Acted {
  readonly answer: Answer;
  /** What a follow-up refers to from now on; null = as before. */
  readonly remember: { readonly command: Command; readonly offered: readonly Reading[] } | null;
}

async function act(
  house: House,
  company: KnownCompany,
  grant: Grant,
  understanding: Understanding,
  context: ParseContext,
  text: string,
): Promise<Acted> {
  switch (understanding.kind) {
    case 'not-addressed':
      return { answer: bare({ status: 'silent', title: '', blocks: [], picture: null, choices: [] }), remember: null };
    case 'small-talk':
      return { answer: bare(plainReply('done', understanding.line, [understanding.line])), remember: null };
    case 'ask-back': {
      const { command, why } = understanding;
      const open = understanding.readings.filter((one) => answersRole(grant.viewer.role, one.command));
      // What everybody is offered may be nothing for this role: then its own questions.
      const readings =
        open.length > 0 || understanding.readings.length === 0
          ? open
          : readingsOf(company.parser, context, await examplesFor(company, grant, context.moment), command);
      return {
        answer: bare(askBack(why, readings), command),
        remember: { command: context.previous?.command ?? command, offered: readings },
      };
    }
    case 'command':
      return obey(house, company, grant, understanding, context, text);
    default:
      return never(understanding);
  }
}

async function obey(
  house: House,
  company: KnownCompany,
  grant: Grant,
  { command, repairs, assumed }: Extract<Understanding, { kind: 'command' }>,
  context: ParseContext,
  text: string,
): Promise<Acted> {
  const { moment, previous } = context;
  const offered = (reply: Reply, about: Command) => readingsOf(company.parser, context, reply.choices, about);
  if (command.intent === 'help')
    return { answer: bare(await helpReply(company, grant, command, moment), command), remember: null };
  if (command.intent === 'out_of_scope' || command.intent === 'reject') {
    return { answer: bare(outOfScopeReply(command), command), remember: null };
  }
  if (command.intent === 'silent_feedback') {
    if (!mayAsk(grant.viewer.role, command.intent)) {
      const sentence = notForRole(grant.viewer);
      return { answer: bare(plainReply('denied', sentence, [sentence]), command), remember: null };
    }
    const reply = await recallReply(house.recalls, company, grant, command, text, moment);
    return {
      answer: bare(reply, command),
      remember: { command: previous?.command ?? command, offered: offered(reply, command) },
    };
  }
  // 那上个月呢 is about what this person last asked in this chat; rights are checked anew below.
  const last = previous?.command ?? null;
  const full = drillCommand(last, command) ?? (last === null ? null : applyFollowUp(last, command)) ?? command;
  if (full.intent === 'drill_down' || full.intent === 'refine') {
    const sentence =
      full.intent === 'refine'
        ? '前面没有可以接着问的报表。先问一张,再说「那上个月呢」「按人拆开」。'
        : '要展开哪一张?先问一张报表,再说「为什么」或「前 3 个展开」。';
    const choices = ['业绩 本月', '漏斗 本月', '看板'].map((words) => ({ label: words, command: words }));
    return { answer: bare(plainReply('asked-back', sentence, [sentence], choices), command), remember: null };
  }
  const {
    reply,
    findings,
    assumed: defaults,
    asOf,
  } = await answerWithReport({ ...house, company }, grant, full, repairs, moment);
  return {
    answer: {
      reply,
      command,
      assumed: { ...assumed, ...defaults },
      figures: findings?.figures ?? [],
      advice: adviceOf(findings),
      asOf,
      grant,
      askerId: grant.viewer.userId,
    },
    remember: findings === null ? null : { command: full, offered: offered(reply, full) },
  };
}
