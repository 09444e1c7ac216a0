import { systemClock } from '../src/calendar/clock.ts';
import { examine } from '../src/doctor/doctor.ts';
import { realOutside } from '../src/doctor/outside.ts';
import { lineOf, type Verdict } from '../src/doctor/verdict.ts';
import { runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '逐项检查设置、数据库、平台密钥、读模型、人员和群,每项一行,不对的写明怎么改。有不对的,退出码是 1。',
  usage: 'npm run doctor',
};

await runScript(commandLine, async () => {
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
