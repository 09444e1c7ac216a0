import { mayAsk, seesSingleCustomers } from './access/permissions.ts';
import type { Role } from './access/viewer.ts';
import type { Command, Slots } from './commands/command.ts';
import { applyFollowUp } from './commands/follow-ups.ts';
import { drillCommand } from './drill-answer.ts';
import type { Choice, Reply } from './replies/reply.ts';
import { reportFor } from './reports/catalogue.ts';

/** Answered without a report. */
const alone = /^(?:help|silent_feedback|clarify|refine|drill_down)$/;

/** Whether a question is about certain customers, or about all but certain ones: either tells them apart. */
export const namesCustomer = ({ filters, filters_not }: Slots): boolean =>
  [filters, filters_not].some((one) => one?.customer !== undefined || one?.contact !== undefined);

/** Whether a command would be answered to this role; what is offered to it must be. */
export function answersRole(role: Role, command: Command, previous: Command | null = null): boolean {
  const full =
    previous === null ? command : (drillCommand(previous, command) ?? applyFollowUp(previous, command) ?? command);
  if (!mayAsk(role, full.intent) || (namesCustomer(full.slots) && !seesSingleCustomers(role))) return false;
  const report = reportFor(full.intent);
  return report === undefined ? alone.test(full.intent) : report.roles?.includes(role) !== false;
}

/** A reply without the buttons that its reader would be refused; `read` tells what a button asks. */
export function offeredTo(
  role: Role,
  reply: Reply,
  about: Command | null,
  read: (choice: Choice) => Command | null,
): Reply {
  const choices = reply.choices.filter((choice) => {
    const command = read(choice);
    return command === null || answersRole(role, command, about);
  });
  return choices.length === reply.choices.length ? reply : { ...reply, choices };
}
