/** Draws one chart spec: `tsx scripts/draw.ts <spec.json> <out.png>`. */
import { readFile, writeFile } from 'node:fs/promises';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartSpec } from '../src/charts/spec.ts';

const [specFile, pngFile] = process.argv.slice(2);
if (specFile === undefined || pngFile === undefined) {
  console.error('usage: tsx scripts/draw.ts <spec.json> <out.png>');
  process.exit(2);
}
const renderer = createChartRenderer({ workers: 1, fontPath: process.env.CHART_FONT ?? null });
try {
  const spec = JSON.parse(await readFile(specFile, 'utf8')) as ChartSpec;
  const picture = await renderer.draw(spec);
  await writeFile(pngFile, picture.png);
  console.log(`${pngFile}: ${picture.width} × ${picture.height} px, ${picture.png.length} bytes`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await renderer.close();
}
