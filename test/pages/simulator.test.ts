/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type RunningDemo, startDemo } from '../../src/demo-server.ts';
import { createLog } from '../../src/log.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) {
  if (process.env.REQUIRE_SERVICES === '1') throw new Error('REQUIRE_SERVICES=1 and no Chromium is installed');
  console.warn('skipped: the simulator in a real browser, no Chromium is installed');
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(executablePath === undefined)('the simulator on a phone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-page-'));
  let demo: RunningDemo;
  let browser: Browser;
  let page: Page;
  const wrong: string[] = [];
  const logged: string[] = [];

  beforeAll(async () => {
    const config = readConfig({
      CRM_DATABASE_URL: `sqlite:${join(folder, 'crm.sqlite')}`,
      BOT_DATABASE_URL: `sqlite:${join(folder, 'bot.sqlite')}`,
      PORT: '0',
    });
    demo = await startDemo(config, createLog('warn', { write: (line) => logged.push(line) }));
    browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: flags });
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${demo.port}/`);
    await page.locator('#suggestions button').first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const say = async (text: string) => {
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
  };
  const lastReply = () => page.locator('#lines > li:not(.mine):not(.time):not(.waiting) .message').last();

  it('shows the digest of today in the directors’ group at once, with its picture', async () => {
    const digest = page.locator('#lines > li .bubble').first();
    await expect.poll(async () => digest.innerText()).toMatch(/漏斗晨报 · 全公司 · \d+-\d+ 周/);
    expect(await digest.innerText()).toContain('各阶段在跟');
    await page.locator('#lines .picture img').first().waitFor();
  });

  it('answers 漏斗 本月 within two seconds, with a picture and buttons', async () => {
    const startedAt = Date.now();
    const before = await page.locator('#lines .picture img').count();
    await say('漏斗 本月');
    await page.waitForFunction((seen) => {
      const images = document.querySelectorAll<HTMLImageElement>('#lines .picture img');
      const image = images[images.length - 1];
      return images.length > seen && image?.complete === true && image.naturalWidth > 300;
    }, before);
    expect(Date.now() - startedAt).toBeLessThan(2_000 * (process.env.CI === undefined ? 1 : 2));
    const text = await lastReply().innerText();
    expect(text).toContain('漏斗（批次）');
    expect(text).toContain('全公司');
    expect(await page.locator('#lines .choices button').count()).toBeGreaterThan(0);
  });

  it('a tapped button is the next question', async () => {
    const choice = page.locator('#lines .choices button').first();
    await choice.click();
    await page.locator('#lines li.mine').nth(1).waitFor();
    await expect.poll(() => page.locator('#lines > li:not(.mine):not(.time):not(.waiting)').count()).toBeGreaterThan(1);
  });

  it('a rep in the group of the region sees their own part', async () => {
    await page.click('#back');
    await page.selectOption('#person', { label: '王磊 · 销售' });
    await page.locator('#chats button', { hasText: '华东区群' }).click();
    await say('漏斗 本月');
    await expect.poll(async () => lastReply().innerText()).toContain('王磊本人');
  });

  it('goes forward to 8:59 of the next work day, and the morning happens', async () => {
    await page.click('#back');
    await page.selectOption('#person', { label: '陈志远 · 总监' });
    const digests = page.locator('#lines > li .bubble', { hasText: '漏斗晨报' });
    expect(await digests.count()).toBe(1);
    const travel = page.locator('#travel');
    if ((await travel.innerText()) === '快进到今天 9:04') await travel.click();
    await expect.poll(() => travel.innerText(), { timeout: 20_000 }).toMatch(/^快进到(今天|明天|周.) 8:59$/);
    await travel.click();
    await expect.poll(() => page.locator('#clock').innerText()).toMatch(/0?8:59:5\d$/);
    await page.locator('#chats button').first().click();
    await expect.poll(() => digests.count(), { timeout: 20_000 }).toBe(2);
    expect(await digests.last().innerText()).toMatch(/比上一份（\d+-\d+）/);
    await page.click('#back');
    expect(await travel.innerText()).toBe('快进到今天 9:04');
    await expect.poll(() => travel.isEnabled(), { timeout: 20_000 }).toBe(true);
    await travel.click();
    await expect.poll(() => page.locator('#clock').innerText()).toMatch(/0?9:04:5\d$/);
    await expect.poll(() => page.locator('#clock').innerText(), { timeout: 20_000 }).toMatch(/0?9:05:\d\d$/);
    expect(logged.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
    await page.selectOption('#person', { label: '王磊 · 销售' });
    await page.locator('#chats button', { hasText: '华东区群' }).click();
  });

  it('markup in what people type stays text, and nothing is wider than the phone', async () => {
    await say('漏斗 <img src=x onerror=alert(1)> **粗** @所有人');
    await expect.poll(async () => page.locator('#lines li.mine').last().innerText()).toContain('<img src=x');
    expect(await page.locator('#lines img[src="x"]').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(wrong).toEqual([]);
  });
});
