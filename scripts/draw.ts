import { readFile, writeFile } from 'node:fs/promises';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartSpec } from '../src/charts/spec.ts';
import { Failure } from '../src/failure.ts';
import { runScript } from './script.ts';

const commandLine = {
  about: '把一份图表描述(JSON)画成 PNG,改图的样子时用。',
  usage: 'npx tsx scripts/draw.ts 描述.json 图.png',
  words: true,
} as const;

await runScript(commandLine, async ({ words: [specFile, pngFile] }) => {
  if (specFile === undefined || pngFile === undefined)
    throw new Failure('bad-input', 'two files are needed', `没有写全。要这样写:\n  ${commandLine.usage}`);
  const renderer = createChartRenderer({ workers: 1, fontPath: process.env.CHART_FONT ?? null });
  try {
    const picture = await renderer.draw(JSON.parse(await readFile(specFile, 'utf8')) as ChartSpec);
    await writeFile(pngFile, picture.png);
    console.log(`${pngFile}: ${picture.width} × ${picture.height} px, ${picture.png.length} bytes`);
  } finally {
    await renderer.close();
  }
});
