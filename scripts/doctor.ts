import { systemClock } from '../src/calendar/clock.ts';
import { examine } from '../src/doctor/doctor.ts';
import { realOutside } from '../src/doctor/outside.ts';
import { lineOf, type Verdict } from '../src/doctor/verdict.ts';
import { runScript, scriptConfig } from './script.ts';

// npm run doctor: what is set up right, what is not, and what to do. Exit code 1 when something does not work.
await runScript(async () => {
  const counted: Record<Verdict['level'], number> = { fine: 0, warning: 0, wrong: 0 };
  for await (const verdict of examine(realOutside(scriptConfig, systemClock))) {
    counted[verdict.level] += 1;
    console.log(lineOf(verdict));
  }
  const { wrong, warning } = counted;
  console.log(
    wrong + warning === 0 ? '\n都没有问题。' : `\n${wrong} 处不对${warning === 0 ? '' : `,${warning} 处要留意`}。`,
  );
  if (wrong > 0) process.exitCode = 1;
});
