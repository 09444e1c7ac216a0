import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { personNamed } from '../src/access/identity.ts';
import { answer } from '../src/answer.ts';
import { epochMsOf } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import { readConfig } from '../src/config.ts';
import { ensureDemoCompany, withDemoGroups } from '../src/demo.ts';
import { Failure } from '../src/failure.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { galleryText, shownInGallery } from './generated/gallery-text.ts';
import { runScript } from './script.ts';

const folder = 'docs/images/gallery';
const today = '2026-11-18';

const commandLine = { about: '在演示公司上把每张报表画一遍,生成 docs/gallery.md。', usage: 'npm run gallery' };

await runScript(commandLine, async () => {
  const place = mkdtempSync(join(tmpdir(), 'chenbao-gallery-'));
  const url = `sqlite:${join(place, 'crm.sqlite')}`;
  await ensureDemoCompany(url, today);
  const read = readConfig({ CRM_DATABASE_URL: url, TIMEZONE: 'Asia/Shanghai' });
  const config = { ...read, business: withDemoGroups(read.business) };
  const charts = createChartRenderer(config.charts);
  const house = openHouse(config, { state: createInProcessState(), charts, log: createLog('silent') });
  const nowMs = epochMsOf(`${today} 10:30:00`, house.zone);
  mkdirSync(folder, { recursive: true });
  try {
    const company = await house.company({ epochMs: nowMs, zone: house.zone, wall: `${today} 10:30:00`, today });
    for (const { file, command, as } of shownInGallery()) {
      const person = personNamed(company.directory, config.business, as);
      if (person === null) throw new Failure('bug', `nobody is called ${as}`, `演示公司里没有${as}。`);
      const state = createInProcessState();
      const { reply } = await answer(
        { ...house, state },
        { platform: 'simulator', account: person.id, groupId: null, text: command, nowMs },
      );
      if (reply.picture === null)
        throw new Failure('bug', `${file}: no picture (${reply.status}: ${reply.title})`, `「${command}」没有画出图。`);
      writeFileSync(join(folder, `${file}.png`), reply.picture.png);
    }
    writeFileSync('docs/gallery.md', galleryText());
  } finally {
    await Promise.all([charts.close(), house.close()]);
    rmSync(place, { recursive: true, force: true });
  }
});
